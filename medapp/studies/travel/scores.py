"""What can be said of answers before any label of the other hospital is read."""

import numpy as np

from medapp.studies.travel.answers import Answers
from medapp.studies.travel.record import Scores
from medapp.studies.travel.sides import Floats, Indices


def score_answers(answers: Answers, own_decisions: Indices) -> Scores:
    """What can be said of answers without a label of there; see `Scores`.

    Args:
        own_decisions: (M,) the class of each image there by the run's own model.
    """
    sure = answers.there.max(1)
    is_right = answers.decided_held_out == answers.truth
    expected = None
    if len(is_right):
        limit = float(np.quantile(answers.held_out.max(1), 1 - float(is_right.mean())))
        expected = float((sure >= limit).mean())
    shares = np.bincount(answers.decided, minlength=answers.there.shape[1]) / len(sure)
    return Scores(
        shares=tuple(shares.tolist()),
        confidence=float(sure.mean()),
        expected_accuracy=expected,
        agreement=float((answers.decided == own_decisions).mean()),
        evenness=measure_evenness(shares),
        circular=answers.circular,
    )


def measure_evenness(shares: Floats) -> float:
    """The entropy of shares (K,) that add up to 1, over that of equal ones."""
    known = shares[shares > 0]
    return float(-(known * np.log(known)).sum() / np.log(len(shares)))
