"""A small part of `python -m benchmarks.bad_input`: bad input is taken or refused in words, and
runs or writes nothing else.
"""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import stat
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from cli.test_cli import ask, medapp
from conftest import Trained, write_bands
from PIL import Image

from medapp.cli import main
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.schema import find_backup
from medapp.errors import (
    ArchiveError,
    DataError,
    ImageError,
    MedAppError,
    RunError,
    WeightsError,
    WorkspaceError,
)
from medapp.imaging import image as image_module
from medapp.imaging.image import load_image
from medapp.models.network import Network
from medapp.models.reading import read_weights
from medapp.models.weights import load_network, save_network
from medapp.runs.events import EpochFinished, MessageSaid, read_event
from medapp.runs.locks import note_change
from medapp.runs.making import create_run, find_run, list_damaged, list_runs
from medapp.runs.plan import plan_run
from medapp.runs.results import load_predictions
from medapp.runs.split_table import match_split
from medapp.runs.supervisor import Supervisor
from medapp.runs.transfer import export_run, import_run
from medapp.store.archive import extract_archive
from medapp.store.files import expand_path, open_replacing, write_bytes
from medapp.store.workspace import Workspace, find_workspace
from medapp.training.recipe import build_recipe

has_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
DAMAGED = (b"", b"{", b"[1]", b"7", b"null", b"{}", b"\xff\xfe", b"[" * 100_000)


# Files and folders


@has_pipes
def test_a_pipe_is_never_opened(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "set", 3)
    for name in ("above/pipe.png", "boxes.csv", "run.zip"):
        os.mkfifo(folder / name)
    with pytest.raises(ImageError, match="no file"):
        load_image(folder / "above" / "pipe.png")
    with pytest.raises(ArchiveError, match="is no file"):
        extract_archive(folder / "run.zip", tmp_path, None)
    assert add_folder(workspace, folder).images == 6


@pytest.mark.skipif(sys.platform == "win32", reason="needs a path that may be 4096 characters long")
def test_folders_deeper_than_calls_may_nest_are_read(workspace: Workspace, tmp_path: Path) -> None:
    folder, here = write_bands(tmp_path / "set", 3), Path.cwd()
    try:
        os.chdir(folder / "above")
        for _ in range(1100):
            Path("d").mkdir()
            os.chdir("d")
        shutil.copyfile(folder / "below" / "p00.png", "deep.png")
    finally:
        os.chdir(here)
    assert add_folder(workspace, folder).images == 7
    below = (
        folder / "above" / "d"
    )  # taken apart from the top, for what clears temporary folders is recursive
    while below.is_dir():
        inner, moved = below / "d", tmp_path / f"moved {below.stat().st_ino}"
        if inner.is_dir():
            inner.rename(moved)
        shutil.rmtree(below)
        below = moved


def test_a_file_larger_than_an_image_can_be_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_module, "MAX_BYTES", 10)
    Image.new("L", (9, 9)).save(tmp_path / "a.png")
    with pytest.raises(ImageError, match="MiB, more than"):
        load_image(tmp_path / "a.png")


@pytest.mark.parametrize("path", ["x" * 5000, "y" * 300, "~nobody-at-all/x", "/dev/null", "[/b]"])
def test_odd_paths_are_refused_in_words(trained: Trained, path: str) -> None:
    for arguments in (
        ("data", "add", path),
        ("data", "add", f"{path}.zip"),
        ("runs", "import", path),
    ):
        medapp(*arguments, code=1)
    with pytest.raises(WeightsError, match="nothing to start from"):
        plan_run(trained.workspace, build_recipe({"data": "bands", "source": path}))
    assert [
        row["error"] is None
        for row in json.loads(medapp("predict", "probe", path, "--json", code=1))
    ] == [False]
    assert expand_path("~nobody-at-all").name == "~nobody-at-all"


def test_names_are_never_markup(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "set", 3)
    (folder / "below").rename(folder / "[b] :smile:")
    assert "[red]a[] :smile:" in medapp("data", "add", folder, "--name", "[red]a[] :smile:")
    assert "[b] :smile:" in medapp("data", "list")
    assert "[b] :smile:" in medapp("data", "show", "[red]a[] :smile:")
    medapp("data", "remove", "[red]a[] :smile:")


