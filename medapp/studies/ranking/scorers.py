"""The table of scorers: each asks what a source sees in images how well the labels show in it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.metrics import rank_pairs
from medapp.evaluation.transferability.h_score import compute_h_score
from medapp.evaluation.transferability.leep import compute_leep
from medapp.evaluation.transferability.logme import compute_logme
from medapp.evaluation.transferability.neighbours import predict_by_neighbours

# Directions that LogME and the H-score are computed in. More take longer, and where there are about
# as many as images the scores follow chance.
DIRECTIONS = 128

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
# A score on some of a question's rows, with repetition.
Score = Callable[[NDArray[np.intp]], float]


@dataclass(frozen=True)
class Seen:
    """What a source sees in the N images of a question.

    Attributes:
        features: (N, F).
        classes: (N, Z) probabilities of the source's own classes; None where it has no such head.
        labels: (N,) 0 … K - 1.
        groups: (N,) equal for images of one patient or one picture.
    """

    features: NDArray[np.float32]
    classes: Floats | None
    labels: Indices
    groups: Indices


@dataclass(frozen=True)
class Scorer:
    """One way to ask. To add one, write a row of `SCORERS`.

    Attributes:
        is_auroc: the score is an area under the ROC curve, 0 to 1; else it can be any number.
        prepare: what is done once; gives the score, or None where it cannot be asked for.
    """

    title: str
    help: str
    is_auroc: bool
    prepare: Callable[[Seen], Score | None]


def prepare_probe(seen: Seen) -> Score | None:
    """See `predict_out_of_fold`."""
    # Imported here, because a page that shows a ranking does without torch.
    from medapp.audit.probing import predict_out_of_fold

    found = predict_out_of_fold(seen.features, seen.labels, seen.groups)
    return None if found is None else _measure_auroc(found, seen.labels)


def prepare_neighbours(seen: Seen) -> Score:
    """See `predict_by_neighbours`."""
    found = predict_by_neighbours(seen.features, seen.labels, seen.groups)
    return _measure_auroc(found, seen.labels)


def prepare_logme(seen: Seen) -> Score:
    """See `compute_logme`."""
    reduced = reduce_features(seen.features)
    return lambda rows: compute_logme(reduced[rows], seen.labels[rows])


def prepare_h_score(seen: Seen) -> Score:
    """See `compute_h_score`."""
    reduced = reduce_features(seen.features)
    return lambda rows: compute_h_score(reduced[rows], seen.labels[rows])


def prepare_leep(seen: Seen) -> Score | None:
    """See `compute_leep`."""
    classes = seen.classes
    if classes is None:
        return None
    return lambda rows: compute_leep(classes[rows], seen.labels[rows])


def reduce_features(features: NDArray[np.float32]) -> Floats:
    """Features (N, F) along the `DIRECTIONS` directions in which they are longest."""
    values = features.astype(np.float64)
    if values.shape[1] <= DIRECTIONS:
        return values
    gram = values.T @ values if values.shape[1] <= len(values) else values @ values.T
    lengths, directions = np.linalg.eigh(gram)
    leading = directions[:, ::-1][:, :DIRECTIONS]
    if gram.shape[0] == values.shape[1]:
        return np.asarray(values @ leading)
    return np.asarray(leading * np.sqrt(np.maximum(lengths[::-1][:DIRECTIONS], 0)))


def _measure_auroc(probabilities: Floats, labels: Indices) -> Score:
    """The mean over classes of the area under the ROC curve of each against the rest."""

    def score(rows: NDArray[np.intp]) -> float:
        found = []
        for answer in range(probabilities.shape[1]):
            scores = probabilities[rows, answer]
            is_it = labels[rows] == answer
            if is_it.any() and not is_it.all():
                found.append(float(rank_pairs(scores[is_it], scores[~is_it])[0].mean()))
        return float(np.mean(found)) if found else np.nan

    return score


SCORERS = {
    "probe": Scorer(
        "Linear probe",
        "AUROC of a logistic regression on the frozen features, cross-validated by patient.",
        True,
        prepare_probe,
    ),
    "neighbours": Scorer(
        "k-NN",
        "AUROC of the votes of the 20 images that look most alike, of other patients.",
        True,
        prepare_neighbours,
    ),
    "logme": Scorer(
        "LogME",
        "The evidence that a linear model on the features has for the labels (You et al. 2021).",
        False,
        prepare_logme,
    ),
    "h_score": Scorer(
        "H-score",
        "How much of the features' spread lies between the classes (Bao et al. 2019, shrunk).",
        False,
        prepare_h_score,
    ),
    "leep": Scorer(
        "LEEP",
        "How well the source's own classes tell the labels (Nguyen et al. 2020); where it has a"
        " head.",
        False,
        prepare_leep,
    ),
}
DECIDING = "probe"  # the scorer that orders the rows; see docs/results.md, Ranking
