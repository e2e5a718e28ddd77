"""How far another hospital lies from a run's own, before any label is read there."""

import numpy as np

from medapp.audit.probing import predict_out_of_fold
from medapp.evaluation.estimates import Estimate, estimate_auroc
from medapp.studies.travel.sides import Features, Ground, Indices
from medapp.training.features import LEAST_SPREAD

# Images of each hospital that a site classifier learns from and is judged on, at most.
MOST = 1000
SEED = 0


def measure_distance(source: Features, labels: Indices, target: Features) -> float:
    """How far the hospitals lie apart, in distances between the source's classes.

    The distance of both means over the root mean square distance of the classes' means, each
    feature in units of its spread within the source's classes. What the chance of so many images
    adds to the squares of both is taken off. 0 is one hospital; at 1 the other hospital differs as
    much as one class from another.

    Args:
        source, target: (N, F) and (M, F).
        labels: (N,) of the source, at least two classes.

    Returns:
        0 or more; infinite where the source's classes do not differ.
    """
    x = source.astype(np.float64)
    y = target.astype(np.float64)
    names, rows = np.unique(labels, return_inverse=True)
    means = np.stack([x[rows == k].mean(0) for k in range(len(names))])
    counts = np.bincount(rows)
    within = np.square(x - means[rows]).mean(0)
    within = np.maximum(within, LEAST_SPREAD**2 * max(float(within.mean()), 1e-12))
    apart = float((np.square(x.mean(0) - y.mean(0)) / within).sum())
    apart -= float((x.var(0) / within).sum()) / len(x) + float((y.var(0) / within).sum()) / len(y)
    first, second = np.triu_indices(len(names), 1)
    between = (np.square(means[first] - means[second]) / within).sum(1)
    between -= x.shape[1] * (1 / counts[first] + 1 / counts[second])
    size = float(between.mean())
    if size <= 0:
        return float("inf")
    return float(np.sqrt(max(apart, 0.0) / size))


def tell_sites(ground: Ground) -> Estimate | None:
    """How well a linear classifier tells the hospitals apart: AUROC over patients and pictures.

    It says that images differ, not that a model fails. None where nothing can be held out.
    """
    return tell_apart(
        (ground.source.looks, ground.source.groups), (ground.target.looks, ground.target.groups)
    )


def tell_apart(
    first: tuple[Features, Indices], second: tuple[Features, Indices]
) -> Estimate | None:
    """How well two collections of features (N, F) with groups (N,) are told apart: AUROC."""
    random = np.random.default_rng(SEED)
    rows = [np.sort(random.permutation(len(x))[:MOST]) for x, _ in (first, second)]
    features = np.concatenate([first[0][rows[0]], second[0][rows[1]]])
    groups = np.concatenate([first[1][rows[0]], second[1][rows[1]] + first[1].max() + 1])
    is_second = np.arange(len(features)) >= len(rows[0])
    said = predict_out_of_fold(features, is_second.astype(np.int64), groups)
    if said is None:
        return None
    units = np.unique(groups, return_inverse=True)[1]
    return estimate_auroc(said[:, 1], is_second, ~is_second, units, int(units.max()) + 1)
