"""The tables of findings on a model's page."""

import numpy as np

from medapp.evaluation.evaluate import evaluate
from medapp.task import find_task
from medapp.ui.models.findings import list_counts, list_figures

NAN = float("nan")


def test_two_by_two_counts_what_is_known_at_the_finding_s_threshold() -> None:
    targets = np.array([[1, 0], [1, 1], [0, 0], [NAN, 1], [0, 0]] * 4)
    scores = np.array([[0.9, 0.1], [0.2, 0.1], [0.4, 0.1], [0.9, 0.9], [0.1, 0.1]] * 4)
    evaluation = evaluate(
        scores, targets, ("mass", "nodule"), task=find_task("multi-label"), thresholds=(0.3, 0.5)
    )
    mass, nodule = list_counts(evaluation)
    expected = {"Missed": 4, "False alarms": 4, "Found": 4, "Rightly not found": 4}
    assert mass == {"Finding": "mass", "Threshold": "0.30", **expected}
    assert nodule["Missed"] == nodule["Found"] == 4
    row = list_figures(evaluation)[0]
    assert (row["With"], row["Known"], row["Prevalence"]) == (8, 16, "0.500")
    # Positives at 0.9 and 0.2, others at 0.4 and 0.1: three of four pairs.
    assert row["AUROC"].startswith("0.750 [")
    # In falling order yes, no, yes, no: precision 1 and 2/3.
    assert row["Average precision"].startswith("0.833 [")
    assert row["Sensitivity"].startswith("0.500 [")
