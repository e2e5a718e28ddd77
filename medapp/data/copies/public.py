"""Public data sets, known by the fingerprints of their images: no image is kept.

A file of fingerprints is a Parquet table with a row an image: `fingerprint` (32 bytes, see
`medapp.imaging.fingerprint`) and `label` (text). The metadata of its schema hold `title`, `source`
and `terms`. MedApp brings some; those in the workspace's folder `fingerprints` are known too.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from medapp.data.copies.shared import Shared, find_contrary, find_shared
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError, Remedy
from medapp.store.files import open_replacing
from medapp.store.parquet import read_table
from medapp.store.plain import quote_word
from medapp.store.shipped import ASSETS
from medapp.store.workspace import Workspace

SCHEMA = pa.schema([("fingerprint", pa.binary(32)), ("label", pa.string())])
# A set with fewer known images, and with a lesser share of them, is not called a public one.
FEWEST = 3
LEAST_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class PublicSet:
    """The fingerprints of a data set that others can have too; each file is loaded once.

    Attributes:
        title: the name and number under which it was published.
        source: who made it.
        terms: under which terms it was published.
        fingerprints, labels: (M,) of its images.
    """

    title: str
    source: str
    terms: str
    fingerprints: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class PublicMatch:
    """The images of a data set that are those of a public one.

    Attributes:
        shared: rows of the samples, and rows of the public set.
        contrary: rows of the samples that stand under another class there.
    """

    public: PublicSet
    shared: Shared
    contrary: tuple[int, ...]

    def describe(self) -> str:
        """How many images are those of the public set, in one sentence."""
        here = len(self.shared.pairs)
        verb = "image is" if here == 1 else "images are"
        text = f"{here:,} {verb} of a public data set, {self.public.title} ({self.public.source})"
        if self.contrary:
            text += f", {len(self.contrary):,} of them with another label"
        return f"{text}."


Marks = tuple[tuple[str | None, str], ...]  # the fingerprint and the label of each image


@functools.lru_cache(4)
def match_public(
    known: tuple[PublicSet, ...], marks: Marks, is_single_label: bool = True
) -> tuple[PublicMatch, ...]:
    """The public sets that some images are of, the one with most of them first.

    Args:
        known: see `list_public_sets`.
        is_single_label: whether the images have one class each, which can be compared.
    """
    found = []
    for public in known:
        shared = find_shared([mark for mark, _ in marks], public.fingerprints)
        if len(shared.pairs) < max(FEWEST, LEAST_SHARE * len(marks)):
            continue
        rows, theirs = shared.pairs.T
        labels = [marks[row][1] for row in rows.tolist()]
        contrary = find_contrary(labels, [public.labels[row] for row in theirs.tolist()])
        chosen = rows[contrary & is_single_label]
        found.append(PublicMatch(public, shared, tuple(chosen.tolist())))
    return tuple(sorted(found, key=lambda match: -len(match.shared.pairs)))


def list_public_sets(workspace: Workspace) -> tuple[PublicSet, ...]:
    """The known sets: those that come with MedApp, then those of the workspace.

    Raises:
        DataError: a file of fingerprints is damaged.
    """
    folders = (ASSETS / "fingerprints", workspace.fingerprints_folder)
    paths = [path for folder in folders for path in sorted(folder.glob("*.parquet"))]
    return tuple(_load(path, _find_change(path)) for path in paths)


def _find_change(path: Path) -> int:
    """When a file changed; 0 of one that cannot be looked at, which loading it says."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@functools.lru_cache(100)
def _load(path: Path, changed: int) -> PublicSet:
    try:
        table = read_table(path)
        facts = table.schema.metadata or {}
        title, source, terms = (
            facts[key.encode()].decode() for key in ("title", "source", "terms")
        )
        table = table.select(SCHEMA.names).cast(SCHEMA)
        prints = tuple(mark.hex() for mark in table["fingerprint"].to_pylist())
        return PublicSet(title, source, terms, prints, tuple(table["label"].to_pylist()))
    except (OSError, ValueError, KeyError, AttributeError, pa.ArrowException) as error:
        raise DataError(
            f"The fingerprints in {path} cannot be read.",
            remedy=Remedy(
                "Delete the file, or make it again.",
                "Delete the file, or make it again with medapp data fingerprint.",
            ),
        ) from error


def save_fingerprints(
    path: Path, data_set: DataSet, samples: Sequence[Sample], title: str, source: str, terms: str
) -> int:
    """Write the fingerprints and labels of a data set's images: no image, name or patient.

    Returns:
        How many were written; images that are too plain have none.

    Raises:
        DataError: no image has a fingerprint.
        WorkspaceError: the file cannot be written.
    """
    marked = {sample.fingerprint: sample.label for sample in samples if sample.fingerprint}
    if not marked:
        raise DataError(
            f"No image of {data_set.name} has a fingerprint.",
            remedy=Remedy(
                "Audit the data set first, on its page.",
                f"Look at the images first: medapp data check {quote_word(data_set.name)}",
            ),
        )
    facts = {"title": title, "source": source, "terms": terms}
    rows = sorted(marked.items())
    columns = [[bytes.fromhex(mark) for mark, _ in rows], [label for _, label in rows]]
    table = pa.table(columns, schema=SCHEMA.with_metadata(facts))
    with open_replacing(path) as file:
        pq.write_table(table, file, compression="zstd")
    return len(rows)
