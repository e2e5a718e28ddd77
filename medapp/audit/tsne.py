"""Features of images in two dimensions by t-SNE: neighbours stay neighbours.

van der Maaten & Hinton 2008 (JMLR 9:2579), computed by openTSNE with the forces interpolated on a
grid (Linderman et al. 2019, Nature Methods 16:243), the rate of Belkina et al. 2019 and the start
at the principal components of Kobak & Berens 2019 (Nature Communications 10:5415 and 10:5416). What
it does not keep are distances between groups, their sizes and their densities.
"""

import numpy as np
from numpy.typing import NDArray

from medapp.audit.projection import project
from medapp.store.job import Tell

PERPLEXITY = 30.0
FEWEST = 10  # images; of fewer, nobody has neighbours to speak of
COMPONENTS = 50  # that neighbours are sought in; what lies beyond them is mostly noise
EARLY = 250  # steps in which groups form, and later ones in which they spread
LATE = 750
STEPS_AT_ONCE = 10  # between two looks at whether somebody asked to stop
AT_ONCE = 512


def embed(features: NDArray[np.float32], tell: Tell) -> NDArray[np.float64]:
    """Positions (N, 2) of images with features (N, F), N at least `FEWEST`.

    The same features give the same positions on the same machine: nothing is drawn by chance. It
    runs in one thread, which leaves the others to a training; on busy cores more were slower.

    Args:
        tell: is told of each step; may raise, which ends the work.
    """
    from openTSNE import TSNE
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    components, _ = project(features, COMPONENTS)
    perplexity = min(PERPLEXITY, (len(features) - 1) / 3)
    found = PrecomputedNeighbors(*find_neighbours(components, int(3 * perplexity), tell))
    affinities = PerplexityBasedNN(perplexity=perplexity, knn_index=found)
    steps = 0

    def follow(*_: object) -> bool:
        nonlocal steps
        steps += STEPS_AT_ONCE
        tell("Arranging the images", steps, EARLY + LATE)
        return False

    arranged = TSNE(
        early_exaggeration_iter=EARLY,
        n_iter=LATE,
        callbacks=follow,
        callbacks_every_iters=STEPS_AT_ONCE,
    ).fit(affinities=affinities, initialization=_begin(components))
    return np.array(arranged, np.float64)


def find_neighbours(
    points: NDArray[np.float64], count: int, tell: Tell
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The nearest others of each point (N, F), in order: their rows and distances (N, count)."""
    lengths = np.einsum("nf,nf->n", points, points)
    rows = np.zeros((len(points), count), np.int64)
    distances = np.zeros((len(points), count))
    for start in range(0, len(points), AT_ONCE):
        part = slice(start, min(start + AT_ONCE, len(points)))
        squares = lengths[part, None] + lengths - 2 * points[part] @ points.T
        own = np.arange(part.start, part.stop)
        squares[own - start, own] = np.inf
        nearest = np.argpartition(squares, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(squares, nearest, axis=1)
        order = np.argsort(found, axis=1, kind="stable")
        rows[part] = np.take_along_axis(nearest, order, axis=1)
        distances[part] = np.sqrt(np.take_along_axis(found, order, axis=1).clip(0))
        tell("Looking for neighbours", part.stop, len(points))
    return rows, distances


def _begin(components: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first two components, so near one another that the first steps may move all of them."""
    two = components[:, :2]
    return 1e-4 * two / max(float(two[:, 0].std()), 1e-12)
