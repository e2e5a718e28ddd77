"""What the DICOM headers of a batch say, with identifiers hashed: nothing else is kept of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

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


def hash_headers(
    workspace: Workspace, headers: Sequence[Header | None], taken: Collection[str] = ()
) -> list[HashedHeader]:
    """What is kept of headers, in their order; of a file without one, nothing.

    Args:
        taken: columns that a table or folders fill: a header's own is named after it, and
            "(header)".

    Raises:
        WorkspaceError: the workspace's secret cannot be read or written.
    """
    known = [header for header in headers if header is not None]
    ids = {n for h in known for n in (h.patient, h.study, h.series) if n is not None}
    hashed = hash_names(workspace, ids) if ids else {}
    return [_hash_header(header, hashed, taken) for header in headers]


def _hash_header(
    header: Header | None, hashed: dict[str, str], taken: Collection[str]
) -> HashedHeader:
    if header is None:
        return HashedHeader()
    study = None if header.study is None else hashed[header.study]
    series = None if header.series is None else hashed[header.series]
    named = {**header.attributes, "study": study, "series": series}
    attributes = {
        FROM_HEADER.format(column) if column in taken else column: value
        for column, value in named.items()
        if value is not None
    }
    patient = None if header.patient is None else hashed[header.patient]
    return HashedHeader(patient, study, attributes)
