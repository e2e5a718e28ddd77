import numpy as np
import pytest
from crepes import ConformalClassifier
from hypothesis import given
from hypothesis import strategies as st

from medapp.evaluation.conformal import Conformal, find_limit, fit_conformal, read_conformal
from medapp.task import find_task

ONE = find_task("single-label")
SEVERAL = find_task("multi-label")


def draw_probabilities(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (n, 3) of a model that is right more often than not, and the truth (n,)."""
    truth = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    logits = rng.normal(0, 1, (n, 3)) + 1.5 * np.eye(3)[truth]
    odds = np.exp(logits)
    return odds / odds.sum(1, keepdims=True), truth


def test_limit_by_hand() -> None:
    # Nine patients with an image each: at 90% each of them counts, so the lowest is the limit; at
    # 80% the eighth highest is.
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    units = np.arange(9)
    assert find_limit(scores, units, 0.9) == 0.1
    assert find_limit(scores, units, 0.8) == 0.2
    assert find_limit(scores[:8], units[:8], 0.9) is None
    assert find_limit(scores, units, 0.95) is None


def test_a_patient_counts_once_however_many_images_there_are() -> None:
    # One patient has nine images of the lowest scores: together they weigh as each of the others.
    scores = np.concatenate([np.linspace(0.5, 0.9, 9), np.full(9, 0.1)])
    units = np.concatenate([np.arange(9), np.full(9, 9)])
    assert find_limit(scores, units, 0.8) == 0.5
    # As if they were patients of their own, half of all would lie at 0.1.
    assert find_limit(scores, np.arange(18), 0.8) == 0.1


def test_sets_are_those_of_crepes() -> None:
    rng = np.random.default_rng(0)
    probabilities, truth = draw_probabilities(rng, 400)
    new, _ = draw_probabilities(rng, 200)
    found = fit_conformal(probabilities, truth, "abc", [None] * 400, ONE, (0.9, 0.95))
    for level in (0.9, 0.95):
        ours = found.find_sets(new, level)
        for c in range(3):
            # Of each class by itself, as the Mondrian taxonomy of labels asks.
            own = truth == c
            theirs = ConformalClassifier().fit(1 - probabilities[own, c])
            sets = theirs.predict_set(1 - new[:, [c]], confidence=level, smoothing=False)
            assert np.array_equal(ours[:, c], sets[:, 0].astype(bool)), (level, c)


def test_promise_is_kept_for_each_class_over_many_draws() -> None:
    rng = np.random.default_rng(1)
    held = np.zeros((200, 3))
    for draw in range(200):
        probabilities, truth = draw_probabilities(rng, 250)
        found = fit_conformal(probabilities, truth, "abc", [None] * 250, ONE, (0.9,))
        new, true = draw_probabilities(rng, 500)
        sets = found.find_sets(new, 0.9)
        held[draw] = [sets[true == c, c].mean() for c in range(3)]
    # Of 25 images of the rarest class 1 - 1/26 of the orders hold the level exactly.
    assert (held.mean(0) >= 0.89).all(), held.mean(0)
    assert (held.mean(0) <= 0.94).all(), held.mean(0)


def test_level_is_refused_where_one_class_has_too_few_patients() -> None:
    truth = np.array([0] * 19 + [1] * 12)
    probabilities = np.tile([0.5, 0.5], (31, 1))
    found = fit_conformal(probabilities, truth, ("a", "b"), [None] * 31, ONE)
    assert found.levels == (0.9,)
    assert found.patients == (19, 12)
    with pytest.raises(KeyError):
        found.find_sets(probabilities, 0.95)


def test_findings_are_asked_for_each_by_itself() -> None:
    present = np.array([1.0] * 20 + [0.0] * 20)
    probabilities = np.where(present == 1, 0.8, 0.3)[:, None]
    found = fit_conformal(probabilities, present[:, None], ("effusion",), [None] * 40, SEVERAL)
    assert found.describe([0.9], 0.9) == ("effusion present",)
    assert found.describe([0.1], 0.9) == ("effusion absent",)
    # Between what either was ever seen with, nothing is left.
    assert found.describe([0.5], 0.9) == ()


def test_unknown_findings_take_no_part() -> None:
    targets = np.array([[1.0], [0.0]] * 12 + [[np.nan]] * 30)
    found = fit_conformal(np.full((54, 1), 0.5), targets, ("x",), [None] * 54, SEVERAL)
    assert found.patients == (12, 12)


def test_what_a_file_says_comes_back() -> None:
    truth = np.arange(60) % 2
    rng = np.random.default_rng(2)
    probabilities = rng.dirichlet([1, 1], 60)
    found = fit_conformal(probabilities, truth, ("ä", "b"), [None] * 60, ONE, (0.9, 0.99))
    assert found.limits[0.99] is None
    assert read_conformal(found.to_metadata()) == found


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"classes": 3}', "nonsense"])
def test_damaged_or_absent_sets_promise_nothing(text: str) -> None:
    assert read_conformal({"conformal": text}) is None
    assert read_conformal({}) is None


@given(st.data())
def test_higher_levels_leave_no_less(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    probabilities, truth = draw_probabilities(rng, 300)
    found: Conformal = fit_conformal(probabilities, truth, "abc", [None] * 300, ONE, (0.8, 0.9))
    if found.levels == (0.8, 0.9):
        lower, higher = (found.find_sets(probabilities, level) for level in found.levels)
        assert (lower <= higher).all()
