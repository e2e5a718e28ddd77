"""An evaluation in the shell."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medapp.cli.evaluation import describe_evaluation, print_evaluation, state_headline
from medapp.cli.judging import Told
from medapp.evaluation.detection import build_detection
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.operating import operate
from medapp.evaluation.probability import judge_probabilities
from medapp.evaluation.rules import read_rule
from medapp.evaluation.subgroups import judge_subgroups
from medapp.task import find_task

CLASSES = ("nodule", "normal")
TRUTH = [0] * 20 + [1] * 20


def test_a_figure_stands_beside_guessing_and_the_majority_class(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    evaluation = evaluate(np.eye(2)[[1 - t for t in TRUTH]], TRUTH, CLASSES)
    print_evaluation(evaluation)
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    cells = {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in lines}
    assert cells["AUROC"][0].startswith("0.000 [0.000, ")
    assert cells["AUROC"][1:] == ["0.500", "0.500"]
    # All nodules share the lowest score, where precision is their share of the images.
    assert cells["Average precision for nodule"][0].startswith("0.500 [")
    assert cells["Average precision for nodule"][1:] == ["0.500", "0.500"]
    assert "Accuracy" not in cells
    assert cells["Sensitivity for nodule"][1:] == ["0.500", "1.000"]
    assert "Macro sensitivity" not in cells
    assert lines[0][0].startswith("Worse than chance. Balanced accuracy")
    assert state_headline(evaluation).endswith("] (95%) on 40 test images")
    assert "95%" not in state_headline(replace(evaluation, intervals={}))


def test_programs_get_headlines_and_figures_per_patient(
    capsys: pytest.CaptureFixture[str],
) -> None:
    patients = [str(i // 2) for i in range(40)]
    evaluation = evaluate(np.eye(2)[TRUTH], TRUTH, CLASSES, patients)
    values = json.loads(json.dumps(describe_evaluation(evaluation), allow_nan=False))
    assert values["headlines"][0]["name"] == "auroc"
    assert values["verdict_text"].startswith("Balanced accuracy")
    assert values["headlines"][0]["chance"] == 0.5
    assert values["per_patient"]["n"] == 20
    print_evaluation(evaluation)
    said = capsys.readouterr().out
    assert "95% intervals over 20 patients." in said
    assert "Per patient, by the mean of each one's images (20 patients):" in said


def test_findings_stand_with_their_thresholds_and_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    targets = np.array([[1, 0], [1, 1], [0, 0], [0, 1]] * 5)
    scores = np.array([[0.9, 0.1], [0.1, 0.8], [0.4, 0.3], [0.1, 0.7]] * 5)
    task = find_task("multi-label")
    limits = (0.3, 0.5)
    evaluation = evaluate(scores, targets, CLASSES, task=task, thresholds=limits)
    print_evaluation(evaluation)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["nodule", "5", "5", "5", "5"] in lines
    assert ["normal", "10", "0", "0", "10"] in lines
    (share,) = [line for line in lines if line[:2] == ["nodule", "0.30"]]
    assert (share[2], share[5]) == ("0.500", "0.500")
    values = describe_evaluation(evaluation)
    assert values["per_class"]["normal"]["threshold"] == 0.5
    assert [headline["name"] for headline in values["headlines"]][:2] == [
        "macro_auroc",
        "macro_average_precision",
    ]


def test_probabilities_a_threshold_and_groups_stand_below_the_figures(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    scores = np.linspace(0.05, 0.95, 40)
    probabilities = np.stack([scores, 1 - scores], axis=1)
    truth = [0 if i > 18 else 1 for i in range(40)]
    found = evaluate(probabilities, truth, CLASSES)
    detection = build_detection(probabilities, truth, CLASSES)
    point = operate(detection, 0.04, detection, read_rule("sensitivity>=0.95"))
    sexes = ["F", "M"] * 20
    told = Told(
        found,
        judge_probabilities(probabilities, truth, CLASSES),
        point,
        judge_subgroups(probabilities, truth, CLASSES, None, None, sexes, "sex"),
    )
    told.print()
    said = capsys.readouterr().out
    for words in (
        "An interval of the balanced accuracy half as wide would take about",
        "Brier score",
        "Cohen's kappa",
        "ECE ",
        "Threshold for nodule: ",
        "sensitivity of at least 0.95",
        "PPV at a prevalence of 0.04",
        "Of 1,000 images of which 40 have nodule: ",
        "By sex. Balanced accuracy: no gap between groups can be told (1 comparison).",
    ):
        assert words in said, words
    values = json.loads(json.dumps(told.describe(), allow_nan=False))
    assert values["operating"]["choice"]["rule"] == {"kind": "sensitivity", "value": 0.95}
    assert values["operating"]["in_words"] in said
    assert values["subgroups"]["groups"][0]["name"] == "F"
    assert values["probability"]["brier"]["chance"] == 0.25
    assert values["n"] == 40
    assert Told(found).describe()["operating"] is None
