"""Runs found, made and named: what was asked is kept, and what it names is found later."""

from pathlib import Path

import pytest
from conftest import register_empty

from medapp.data.catalog import Catalog
from medapp.data.removing import remove
from medapp.errors import DataError, RunError
from medapp.runs.making import create_run, find_data_set_name, find_run, list_runs, rename_run
from medapp.store.workspace import Workspace
from medapp.training.recipe import Machine, Recipe, build_recipe

RECIPE = build_recipe({"data": "hands"})


@pytest.fixture
def hands(workspace: Workspace) -> Workspace:
    """A workspace with a data set without images, `hands`."""
    register_empty(workspace, "hands")
    return workspace


def start_from(source: str) -> Recipe:
    return build_recipe({"data": "hands", "source": source})


def test_new_run_waits_and_is_found_by_name_and_id(hands: Workspace) -> None:
    run = create_run(hands, RECIPE, Machine(threads=2), "first")
    assert run.state == "queued"
    assert run.machine == Machine(threads=2)
    assert find_run(hands, "first").id == find_run(hands, run.id).id == run.id


def test_what_was_asked_is_kept_but_for_the_id_of_the_data_set(hands: Workspace) -> None:
    uid = Catalog(hands).find_data_set("hands").uid
    asked = build_recipe({"data": "hands", "strategy": "linear-probe", "learning_rate": 0.5})
    kept = create_run(hands, asked).recipe
    assert (kept.data.train.id, kept.data.train.name) == (uid, "hands")
    assert kept.model_copy(update={"data": asked.data}) == asked


def test_unknown_data_set_makes_no_run(hands: Workspace) -> None:
    with pytest.raises(DataError, match="Did you mean hands"):
        create_run(hands, build_recipe({"data": "hand"}))
    assert [path for path in hands.runs_folder.iterdir() if path.is_dir()] == []


def test_a_run_finds_its_data_set_after_a_rename(hands: Workspace) -> None:
    run = create_run(hands, RECIPE)
    catalog = Catalog(hands)
    catalog.rename(catalog.find_data_set("hands"), "Hände")
    register_empty(hands, "hands")  # another one, which now has the name
    assert find_data_set_name(hands, run.recipe) == "Hände"


def test_a_removed_data_set_is_called_what_it_was_called_then(hands: Workspace) -> None:
    run = create_run(hands, RECIPE)
    catalog = Catalog(hands)
    remove(catalog, catalog.find_data_set("hands"))
    assert find_data_set_name(hands, run.recipe) == "hands"


def test_names_are_suggested_and_unique(hands: Workspace) -> None:
    names = [create_run(hands, RECIPE).name for _ in range(3)]
    assert names == ["Fine-tune on hands", "Fine-tune on hands 2", "Fine-tune on hands 3"]
    with pytest.raises(RunError, match="already a run"):
        create_run(hands, RECIPE, name=names[0])
    with pytest.raises(RunError, match="1 to 100"):
        create_run(hands, RECIPE, name=" ")


def test_unknown_run_names_the_known_ones(hands: Workspace) -> None:
    create_run(hands, RECIPE, name="first")
    with pytest.raises(RunError, match="first"):
        find_run(hands, "second")


def test_runs_are_listed_newest_first(hands: Workspace) -> None:
    ids = [create_run(hands, RECIPE).id for _ in range(3)]
    assert [run.id for run in list_runs(hands)] == ids[::-1]


def test_source_that_is_a_run_is_kept_by_id(hands: Workspace) -> None:
    first = create_run(hands, RECIPE, name="first")
    for source in ("first", "run:first", first.id, f"run:{first.id}"):
        kept = create_run(hands, start_from(source)).recipe
        assert kept.find_source() == f"run:{first.id}"


def test_a_run_that_is_called_like_a_backbone_does_not_take_its_place(hands: Workspace) -> None:
    named = [create_run(hands, RECIPE, name=name) for name in ("resnet50", "auto", "none")]
    for source in ("resnet50", "auto", "none"):
        assert create_run(hands, start_from(source)).recipe.start.source == source
    kept = create_run(hands, start_from("run:resnet50")).recipe
    assert kept.start.source == f"run:{named[0].id}"


def test_source_that_is_a_file_is_kept_by_its_whole_path(
    hands: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.pth").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path)
    kept = create_run(hands, start_from("mine.pth")).recipe
    assert kept.find_source() == str(tmp_path / "mine.pth")
    assert create_run(hands, start_from("resnet50")).recipe.find_source() == "resnet50"


def test_rename_and_delete(hands: Workspace) -> None:
    run, other = (create_run(hands, RECIPE, name=name) for name in ("one", "two"))
    rename_run(hands, run, "größer")
    assert find_run(hands, "größer").id == run.id
    with pytest.raises(RunError, match="already"):
        rename_run(hands, run, "two")
    with pytest.raises(RunError, match="already"):
        rename_run(hands, run, other.id)
    with pytest.raises(RunError, match="1 to 100"):
        rename_run(hands, run, "a\nb")
    rename_run(hands, run, "größer")  # its own name is not taken by another
    run.delete()
    assert [r.id for r in list_runs(hands)] == [other.id]
