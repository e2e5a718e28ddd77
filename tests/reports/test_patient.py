"""A report of one patient says what the model says, or why it says nothing, and names no folder."""

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Trained, write_bands
from PIL import Image

import medapp
from medapp.errors import ExplanationError, ImageError, WorkspaceError
from medapp.evaluation.words import write_figure, write_probability
from medapp.prediction.doubt import REFUSAL
from medapp.prediction.files import draw_heatmap, predict_files
from medapp.prediction.model import load_model
from medapp.reports.markdown import escape, write_markdown
from medapp.reports.page import write_page
from medapp.reports.patient import build_patient_report
from medapp.reports.patient_facts import PatientFacts, Wanted, gather_patient
from medapp.runs.making import find_run
from medapp.session import Session
from medapp.store.files import hash_file

METHOD = "layercam"  # its map is not blank where 32 px leave one cell
PICTURE = re.compile(r'src="data:image/(png|jpeg);base64,([^"]+)"')


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("secret-folder")
    bands = write_bands(folder / "bands", 2, seed=5)
    for number, label in enumerate(("above", "below"), start=1):
        (bands / label / "p01.png").rename(folder / f"new <{number}>.png")
    return sorted(folder.glob("*.png"))


def gather(trained: Trained, files: list[Path], **wanted: object) -> PatientFacts:
    run = find_run(trained.workspace, "probe")
    model = load_model(run.require_model())
    return gather_patient(trained.workspace, run, model, files, Wanted(**wanted))


@pytest.fixture(scope="module")
def facts(trained_once: Trained, images: list[Path]) -> PatientFacts:
    return gather(trained_once, images[:1], patient="Patient 7", method=METHOD, answers_all=True)


def test_what_the_model_says_stands_with_who_says_so(
    facts: PatientFacts, trained_once: Trained
) -> None:
    run = find_run(trained_once.workspace, "probe")
    found = facts.images[0].prediction
    evaluation = run.load_evaluation()
    assert evaluation is not None
    report = build_patient_report(facts)
    page, text = write_page(report), write_markdown(report)
    assert report.title == "Patient 7"
    for name, probability in found.probabilities.items():
        assert f"| {escape(name)} | {escape(write_probability(probability))} |" in text
    figure = write_figure(evaluation.balanced_accuracy, evaluation.intervals["balanced_accuracy"])
    for said in (
        "For research, not for diagnosis.",
        hash_file(run.model_path),
        f"probe ({run.id})",
        figure,
        f"n = {evaluation.n:,} images",
        facts.written,
    ):
        assert said in page
        assert escape(said) in text


def test_image_and_heatmap_stand_side_by_side_in_the_one_file(
    facts: PatientFacts, images: list[Path], trained_once: Trained
) -> None:
    page = write_page(build_patient_report(facts))
    pictures = [Image.open(io.BytesIO(base64.b64decode(c))) for _, c in PICTURE.findall(page)]
    assert [picture.size for picture in pictures] == [(32, 40), (32, 40)]
    assert np.array_equal(np.asarray(pictures[0]), np.asarray(Image.open(images[0])))
    model = load_model(find_run(trained_once.workspace, "probe").require_model())
    (found,) = predict_files(model, images[:1], METHOD, answers_all=True)
    there = np.asarray(Image.open(io.BytesIO(draw_heatmap(found))))
    assert np.array_equal(np.asarray(pictures[1]), there)
    # Nothing is fetched, and nothing can run.
    assert "default-src 'none'" in page
    assert "<script" not in page


def test_only_the_files_own_name_stands_in_it(facts: PatientFacts, images: list[Path]) -> None:
    report = build_patient_report(facts)
    for text in (write_page(report), write_markdown(report)):
        assert str(images[0].parent) not in text
        assert images[0].parent.name not in text
    assert "new &lt;1&gt;.png" in write_page(report)


def test_a_refusal_stands_in_place_of_a_probability(facts: PatientFacts) -> None:
    (seen,) = facts.images
    silent = replace(seen.prediction, label=None, probabilities={}, refusal=REFUSAL, heatmap=None)
    refused = replace(seen, prediction=silent, heatmap=b"", map_notes=(), opinion="")
    text = write_markdown(build_patient_report(replace(facts, images=(refused,))))
    assert escape(REFUSAL) in text
    assert "| Class | Probability |" not in text
    assert "The heatmap" not in text


def test_several_images_are_one_patients_by_the_mean(
    trained_once: Trained, images: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    found = gather(trained_once, [*images, broken], answers_all=True)
    first, second, third = (seen.prediction for seen in found.images)
    assert third.error is not None
    assert found.together is not None
    for name, mean in found.together.probabilities.items():
        assert mean == pytest.approx((first.probabilities[name] + second.probabilities[name]) / 2)
    text = write_markdown(build_patient_report(found))
    assert "By the mean of the probabilities of 2 images" in text
    assert "not answered count for nothing" in text
    assert text.count("broken.png") >= 2


def test_of_images_that_cannot_be_read_there_is_no_report(
    trained_once: Trained, images: list[Path], tmp_path: Path
) -> None:
    absent = tmp_path / "absent.png"
    with pytest.raises(ImageError, match=r"nothing to report\. absent\.png cannot be opened"):
        gather(trained_once, [absent])
    assert len(gather(trained_once, [images[0], absent]).images) == 2


def test_an_image_that_was_learned_says_so(trained_once: Trained) -> None:
    learned = gather(trained_once, sorted(trained_once.folder.glob("above/*.png")))
    splits = {seen.split for seen in learned.images}
    assert splits == {"train", "validation", "test"}
    text = write_markdown(build_patient_report(learned))
    in_split = sum(seen.split in ("train", "validation") for seen in learned.images)
    assert text.count("This very image is in the model's") == in_split


def test_siblings_are_there_only_when_asked_for(trained: Trained, images: list[Path]) -> None:
    with_them = gather(trained, images[:1], with_siblings=True, method=METHOD, answers_all=True)
    (seen,) = with_them.images
    assert {one.name for one in seen.alike} == {"above", "below"}
    distances = [one.distance for one in seen.alike if one.name == "above"]
    assert distances == sorted(distances)
    page = write_page(build_patient_report(with_them))
    assert len(PICTURE.findall(page)) == 2 + len(seen.alike)
    # They are known by their class alone.
    assert not re.search(r"\bp\d\d\.png", page)


def test_python_writes_the_files(trained: Trained, images: list[Path], tmp_path: Path) -> None:
    written = medapp.report_patient("probe", images[:1], tmp_path / "out", patient="A")
    assert [path.name for path in written] == ["patient.html", "patient.md"]
    (page,) = Session(trained.workspace).report_patient("probe", images, tmp_path / "one.html")
    assert page.read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(WorkspaceError, match="HTML or as Markdown"):
        medapp.report_patient("probe", images, tmp_path / "one.pdf")
    with pytest.raises(ExplanationError):
        medapp.report_patient("probe", images, tmp_path / "out", method="magic")


def test_contours_are_those_of_the_saved_heatmap_and_are_explained(
    trained: Trained, images: list[Path]
) -> None:
    found = gather(trained, images[:1], method=METHOD, answers_all=True, as_contours=True)
    (seen,) = found.images
    there = draw_heatmap(seen.prediction, as_contours=True)
    assert np.array_equal(*(np.asarray(Image.open(io.BytesIO(p))) for p in (seen.heatmap, there)))
    page = write_page(build_patient_report(found))
    assert "Contours at 50% (blue) and 80% (yellow) of the map&#x27;s own maximum" in page
    assert "The brighter a place" not in page
