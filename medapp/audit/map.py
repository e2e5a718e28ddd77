"""Where the images of a data set lie on a map: near one another where a network sees them alike."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from medapp.audit import tsne
from medapp.audit.projection import project
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError
from medapp.store.cache import open_cache
from medapp.store.job import Tell
from medapp.store.workspace import Workspace

if TYPE_CHECKING:
    from medapp.audit.features import Kept

Way = Literal["pca", "tsne"]
# Part of what positions by t-SNE are kept under; another one once they are found otherwise.
VERSION = "tsne 1"
POSITIONS = "maps"  # the kind of entry in the cache
MOST = {"pca": 100_000, "tsne": 20_000}  # images on a map; docs/results.md
FEWEST = {"pca": 3, "tsne": tsne.FEWEST}


@dataclass(frozen=True)
class Map:
    """Where images lie.

    Attributes:
        ids: (N,) of the samples.
        positions: (N, 2).
        shares: of the variance that lie along each axis, from 0 to 1; None where no axis means
            anything.
        unread: images that are not on the map, as their files cannot be used.
    """

    ids: list[int]
    positions: NDArray[np.float64]
    shares: tuple[float, float] | None
    unread: int


def choose_samples(samples: Sequence[Sample], way: Way) -> Sequence[Sample]:
    """The samples that a map shows: all, or at even distances as many as it can hold."""
    return samples[:: max(1, -(-len(samples) // MOST[way]))]


def find_map(
    workspace: Workspace, data_set: DataSet, samples: Sequence[Sample], way: Way
) -> Map | None:
    """The map of samples where all that it needs is kept; no image is read."""
    from medapp.audit.features import find_features

    kept = find_features(workspace, data_set, samples)
    if (kept.numbers < 0).any() or len(samples) < FEWEST[way]:
        return None
    if way == "pca":
        return _project(samples, kept)
    keys = [sample.content_hash for sample in samples]
    name = _name_positions(kept, keys)
    cache = open_cache(workspace)
    if not cache.has_rows(POSITIONS, name):
        return None
    rows = cache.open_rows(POSITIONS, name, (2,), np.float64)
    numbers = rows.find(keys)
    if (numbers < 0).any():
        return None
    return Map([sample.id for sample in samples], rows.open_array()[numbers], None, 0)


def make_map(
    workspace: Workspace, data_set: DataSet, samples: Sequence[Sample], way: Way, tell: Tell
) -> Map:
    """The map of samples; images that were not read yet are, and unusable files are passed over.

    Raises:
        DataError: too few images can be read.
        WorkspaceError: the disk has no room for what is kept.
    """
    from medapp.audit.features import find_features, read_features

    def advance(done: int, total: int) -> None:
        tell("Reading the images", done, total)

    read_features(workspace, data_set, samples, advance)
    kept = find_features(workspace, data_set, samples)
    usable = np.flatnonzero(kept.numbers >= 0).tolist()
    if len(usable) < FEWEST[way]:
        raise DataError(
            f"A map of this kind takes {FEWEST[way]} images, and {len(usable)} can be read.",
            remedy="Bring the files back, or add images.",
        )
    shown = [samples[row] for row in usable]
    found = replace(kept, numbers=kept.numbers[usable])
    unread = len(samples) - len(shown)
    if way == "pca":
        return _project(shown, found, unread)
    return _arrange(workspace, shown, found, unread, tell)


def _project(samples: Sequence[Sample], kept: "Kept", unread: int = 0) -> Map:
    positions, shares = project(kept.rows[kept.numbers])
    ids = [sample.id for sample in samples]
    return Map(ids, positions, (float(shares[0]), float(shares[1])), unread)


def _arrange(
    workspace: Workspace, samples: Sequence[Sample], kept: "Kept", unread: int, tell: Tell
) -> Map:
    """The map by t-SNE; equal files lie in one place, and count once."""
    keys = [sample.content_hash for sample in samples]
    firsts = dict(zip(keys, kept.numbers.tolist(), strict=True))
    places = {key: place for place, key in enumerate(firsts)}
    if len(firsts) < tsne.FEWEST:
        raise DataError(
            f"t-SNE takes {tsne.FEWEST} images that differ, and there are {len(firsts)}.",
            remedy="Look at the principal components instead.",
        )

    def compute(missing: list[int]) -> Iterator[NDArray[np.float64]]:
        positions = tsne.embed(kept.rows[list(firsts.values())], tell)
        yield from positions[[places[keys[index]] for index in missing]]

    rows = open_cache(workspace).open_rows(POSITIONS, _name_positions(kept, keys), (2,), np.float64)
    numbers = rows.fill(keys, compute)
    return Map([sample.id for sample in samples], rows.open_array()[numbers], None, unread)


def _name_positions(kept: "Kept", keys: Sequence[str]) -> str:
    """What the positions by t-SNE of images with these hashes are kept under, in hex."""
    words = " ".join([VERSION, kept.key, *sorted(set(keys))])
    return hashlib.sha256(words.encode()).hexdigest()
