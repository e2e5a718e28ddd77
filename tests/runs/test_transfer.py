import io
import json
import shutil
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import Trained, register_empty

from medapp import session as api
from medapp.errors import MedAppError, RunError
from medapp.models.weights import load_network, save_network
from medapp.runs.events import MessageSaid
from medapp.runs.making import create_run, find_run, list_runs
from medapp.runs.results import load_predictions
from medapp.runs.split_table import load_split
from medapp.runs.supervisor import Supervisor
from medapp.runs.transfer import export_run, import_run
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_recipe
from medapp.training.recipe.file import VERSION


def test_exported_run_comes_back_and_predicts_the_same(trained: Trained, tmp_path: Path) -> None:
    image = trained.folder / "above" / "p00.png"
    before = [p.probabilities for p in api.predict("probe", [image])]
    run = find_run(trained.workspace, "probe")
    path = export_run(run, tmp_path / "probe.zip", with_names=True)
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


def test_an_export_names_no_file_patient_or_site_unless_asked(
    trained: Trained, tmp_path: Path
) -> None:
    run = find_run(trained.workspace, "probe")
    rows = load_split(run.folder / "split.parquet", run.name)
    secrets = {value.encode() for row in rows for value in (row["name"], row["patient"])}
    secrets |= {str(trained.folder).encode(), b"/secret/home/x.pth"}
    run.append_event(MessageSaid(text=f"{rows[0]['name']} could not be read."))
    recipe = json.loads((run.folder / "recipe.json").read_text())
    recipe["start"]["source"] = "/secret/home/x.pth"
    recipe["data"]["choices"][0]["only"] = {"patient": [rows[0]["patient"]]}
    (run.folder / "recipe.json").write_text(json.dumps(recipe))
    zips = {
        with_names: export_run(run, tmp_path / f"{with_names}.zip", with_names=with_names)
        for with_names in (False, True)
    }
    found = {with_names: _find_in_zip(path, secrets) for with_names, path in zips.items()}
    assert found == {False: set(), True: secrets - {str(trained.folder).encode()}}


def test_weights_that_name_nothing_travel_byte_by_byte(trained: Trained, tmp_path: Path) -> None:
    run = find_run(trained.workspace, "probe")
    with zipfile.ZipFile(export_run(run, tmp_path / "probe.zip")) as archive:
        assert archive.read("model.safetensors") == run.model_path.read_bytes()


def test_weights_that_name_a_path_or_a_patient_are_stripped_of_them(
    trained: Trained, tmp_path: Path
) -> None:
    run = find_run(trained.workspace, "probe")
    network, metadata = load_network(run.model_path)
    recipe = json.loads(metadata["recipe"])
    recipe["start"]["source"] = "/secret/home/x.pth"
    recipe["data"]["choices"][0]["only"] = {"patient": ["Mueller"]}
    save_network(network, run.model_path, {"recipe": json.dumps(recipe)})
    before = run.model_path.read_bytes()
    taken = import_run(trained.workspace, export_run(run, tmp_path / "probe.zip"))
    after = taken.model_path.read_bytes()
    assert (b"secret" in before, b"Mueller" in before) == (True, True)
    assert (b"secret" in after, b"Mueller" in after) == (False, False)
    image = trained.folder / "above" / "p00.png"
    one, two = (next(iter(api.predict(r, [image]))).probabilities for r in (run, taken))
    assert one == two


def _find_in_zip(path: Path, secrets: set[bytes]) -> set[bytes]:
    """Which of the secrets stand in a file of the zip; tables are read, as they are packed."""
    content = b""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            packed = archive.read(name)
            if name.endswith(".parquet"):
                packed = json.dumps(pq.read_table(io.BytesIO(packed)).to_pylist()).encode()
            content += packed
    # Whole words, since a short patient's name may stand in a number.
    return {
        secret for secret in secrets if b'"%b' % secret in content or b"/%b" % secret in content
    }


def test_an_import_without_names_evaluates_on_the_same_images(
    trained: Trained, tmp_path: Path
) -> None:
    figures = api.evaluate("probe")
    run = find_run(trained.workspace, "probe")
    before = load_split(run.folder / "split.parquet", run.name)
    path = export_run(run, tmp_path / "probe.zip")
    run.delete()
    taken = import_run(trained.workspace, path)
    rows = load_split(taken.folder / "split.parquet", taken.name)
    assert {row["name"] for row in rows} == {None}
    # Images of one patient still stand together.
    pairs = {(old["patient"], new["patient"]) for old, new in zip(before, rows, strict=True)}
    assert len(pairs) == len({old for old, _ in pairs}) == len({new for _, new in pairs})
    (taken.folder / "evaluation.json").unlink()
    assert api.evaluate(taken).balanced_accuracy == figures.balanced_accuracy


def test_an_import_of_a_run_under_way_is_seen_once_it_is_stopped(
    trained: Trained, tmp_path: Path
) -> None:
    run = find_run(trained.workspace, "probe")
    weights = run.model_path.read_bytes()
    (run.folder / "events.jsonl").write_text('{"time": 1.0, "kind": "state", "state": "queued"}\n')
    path = export_run(run, tmp_path / "probe.zip", with_names=True)
    run.delete()
    supervisor = Supervisor(trained.workspace)
    supervisor.start()
    try:
        taken = import_run(trained.workspace, path)
        supervisor.tick()
        assert supervisor.child is None
    finally:
        supervisor.stop()
    assert taken.state == "stopped"
    assert taken.model_path.read_bytes() == weights


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


@pytest.mark.parametrize(
    "damage", ["foreign", "no model", "cut model", "cut split", "newer recipe", "no zip"]
)
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
            if damage == "cut split" and name == "split.parquet":
                content = content[:100]
            if damage == "newer recipe" and name == "recipe.json":
                content = content.replace(
                    b'"version": %d' % VERSION, b'"version": %d' % (VERSION + 1)
                )
            target.writestr(name, content)
        target.writestr("stranger.txt", "hello")
    if damage == "no zip":
        shutil.copy(trained.folder / "above" / "p00.png", bad)
    runs = [run.id for run in list_runs(trained.workspace)]
    with pytest.raises(MedAppError):
        import_run(trained.workspace, bad)
    assert [run.id for run in list_runs(trained.workspace)] == runs
    assert len([p for p in trained.workspace.runs_folder.iterdir() if p.is_dir()]) == len(runs)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\x00" * 40, b"\xff" * 40])
@pytest.mark.parametrize("file", ["split.parquet", "seen.parquet", "model.safetensors"])
def test_a_run_with_a_damaged_file_is_not_exported(
    trained: Trained, tmp_path: Path, file: str, content: bytes
) -> None:
    run = find_run(trained.workspace, "probe")
    (run.folder / file).write_bytes(content)
    with pytest.raises(MedAppError, match=r"cannot be read"):
        export_run(run, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
