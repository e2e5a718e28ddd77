"""Images far from all others in what a network sees: of another body part, or no such image at all.

The distance to the nearest images as a measure of how unlike an image is: Kuan & Mueller 2022
(arXiv:2207.03061), Sun et al. 2022 (arXiv:2204.06507).
"""

import numpy as np
from numpy.typing import NDArray

from medapp.audit.finding import Finding, build_group
from medapp.audit.ground import Ground
from medapp.audit.questions import number_groups
from medapp.data.familiarity import forget_distances, save_distances
from medapp.data.notes import count
from medapp.store.threads import OnProgress

NEIGHBOURS = 10
AT_ONCE = 128
# So many times the usual spread of the set's distances beyond their median; docs/results.md.
FAR = 8.0
FEWEST = 50  # images; of fewer, nothing is usual
REMEDY = "Look at the images, and leave out what does not belong here."


def find_outliers(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """A finding that lists images unlike all others, the farthest first.

    The distance of each image is kept, so that images can be sorted by it.
    """
    from medapp.audit.features import load_features

    seen = ground.measure().is_seen.tolist()
    samples = [sample for sample, is_seen in zip(ground.samples, seen, strict=True) if is_seen]
    groups = number_groups(samples)
    if len(np.unique(groups)) < 2:
        forget_distances(ground.workspace, ground.data_set.uid)
        return []
    features = load_features(ground.workspace, ground.data_set, samples, on_progress)
    distances = measure_distances(features, groups, on_progress)
    contents = [sample.content_hash for sample in samples]
    kept = dict(zip(contents, distances.tolist(), strict=True))
    save_distances(ground.workspace, ground.data_set.uid, kept)
    if len(samples) < FEWEST:
        return []
    rows = choose_far(distances)
    if not len(rows):
        return []
    found = tuple(build_group([samples[row]]) for row in rows.tolist())
    what = count(len(rows), "image is", "images are")
    text = f"{what} far from all others in what a network sees in them."
    return [Finding("odd", "caution", text, found, REMEDY)]


def measure_distances(
    features: NDArray[np.float32],
    groups: NDArray[np.int64],
    on_progress: OnProgress | None = None,
) -> NDArray[np.float64]:
    """The mean cosine distance (N,) of each image to its nearest of other groups, in 0 to 2.

    Args:
        features: (N, F).
        groups: (N,) images of one patient or picture do not make each other usual.
    """
    lengths = np.maximum(np.linalg.norm(features, axis=1), np.float32(1e-12))
    nearest = min(NEIGHBOURS, len(np.unique(groups)) - 1)
    found = np.zeros(len(features))
    for start in range(0, len(features), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        distances = (features[part] / lengths[part, None]) @ features.T
        distances /= -lengths
        distances += 1
        distances[groups[part, None] == groups[None, :]] = 2.0
        if nearest > 0:
            distances.partition(nearest - 1, axis=1)
            found[part] = distances[:, :nearest].mean(axis=1)
        if on_progress is not None:
            on_progress(min(start + AT_ONCE, len(features)), len(features))
    return found


def choose_far(distances: NDArray[np.float64]) -> NDArray[np.int64]:
    """The images whose distance stands out, the farthest first.

    How usual distances spread is told by the upper half of them, as they are bounded below: the
    median distance of those above the median from it, 0.67 standard deviations of a normal one.
    """
    middle = np.median(distances)
    above = distances[distances > middle] - middle
    if not len(above):
        return np.zeros(0, np.int64)
    rows = np.flatnonzero(distances > middle + FAR * float(np.median(above)) / 0.6745)
    return rows[np.argsort(-distances[rows], kind="stable")]
