"""Benchmarks of speed run on a handful of images and claim something; what the figures are, no test
says.
"""

import json
import math
from argparse import Namespace
from pathlib import Path

import pytest
from browser.serving import find_chromium
from conftest import Trained

from benchmarks.__main__ import BENCHMARKS, Row, keep
from benchmarks.accuracy import (
    best_of,
    choosing,
    coverage_clinic,
    paired_tests,
    ranking_published,
    robustness,
    travel_tables,
    verdicts,
)
from benchmarks.accuracy.coverage import Population, Tally, measure
from benchmarks.accuracy.ranking_table import build_tables
from benchmarks.kit.claims import Claim
from benchmarks.kit.rows import append_row, has_row, load_rows
from medapp.store.workspace import Workspace

QUICK = [row for row in BENCHMARKS if row.quick is not None]


@pytest.mark.parametrize("row", QUICK, ids=[row.name for row in QUICK])
def test_a_benchmark_runs_and_claims_something(
    row: Row, workspace: Workspace, trained_once: Trained
) -> None:
    if row.module.startswith("browser.") and find_chromium() is None:
        pytest.skip("no Chromium or Chrome on the PATH, and MEDAPP_CHROMIUM is not set")
    claims = row.run(row.quick or "", str(trained_once.folder))
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


def test_the_best_of_many_is_worth_its_corrected_figure() -> None:
    row = best_of.measure(models=20, patients=75, images=1, spread=0.0, studies=40)
    assert 0.04 < row.too_much < 0.09
    assert abs(row.left) < 0.02
    assert row.held_corrected > row.held


def test_tests_over_patients_call_equal_models_different_less_often() -> None:
    ranks, ranks_of_images, shares, shares_of_images = paired_tests.measure(40, 4, 100)
    assert ranks < 0.12
    assert ranks < ranks_of_images
    assert shares < shares_of_images


def test_a_ranking_is_judged_by_what_training_gave() -> None:
    probe = {"a": 0.9, "b": 0.8, "c": 0.7}
    ranking = {
        "what": "ranking",
        "data": "one",
        "scores": {name: {"probe": value} for name, value in probe.items()},
        "intervals": {name: [value - 0.1, value + 0.1] for name, value in probe.items()},
        "apart": {"a": ["c"], "b": [], "c": ["a"]},
    }
    tests = {"a": (0.80, 0.90), "b": (0.85, 0.95), "c": (0.50, 0.60)}
    runs = [
        {"what": "run", "data": "one", "source": source, "validation": value, "test": value}
        for source, values in tests.items()
        for value in values
    ]
    lines = build_tables([ranking, *runs]).splitlines()
    assert (
        "| b | 0.800 [0.700, 0.900] | no | 0.900 [0.850, 0.950] | 0.900 [0.850, 0.950] |" in lines
    )
    # Of three pairs two are in order: (2 - 1) / 3. Taking a loses 5 points against b.
    assert "| Linear probe | 1 | 0.33 | 5.00 |" in lines
    assert "| always c | 1 | – | 35.00 |" in lines
    assert lines[-1] == (
        "Of pairs told apart 1 of 1 came out in that order, of those not told apart 1 of 2."
    )


def test_a_source_whose_seeds_are_not_all_there_is_not_averaged() -> None:
    ranking = {
        "what": "ranking",
        "data": "one",
        "scores": {name: {"probe": 0.5} for name in "ab"},
        "intervals": {name: [0.4, 0.6] for name in "ab"},
        "apart": {name: [] for name in "ab"},
    }
    given = (("a", 0.7), ("a", 0.9), ("b", 0.99))
    runs = [
        {"what": "run", "data": "one", "source": source, "validation": value, "test": value}
        for source, value in given
    ]
    lines = build_tables([ranking, *runs]).splitlines()
    assert "| always a | 1 | – | 0.00 |" in lines
    assert not any(line.startswith("| always b") for line in lines)


def test_published_scores_are_judged_alike(tmp_path: Path) -> None:
    (tmp_path / "AUCs_dataset.csv").write_text(
        "source,x,y\nimagenet,.9,.8\nradimagenet,.8,.9\nother,.7,\n", encoding="utf-8"
    )
    (tmp_path / "lp_dataset.csv").write_text(
        "source,x,y\nimagenet,3,3\nradimagenet,2,2\nother,1,1\n", encoding="utf-8"
    )
    # On x the order is right and nothing is lost; on y, where two were trained, it is wrong.
    assert ranking_published.build_table(tmp_path).splitlines()[2:] == [
        "| lp | 2 | 0.00 | 5.00 |",
        "| always imagenet | 2 | – | 5.00 |",
        "| always radimagenet | 2 | – | 5.00 |",
    ]


