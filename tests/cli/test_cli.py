import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Trained, draw_picture, write_bands
from PIL import Image
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.catalog import Catalog
from medapp.data.preprocessing import describe_preprocess
from medapp.errors import MedAppError
from medapp.evaluation.metrics import METRICS
from medapp.imaging.preprocess import Preprocess
from medapp.runs.making import create_run
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_settings

runner = CliRunner()


def medapp(*args: object, code: int = 0) -> str:
    result = runner.invoke(app, [str(a) for a in args])
    if result.exception is not None and not isinstance(result.exception, (SystemExit, MedAppError)):
        raise result.exception
    assert (1 if isinstance(result.exception, MedAppError) else result.exit_code) == code, (
        result.output
    )
    return result.stdout


def ask(*args: object) -> Any:
    return json.loads(medapp(*args, "--json"))


def test_data_is_added_listed_shown_and_removed(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bänder", 8)
    (folder / "above" / "broken.png").write_bytes(b"no image")
    added = ask("data", "add", folder)
    assert (added["dataset"], added["images"], added["classes"]) == (
        "bänder",
        16,
        ["above", "below"],
    )
    assert sum(added["splits"].values()) == 16
    assert [Path(u["file"]).name for u in added["unreadable"]] == ["broken.png"]
    assert [d["dataset"] for d in ask("data", "list")] == ["bänder"]
    assert ask("data", "show", "bänder")["classes"]["train"].keys() == {"above", "below"}
    medapp("data", "remove", "bänder")
    assert ask("data", "list") == []
    assert len(list(folder.rglob("*.png"))) == 17


def test_the_commands_for_folders_below_can_be_typed(workspace: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "it's $HOME"
    for number in range(2):
        write_bands(root / f"set {number}", 4)
    for label, number in (("above", 0), ("below", 1)):
        (root / f"set {number}" / label).rename(root / f"set {number}" / f"{label} {number}")
    words = medapp("data", "add", root, "--dry-run")
    commands = [
        shlex.split(line.partition(": ")[2]) for line in words.splitlines() if "data add" in line
    ]
    assert commands == [["medapp", "data", "add", str(root / f"set {n}")] for n in range(2)]


def test_a_dry_run_says_what_comes_in_and_stores_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "bands", 8)
    (folder / "above" / "notes.txt").write_text("x", encoding="utf-8")
    (folder / "above" / "x.nii.gz").write_bytes(b"x")
    (folder / "above" / "broken.png").write_bytes(b"no image")
    pattern = ("--patient-pattern", r"\d+")
    shown = ask("data", "add", folder, "--dry-run", *pattern)
    assert ask("data", "list") == []
    kinds = {row["kind"]: (row["count"], row["example"]) for row in shown["passed_over"]}
    assert kinds[".txt"] == (1, "above/notes.txt")
    assert [example for _, example in kinds.values()] == ["above/x.nii.gz", "above/notes.txt"]
    assert {warning["kind"] for warning in shown["warnings"]} == {"left-out"}
    words = medapp("data", "add", folder, "--dry-run", *pattern)
    assert "above" in words
    assert "Nothing was stored." in words
    added = ask("data", "add", folder, *pattern)
    for fact in ("layout", "patients", "split_origin"):
        assert added[fact] == shown[fact]
    assert added["layout"] == "{label}"
    assert added["patients"] == 8
    assert {row["example"] for row in added["passed_over"]} == {
        "above/x.nii.gz",
        "above/broken.png",
        "above/notes.txt",
    }
    assert all(warning["text"] for warning in added["warnings"])


def test_slices_of_volumes_are_chosen(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "nodulemnist3d.npz"
    volumes = np.random.default_rng(0).integers(2, 256, (4, 6, 28, 28), dtype=np.uint8)
    np.savez(path, train_images=volumes, train_labels=np.array([0, 1, 0, 1]))
    seen = ask("data", "add", path, "--slices", "every:3", "--dry-run")
    assert (seen["images"], seen["classes"]) == (8, {"benign": 4, "malignant": 4})
    assert not list(workspace.data_folder.iterdir())
    report = ask("data", "add", path, "--slices", "2-2")
    assert (report["dataset"], report["images"]) == ("nodulemnist3d", 4)
    medapp("data", "add", path, "--slices", "first", code=1)
    medapp("data", "add", path, "--plane", "oblique", code=1)


def test_copies_are_listed_and_kept_together(workspace: Workspace, tmp_path: Path) -> None:
    for i in range(4):
        image = Image.fromarray(draw_picture(i, 60, 60))
        for name in (f"train/{'ab'[i % 2]}/{i}.png", f"test/{'ab'[i // 2]}/{i}.jpg"):
            (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
            image.save(tmp_path / "x" / name)
    added = ask("data", "add", tmp_path / "x")
    assert (added["leaks"], added["notes"][0]["code"], added["notes"][0]["level"]) == (
        4,
        "leak",
        "grave",
    )
    groups = ask("data", "copies", "x")
    assert [group["is_leak"] for group in groups] == [True] * 4
    assert [group["contradicts"] for group in groups] == [True, True, False, False]
    assert {image["split"] for image in groups[0]["images"]} <= {"train", "validation", "test"}
    drawn = ask("data", "split", "x", "--seed", 3)
    assert (drawn["seed"], drawn["draws"]) == (3, 2)
    shown = ask("data", "show", "x")
    assert (shown["leaks"], shown["draws"]) == (0, 2)
    assert "draws" in [note["code"] for note in shown["notes"]]
    assert ask("data", "check", "x")["not_compared"] == 0
    assert "near" in medapp("data", "copies", "x")


def test_a_set_is_audited_and_its_split_made_clean(workspace: Workspace, tmp_path: Path) -> None:
    for i in range(12):
        seeds = {"train": i, "validation": 200 + i, "test": 100 + i if i else 0}
        for split, seed in seeds.items():
            path = tmp_path / "x" / split / "ab"[i % 2] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            draw_image(seed).save(path)
    ask("data", "add", tmp_path / "x")
    found = ask("data", "audit", "x", "--no-features")
    assert (found["dataset"], found["images"]) == ("x", 36)
    leak = next(finding for finding in found["findings"] if finding["kind"] == "leak")
    assert set(leak) == {"kind", "severity", "count", "summary", "remedy", "groups"}
    assert (leak["severity"], leak["count"]) == ("grave", 1)
    assert leak["groups"] == [["test/a/0.png", "train/a/0.png"]]
    said = medapp("data", "audit", "x", "--no-features")
    assert "WARNING: 1 picture stands in more than one split" in said
    assert "test/a/0.png, train/a/0.png" in said
    cleaned = ask("data", "clean-split", "x")
    assert (cleaned["moved"], cleaned["is_drawn_anew"]) == (1, False)
    kinds = {finding["kind"] for finding in ask("data", "audit", "x", "--no-features")["findings"]}
    assert kinds == {"copies"}


def draw_image(seed: int) -> Image.Image:
    return Image.fromarray(draw_picture(seed, 60, 60))


def test_fingerprints_are_written_for_others(workspace: Workspace, tmp_path: Path) -> None:
    for i in range(4):
        (tmp_path / "x" / "a").mkdir(parents=True, exist_ok=True)
        draw_image(i).save(tmp_path / "x" / "a" / f"{i}.png")
    ask("data", "add", tmp_path / "x")
    target = workspace.fingerprints_folder / "x.parquet"
    written = ask("data", "fingerprint", "x", "--to", target, "--title", "set 7")
    assert written == {"dataset": "x", "file": str(target), "fingerprints": 4}
    texts = [note["text"] for note in ask("data", "show", "x")["notes"]]
    assert any(text.startswith("4 images are of a public data set, set 7") for text in texts)


def test_runs_are_shown_and_judged(trained: Trained) -> None:
    (listed,) = ask("runs", "list")
    assert (listed["run"], listed["looks"]) == ("probe", 1)
    best = [e for e in ask("runs", "show", "probe")["epochs"] if e["is_best"]][-1]
    assert listed["validation"]["balanced_accuracy"] == best["balanced_accuracy"]
    assert listed["validation"]["n"] > 0
    assert listed["best_epoch"] == best["epoch"]
    assert listed["seconds"] > 0
    shown = ask("runs", "show", "probe")
    assert (shown["state"], len(shown["epochs"])) == ("done", 5)
    figures = ask("evaluate", "probe")
    assert {"n", *METRICS, "intervals", "confusion", "classes"} <= figures.keys()
    low, high = figures["intervals"]["accuracy"]
    assert low <= figures["accuracy"] <= high


def test_prediction_writes_a_heatmap_for_each_image(trained: Trained, tmp_path: Path) -> None:
    images = [
        trained.folder / "above" / "p00.png",
        trained.folder / "below" / "p00.png",
    ]  # the same name twice
    rows = ask(
        "predict",
        "probe",
        *images,
        tmp_path / "absent.png",
        "--cam",
        tmp_path / "cam",
        "--method",
        "hirescam",
    )
    assert [r["error"] is None for r in rows] == [True, True, False]
    assert len({r["cam"] for r in rows[:2]}) == 2
    assert all(Path(r["cam"]).read_bytes().startswith(b"\x89PNG") for r in rows[:2])
    assert all(0 <= r["strength"] <= 1 for r in rows[:2])
    # 32 px are one cell of a ResNet: its map is blank and says so in its note.
    assert [(r["cells"], r["cells_note"]) for r in rows[:2]] == [([1, 1], None)] * 2
    assert rows[2]["cam"] is None
    assert rows[2]["label"] is None


def test_heatmaps_are_drawn_as_contours(trained: Trained, tmp_path: Path) -> None:
    image = trained.folder / "above" / "p00.png"
    asked = ("predict", "probe", image, "--method", "layercam", "--cam")
    (colours,) = ask(*asked, tmp_path / "colours")
    (lines,) = ask(*asked, tmp_path / "lines", "--contours")
    assert (colours["contours"], lines["contours"]) == (None, [0.5, 0.8])
    (early,) = ask(*asked, tmp_path / "early", "--stage", "layer1")
    assert (colours["stage"], early["stage"], early["cells"]) == (None, "layer1", [8, 8])
    assert Path(colours["cam"]).read_bytes() != Path(lines["cam"]).read_bytes()


def test_a_prediction_of_nothing_fails_and_one_of_something_does_not(
    trained: Trained, tmp_path: Path
) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "page.jpg").write_bytes(b"<!DOCTYPE html><html>")
    bad = [tmp_path / "empty.png", tmp_path / "page.jpg", tmp_path / "absent.png"]
    assert "not for diagnosis" not in medapp("predict", "probe", *bad, code=1)
    rows = json.loads(medapp("predict", "probe", *bad, "--json", code=1))
    assert [row["error"] is None for row in rows] == [False] * 3
    assert "the file is empty" in rows[0]["error"]
    assert "HTML page" in rows[1]["error"]
    assert ask("predict", "probe", trained.folder / "above" / "p00.png", bad[0])[0]["label"]


def test_a_blank_image_is_predicted_with_a_note(trained: Trained, tmp_path: Path) -> None:
    Image.new("L", (40, 40), 90).save(tmp_path / "blank.png")
    (row,) = ask("predict", "probe", tmp_path / "blank.png")
    assert [note["code"] for note in row["notes"] if note["code"] == "blank"] == ["blank"]
    assert row["stored_as"] == "8-bit grey"
    shown = " ".join(medapp("predict", "probe", tmp_path / "blank.png").split())
    assert "All pixels of this" in shown


def test_folder_of_images_is_predicted(trained: Trained) -> None:
    assert len(ask("predict", "probe", trained.folder / "above")) == 16


def test_images_of_a_patient_have_one_answer_where_asked(trained: Trained) -> None:
    files = sorted((trained.folder / "above").glob("*.png"))
    single = {Path(row["file"]).name: row for row in ask("predict", "probe", *files)}
    rows = ask("predict", "probe", *files, "--patient-pattern", "^p0")
    both = [row for row in rows if row["patient"] == "p0"]
    own = [name for name in single if name.startswith("p0")]
    assert len(own) > 1
    (one,) = both
    assert sorted(Path(file).name for file in one["files"]) == sorted(own)
    for name, mean in one["probabilities"].items():
        expected = sum(single[file]["probabilities"][name] for file in own) / len(own)
        assert mean == pytest.approx(expected)
    alone = [row for row in rows if row["patient"] is None]
    assert len(alone) == len(files) - len(own)
    shown = medapp("predict", "probe", *files, "--patient-pattern", "^p0")
    assert "mean probability" in " ".join(shown.split())
    medapp("predict", "probe", *files, "--patient-pattern", "XYZ", code=1)


def test_words_are_printed_without_json(trained: Trained) -> None:
    assert "Balanced accuracy" in medapp("evaluate", "probe")
    assert "not for diagnosis" in medapp("predict", "probe", trained.folder / "above" / "p00.png")
    listed = medapp("runs", "list")
    assert "probe" in listed
    assert "Figures are balanced accuracy. Choose a model by validation" in " ".join(listed.split())
    assert "resnet50" in medapp("backbones", "list")
    assert "Split" in medapp("data", "show", "bands")


def test_backbones_say_whether_they_are_here(workspace: Workspace) -> None:
    here = {b["name"]: b["is_here"] for b in ask("backbones", "list")}
    assert here.pop("bundled")
    assert not any(here.values())


@pytest.mark.parametrize(
    "args",
    [
        ("data", "add", "/nowhere/at/all"),
        ("data", "show", "unknown"),
        ("runs", "show", "unknown"),
        ("runs", "import", "/nowhere.zip"),
        ("train", "--data", "unknown"),
        ("train", "--data", "bands", "--set", "epoch=3"),
        ("train", "--data", "bands", "--from", "resnet999"),
        ("train", "--data", "bands", "--strategy", "magic"),
        ("train", "--data", "bands", "--name", "probe"),
        ("evaluate", "unknown"),
        ("predict", "probe", "x.png", "--cam", "cams", "--method", "magic"),
        ("backbones", "fetch", "resnet999"),
        ("data", "add", ""),
        ("data", "add", " ", "--dry-run"),
    ],
)
def test_stated_errors_exit_with_one(trained: Trained, args: tuple[str, ...]) -> None:
    assert medapp(*args, code=1) == ""


@pytest.mark.parametrize(
    "args",
    [
        ("train",),
        ("data", "add"),
        ("nonsense",),
        ("evaluate", "probe", "--split", "train"),
        ("app", "--port", "x"),
    ],
)
def test_usage_errors_exit_with_two(trained: Trained, args: tuple[str, ...]) -> None:
    assert medapp(*args, code=2) == ""


def test_stated_error_is_one_line_on_standard_error(workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "medapp", "data", "show", "unknown"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_stopped_run_is_resumed_to_its_end(trained: Trained) -> None:
    asked = {"data": "bands", "strategy": "linear-probe", "image_size": 32}
    machine = {"batch_size": 8, "threads": 1}
    run = create_run(trained.workspace, *build_settings({**asked, **machine}), "waiting")
    medapp("runs", "stop", "waiting")
    assert run.state == "stopped"
    done = ask("runs", "resume", "waiting")
    assert (done["state"], done["epochs"]) == ("done", 1)
    assert 0 < done["seconds"] == run.count_seconds() < 60
    medapp("runs", "resume", "waiting", code=1)


def test_a_data_set_is_derived(workspace: Workspace, tmp_path: Path) -> None:
    medapp("data", "add", write_bands(tmp_path / "bands", 8), "--name", "bands")
    options = ("--from", "bands", "--merge", "any=above+below", "--sample", 10, "--seed", 3)
    made = ask("data", "derive", "ten", *options)
    assert (made["dataset"], made["images"], made["classes"]) == ("ten", 10, ["any"])
    assert made["derivation"]["classes"] == {"above": "any", "below": "any"}
    words = medapp("data", "derive", "test", "--from", "bands", "--where", "split=test")
    assert "Only split test." in words
    medapp("data", "derive", "z", "--from", "bands", "--merge", "any", code=1)


def test_a_folder_that_grew_is_updated(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 4)
    medapp("data", "add", folder)
    assert "Nothing has changed." in medapp("data", "update", "bands")
    shutil.copyfile(folder / "above" / "p00.png", folder / "below" / "other.png")
    changes = ask("data", "update", "bands")
    assert (changes["new"], changes["gone"]) == (["below/other.png"], [])


@pytest.mark.parametrize(
    "words",
    [
        ("train", "--data", "bands", "--from", "run:absent"),
        ("race", "--data", "bands", "--minutes", "0.0001"),
        ("curve", "--data", "bands", "--minutes", "0.0001"),
    ],
)
def test_what_is_kept_with_a_data_set_is_taken_and_said_in_one_line(
    workspace: Workspace, tmp_path: Path, words: tuple[str, ...]
) -> None:
    medapp("data", "add", write_bands(tmp_path / "bands", 8))
    catalog = Catalog(workspace)
    catalog.set_preprocess(catalog.find_data_set("bands"), Preprocess(crop_borders=True))
    said = runner.invoke(app, list(words))
    assert said.exception is not None  # nothing of this can work, and nothing is trained
    line = f"As kept with bands: {describe_preprocess(Preprocess(crop_borders=True))}."
    assert said.stderr.splitlines().count(line) == 1
    assert line not in said.stdout
    other = runner.invoke(app, [*words, "--set", "crop_borders=false"])
    assert "As kept" not in other.output
