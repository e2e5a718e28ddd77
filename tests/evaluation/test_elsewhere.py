"""A model in another place: verdicts, intervals of differences, how sure it is of each class."""

import numpy as np
import pytest

from medapp.errors import RecipeError
from medapp.evaluation.case import build_case
from medapp.evaluation.elsewhere.decision import decide, find_floor
from medapp.evaluation.elsewhere.measuring import (
    compare_classes,
    describe_sureness,
    estimate_mean,
    judge_recalibration,
)
from medapp.evaluation.elsewhere.record import (
    Decision,
    Elsewhere,
    Kind,
    OfClass,
    Recalibration,
    bound_difference,
    show_auroc,
)
from medapp.evaluation.elsewhere.words import list_sides
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import find_wilson
from medapp.evaluation.predictive import Rate
from medapp.evaluation.sample_size import find_times_to_reach
from medapp.task import find_task

TASK = find_task("single-label")
CLASSES = ("well", "ill")
UNCHANGED = Recalibration("unchanged", "", 0.4, 0.4, Rate(0.0, (-0.1, 0.1)))


def simulate(n: int, separation: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2
    logits = rng.normal(size=n) + separation * (truth - 0.5)
    ill = 1 / (1 + np.exp(-logits))
    return np.stack([1 - ill, ill], axis=1), truth


def judge(n: int, separation: float, seed: int = 0) -> Evaluation:
    return evaluate(*simulate(n, separation, seed), CLASSES)


def ask(here: Evaluation, home: Evaluation | None, floor: float, **more: object) -> Decision:
    classes = {name: OfClass(here.per_class[name].n, None, None, None, None) for name in CLASSES}
    facts = {"kind": None, "classes": classes, "recalibration": UNCHANGED, **more}
    return decide(here, home, floor=floor, **facts)  # type: ignore[arg-type]


def test_yes_where_the_whole_interval_reaches_the_floor() -> None:
    home, here = judge(400, 3), judge(100, 3, 1)
    found = ask(here, home, find_floor(home, None))
    assert find_floor(home, None) == pytest.approx(home.macro_auroc - 0.1)
    assert found.verdict == "yes"
    assert "which it reaches" in found.reasons[0]
    assert "cannot be told apart" in found.reasons[1]


def test_a_yes_for_the_ranking_says_that_too_much_is_missed_where_it_is() -> None:
    scores, truth = simulate(200, 3)
    logits = np.log(scores[:, 1] / scores[:, 0]) - 2
    ill = 1 / (1 + np.exp(-logits))
    here = evaluate(np.stack([1 - ill, ill], axis=1), truth, CLASSES)
    missed = round(100 * (1 - here.per_class["ill"].sensitivity))
    found = ask(here, None, 0.8)
    assert found.verdict == "yes"
    assert (
        f"As it decides now it misses {missed} of 100 images of ill (interval" in found.reasons[1]
    )
    assert "The yes is for how it ranks images" in found.reasons[1]
    fitting = ask(judge(400, 6), None, 0.8)
    assert not any("misses" in reason for reason in fitting.reasons)


def test_better_than_at_home_is_what_learned_images_give_and_is_said() -> None:
    home, here = judge(400, 1), judge(400, 5, 1)
    found = ask(here, home, 0.7)
    assert found.verdict == "yes"
    assert "better than at home" in found.reasons[1]
    assert "its makers cannot have had these" in found.reasons[2]
    alike = ask(judge(400, 1, 1), home, 0.6)
    assert not any("makers" in reason for reason in alike.reasons)


def test_no_where_the_whole_interval_lies_below_it() -> None:
    home, here = judge(400, 3), judge(100, 0.2, 1)
    found = ask(here, home, 0.85)
    assert found.verdict == "no"
    assert "less good than at home" in found.reasons[1]
    # Other probabilities do not mend what cannot tell the classes apart.
    assert not any("recalibrat" in reason for reason in found.reasons)


def test_more_labels_where_the_floor_lies_inside() -> None:
    here = judge(40, 2)
    shown = show_auroc(here)
    assert shown is not None
    floor = (shown.interval[0] + shown.value) / 2
    found = ask(here, None, floor)
    assert found.verdict == "label more"
    assert found.needed is not None
    assert found.needed > here.units
    assert f"about {found.needed}" in found.reasons[0]
    close = ask(here, None, shown.value - 0.001)
    assert close.needed is None
    assert "many more images" in close.reasons[0]


def test_nothing_is_told_of_a_handful_or_of_another_organ() -> None:
    few = judge(14, 3)
    found = ask(few, None, 0.6)
    assert (found.verdict, found.needed) == ("label more", None)
    assert "well (7), ill (7)" in found.reasons[0]
    alien = ask(judge(100, 3), None, 0.6, kind=Kind(100, 90, 51))
    assert alien.verdict == "no"
    assert "51 of 100 images" in alien.reasons[0]


def test_a_floor_must_be_known_or_asked_for() -> None:
    assert find_floor(None, 0.8) == 0.8
    for asked in (0.3, 1.0):
        with pytest.raises(RecipeError, match="AUROC lies between"):
            find_floor(None, asked)
    with pytest.raises(RecipeError, match="not known"):
        find_floor(None, None)


def test_a_floor_from_a_loose_figure_says_so() -> None:
    close, loose, here = judge(400, 3), judge(24, 2), judge(100, 3, 1)
    told = "not known as closely"
    assert not any(told in reason for reason in ask(here, close, find_floor(close, None)).reasons)
    assert any(told in reason for reason in ask(here, loose, find_floor(loose, None)).reasons)
    # What somebody asked for rests on nothing.
    assert not any(told in reason for reason in ask(here, loose, 0.7).reasons)


def test_better_than_home_is_no_yes_where_these_may_be_what_was_learned() -> None:
    home, here, alike = judge(400, 1), judge(100, 4, 1), judge(400, 1, 2)
    assert ask(here, home, 0.6).verdict == "yes"
    found = ask(here, home, 0.6, could_be_seen=True)
    assert (found.verdict, found.needed) == ("label more", None)
    assert "may be among them" in found.reasons[0]
    assert any("makers cannot have had" in reason for reason in found.reasons)
    # As good as at home is no sign of it.
    assert ask(alike, home, 0.6, could_be_seen=True).verdict == "yes"


def test_times_to_reach_are_those_of_the_score_interval() -> None:
    interval = find_wilson(0.9, 50)
    times = find_times_to_reach(0.9, interval, 0.85)
    assert times is not None
    assert find_wilson(0.9, 50 * times)[0] == pytest.approx(0.85, abs=1e-6)
    assert find_times_to_reach(0.9, interval, 0.9) is None
    below = find_times_to_reach(0.8, find_wilson(0.8, 50), 0.85)
    assert below is not None
    assert find_wilson(0.8, 50 * below)[1] == pytest.approx(0.85, abs=1e-6)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998, table II, case (a): 56/70 and 48/80, method 10.
    first = Rate(56 / 70, find_wilson(56 / 70, 70))
    second = Rate(48 / 80, find_wilson(48 / 80, 80))
    low, high = bound_difference(first, second)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_a_mean_has_students_interval_over_patients() -> None:
    values = np.array([0.1, 0.4, 0.4, 0.9])
    alone = estimate_mean(values, np.arange(4), 4)
    assert alone is not None
    reach = 3.182446 * values.std(ddof=1) / 2
    assert alone.interval == pytest.approx((0.45 - reach, 0.45 + reach), rel=1e-4)
    # Twins say what one says.
    twins = estimate_mean(np.repeat(values, 2), np.repeat(np.arange(4), 2), 4)
    assert twins is not None
    assert twins.interval == pytest.approx(alone.interval)
    assert estimate_mean(values[:1], np.zeros(1, np.intp), 1) is None
    assert estimate_mean(values[:0], np.zeros(0, np.intp), 0) is None


def test_classes_are_compared_by_share_and_by_how_sure_the_model_is() -> None:
    scores = np.array([[0.9, 0.1], [0.7, 0.3], [0.4, 0.6], [0.2, 0.8], [0.1, 0.9]])
    case = build_case(scores, [0, 0, 1, 1, 1], CLASSES, TASK)
    sure = describe_sureness(case, [None] * 5)
    assert [rate.value for rate in sure if rate] == pytest.approx([0.8, 2.3 / 3])
    home = judge(400, 3)
    there = {"well": Rate(0.8, (0.79, 0.81)), "ill": Rate(0.01, (0.005, 0.015))}
    found = compare_classes(CLASSES, case, [None] * 5, home, there)
    assert (found["ill"].n, found["ill"].share_at_home) == (3, 0.5)
    assert found["ill"].share is not None
    assert found["ill"].share.value == 0.6
    assert [of.has_drifted for of in found.values()] == [False, True]


def test_of_findings_the_share_is_of_images_of_which_it_is_known() -> None:
    truth = np.array([[1, 0], [1, np.nan], [0, 1], [1, np.nan]])
    case = build_case(np.full((4, 2), 0.5), truth, ("a", "b"), find_task("multi-label"))
    found = compare_classes(("a", "b"), case, [None] * 4, None, {})
    shares = [of.share.value for of in found.values() if of.share]
    assert shares == [0.75, 0.5]


def test_a_gain_is_over_patients_and_helps_only_beyond_chance() -> None:
    before = np.full(30, 0.7)
    after = before - np.linspace(0.1, 0.3, 30)
    found = judge_recalibration("offset", "", before, after, [None] * 30)
    assert found.gain is not None
    assert found.gain.value == pytest.approx(0.2)
    assert found.helps
    assert not judge_recalibration("unchanged", "", before, after, [None] * 30).helps
    assert not judge_recalibration("offset", "", before, before, [None] * 30).helps
    few = judge_recalibration("none", "too few", before, before, [None] * 30)
    assert (few.method, few.reason, few.helps) == ("", "too few", False)


def test_both_sides_stand_in_one_table() -> None:
    home, here = judge(400, 3), judge(100, 3, 1)
    classes = {n: OfClass(50, None, 0.5, None, Rate(0.8, (0.7, 0.9))) for n in CLASSES}
    decision = ask(here, home, 0.8)
    found = Elsewhere(here, home, None, classes, UNCHANGED, decision)
    rows = {what: (there, own) for what, there, own in list_sides(found)}
    assert rows["Judged on"] == ("400 images", "100 images")
    assert rows["Share of ill"] == ("0.500", "–")
    assert rows["Mean probability of ill on its images"] == ("0.800 [0.700, 0.900]", "–")
    assert found.difference is not None
    assert found.to_dict()["decision"]["verdict"] == "yes"
