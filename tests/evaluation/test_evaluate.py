"""The evaluation of predictions, on cases small enough to count by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.errors import RunError
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import find_wilson
from medapp.evaluation.metrics import METRICS
from medapp.evaluation.notes import list_of_patients
from medapp.task import find_task

CLASSES = ("effusion", "nodule", "normal")


def one_hot(predictions: list[int], k: int = 3) -> np.ndarray:
    return np.eye(k)[predictions]


def says(result: Evaluation, text: str) -> bool:
    return any(text in note.text for note in result.notes)


def test_figures_are_those_counted_by_hand() -> None:
    truth = [0, 0, 0, 0, 1, 1, 2, 2]
    probabilities = np.array(
        [
            [0.8, 0.1, 0.1],
            [0.6, 0.3, 0.1],
            [0.5, 0.3, 0.2],
            [0.2, 0.7, 0.1],
            [0.1, 0.8, 0.1],
            [0.5, 0.4, 0.1],
            [0.1, 0.1, 0.8],
            [0.1, 0.7, 0.2],
        ]
    )
    result = evaluate(probabilities, truth, CLASSES)
    assert result.confusion == ((3, 1, 0), (1, 1, 0), (0, 1, 1))
    assert result.n == result.units == 8
    assert result.accuracy == pytest.approx(5 / 8)
    assert (
        result.balanced_accuracy
        == result.macro_sensitivity
        == pytest.approx((3 / 4 + 1 / 2 + 1 / 2) / 3)
    )
    effusion = result.per_class["effusion"]
    assert (effusion.n, effusion.sensitivity, effusion.specificity) == (4, 3 / 4, 3 / 4)
    assert effusion.precision == 3 / 4
    assert effusion.f1 == pytest.approx(3 / 4)
    assert (effusion.n, effusion.others) == (4, 4)
    # Effusion's scores .8 .6 .5 .2 against .5 .1 .1 .1: of 16 pairs 14 are won, one is a tie, one
    # is lost.
    assert effusion.auroc == pytest.approx(14.5 / 16)
    assert result.macro_f1 == pytest.approx((3 / 4 + 2 / 5 + 2 / 3) / 3)


def test_a_class_that_was_not_judged_is_undefined_and_left_out_of_the_macro_figures() -> None:
    result = evaluate(one_hot([0, 0, 1, 2]), [0, 0, 1, 1], CLASSES)
    normal = result.per_class["normal"]
    assert (normal.n, normal.sensitivity, normal.specificity, normal.f1) == (0, None, None, None)
    assert set(normal.intervals.values()) == {None}
    assert result.balanced_accuracy == pytest.approx((1 + 1 / 2) / 2)
    assert result.macro_f1 == pytest.approx((1 + 2 / 3) / 2)
    assert says(result, "No image of normal was judged")


def test_a_class_that_is_never_right_has_figures_of_zero_with_their_intervals() -> None:
    """Zero is a figure: the worst one, and not an undefined one."""
    predictions = [1, 1, 0, 1]
    result = evaluate(one_hot(predictions), [0, 0, 1, 1], CLASSES)
    effusion = result.per_class["effusion"]
    assert (effusion.sensitivity, effusion.precision, effusion.f1) == (0.0, 0.0, 0.0)
    assert effusion.intervals["sensitivity"] == find_wilson(0, 2)
    assert effusion.intervals["precision"] == find_wilson(0, 1)
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert Evaluation.from_dict(json.loads(text)) == result
    by_patient = evaluate(one_hot(predictions), [0, 0, 1, 1], CLASSES, ["p", "q", "r", "s"])
    assert by_patient.per_class["effusion"].intervals["sensitivity"] == find_wilson(0, 2)
    assert not says(by_patient, "All images of")


def test_all_wrong_is_an_accuracy_of_zero_and_not_called_certain() -> None:
    result = evaluate(one_hot([1, 0] * 10, 2), [0, 1] * 10, "ab")
    assert result.accuracy == result.balanced_accuracy == result.macro_f1 == 0.0
    assert result.intervals["accuracy"] == pytest.approx((0.0, 0.1611), abs=1e-4)  # z² / (20 + z²)
    assert says(result, "an accuracy below 0.161")


def test_one_class_alone_has_an_accuracy_and_says_what_it_is_worth() -> None:
    result = evaluate(np.ones((5, 1)), [0] * 5, ["normal"])
    assert (result.accuracy, result.balanced_accuracy, result.macro_auroc) == (1.0, 1.0, None)
    assert result.per_class["normal"].specificity is None
    assert says(result, "All judged images are of one class")


def test_no_image_gives_no_figure() -> None:
    for empty in (np.empty((0, 3)), []):
        result = evaluate(empty, [], CLASSES)
        assert result.n == 0
        assert all(
            getattr(result, metric) is None and result.intervals[metric] is None
            for metric in METRICS
        )
        assert result.confusion == ((0, 0, 0),) * 3
        assert [(note.code, note.level) for note in result.notes] == [("no-images", "grave")]


def test_one_image_says_almost_nothing() -> None:
    result = evaluate(one_hot([0]), [0], CLASSES)
    assert result.accuracy == 1.0
    assert result.intervals["accuracy"] == pytest.approx((0.2065, 1.0), abs=1e-4)  # 1 / (1 + z²)
    assert result.per_class["effusion"].intervals["sensitivity"] == result.intervals["accuracy"]
    assert says(result, "only one image")


def test_all_right_is_not_called_certain() -> None:
    """Wilson for 40 of 40 is 40 / (40 + z²); no interval says that nothing can go wrong."""
    result = evaluate(one_hot([0, 1] * 20), [0, 1] * 20, (*CLASSES[:2], "other"))
    assert result.intervals["accuracy"] == pytest.approx((0.9124, 1.0), abs=1e-4)
    assert says(result, "an accuracy above 0.912")
    # Two sensitivities of [20 / (20 + z²), 1], independent of each other.
    reach = (1 - 20 / (20 + 1.959964**2)) / np.sqrt(2)
    assert result.intervals["balanced_accuracy"] == pytest.approx((1 - reach, 1.0))
    for name in METRICS:
        low, high = result.intervals[name] or (1.0, 1.0)
        assert (low < 0.95, high) == (True, 1.0)
    assert says(result, "AUROC is near 1")
    assert evaluate(one_hot([0, 0, 1, 1]), [0, 1, 1, 0], "abc").intervals["accuracy"] is not None


def test_a_rare_class_opens_the_balanced_accuracy_only_as_far_as_its_own_interval() -> None:
    """Fifty images of one class, three of another, and a model that always says the first."""
    result = evaluate(one_hot([0] * 53, 2), [0] * 50 + [1] * 3, "ab")
    assert result.balanced_accuracy == 0.5
    first = find_wilson(1.0, 50)
    second = find_wilson(0.0, 3)
    assert result.intervals["balanced_accuracy"] == pytest.approx(
        (0.5 - (1 - first[0]) / 2, 0.5 + second[1] / 2)
    )
    assert [note.code for note in result.notes if note.level == "grave"] == ["constant-prediction"]
    assert says(result, "b (3)")


def test_an_interval_over_patients_is_wider_where_a_patients_images_are_alike() -> None:
    generator = np.random.default_rng(0)
    is_right = np.repeat(generator.random(40) < 0.7, 10)  # forty patients, ten equal images each
    truth = np.repeat(np.arange(40) % 2, 10)
    probabilities = one_hot(np.where(is_right, truth, 1 - truth).tolist(), 2)
    patients = [str(i // 10) for i in range(400)]
    by_image, by_patient = (
        evaluate(probabilities, truth, "ab"),
        evaluate(probabilities, truth, "ab", patients),
    )
    assert (by_image.counted, by_patient.counted) == ("images", "patients")
    assert (by_image.units, by_patient.units, by_patient.is_by_patient) == (400, 40, True)
    width = {
        r.counted: r.intervals["accuracy"][1] - r.intervals["accuracy"][0]
        for r in (by_image, by_patient)
    }
    assert width["patients"] / width["images"] == pytest.approx(np.sqrt(10), rel=0.15)
    assert by_image.accuracy == by_patient.accuracy


def test_patients_that_are_all_right_count_as_patients_not_as_images() -> None:
    truth = [0] * 20 + [1] * 20
    patients = [str(i // 10) for i in range(40)]
    result = evaluate(one_hot(truth, 2), truth, "ab", patients)
    low, high = result.per_class["a"].intervals["sensitivity"]
    assert (low, high) == (pytest.approx(2 / (2 + 1.96**2), abs=1e-4), 1.0)  # two of two


def test_a_class_of_one_patient_is_worth_one_observation() -> None:
    result = evaluate(one_hot([0, 1, 1, 1], 2), [0, 0, 1, 1], "ab", ["p", "p", "q", "r"])
    assert result.per_class["a"].sensitivity == 0.5
    assert result.per_class["a"].intervals["sensitivity"] == pytest.approx(find_wilson(0.5, 1))


def test_images_without_a_patient_are_drawn_alone() -> None:
    result = evaluate(one_hot([0, 1, 0, 1]), [0, 1, 1, 0], CLASSES, ["p", "p", None, None])
    assert (result.counted, result.units) == ("patients", 3)
    assert says(result, "unknown for 2 of 4 images")
    assert evaluate(one_hot([0]), [0], CLASSES, [None]).counted == "images"


def test_one_patient_is_worth_one_observation() -> None:
    result = evaluate(one_hot([0, 1, 1]), [0, 1, 0], CLASSES, ["p"] * 3)
    assert result.intervals["accuracy"] == pytest.approx(find_wilson(2 / 3, 1))
    assert says(result, "only one patient")


def test_unknown_patients_make_the_interval_a_lower_bound_on_the_doubt() -> None:
    truth = [0, 1] * 15
    assert says(evaluate(one_hot(truth), truth, "abc"), "the doubt is larger")
    known = [str(i) for i in range(30)]
    assert not says(evaluate(one_hot(truth), truth, "abc", known), "doubt")
    partly = [None, *known[1:]]
    assert says(evaluate(one_hot(truth), truth, "abc", partly), "the doubt may be larger")


def test_figures_per_patient_are_those_of_the_mean_of_their_images() -> None:
    probabilities = np.array(
        [[0.9, 0.1], [0.3, 0.7], [0.6, 0.4], [0.2, 0.8], [0.4, 0.6], [0.9, 0.1], [0.1, 0.9]]
    )
    truth = [0, 0, 1, 1, 1, 0, 1]
    patients = ["p", "p", "q", "q", "r", "s", "s"]
    result = evaluate(probabilities, truth, "ab", patients)
    assert result.confusion == ((2, 1), (1, 3))
    found = result.per_patient
    assert found is not None
    # p: (0.6, 0.4), q: (0.4, 0.6), r: (0.4, 0.6); s has both labels.
    assert (found.n, found.units, found.counted) == (3, 3, "patients")
    assert found.confusion == ((1, 0), (0, 2))
    assert found.accuracy == 1.0
    assert says(found, "1 of 4 patients has images with different labels")
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert Evaluation.from_dict(json.loads(text)) == result


def test_there_are_no_figures_per_patient_where_each_has_one_image_or_none_is_known() -> None:
    truth = [0, 1, 0, 1]
    assert evaluate(one_hot(truth), truth, CLASSES, list("pqrs")).per_patient is None
    assert evaluate(one_hot(truth), truth, CLASSES).per_patient is None
    assert evaluate(one_hot(truth), truth, CLASSES, list("ppqq")).per_patient is None


def test_an_evaluation_is_the_same_after_json() -> None:
    result = evaluate(one_hot([0, 0, 1, 1]), [0, 0, 1, 0], CLASSES, ["p", "q", "r", None])
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert Evaluation.from_dict(json.loads(text)) == result
    assert Evaluation.from_dict({**json.loads(text), "colour": "green"}) == result
    named = replace(result, split="test", dataset="elsewhere")
    assert Evaluation.from_dict({**json.loads(text), "split": "test", "dataset": "elsewhere"}) == (
        named
    )
    assert isinstance(result.to_dict()["intervals"]["accuracy"], list)


@given(st.integers(1, 30), st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_images_changes_no_figure(n: int, k: int, shuffler: object) -> None:
    generator = np.random.default_rng(shuffler.randrange(2**32))  # type: ignore[attr-defined]
    probabilities, truth = generator.dirichlet(np.ones(k), n), generator.integers(0, k, n)
    order = generator.permutation(n)
    first = evaluate(probabilities, truth, "abcd"[:k])
    second = evaluate(probabilities[order], truth[order], "abcd"[:k])
    assert first.confusion == second.confusion
    for metric in METRICS:
        assert getattr(first, metric) == pytest.approx(getattr(second, metric))
        assert all(0 <= low <= high <= 1 for low, high in filter(None, first.intervals.values()))


@pytest.mark.parametrize(("patients", "images"), [(50, 1), (20, 4), (10, 4)])
def test_intervals_of_a_good_model_hold_the_truth_and_do_not_flatter(
    patients: int, images: int
) -> None:
    """An accuracy of 0.98 and an AUROC of 0.998, half of the variance between patients."""
    generator = np.random.default_rng(0)
    truths = np.repeat(np.arange(patients) % 2, images)
    owners = np.repeat(np.arange(patients), images)
    groups = [str(owner) for owner in owners]
    aims = {"accuracy": 0.98, "balanced_accuracy": 0.98, "macro_auroc": 0.99815}
    held = dict.fromkeys(aims, 0)
    flattering = dict.fromkeys(aims, 0)
    for _ in range(300):
        noise = generator.normal(size=patients)[owners] + generator.normal(size=len(owners))
        logits = 2.0537 * (2 * truths - 1) + noise / np.sqrt(2)
        chance = 1 / (1 + np.exp(-logits))
        result = evaluate(np.stack([1 - chance, chance], axis=1), truths, "ab", groups)
        for name, aim in aims.items():
            low, high = result.intervals[name] or (0.0, 0.0)
            held[name] += low <= aim <= high
            flattering[name] += low > aim
    for name in aims:
        assert held[name] >= 0.9 * 300, name
        assert flattering[name] <= 0.05 * 300, name


def test_broken_probabilities_are_refused_in_words() -> None:
    with pytest.raises(RunError, match="2 of 3 predictions are not finite numbers"):
        evaluate(np.array([[np.nan, 1.0], [0.5, 0.5], [np.inf, 0.0]]), [0, 1, 0], "ab")


@pytest.mark.parametrize(
    ("probabilities", "truth", "groups"),
    [
        (np.ones((2, 3)), [0, 1], None),
        (np.ones((2, 2)), [0], None),
        (np.ones((2, 2)), [0, 2], None),
        (np.ones((2, 2)), [0, -1], None),
        (np.ones((2, 2)), [0, 1], ["p"]),
    ],
)
def test_shapes_that_do_not_fit_are_a_fault(
    probabilities: np.ndarray, truth: list[int], groups: list[str] | None
) -> None:
    with pytest.raises(ValueError, match=r"probabilities|truth|groups"):
        evaluate(probabilities, truth, "ab", groups)


def test_figures_of_a_file_from_before_there_were_tasks_are_read() -> None:
    result = evaluate(one_hot([0, 0, 1, 1]), [0, 0, 1, 0], CLASSES)
    values = json.loads(json.dumps(result.to_dict()))
    for name in ("task", "split", "dataset", "positive", "method", "per_patient"):
        del values[name]
    values["resampled"] = values.pop("counted")
    for figures in values["per_class"].values():
        del figures["others"]
    values["notes"] = ["A text alone."]
    old = Evaluation.from_dict(values)
    assert (old.task, old.positive, old.accuracy) == ("single-label", "", result.accuracy)
    assert (old.counted, old.intervals) == ("images", result.intervals)
    assert [note.code for note in old.notes] == ["note", "older-intervals"]
    assert Evaluation.from_dict(old.to_dict()) == old


def test_an_older_file_of_two_classes_gets_its_positive_class_by_name() -> None:
    result = evaluate(one_hot([0, 0, 1, 1], 2), [0, 0, 1, 0], ("nodule", "normal"))
    values = result.to_dict()
    for name in ("positive", "method"):
        del values[name]
    values["notes"] = []
    old = Evaluation.from_dict(values)
    assert (old.positive, result.positive) == ("nodule", "nodule")
    assert says(old, "those for nodule (chosen by the names")


def test_an_older_file_that_took_the_other_class_for_the_finding_is_set_right() -> None:
    classes = ("Pneumonie", "unauffällig")
    result = evaluate(one_hot([0, 0, 1, 1], 2), [0, 0, 1, 0], classes, ["a", "a", "b", "c"])
    assert result.positive == "Pneumonie"
    values = result.to_dict()
    values["positive"] = values["per_patient"]["positive"] = "unauffällig"
    for note in (*values["notes"], *values["per_patient"]["notes"]):
        if note["code"] == "positive-class":
            note["text"] = "Sensitivity and specificity are those for unauffällig."
    assert Evaluation.from_dict(values) == result


@pytest.mark.parametrize(
    "damage",
    [
        {"accuracy": "0.9"},
        {"accuracy": ""},
        {"n": None},
        {"intervals": {name: ["a", "b"] for name in METRICS}},
        {"dataset": 7},
        {"positive": "elsewhere"},
        {"notes": [7]},
    ],
)
def test_figures_that_are_no_numbers_are_damage(damage: dict[str, object]) -> None:
    result = evaluate(one_hot([0, 0, 1, 1]), [0, 0, 1, 0], CLASSES)
    result.check()
    with pytest.raises((TypeError, ValueError)):
        Evaluation.from_dict({**result.to_dict(), **damage}).check()


# Several labels an image

SEVERAL = find_task("multi-label")
NAN = np.nan
TIMES = 3  # each of these images
FINDINGS = np.tile(
    [  # effusion, nodule, and one that nobody has
        [1, 0, 0],
        [1, 1, 0],
        [0, NAN, 0],
        [0, 0, 0],
        [1, NAN, NAN],
        [0, 1, 0],
    ],
    (TIMES, 1),
)
SCORES = np.tile(
    [
        [0.9, 0.6, 0.1],
        [0.8, 0.7, 0.2],
        [0.6, 0.9, 0.3],
        [0.2, 0.1, 0.1],
        [0.4, 0.2, 0.9],
        [0.1, 0.2, 0.6],
    ],
    (TIMES, 1),
)


def test_figures_of_findings_are_those_counted_by_hand_over_what_is_known() -> None:
    result = evaluate(SCORES, FINDINGS, CLASSES, task=SEVERAL)
    assert (result.n, result.task, result.confusion) == (18, "multi-label", ())
    # Effusion: found in images 1, 2, 3; there in 1, 2, 5.
    effusion = result.per_class["effusion"]
    assert (effusion.n, effusion.sensitivity, effusion.specificity) == (
        9,
        pytest.approx(2 / 3),
        pytest.approx(2 / 3),
    )
    assert effusion.precision == effusion.f1 == pytest.approx(2 / 3)
    # Its scores .9 .8 .4 against .6 .2 .1: of nine pairs one is lost.
    assert effusion.auroc == pytest.approx(8 / 9)
    # Nodule: known of images 1, 2, 4, 6; there in 2 and 6, found in 1 and 2.
    nodule = result.per_class["nodule"]
    assert (nodule.n, nodule.sensitivity, nodule.specificity, nodule.f1) == (6, 0.5, 0.5, 0.5)
    # Its scores .7 .2 against .6 .1: three of four pairs are won.
    assert nodule.auroc == pytest.approx(3 / 4)
    assert result.per_class["normal"].n == 0
    assert result.per_class["normal"].sensitivity is None
    assert says(result, "show, normal (0 with, 15 without): no AUROC")
    assert says(result, "nodule of 12, normal of 15. A figure counts the images of which")
    # Said of 3 images with it for each that lacks it, at one half.
    assert (effusion.threshold, effusion.hits, effusion.false_alarms) == (0.5, 6, 3)
    assert result.macro_sensitivity == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert result.balanced_accuracy == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert result.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert result.macro_auroc == pytest.approx((8 / 9 + 3 / 4) / 2)
    # In the order of the scores, by threes: effusion yes yes no yes, precision 1, 1, 3/4.
    assert effusion.average_precision == pytest.approx((1 + 1 + 3 / 4) / 3)
    # Nodule: yes, no, yes: precision 1 and 2/3.
    assert nodule.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert result.macro_average_precision == pytest.approx((11 / 12 + 5 / 6) / 2)
    # Right in all that is known: images 2 and 4.
    assert result.accuracy == pytest.approx(2 / 6)


def test_a_finding_counts_as_there_from_its_own_threshold() -> None:
    result = evaluate(SCORES, FINDINGS, CLASSES, task=SEVERAL, thresholds=(0.3, 0.65, 0.5))
    assert result.thresholds == (0.3, 0.65, 0.5)
    effusion = result.per_class["effusion"]
    assert (effusion.hits, effusion.false_alarms, effusion.specificity) == (9, 3, 2 / 3)
    # Of nodule's images, known of 1, 2, 4 and 6, only the second gets there.
    nodule = result.per_class["nodule"]
    assert (nodule.hits, nodule.false_alarms, nodule.specificity) == (3, 0, 1.0)
    assert says(result, "The threshold of normal is one half")
    assert Evaluation.from_dict(result.to_dict()).thresholds == result.thresholds


def test_images_that_several_models_judged_have_each_one_s_thresholds() -> None:
    """As in cross-validation: the first half by a model that finds all, the others nothing."""
    targets = np.tile([[1], [0]], (20, 1))
    scores = np.full((40, 1), 0.5)
    limits = np.repeat([[0.3], [0.9]], 20, axis=0)
    found = evaluate(scores, targets, ("mass",), task=SEVERAL, thresholds=limits).per_class["mass"]
    assert (found.hits, found.false_alarms) == (10, 10)
    assert found.threshold == pytest.approx(0.6)


def test_a_finding_of_four_images_is_named_and_not_judged() -> None:
    """Its figures would hang on single patients; the macro figures are those of the others."""
    generator = np.random.default_rng(0)
    targets = np.column_stack([np.arange(60) < 30, np.arange(60) < 4]).astype(float)
    scores = generator.random((60, 2))
    result = evaluate(scores, targets, ("common", "rare"), task=SEVERAL)
    rare = result.per_class["rare"]
    assert (rare.n, rare.others, rare.auroc, rare.average_precision) == (4, 56, None, None)
    assert result.macro_auroc == result.per_class["common"].auroc
    note = next(note for note in result.notes if note.code == "finding-not-judged")
    assert "rare (4 with, 56 without)" in note.text
    assert note.level == "caution"
    alone = evaluate(scores[:, 1:], targets[:, 1:], ("rare",), task=SEVERAL)
    assert [note.level for note in alone.notes if note.code == "finding-not-judged"] == ["grave"]


def test_a_patient_has_the_findings_that_his_images_agree_on() -> None:
    """Image by image what is unknown says nothing; where images differ, the patient is unknown."""
    targets = np.array([[1, 0], [NAN, 1], [0, NAN], [0, 0], [1, NAN], [1, NAN]] * 5)
    groups = [f"{patient}{i}" for i in range(5) for patient in "aabbcc"]
    generator = np.random.default_rng(1)
    result = evaluate(generator.random((30, 2)), targets, ("x", "y"), groups, SEVERAL)
    assert result.per_patient is not None
    x, y = result.per_patient.per_class.values()
    assert (result.per_patient.n, x.n, x.others) == (15, 10, 5)  # a and c have x, b has not
    assert (y.n, y.others) == (0, 5)  # a's images differ, of c nothing is known
    assert says(result.per_patient, "5 of 15 patients have images that differ in a finding")
    of_patients = [note.text for note in list_of_patients(result, result.per_patient)]
    assert any(
        text.startswith("Fewer than 5 patients are known to show, or not to show, y (0 with, 5")
        for text in of_patients
    )


def test_intervals_of_findings_count_only_what_is_known() -> None:
    result = evaluate(SCORES, FINDINGS, CLASSES, task=SEVERAL)
    for name, hits, trials in (("effusion", 2 * TIMES, 3 * TIMES), ("nodule", TIMES, 2 * TIMES)):
        found = result.per_class[name].intervals
        assert found["sensitivity"] == pytest.approx(find_wilson(hits / trials, trials))
        assert found["specificity"] == pytest.approx(find_wilson(hits / trials, trials))
        assert found["precision"] == pytest.approx(find_wilson(hits / trials, trials))
    for name in METRICS:
        low, high = result.intervals[name] or (1.0, 0.0)
        assert 0 <= low <= getattr(result, name) <= high <= 1


def test_an_evaluation_of_findings_is_the_same_after_json_and_by_patient() -> None:
    patients = ["p", "p", "q", "q", "r", None] * TIMES
    result = evaluate(SCORES, FINDINGS, CLASSES, patients, task=SEVERAL)
    assert (result.counted, result.units) == ("patients", 3 + TIMES)
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert Evaluation.from_dict(json.loads(text)) == result


def test_no_image_gives_no_figure_of_findings() -> None:
    result = evaluate(np.empty((0, 3)), np.empty((0, 3)), CLASSES, task=SEVERAL)
    assert (result.n, result.accuracy, result.macro_auroc) == (0, None, None)


def test_findings_of_which_nothing_is_known_have_no_figure() -> None:
    result = evaluate(SCORES, np.full((18, 3), NAN), CLASSES, task=SEVERAL)
    assert (result.n, result.macro_auroc, result.balanced_accuracy) == (18, None, None)


def test_broken_probabilities_of_findings_are_refused_in_words() -> None:
    broken = SCORES.copy()
    broken[2, 1] = np.nan
    with pytest.raises(RunError, match="1 of 18 predictions are not finite numbers"):
        evaluate(broken, FINDINGS, CLASSES, task=SEVERAL)


def test_notes_on_findings_say_what_is_so() -> None:
    """One finding that some images have and others have not tells the model's worth."""
    scores, targets = SCORES[:, :1], FINDINGS[:, :1]
    result = evaluate(scores, targets, CLASSES[:1], task=SEVERAL)
    assert result.macro_auroc == pytest.approx(8 / 9)
    assert not says(result, "no AUROC")
    unknown = evaluate(SCORES, np.full((18, 3), NAN), CLASSES, task=SEVERAL)
    assert not says(unknown, "There is no image to judge")


