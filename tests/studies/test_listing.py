"""Runs as a table of figures and settings."""

from conftest import Trained

from medapp.runs.making import create_run
from medapp.runs.registry import find_registry
from medapp.studies.listing import DATA_SET, NAME, Keep, Row, filter_rows, tabulate_runs
from medapp.training.recipe import build_recipe


def test_figures_and_what_differs_stand_in_the_table(trained: Trained) -> None:
    for name, settings in (
        ("warm", {"learning_rate": 0.01, "schedule": "constant"}),
        ("cold", {"learning_rate": 0.0001, "class_weights": True}),
    ):
        recipe = build_recipe({"data": "bands", "image_size": 32, **settings})
        create_run(trained.workspace, recipe, name=name)
    runs = find_registry(trained.workspace).list_summaries()
    rows = {str(row.values[NAME]): row.values for row in tabulate_runs(trained.workspace, runs)}
    assert set(rows) == {"probe", "warm", "cold"}
    assert [rows[name]["Learning rate"] for name in ("warm", "cold")] == [0.01, 0.0001]
    assert rows["warm"]["Schedule"] != rows["cold"]["Schedule"]
    assert rows["cold"]["Class weights"] != rows["warm"]["Class weights"]
    assert DATA_SET not in rows["warm"]  # all learn from the same
    assert "Image size" not in rows["warm"]
    probe = next(run for run in runs if run.name == "probe")
    assert probe.figures is not None
    assert (
        rows["probe"]["Balanced accuracy on the test split"] == (probe.figures["balanced_accuracy"])
    )
    assert (
        rows["probe"]["Balanced accuracy on validation"]
        == (probe.learning.figures["balanced_accuracy"])
    )
    assert rows["warm"]["Balanced accuracy on the test split"] is None


ROWS = [
    Row("1", {NAME: "a", "Epochs": 5, "Optimiser": "AdamW", "AUROC": 0.9}),
    Row("2", {NAME: "b", "Epochs": 10, "Optimiser": "SGD", "AUROC": None}),
    Row("3", {NAME: "c", "Epochs": 10, "Optimiser": "AdamW", "AUROC": 0.7}),
]


def test_rows_are_kept_by_text_and_by_range() -> None:
    def keep(**wanted: Keep) -> list[str]:
        return [row.id for row in filter_rows(ROWS, wanted)]

    assert keep() == ["1", "2", "3"]
    assert keep(Optimiser=Keep(among=("AdamW",))) == ["1", "3"]
    assert keep(Epochs=Keep(low=10, high=10), Optimiser=Keep(among=("AdamW", "SGD"))) == ["2", "3"]
    assert keep(AUROC=Keep(low=0.0)) == ["1", "3"]  # a run without the figure is not kept
    assert keep(Optimiser=Keep(among=())) == []
