"""What a model learns of its own answers, through a whole run in this process."""

import csv
import io
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Trained, write_bands
from make_dicom import build_dicom
from PIL import Image
from typer.testing import CliRunner

import medapp
from medapp.cli import app
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.errors import ImageError
from medapp.evaluation.familiarity import MOST_TRAINING
from medapp.models.carried import read_carried
from medapp.models.weights import load_network, save_network
from medapp.prediction.files import predict_files
from medapp.prediction.job import build_row
from medapp.prediction.model import load_model
from medapp.prediction.patients import combine_patients
from medapp.prediction.table import write_csv
from medapp.runs.events import MessageSaid, PlanMade
from medapp.runs.finishing import Finishing
from medapp.runs.learned import load_samples
from medapp.runs.making import create_run, find_run
from medapp.runs.operating import find_chosen_on
from medapp.runs.reporter import Reporter
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.runs.siblings import find_siblings, measure_distances
from medapp.runs.sitting import Sitting
from medapp.runs.stage_features import draw_training
from medapp.store.cache import open_cache
from medapp.store.files import hash_file
from medapp.store.workspace import Workspace
from medapp.training.machine.devices import open_fabric
from medapp.training.recipe import build_settings


@dataclass(frozen=True)
class Finished:
    workspace: Workspace
    folder: Path
    run: Run