def test_images_that_all_have_a_finding_leave_its_auroc_undefined() -> None:
    result = evaluate(SCORES[:, :1], np.ones((18, 1)), CLASSES[:1], task=SEVERAL)
    assert result.macro_auroc is None
    assert says(result, "AUROC")


def test_intervals_of_findings_hold_the_truth_and_do_not_flatter() -> None:
    """Three findings of a tenth of the images each, half of the variance between patients.

    The logits of a finding and its absence lie 2 standard deviations apart, so that sensitivity and
    specificity are Φ(1) = 0.8413 and the AUROC is Φ(√2) = 0.9214.
    """
    generator = np.random.default_rng(0)
    # The average precision is that of two million images.
    aims = {"balanced_accuracy": 0.8413, "macro_auroc": 0.9214, "macro_average_precision": 0.6670}
    held = dict.fromkeys(aims, 0)
    flattering = dict.fromkeys(aims, 0)
    for _ in range(200):
        owners = np.repeat(np.arange(60), generator.integers(1, 7, 60))
        targets = (generator.random((len(owners), 3)) < 0.1).astype(float)
        noise = generator.normal(size=(60, 3))[owners] + generator.normal(size=targets.shape)
        logits = 2 * targets - 1 + noise / np.sqrt(2)
        groups = [str(owner) for owner in owners]
        result = evaluate(1 / (1 + np.exp(-logits)), targets, CLASSES, groups, SEVERAL)
        for name, aim in aims.items():
            low, high = result.intervals[name] or (0.0, 0.0)
            held[name] += low <= aim <= high
            flattering[name] += low > aim
    for name in aims:
        assert held[name] >= 0.9 * 200, name
        assert flattering[name] <= 0.05 * 200, name


def test_intervals_are_by_patient_in_words_only_where_patients_are_known() -> None:
    truth = [0, 1, 0, 1]
    known = evaluate(one_hot(truth), truth, CLASSES, list("pqrs"))
    unknown = evaluate(one_hot(truth), truth, CLASSES)
    assert known.method == unknown.method
    assert "clustered by patient" in known.interval_method
    assert "patient" not in unknown.interval_method
