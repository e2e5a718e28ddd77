"""What the pages say of CT slices: how they are shown, and what their headers and a table hold."""

from pathlib import Path

import numpy as np
from conftest import Trained
from make_dicom import build_dicom
from streamlit.testing.v1 import AppTest
from ui.test_pages import (  # noqa: F401 - a fixture
    _one_server_a_test,
    open_page,
    read_text,
)

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.layouts.roles import TableChoice
from medapp.data.samples import DataSet
from medapp.store.workspace import Workspace


def add_slices(workspace: Workspace, folder: Path) -> DataSet:
    """Slices of four patients, with a table that says what each patient has."""
    for patient in range(4):
        path = folder / f"IM{patient}"
        folder.mkdir(exist_ok=True)
        values = np.random.default_rng(patient).integers(-1000, 400, (24, 24)).astype(np.int16)
        facts = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0, "KVP": 120}
        said = {"PatientID": f"H{patient}", "PatientSex": "F", "BodyPartExamined": "CHEST"}
        path.write_bytes(build_dicom(values, **facts, **said))
    table = folder.parent / "found.csv"
    rows = "".join(f"H{p},{'ab'[p % 2]},F,{50 + p}\n" for p in range(4))
    table.write_text(f"PatientID,Diagnosis,Sex,Weight\n{rows}", "utf-8")
    return add_path(
        workspace, folder, name="ct", choice=ImportChoice(table=TableChoice((str(table),)))
    ).data_set


def list_captions(app: AppTest) -> list[str]:
    """The captions of a page's pictures."""
    return [caption for picture in app.image for caption in picture.captions]


def test_the_file_as_it_is_has_no_caption_of_a_window(trained: Trained, tmp_path: Path) -> None:
    data_set = add_slices(trained.workspace, tmp_path / "ct")
    app = open_page("data_sets", set=data_set.id, view="Preprocess")
    app.multiselect(key=f"preprocess-{data_set.uid}-windows").set_value(["lung"]).run()
    assert not app.exception, app.exception
    captions = list_captions(app)
    assert any("percentile" in caption for caption in captions)
    assert not any("lung" in caption for caption in captions)


def test_what_a_header_and_a_table_both_say_stands_once(trained: Trained, tmp_path: Path) -> None:
    data_set = add_slices(trained.workspace, tmp_path / "ct")
    sample = Catalog(trained.workspace).load_samples(data_set)[0]
    said = read_text(open_page("data_sets", set=data_set.id, image=sample.id))
    assert said.count("gray[Sex]") == 1
    assert all(f":gray[{name}]" in said for name in ("Body part", "kVp", "Weight"))


def test_a_window_that_was_chosen_is_there_after_a_reload(trained: Trained, tmp_path: Path) -> None:
    data_set = add_slices(trained.workspace, tmp_path / "ct")
    key = f"preprocess-{data_set.uid}-windows"
    app = open_page("data_sets", set=data_set.id, view="Preprocess")
    assert app.multiselect(key=key).value == []
    app.multiselect(key=key).set_value(["brain", "bone"]).run()
    again = open_page("data_sets", set=data_set.id, view="Preprocess")
    assert again.multiselect(key=key).value == ["brain", "bone"]
    train = open_page("train", data=data_set.id)
    assert train.multiselect(key=key).value == ["brain", "bone"]
    train.multiselect(key=key).set_value([]).run()
    assert open_page("train", data=data_set.id).multiselect(key=key).value == []
