"""The images of a data set that are most like one of them, in what the bundled backbone sees.

How far two images are apart is the cosine distance of their features: 0 for the same direction, 1
where they have nothing in common. It says what a network that learned from photographs sees alike,
and not whether two images show the same disease.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.errors import ImageError
from medapp.imaging.registered import find_problem
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace

if TYPE_CHECKING:
    from medapp.audit.features import Kept

MOST = 12
AT_ONCE = 8192


@dataclass(frozen=True)
class Like:
    """An image beside the one that was asked about.

    Attributes:
        distance: cosine distance of the features, 0 to 2.
        is_copy: both are the same picture, perhaps stored otherwise, mirrored or inverted.
        is_same_patient: both are known to be of one patient.
    """

    sample: Sample
    distance: float
    is_copy: bool
    is_same_patient: bool

    def describe(self) -> str:
        """What else the two have in common, in words; empty for nothing that is known."""
        if self.is_copy:
            return "copy of this picture"
        return "same patient" if self.is_same_patient else ""


@dataclass(frozen=True)
class Similarity:
    """What is most like an image.

    Attributes:
        likes: copies of the picture first, then other images, each the nearest first.
        compared: how many images the image was compared with.
        unread: images in use that it was not compared with, as no features of them are kept.
    """

    sample: Sample
    likes: tuple[Like, ...]
    compared: int
    unread: int


def find_similar(
    workspace: Workspace,
    data_set: DataSet,
    sample: Sample,
    most: int = MOST,
    with_same_patient: bool = True,
) -> Similarity | None:
    """The images in use that are most like one, by the features that are kept; none is computed.

    Args:
        sample: of the data set; may be one that is left out.
        most: of the copies, and of the other images.
        with_same_patient: else copies, and images known to be of the same patient, are passed over.

    Returns:
        None where the features of the image itself are not kept; `read_images` computes them.
    """
    from medapp.audit.features import find_features

    samples = _list_samples(workspace, data_set, sample)
    kept = find_features(workspace, data_set, samples)
    own = next(row for row, other in enumerate(samples) if other.id == sample.id)
    if kept.numbers[own] < 0:
        return None
    distances = _measure_distances(kept, int(kept.numbers[own]))
    rows = [row for row in np.flatnonzero(kept.numbers >= 0).tolist() if row != own]
    likes = [_compare(sample, samples[row], float(distances[row])) for row in rows]
    chosen = [like for like in likes if with_same_patient or not _is_kin(like)]
    chosen.sort(key=lambda like: (like.distance, like.sample.name))
    copies = [like for like in chosen if like.is_copy][:most]
    others = [like for like in chosen if not like.is_copy][:most]
    unread = int(np.count_nonzero(kept.numbers < 0))
    return Similarity(sample, (*copies, *others), len(chosen), unread)


def read_images(
    workspace: Workspace,
    data_set: DataSet,
    sample: Sample,
    on_progress: OnProgress | None = None,
) -> None:
    """Compute what `find_similar` asks for and is not kept; unusable files are passed over.

    Raises:
        WorkspaceError: the disk has no room for it.
    """
    from medapp.audit.features import read_features

    read_features(workspace, data_set, _list_samples(workspace, data_set, sample), on_progress)


def compare(
    workspace: Workspace,
    data_set: DataSet,
    sample: Sample,
    most: int = MOST,
    with_same_patient: bool = True,
    on_progress: OnProgress | None = None,
) -> Similarity:
    """As `find_similar`, after all images that were not read yet are.

    Raises:
        ImageError: the image's own file cannot be used.
        WorkspaceError: the disk has no room for the features.
    """
    read_images(workspace, data_set, sample, on_progress)
    found = find_similar(workspace, data_set, sample, most, with_same_patient)
    if found is None:
        problem = find_problem(sample.path, sample.content_hash, sample.frame)
        raise ImageError(problem or f"{sample.name} cannot be compared.")
    return found


def _list_samples(workspace: Workspace, data_set: DataSet, sample: Sample) -> Sequence[Sample]:
    samples = Catalog(workspace).load_samples(data_set)
    return samples if any(s.id == sample.id for s in samples) else [*samples, sample]


def _measure_distances(kept: "Kept", own: int) -> NDArray[np.float64]:
    """The cosine distance (N,) of each image to that of a row; of no use where none is kept."""
    query = kept.rows[own].astype(np.float64)
    distances = np.zeros(len(kept.numbers))
    for start in range(0, len(distances), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        features = kept.rows[kept.numbers[part]].astype(np.float64)
        lengths = np.linalg.norm(features, axis=1) * np.linalg.norm(query)
        distances[part] = 1 - features @ query / np.maximum(lengths, 1e-12)
    return distances.clip(0)


def _compare(sample: Sample, other: Sample, distance: float) -> Like:
    is_copy = other.content_hash == sample.content_hash or (
        bool(sample.copy_group) and other.copy_group == sample.copy_group
    )
    is_same_patient = sample.patient is not None and other.patient == sample.patient
    return Like(other, distance, is_copy, is_same_patient)


def _is_kin(like: Like) -> bool:
    return like.is_copy or like.is_same_patient