@pytest.fixture(scope="module")
def finished_once(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A linear probe over 460 images, of which 69 validate."""
    home = tmp_path_factory.mktemp("finished")
    workspace = Workspace(home / "home")
    workspace.runs_folder.mkdir(parents=True)
    folder = write_bands(home / "bands", count=230)
    data = add_folder(workspace, folder, "bands", ImportChoice()).data_set
    settings = {"strategy": "linear-probe", "image_size": 32, "precision": "float32", "threads": 1}
    run = create_run(workspace, *build_settings({"data": data.name, **settings}), "probe")
    assert Sitting(workspace, run, lambda: False).do()
    return Finished(workspace, folder, run)


@pytest.fixture
def finished(finished_once: Finished, monkeypatch: pytest.MonkeyPatch) -> Finished:
    monkeypatch.setenv("MEDAPP_HOME", str(finished_once.workspace.root))
    return finished_once


def build_finishing(finished: Finished, run: Run) -> Finishing:
    learned = load_samples(finished.run, Catalog(finished.workspace))
    fabric = open_fabric("cpu", "float32", 1)
    cache = open_cache(finished.workspace)
    asked = run.recipe.preprocess
    return Finishing(cache, learned, asked, fabric, Reporter(run, lambda: False))


def make_noise(folder: Path) -> Path:
    """An image that is like none of the bands."""
    pixels = np.random.default_rng(0).integers(0, 2, (64, 64, 3), np.uint8) * 255
    Image.fromarray(pixels).save(folder / "noise.png")
    return folder / "noise.png"


def test_half_of_the_validation_split_chooses_nothing(finished: Finished) -> None:
    (home,) = load_samples(finished.run, Catalog(finished.workspace))
    plan = next(e for e in finished.run.list_events() if isinstance(e, PlanMade))
    assert (plan.validation, plan.calibration) == (len(home.choosing), len(home.calibrating))
    assert plan.validation + plan.calibration == len(home.list_split("validation"))
    assert abs(plan.validation - plan.calibration) <= 1


def test_the_file_carries_what_was_learned(finished: Finished) -> None:
    model = load_model(finished.run.model_path)
    assert model.calibration is not None
    assert model.calibration.method != "none"
    plan = next(e for e in finished.run.list_events() if isinstance(e, PlanMade))
    assert model.calibration.images == plan.calibration
    assert model.conformal is not None
    assert sum(model.conformal.patients) == plan.calibration
    assert model.familiarity is not None
    assert model.familiarity.held_out == plan.validation + plan.calibration
    carried = sum(array.nbytes for array in read_carried(finished.run.model_path).values())
    assert carried < 200_000


def test_figures_are_those_of_the_calibrated_model(finished: Finished) -> None:
    rows = load_predictions(finished.run)[:20]
    model = load_model(finished.run.model_path)
    files = [finished.folder / row["name"] for row in rows]
    for row, found in zip(rows, predict_files(model, files, answers_all=True), strict=True):
        assert found.is_calibrated
        for name, p in found.probabilities.items():
            assert p == pytest.approx(row[f"probability of {name}"], abs=1e-5)


def test_what_was_fitted_is_in_the_head_and_can_be_taken_out_again(
    finished: Finished, tmp_path: Path
) -> None:
    (home,) = load_samples(finished.run, Catalog(finished.workspace))
    # The same run with a head that is far from sure enough, and of which nothing was learned yet.
    copied = Run(shutil.copytree(finished.run.folder, tmp_path / "run"))
    network, metadata = load_network(copied.model_path)
    network.rescale(torch.full((2,), 0.05), torch.zeros(2))
    del metadata["calibration"]
    save_network(network, copied.model_path, metadata)
    square = np.random.default_rng(1).integers(0, 256, (1, 32, 32, 1), np.uint8)
    before, _ = load_model(copied.model_path).see(square)
    build_finishing(finished, copied).finish(copied, home)
    model = load_model(copied.model_path)
    found = model.calibration
    assert found is not None
    assert found.method == "temperature"
    assert found.scale[0] > 2
    after, _ = model.see(square)
    assert torch.allclose(before * found.scale[0], after, rtol=1e-3)


def test_a_model_is_finished_once(finished: Finished) -> None:
    (home,) = load_samples(finished.run, Catalog(finished.workspace))
    before = hash_file(finished.run.model_path)
    build_finishing(finished, finished.run).finish(finished.run, home)
    assert hash_file(finished.run.model_path) == before


def test_the_log_says_what_was_learned(finished: Finished) -> None:
    said = [e.text for e in finished.run.list_events() if isinstance(e, MessageSaid)]
    assert any(text.startswith("Probabilities ") for text in said)
    assert any(text.startswith("The model knows its own kind of image from") for text in said)


def test_why_nothing_was_calibrated_is_said_with_its_numbers(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    said = " ".join(event.text for event in run.list_events() if isinstance(event, MessageSaid))
    assert (
        "Probabilities are not calibrated: the validation split has 3 patients, and it takes 60"
        " different ones to choose on some and to calibrate on others."
    ) in said


def test_own_images_are_answered_and_a_stranger_is_not(finished: Finished, tmp_path: Path) -> None:
    model = load_model(finished.run.model_path)
    rows = load_predictions(finished.run)
    own = list(predict_files(model, [finished.folder / row["name"] for row in rows]))
    assert sum(found.refusal is not None for found in own) == 0
    assert sum(found.sets == {} for found in own) <= 0.1 * len(own)
    noise = make_noise(tmp_path)
    for method in (None, "gradcam"):
        (refused,) = predict_files(model, [noise], method)
        assert (refused.label, refused.probabilities, refused.heatmap) == (None, {}, None)
        assert refused.refusal is not None
        assert refused.error is None
    (answered,) = predict_files(model, [noise], answers_all=True)
    assert answered.label in model.classes
    assert [note.level for note in answered.notes] == ["grave"]
    # What is promised of the model's own kind is not promised here.
    assert answered.sets == {}


def test_familiarity_is_the_same_with_and_without_a_heatmap(finished: Finished) -> None:
    model = load_model(finished.run.model_path)
    squares = np.random.default_rng(2).integers(0, 190, (3, 32, 32, 1), np.uint8)
    plain = model.answer_images(squares)
    for method in ("gradcam", "layercam"):
        explained = model.answer_images(squares, method)
        assert explained.probabilities == pytest.approx(plain.probabilities, abs=1e-5)
        for one, other in zip(plain.familiar, explained.familiar, strict=True):
            assert one is not None
            assert other is not None
            assert one.percentile == pytest.approx(other.percentile, abs=1e-3)


def test_table_and_patients_leave_out_what_is_not_answered(
    finished: Finished, tmp_path: Path
) -> None:
    model = load_model(finished.run.model_path)
    own = finished.folder / load_predictions(finished.run)[0]["name"]
    rows = [build_row(p) for p in predict_files(model, [own, make_noise(tmp_path)])]
    first, second = csv.DictReader(io.StringIO(write_csv(rows, model.classes, "probe")))
    assert float(first["unlike percentile"]) < 99.99
    assert first["prediction"] in model.classes
    assert (second["kind"], second["prediction"]) == ("alien", "")
    assert second["error"].startswith("Not answered")
    patients = combine_patients(rows, "^.{3}", model.task, model.classes)
    assert [len(patient.files) for patient in patients] == [1]


def test_shell_says_the_same(finished: Finished, tmp_path: Path) -> None:
    noise = make_noise(tmp_path)
    own = finished.folder / load_predictions(finished.run)[0]["name"]
    runner = CliRunner()
    result = runner.invoke(app, ["predict", "probe", str(own), str(noise), "--json"])
    assert result.exit_code == 0, result.output
    answered, refused = json.loads(result.stdout)
    assert answered["calibrated"]
    assert answered["familiarity"].keys() == {"percentile", "verdict"}
    assert answered["warnings"] == []
    assert refused["label"] is None
    assert refused["familiarity"]["verdict"] == "alien"
    assert refused["warnings"][0].startswith("Not answered")
    assert "1 of 2 images are not answered" in result.stderr
    result = runner.invoke(app, ["predict", "probe", str(noise), "--json", "--answer-all"])
    (forced,) = json.loads(result.stdout)
    assert forced["label"] is not None
    assert forced["set"] == {}
    assert "Answered because you asked" in forced["warnings"][0]


def test_siblings_are_the_nearest_training_images_of_each_class(finished: Finished) -> None:
    model = load_model(finished.run.model_path)
    (home,) = load_samples(finished.run, Catalog(finished.workspace))
    training = draw_training(home)
    asked = training[0]
    (prediction,) = predict_files(model, [asked.path])
    assert prediction.pixels is not None
    workspace = finished.workspace
    found = find_siblings(workspace, finished.run, model, prediction.pixels, ("above", "below"))
    assert found.compared == len(training) == MOST_TRAINING < len(home.list_split("train"))
    # The image itself is the nearest of its own class, and nobody else's test image is there.
    first = found.of_class[asked.label][0]
    assert first.sample.id == asked.id
    assert first.distance == pytest.approx(0, abs=1e-4)
    for name, siblings in found.of_class.items():
        assert {sibling.sample.label for sibling in siblings} == {name}
        assert {sibling.sample.split for sibling in siblings} == {"train"}
        assert [s.distance for s in siblings] == sorted(s.distance for s in siblings)


def test_distance_of_features_by_hand() -> None:
    rows = np.array([[1.0, 0.0, 5.0], [-1.0, 0.0, 5.0], [0.0, 1.0, 5.0], [0.0, -1.0, 5.0]])
    distances = measure_distances(rows, np.array([2.0, 0.0, 9.0]))
    assert distances == pytest.approx([0.0, 2.0, 1.0, 1.0])


def test_a_threshold_is_chosen_on_images_that_did_not_choose_the_epoch(finished: Finished) -> None:
    (home,) = load_samples(finished.run, Catalog(finished.workspace))
    _, samples, where = find_chosen_on(finished.workspace, finished.run)
    assert {s.id for s in samples} == {s.id for s in home.calibrating}
    assert where == "calibrating half of the validation split"


def test_a_file_of_another_modality_is_told(finished: Finished, tmp_path: Path) -> None:
    model = replace(load_model(finished.run.model_path), acquisition={"modality": ("CR",)})
    path = tmp_path / "image.dcm"
    square = np.random.default_rng(3).integers(0, 190, (32, 32), np.uint8)
    path.write_bytes(build_dicom(square, Modality="MR"))
    (prediction,) = predict_files(model, [path], answers_all=True)
    assert "other-modality" in {note.code for note in prediction.notes}
    path.write_bytes(build_dicom(square, Modality="DX"))
    (prediction,) = predict_files(model, [path], answers_all=True)
    assert "other-modality" not in {note.code for note in prediction.notes}


def test_python_finds_siblings_of_a_file(finished: Finished, tmp_path: Path) -> None:
    (home,) = load_samples(finished.run, Catalog(finished.workspace))
    asked = home.list_split("test")[0]
    found = medapp.open(finished.workspace.root).find_siblings("probe", asked.path, most=2)
    assert {len(siblings) for siblings in found.of_class.values()} == {2}
    assert next(iter(found.of_class)) == asked.label
    (tmp_path / "no.png").write_bytes(b"no image")
    with pytest.raises(ImageError, match="cannot be read"):
        medapp.open(finished.workspace.root).find_siblings("probe", tmp_path / "no.png")


def test_shell_writes_a_graph_with_its_card_and_script(finished: Finished, tmp_path: Path) -> None:
    to = tmp_path / "out" / "model.onnx"
    runner = CliRunner()
    result = runner.invoke(app, ["runs", "export", "probe", "--onnx", "--to", str(to)])
    assert result.exit_code == 0, result.output
    assert {path.name for path in to.parent.iterdir()} == {"model.onnx", "model.json", "ask.py"}
    card = json.loads(to.with_suffix(".json").read_text())
    assert card["classes"] == ["above", "below"]
    assert card["calibrated"]
    # No image's or patient's name is in any of the files.
    names = [row["name"].encode() for row in load_predictions(finished.run)]
    for path in to.parent.iterdir():
        content = path.read_bytes()
        assert not any(name in content for name in names), path
    for asked in (["--head", "bands"], ["--with-names", "--onnx"]):
        refused = runner.invoke(app, ["runs", "export", "probe", "--to", str(to), *asked])
        assert refused.exit_code == 2