@pytest.mark.skipif(sys.platform == "win32", reason="names there are Unicode")
def test_a_name_that_is_not_unicode_is_printed(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(
        sys, "argv", ["medapp", "predict", "probe", os.fsdecode(b"/nowhere/\xff.png"), "--json"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    out.flush()
    assert json.loads(out.buffer.getvalue())[0]["file"] == os.fsdecode(b"/nowhere/\xff.png")  # type: ignore[attr-defined]


# Zips


def test_a_run_is_imported_without_what_is_no_part_of_it(trained: Trained, tmp_path: Path) -> None:
    path = export_run(find_run(trained.workspace, "probe"), tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("lock/x", "stop", "checkpoint.pt", "log.txt", "cache/x.py"):
            archive.writestr(name, b"x")
    run = import_run(trained.workspace, path)
    names = {p.name for p in run.folder.iterdir()}
    assert not names & {"stop", "checkpoint.pt", "log.txt", "cache"}
    assert not (run.folder / "lock").is_dir()


def test_a_name_too_long_for_some_system_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("d/" * 1500 + "a.png", b"x")
    with pytest.raises(ArchiveError, match=r"a name of 3,005 characters"):
        extract_archive(tmp_path / "x.zip", tmp_path, None)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_damage_is_said_whatever_the_compression(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("a/1.png", bytes(range(256)) * 40)
    content = bytearray((tmp_path / "x.zip").read_bytes())
    content[50:90] = bytes(40)
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ArchiveError):
        extract_archive(tmp_path / "x.zip", tmp_path, None)


# The catalog


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE photos (id)",
        "CREATE TABLE photos (id); PRAGMA user_version = 2",
        "CREATE TABLE photos (id); PRAGMA user_version = 3",
        "PRAGMA user_version = -3",
        "CREATE TABLE data_sets (x); PRAGMA user_version = 2",
        "CREATE TABLE data_sets (x); PRAGMA user_version = 3",
        "CREATE TABLE data_sets (x)",
    ],
)
def test_another_program_s_database_is_refused_and_left_as_it_is(
    workspace: Workspace, script: str
) -> None:
    db = sqlite3.connect(workspace.catalog_path)
    db.executescript(script)
    db.close()
    with pytest.raises(WorkspaceError, match=r"(damaged|another program).* away"):
        Catalog(workspace).list_data_sets()
    db = sqlite3.connect(workspace.catalog_path)
    assert len(db.execute("SELECT * FROM sqlite_master").fetchall()) == script.count("TABLE")
    db.close()


@pytest.mark.parametrize(("column", "value"), [("classes", "{"), ("classes", 7), ("root", b"\xff")])
def test_a_row_that_makes_no_sense_is_damage(trained: Trained, column: str, value: object) -> None:
    db = sqlite3.connect(trained.workspace.catalog_path)
    with db:
        db.execute(f"UPDATE data_sets SET {column} = ?", (value,))
    db.close()
    with pytest.raises(WorkspaceError, match="is damaged: the data set 'bands' cannot be read"):
        Catalog(trained.workspace).list_data_sets()


def test_a_catalog_that_lost_its_content_is_not_begun_anew(trained: Trained) -> None:
    path = trained.workspace.catalog_path
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    path.write_bytes(b"")
    with pytest.raises(WorkspaceError, match="lost its content"):
        Catalog(trained.workspace)
    shutil.copyfile(find_backup(path), path)  # the remedy that it names
    assert [d.name for d in Catalog(trained.workspace).list_data_sets()] == ["bands"]


# Runs


@pytest.mark.parametrize("name", ["recipe.json", "evaluation.json"])
@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_run_stops_no_other(trained: Trained, name: str, content: bytes) -> None:
    other = create_run(trained.workspace, build_recipe({"data": "bands"}), name="other")
    other.request_stop()
    probe = find_run(trained.workspace, "probe")
    (probe.folder / name).write_bytes(content)
    # A person's edit says nothing: a list shows it at a look after ten seconds, which this stands
    # for.
    note_change(trained.workspace.runs_folder)
    assert [run.name for run in list_runs(trained.workspace)] == ["other"]
    assert [(run.id, "probe" in reason) for run, reason in list_damaged(trained.workspace)] == [
        (probe.id, True)
    ]
    assert [row["run"] for row in ask("runs", "list")] == ["other"]
    medapp("runs", "show", "probe", code=1)
    medapp("data", "show", "bands")
    medapp("runs", "delete", "probe")
    assert list_damaged(trained.workspace) == []


def test_damaged_figures_are_made_again(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    before = run.load_evaluation()
    (run.folder / "evaluation.json").write_bytes(b"{}")
    assert before is not None
    again = ask("evaluate", run.id)
    assert again["looks"] == before.looks + 1
    same = ("n", "accuracy", "intervals", "confusion", "per_class", "dataset", "split")
    assert {name: again[name] for name in same} == {name: before.to_dict()[name] for name in same}
    kept = run.load_evaluation()
    assert kept is not None
    assert kept.to_dict() == {name: again[name] for name in kept.to_dict()}


@pytest.mark.parametrize("name", ["predictions.parquet", "split.parquet"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"foreign"])
def test_a_damaged_table_is_said(trained: Trained, name: str, content: bytes) -> None:
    run = find_run(trained.workspace, "probe")
    path = run.folder / name
    if content == b"foreign":
        content = (
            run.folder / ("split.parquet" if name[0] == "p" else "predictions.parquet")
        ).read_bytes()
    path.write_bytes(content)
    with pytest.raises(RunError, match="probe"):
        load_predictions(run) if name[0] == "p" else match_split(path, [], run.name)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"7",
        b"[]",
        b"[" * 100_000,
        b'{"time": 1}',
        b'{"kind": "step"}',
        b'{"kind": "step", "time": 1}',
        b'{"kind": [1], "time": 1}',
        b'{"kind": "state", "time": 1, "state": ["x"]}',
        b'{"kind": "epoch", "time": 1, "epoch": "1"}',
        b'{"kind": "message", "time": "x", "text": "y"}',
    ],
)
def test_an_event_that_holds_less_than_it_promises_was_never_written(
    trained: Trained, line: bytes
) -> None:
    assert read_event(line) is None
    run = find_run(trained.workspace, "probe")
    before = run.list_events()
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(line + b"\n")
    assert run.list_events() == before
    assert run.state == "done"


def test_a_name_that_cannot_be_read_is_the_id(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    (run.folder / "name.txt").write_bytes(b"\xff a\n\x1b b")
    assert run.name == "\ufffd a \x1b b"
    (run.folder / "name.txt").unlink()
    assert run.name == run.id


# Weights


@pytest.mark.parametrize("names", ["{", "[1, 2]", "7", '"ab"', '["a", "a"]', "[" * 100_000])
def test_a_model_that_lies_about_its_classes_is_refused(tmp_path: Path, names: str) -> None:
    save_network(
        Network("resnet18", ("a", "b")), tmp_path / "m.safetensors", {"class_names": names}
    )
    with pytest.raises(WeightsError, match="does not say its architecture and classes"):
        load_network(tmp_path / "m.safetensors")


def test_weights_in_torch_s_old_format_are_read_or_refused(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(4, 3)}, tmp_path / "w.pth", _use_new_zipfile_serialization=False)
    content = (tmp_path / "w.pth").read_bytes()
    taken = 0
    places = range(0, len(content), 7)
    for place in places:
        (tmp_path / "w.pth").write_bytes(content[:place] + b"\x55" + content[place + 1 :])
        with contextlib.suppress(WeightsError):  # anything else that comes out is a crash
            read_weights(tmp_path / "w.pth")
            taken += 1
    assert 0 < taken < len(places)


def test_a_run_with_a_damaged_checkpoint_says_so_and_begins_again(trained: Trained) -> None:
    probe = find_run(trained.workspace, "probe")
    run = create_run(trained.workspace, probe.recipe, probe.machine, "again")
    content = bytearray(probe.checkpoint_path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    run.checkpoint_path.write_bytes(content)
    assert Supervisor(trained.workspace, only=run).run_to_end(lambda event: None) == "done"
    said = [event.text for event in run.list_events() if isinstance(event, MessageSaid)]
    assert any("The checkpoint cannot be read" in text for text in said)
    epochs = [
        [event.train_loss for event in r.list_events() if isinstance(event, EpochFinished)]
        for r in (run, probe)
    ]
    assert epochs[0] == epochs[1]


# The disk


def test_files_have_the_rights_that_the_user_gives(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x")
    write_bytes(tmp_path / "ours", b"x")
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"old")

    def fail() -> None:
        with open_replacing(tmp_path / "a") as file:
            file.write(b"new")
            raise OSError(28, "No space left on device")

    with pytest.raises(WorkspaceError, match="No space left"):
        fail()
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"old")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_events_on_a_full_disk_are_an_error_in_words(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    (run.folder / "events.jsonl").unlink()
    (run.folder / "events.jsonl").symlink_to("/dev/full")
    with pytest.raises(WorkspaceError, match="Free some space"):
        run.append_event(MessageSaid(text="x" * 100))


def test_a_workspace_that_is_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").write_bytes(b"")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    with pytest.raises(MedAppError, match="Set MEDAPP_HOME"):
        find_workspace()


def test_a_class_that_is_no_folder_s_name_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    from medapp.data.importing.adding import add_files

    Image.new("L", (9, 9)).save(tmp_path / "a.png")
    for label in ("..", ".", "a/b", "a\nb", "C:", "", " a", "a."):
        with pytest.raises(DataError, match="cannot be a class's folder"):
            add_files(workspace, {label: [tmp_path / "a.png"]}, "set")
