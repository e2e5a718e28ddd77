"""What can be said of answers without labels."""

import numpy as np
import pytest

from medapp.studies.travel.answers import Answers
from medapp.studies.travel.scores import measure_evenness, score_answers


def test_scores_by_hand() -> None:
    there = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.8, 0.2]])
    held_out = np.array([[0.95, 0.05], [0.75, 0.25], [0.65, 0.35], [0.55, 0.45]])
    # Three quarters are right, so that the limit is the quarter quantile of .55 … .95: .625.
    truth = np.array([0, 0, 0, 1])
    decided, own = there.argmax(1), np.array([0, 1, 1, 0])
    answers = Answers(there, held_out, truth, decided, held_out.argmax(1), circular=0.7)
    scores = score_answers(answers, own)
    assert scores.shares == (0.75, 0.25)
    assert scores.confidence == pytest.approx(0.75)
    assert scores.expected_accuracy == 0.75  # .9, .7 and .8 are above .625
    assert scores.agreement == 0.75
    assert scores.circular == 0.7
    assert scores.evenness == pytest.approx(0.8113, abs=1e-4)  # of ¾ and ¼, in bits
    nothing = Answers(there, held_out[:0], truth[:0], decided, truth[:0])
    assert score_answers(nothing, own).expected_accuracy is None


def test_shares_are_even_or_one_class_has_all() -> None:
    assert measure_evenness(np.array([0.25, 0.25, 0.25, 0.25])) == pytest.approx(1)
    assert measure_evenness(np.array([0.0, 1.0, 0.0])) == 0
