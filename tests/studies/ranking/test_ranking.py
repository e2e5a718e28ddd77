"""What a ranking claims, in words and afterwards."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from medapp.runs.summary import Summary
from medapp.studies.ranking.candidates import Candidate, name_baselines
from medapp.studies.ranking.conclusion import conclude, describe_ground
from medapp.studies.ranking.hindsight import describe_hindsight, look_back
from medapp.studies.ranking.ranking import Ranking, Row

INTERVAL = (0.7, 0.95)


def build_row(source: str, value: float, apart: Sequence[str] = (), **facts: object) -> Row:
    scores = {"probe": (value, INTERVAL)}
    return Row(source, source.title(), "", 1, scores, apart_from=tuple(apart), **facts)  # type: ignore[arg-type]


def build_ranking(*rows: Row, counted: str = "patients") -> Ranking:
    return Ranking("uid", "2026-11-26", "basis", 200, 90, counted, 0, 128, 3.0, rows)


APART = build_ranking(
    build_row("bundled", 0.9, ["none", "pixels"], baselines=("imagenet", "largest")),
    build_row("none", 0.8, ["bundled"], difference=(-0.1, (-0.15, -0.05))),
    build_row("pixels", 0.79, ["bundled"], difference=(-0.11, (-0.2, -0.02))),
)


def test_the_first_is_named_where_it_is_told_apart() -> None:
    assert [row.source for row in APART.list_leaders()] == ["bundled"]
    assert [APART.is_told_apart(row) for row in APART.rows] == [True, True, True]
    first, rules = conclude(APART)
    assert first == "Bundled is told apart from all others: AUROC 0.900 [0.700, 0.950]."
    assert rules == 'The rules "ImageNet first" and "the largest" take Bundled too.'


def test_those_that_cannot_be_told_apart_are_never_an_order() -> None:
    ranking = build_ranking(
        build_row("resnet50", 0.9, ["pixels"], baselines=("largest",)),
        build_row("none", 0.89, ["pixels"]),
        build_row("bundled", 0.88, ["pixels"], baselines=("imagenet",)),
        build_row("pixels", 0.7, ["resnet50", "none", "bundled"]),
    )
    assert [ranking.is_told_apart(row) for row in ranking.rows] == [False, False, False, True]
    said = conclude(ranking)
    assert said[0].startswith("Resnet50, None and Bundled cannot be told apart")
    assert said[1] == (
        "None is among them, so it cannot be told that transfer helps on these images. A race,"
        " under Compare, trains with and without."
    )
    assert said[2] == 'The rule "the largest" takes Resnet50 too.'
    assert said[3] == 'The rule "ImageNet first" takes Bundled; nothing here speaks against that.'


def test_a_rule_that_does_worse_is_said_to() -> None:
    ranking = build_ranking(
        build_row("run:1", 0.9, ["bundled"], baselines=("largest",)),
        build_row("bundled", 0.8, ["run:1"], baselines=("imagenet",)),
    )
    assert (
        conclude(ranking)[-1] == 'The rule "ImageNet first" takes Bundled, which does worse here.'
    )


def test_one_alone_is_compared_with_nothing() -> None:
    ranking = build_ranking(build_row("bundled", 0.9))
    assert not ranking.is_told_apart(ranking.rows[0])
    assert "nothing to compare it with" in conclude(ranking)[0]


def test_unknown_patients_are_said_to_be_unknown() -> None:
    assert "of 90 patients" in describe_ground(APART)
    unknown = replace(APART, counted="images", left_out=1234)
    assert "Patients are not known" in describe_ground(unknown)
    assert "(1,234 more were not looked at)" in describe_ground(unknown)


def test_baselines_are_the_best_on_imagenet_and_the_one_with_most_weights() -> None:
    bundled = Candidate("bundled", "", "resnet18", top1=0.48)
    small = Candidate("resnet18", "", "resnet18", top1=0.45)
    own = Candidate("run:1", "", "resnet50")
    nothing = Candidate("none", "", "vgg16_bn")
    # A network that has seen a part of ImageNet comes after one that has seen all of it.
    assert name_baselines([bundled, small, own, nothing]) == {
        "imagenet": "resnet18",
        "largest": "run:1",
    }
    assert name_baselines([bundled, nothing]) == {"imagenet": "bundled", "largest": "bundled"}


def build_run(
    source: str, auroc: float | None, strategy: str = "fine-tune", **facts: object
) -> Summary:
    figures = None
    if auroc is not None:
        figures = {"macro_auroc": auroc, "intervals": {"macro_auroc": [auroc - 0.1, auroc]}}
    values: dict[str, object] = {
        **{"id": source, "name": f"run of {source}", "state": "done", "has_model": True},
        **{"data_set_id": "uid", "data_set": "", "source": source, "strategy": strategy},
        **{"image_size": 128, "batch_size": 8, "optimiser": "adamw", "seed": 0, "devices": 1},
        **{"classes": (), "figures": figures, "test_reads": 1, "forwards_per_second": None},
        **{"damage": None, **facts},
    }
    return Summary(**values)  # type: ignore[arg-type]


def test_hindsight_compares_runs_of_one_strategy() -> None:
    runs = [
        build_run("bundled", 0.85),
        build_run("bundled", 0.99),  # older
        build_run("none", 0.92, "scratch"),
        build_run("bundled", 0.7, "linear-probe"),
        build_run("none", None),
        build_run("elsewhere", 0.99),
        build_run("none", 0.99, data_set_id="other"),
    ]
    found = look_back(APART, runs)
    assert found is not None
    assert found.strategy == "fine-tune"
    assert {source: t.auroc for source, t in found.trained.items()} == {
        "bundled": 0.85,
        "none": 0.92,
    }
    assert found.tau == -1
    assert found.regret == pytest.approx(0.07)
    said = describe_hindsight(found)[0]
    assert "run of none came out best" in said
    assert "0.070 above the one ranked first among them" in said
    assert "tau of ranking and result: -1.00" in said


def test_one_run_alone_tells_nothing_of_a_ranking() -> None:
    assert look_back(APART, [build_run("bundled", 0.85)]) is None
    assert describe_hindsight(None) == []
