import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import Trained, register_empty

from medapp import session as api
from medapp.errors import MedAppError, RunError
from medapp.runs.making import create_run, find_run, list_runs
from medapp.runs.results import load_predictions
from medapp.runs.split_table import load_split
from medapp.runs.transfer import export_run, import_run
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_recipe


def test_exported_run_comes_back_and_predicts_the_same(trained: Trained, tmp_path: Path) -> None:
    image = trained.folder / "above" / "p00.png"
    before = [p.probabilities for p in api.predict("probe", [image])]
    path = export_run(find_run(trained.workspace, "probe"), tmp_path / "probe.zip")
    figures = api.evaluate("probe")
    exported = find_run(trained.workspace, "probe")
    rows, events = load_predictions(exported), exported.list_events()
    split = load_split(exported.folder / "split.parquet", exported.name)
    exported.delete()
    run = import_run(trained.workspace, path)
    assert run.name == "probe"
    assert run.state == "done"
    assert [p.probabilities for p in api.predict(run, [image])] == before
    assert api.evaluate(run) == figures
    assert load_predictions(run) == rows != []
    assert run.list_events() == events
    assert load_split(run.folder / "split.parquet", run.name) == split


def test_zip_holds_no_images(trained: Trained, tmp_path: Path) -> None:
    path = export_run(find_run(trained.workspace, "probe"), tmp_path / "probe.zip")
    assert not [n for n in zipfile.ZipFile(path).namelist() if n.endswith((".png", ".jpg", ".pt"))]


def test_taken_name_gets_a_number(trained: Trained, tmp_path: Path) -> None:
    path = export_run(find_run(trained.workspace, "probe"), tmp_path / "probe.zip")
    assert [import_run(trained.workspace, path).name for _ in range(2)] == ["probe 2", "probe 3"]


def test_run_without_a_model_is_not_exported(workspace: Workspace, tmp_path: Path) -> None:
    register_empty(workspace, "d")
    with pytest.raises(RunError, match="no model"):
        export_run(create_run(workspace, build_recipe({"data": "d"})), tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize("damage", ["foreign", "no model", "cut model", "newer recipe", "no zip"])
def test_damaged_zip_is_refused_in_words_and_leaves_nothing(
    trained: Trained, tmp_path: Path, damage: str
) -> None:
    good, bad = (
        export_run(find_run(trained.workspace, "probe"), tmp_path / "good.zip"),
        tmp_path / "bad.zip",
    )
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if damage == "foreign" or (damage == "no model" and name == "model.safetensors"):
                continue
            if damage == "cut model" and name == "model.safetensors":
                content = content[:1000]
            if damage == "newer recipe" and name == "recipe.json":
                content = content.replace(b'"version": 2', b'"version": 3')
            target.writestr(name, content)
        target.writestr("stranger.txt", "hello")
    if damage == "no zip":
        shutil.copy(trained.folder / "above" / "p00.png", bad)
    runs = [run.id for run in list_runs(trained.workspace)]
    with pytest.raises(MedAppError):
        import_run(trained.workspace, bad)
    assert [run.id for run in list_runs(trained.workspace)] == runs
    assert len([p for p in trained.workspace.runs_folder.iterdir() if p.is_dir()]) == len(runs)
