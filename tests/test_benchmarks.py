"""Benchmarks of speed run on a handful of images and claim something; what the figures are, no test
says.
"""

import json
import math
from pathlib import Path

import pytest
from browser.serving import find_chromium
from conftest import Trained

from benchmarks.__main__ import BENCHMARKS, Row, keep
from benchmarks.accuracy import choosing
from benchmarks.accuracy.coverage import Population, Tally, measure
from benchmarks.kit.claims import Claim

QUICK = [row for row in BENCHMARKS if row.quick is not None]


@pytest.mark.parametrize("row", QUICK, ids=[row.name for row in QUICK])
def test_a_benchmark_runs_and_claims_something(row: Row, trained: Trained) -> None:
    if row.module.startswith("browser.") and find_chromium() is None:
        pytest.skip("no Chromium or Chrome on the PATH, and MEDAPP_CHROMIUM is not set")
    claims = row.run(row.quick or "", str(trained.folder))
    assert claims
    assert all(math.isfinite(claim.figure) for claim in claims)


def test_a_claim_says_whether_its_aim_is_met() -> None:
    faster, slower = Claim("1", "a", "b", 2.0, 1.5), Claim("2", "a", "b", 2.0, 1.5, is_ceiling=True)
    assert (faster.verdict, faster.aim_text) == ("met", "≥ 1.5 ×")
    assert (slower.verdict, slower.aim_text) == ("missed", "≤ 1.5 ×")
    assert [Claim("1", "a", "", figure, 1.0, "").figure_text for figure in (12345.6, 0.012345)] == [
        "12,346",
        "0.0123",
    ]


def test_claims_of_an_earlier_measurement_are_replaced(tmp_path: Path) -> None:
    keep(tmp_path, "feed", [Claim("7", "old", "b", 1.0, 2.0), Claim("7", "older", "b", 1.0, 2.0)])
    keep(tmp_path, "live_charts", [Claim("12", "other", "", 4.0, 2.0, "ms", is_ceiling=True)])
    keep(tmp_path, "feed", [Claim("7", "new", "b", 3.0, 2.0)])
    rows = [
        json.loads(line)
        for line in (tmp_path / "speed.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [(row["benchmark"], row["what"]) for row in rows] == [
        ("feed", "new"),
        ("live_charts", "other"),
    ]
    table = (tmp_path / "speed.md").read_text(encoding="utf-8").splitlines()
    assert table[2:] == [
        "| 7 | new | b | 3 × | ≥ 2 × | met |",
        "| 12 | other | – | 4 ms | ≤ 2 ms | missed |",
    ]


def test_intervals_above_the_truth_flatter() -> None:
    tally = Tally()
    for interval in ((0.8, 0.9), (0.85, 0.95), (0.5, 0.7), (0.9, 1.0), None):
        tally.add(interval, 0.82)
    assert str(tally) == "0.250 | 0.500 | 0.125"


def test_coverage_is_measured_beside_that_of_the_bootstrap() -> None:
    rows = list(measure(Population((10, 10), 1, 4.107, 0.0), 40))
    assert [row.split(" | ")[1] for row in rows] == [
        "accuracy",
        "balanced accuracy",
        "macro F1",
        "macro AUROC",
    ]
    accuracy = rows[0].strip("| ").split(" | ")
    assert float(accuracy[2]) == pytest.approx(0.98, abs=0.003)
    before, now = float(accuracy[3]), float(accuracy[6])
    # 67 of 100 such studies have no error, and there the bootstrap says [1, 1].
    assert before < 0.6
    assert now > 0.8


def test_the_best_of_many_test_figures_flatters_and_that_of_validation_does_not() -> None:
    row = choosing.measure(models=20, images=150, studies=400)
    assert 0.02 < row.flattery_of_test < 0.05
    assert abs(row.flattery_of_validation) < 0.006
    # Of one model there is nothing to choose.
    alone = choosing.measure(models=1, images=150, studies=400)
    assert alone.flattery_of_test == alone.flattery_of_validation
    assert abs(alone.flattery_of_test) < 0.006
