"""What the DICOM headers of a batch say, with identifiers hashed: nothing else is kept of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from medapp.imaging.readers.dicom_header import Header
from medapp.store.salt import hash_names
from medapp.store.workspace import Workspace

FROM_HEADER = "{} (header)"  # a column of headers beside one of the same name from elsewhere


@dataclass(frozen=True)
class HashedHeader:
    """What is kept of one header.

    Attributes:
        patient, study: hashed; None where the header has none.
        attributes: column to value: those of `Header`, and study and series, hashed.
    """

    patient: str | None = None
    study: str | None = None
    attributes: dict[str, str] = field(default_factory=dict, hash=False)


def hash_identifiers(workspace: Workspace, header: Header) -> Header:
    """A header whose patient, study and series are hashed: they may be kept.

    Raises:
        WorkspaceError: the workspace's secret cannot be read or written.
    """
    if header.is_hashed:
        return header
    ids = {name for name in (header.patient, header.study, header.series) if name}
    hashed = hash_names(workspace, ids) if ids else {}
    return replace(
        header,
        patient=hashed.get(header.patient or ""),
        study=hashed.get(header.study or ""),
        series=hashed.get(header.series or ""),
        is_hashed=True,
    )


def keep_headers(
    headers: Sequence[Header | None], taken: Collection[str] = ()
) -> list[HashedHeader]:
    """What is kept of headers whose identifiers are hashed, in their order; of no header, nothing.

    Args:
        taken: columns that a table or folders fill: a header's own is named after it, and
            "(header)".
    """
    return [_keep(header, taken) for header in headers]


def _keep(header: Header | None, taken: Collection[str]) -> HashedHeader:
    if header is None:
        return HashedHeader()
    named = {**header.attributes, "study": header.study, "series": header.series}
    attributes = {
        FROM_HEADER.format(column) if column in taken else column: value
        for column, value in named.items()
        if value is not None
    }
    return HashedHeader(header.patient, header.study, attributes)
