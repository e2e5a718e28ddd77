"""A data set without labels on the pages: looked at, audited, predicted on, labelled."""

from pathlib import Path

import numpy as np
import pytest
from conftest import Trained
from make_dicom import build_dicom
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    open_page,
    read_text,
)

from medapp.audit.audit import run_audit
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import UNLABELLED, DataSet
from medapp.errors import DataError
from medapp.runs.evaluate import evaluate_run
from medapp.runs.making import find_run
from medapp.ui.predict.jobs import FOLDER
from medapp.ui.predict.predicting import start_job

VIEWS = ("Images", "Map", "Audit", "Edits", "Split", "Preprocess", "Derive", "Manage")


@pytest.fixture
def series(trained: Trained, tmp_path: Path) -> DataSet:
    """An MR series of 14 slices, of which two are copies and one is blank."""
    noise = np.random.default_rng(0).integers(0, 4000, (14, 32, 32)).astype(np.uint16)
    noise[1] = noise[0]
    noise[2] = 7
    for i, pixels in enumerate(noise):
        path = tmp_path / "disc" / "ST0" / f"SE{i // 7}" / f"IM{i:03d}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_dicom(pixels, Modality="MR", PatientID="Doe"))
    choice = ImportChoice(layout=UNLABELLED)
    return add_path(trained.workspace, tmp_path / "disc", "series", choice).data_set


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_opens(series: DataSet, view: str) -> None:
    app = open_page("data_sets", set=series.id, view=view)
    text = read_text(app)
    assert not app.error
    assert "test split" not in text
    assert "Class" not in [box.label for box in app.selectbox]
    if view == "Split":
        assert "Not split" in text
        assert not [b for b in app.button if b.label in ("Draw", "Make a clean split")]


def test_the_audit_finds_what_needs_no_label(trained: Trained, series: DataSet) -> None:
    found = run_audit(trained.workspace, series)
    assert {"copies", "blank"} <= {finding.kind for finding in found.findings}
    told = {"leak", "contradiction", "small_class", "suspected_label", "shortcut"}
    told |= {"patients_in_two_splits"}
    assert not told & {finding.kind for finding in found.findings}
    for number, finding in enumerate(found.findings):
        app = open_page("data_sets", set=series.id, view="Audit", finding=number)
        assert finding.summary.split(".")[0][:20] in read_text(app).replace("\\", "")
        assert not app.error
    copies = next(n for n, f in enumerate(found.findings) if f.kind == "copies")
    app = open_page("data_sets", set=series.id, view="Audit", finding=copies)
    next(b for b in app.button if b.label.startswith("Leave out all but one")).click().run()
    assert not app.exception
    assert Catalog(trained.workspace).count_samples(series) == 13


def test_an_image_is_shown_and_predicted_without_a_label(trained: Trained, series: DataSet) -> None:
    sample = Catalog(trained.workspace).load_samples(series)[3]
    text = read_text(open_page("data_sets", set=series.id, image=sample.id))
    assert "unlabelled · not split" in text
    run = find_run(trained.workspace, "probe")
    text = read_text(open_page("predict", by=run.id, of=series.id))
    assert "All images: none has a label yet" in text
    text = read_text(open_page("predict", by=run.id, of=series.id, sample=sample.id))
    assert "The image has no label to compare it with" in text
    assert "labelled unlabelled" not in text
    assert "by heart" not in text


def test_a_folder_without_labels_is_predicted_in_one_go(trained: Trained, series: DataSet) -> None:
    run = find_run(trained.workspace, "probe")
    job = start_job(run, series.root)
    job.wait(60)
    assert (job.state, len(job.rows)) == ("done", 14)
    app = open_page("predict", by=run.id, **{"from": FOLDER, "folder": series.root})
    assert len(app.dataframe[0].value) == 14
    assert "Only those unlike their folder" not in [toggle.label for toggle in app.toggle]


def test_figures_are_refused_in_words(trained: Trained, series: DataSet) -> None:
    with pytest.raises(DataError, match="has images without labels"):
        evaluate_run(trained.workspace, find_run(trained.workspace, "probe"), dataset="series")


def test_a_run_is_refused_in_words(trained: Trained, series: DataSet) -> None:
    app = open_page("train", data=series.id)
    said = read_text(app).replace("\\", "")
    assert "images without labels" in said