def shift_row(seed: int, as_is: float, coral: float, **more: object) -> dict[str, object]:
    return {
        "task": "task",
        "source": "a",
        "target": "b",
        "strategy": "fine-tune",
        "seed": seed,
        "n": 100,
        "distance": 0.5,
        "home": 0.9,
        "as_is": as_is,
        "own_labels": 0.8,
        "methods": {"coral": coral},
        "intervals": {"as_is": [as_is - 0.1, as_is + 0.1]},
        "gains": {"coral": [0.1, 0.3]},
        "curve": {"0": as_is, "20": 0.6},
        **more,
    }


def test_seeds_of_a_shift_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [shift_row(0, 0.4, 0.6), shift_row(1, 0.5, 0.7)]
    (merged,) = travel_tables.merge_seeds(rows)
    assert merged["seeds"] == 2
    assert merged["as_is"] == pytest.approx(0.45)
    assert merged["intervals"]["as_is"] == pytest.approx([0.35, 0.55])
    # Labels there give 35 points more, and CORAL wins back 20 of them.
    assert travel_tables.find_right(merged) == "adapt"
    travel_tables.print_tables(rows)
    printed = capsys.readouterr().out
    assert "| a → b | 0.50 | adapt | adapt |" in printed
    assert "| coral | 1 | +20.0 | 1 | 0 |" in printed


def test_hits_and_misses_of_the_rule_are_counted() -> None:
    said = [("stop", "stop"), ("stop", "go"), ("stop", "adapt"), ("go", "stop"), ("go", "go")]
    assert travel_tables.state_hits("as it is", said) == (
        "The rule as it is: right in 2 of 5; of 3 shifts that call for stop it lets 2 through, 1 of"
        " them as go; of 2 that call for go it stops 1."
    )


def test_a_table_of_robustness_is_of_one_setting_and_keeps_the_seeds_range() -> None:
    options = Namespace(
        image_size=64, epochs=8, images=0, steps=10, arms=["fine-tune", "adversarial, 2 levels"]
    )
    common = {"data": "d", "image_size": 64, "epochs": 8, "images": 0, "steps": 10}
    facts = {"figure": "balanced_accuracy", "n": 97, "units": 5, "counted": "patients"}
    rows = [
        {**common, **facts, "arm": "fine-tune", "seed": seed, "levels": [0, 8], "pgd": pgd}
        for seed, pgd in ((0, [0.9, 0.1]), (1, [0.8, 0.3]))
    ]
    other = {**rows[0], "epochs": 1, "pgd": [0.0, 0.0]}
    lines = robustness.build_table([*rows, other], "d", options).splitlines()
    assert lines[0] == "d, 64 px, 8 epochs, balanced accuracy on 97 test images of 5 patients"
    assert lines[2] == "| way | seeds | plain | PGD 8/255 |"
    assert lines[-1] == "| fine-tune | 2 | 0.850 [0.800, 0.900] | 0.200 [0.100, 0.300] |"


def test_rows_are_kept_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "measured" / "rows.jsonl"
    assert load_rows(path) == []
    append_row(path, {"arm": "fine-tune", "seed": 0, "name": "Größe"})
    append_row(path, {"arm": "fine-tune", "seed": 1, "name": "Größe"})
    assert [row["seed"] for row in load_rows(path)] == [0, 1]
    assert has_row(path, {"arm": "fine-tune", "seed": 1})
    assert not has_row(path, {"arm": "scratch", "seed": 1})


def test_intervals_of_a_clinics_figures_are_measured() -> None:
    rows = list(coverage_clinic.measure(Population((30, 10), 2, 1.683, 0.5), 3))
    assert [row.split(" | ")[1] for row in rows] == [
        *("Brier score", "log loss", "Matthews correlation", "kappa", "NPV"),
        *("PPV at 0.04", "NPV at 0.04", "net benefit at 0.2"),
    ]
    claims = coverage_clinic.count_claims(40, 1, 2)
    assert all(share in (0.0, 0.5, 1.0) for share in claims.values())


def test_verdicts_follow_the_truth_where_patients_are_many() -> None:
    assert verdicts.ask(0.97, 500, 0) == "yes"
    assert verdicts.ask(0.55, 500, 0) == "no"
    assert verdicts.ask(0.8, 50, 0) == "label more"
