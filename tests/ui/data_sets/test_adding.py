"""The page that adds a data set shows what would come in before anything is stored."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Trained, write_bands
from make_dicom import build_dicom
from PIL import Image
from streamlit.testing.v1 import AppTest
from ui.test_pages import _one_server_a_test, open_page  # noqa: F401 - a fixture

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.store.places import list_places
from medapp.ui.data_sets.imports import hold_imports


def find(widgets: Any, label: str) -> Any:
    return next(widget for widget in widgets if widget.label == label)


def look_at(path: Path) -> AppTest:
    app = open_page("data_sets", add="folder")
    find(app.text_input, "Path").set_value(str(path)).run()
    assert not app.exception, app.exception
    return app


def pick(app: AppTest, words: str) -> str:
    """The answer whose text holds some words."""
    options = find(app.radio, "What tells the classes").options
    return next(str(o) for o in options if words in str(o).replace("\\", ""))


def read_all(app: AppTest) -> str:
    return " ".join(str(e.value) for e in (*app.markdown, *app.caption, *app.warning))


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Folders that can be read in several ways."""
    for number, name in enumerate(
        f"{top}/{label}/{n}.png" for top in "xy" for label in "ab" for n in range(3)
    ):
        path = tmp_path / "mixed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (32, 32), 20 * number).save(path)
    return tmp_path / "mixed"


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """Three patients of a hospital's disc, two slices each."""
    for number in range(6):
        patient = number // 2
        path = tmp_path / "disc" / f"PT00000{patient}" / "ST000000" / f"IM00000{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 255, (24, 24)).astype(np.uint8)
        facts = {"PatientID": f"H{patient}", "PatientSex": "FMF"[patient]}
        path.write_bytes(build_dicom(pixels, **facts))
    (tmp_path / "disc" / "DICOMDIR").write_bytes(bytes(128) + b"DICM")
    return tmp_path / "disc"


def test_a_path_that_the_address_names_is_not_read_before_a_click(
    trained: Trained, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "bands", 4)
    app = open_page("data_sets", add="folder", path=str(folder))
    assert not any(button.label.startswith("Register") for button in app.button)
    find(app.button, "Look").click().run()
    assert find(app.button, "Register 8 images")


def test_what_would_come_in_is_shown_and_then_comes_in(trained: Trained, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 4)
    (folder / "above" / "notes.txt").write_text("x", encoding="utf-8")
    known = len(Catalog(trained.workspace).list_data_sets())
    app = look_at(folder)
    assert "8 images · 2 classes · patients unknown" in read_all(app)
    table = next(d.value for d in app.dataframe if "images" in d.value)
    assert table.set_index("Class")["images"].to_dict() == {"above": 4, "below": 4}
    rest = next(d.value for d in app.dataframe if "What" in d.value)
    assert rest.to_dict("records") == [{"What": ".txt", "Files": 1, "Such as": "above/notes.txt"}]
    assert len(Catalog(trained.workspace).list_data_sets()) == known
    find(app.text_input, "Name").set_value("shown first").run()
    find(app.button, "Register 8 images").click().run()
    job = hold_imports()[folder]
    assert job.wait(60)
    assert job.state == "done", job.error
    made = Catalog(trained.workspace).find_data_set("shown first")
    assert made.root == folder
    # The import leads on until its data set was reached, however often the page is drawn.
    assert folder in hold_imports()
    open_page("data_sets", set=made.id)
    assert folder not in hold_imports()


def test_a_question_is_answered_before_anything_comes_in(trained: Trained, mixed: Path) -> None:
    app = look_at(mixed)
    assert "either may be the classes" in read_all(app)
    assert not any(button.label.startswith("Register") for button in app.button)
    find(app.radio, "What tells the classes").set_value(pick(app, "{site}/{label}")).run()
    assert not app.exception, app.exception
    assert "either may be the classes" not in read_all(app)
    table = next(d.value for d in app.dataframe if "images" in d.value)
    assert table.set_index("Class")["images"].to_dict() == {"a": 6, "b": 6}
    assert find(app.button, "Register 12 images")


def test_patients_of_a_table_are_not_called_unknown(trained: Trained, tmp_path: Path) -> None:
    for number in range(4):
        path = tmp_path / "flat" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("L", (32, 32), 20 * number).save(path)
    rows = "0,a,p\n1,a,p\n2,b,q\n3,b,q\n"
    (tmp_path / "flat" / "labels.csv").write_text(f"image,label,patient\n{rows}", encoding="utf-8")
    app = look_at(tmp_path / "flat")
    choice = find(app.selectbox, "Patient in the file name")
    assert choice.options[0] == "no: from the column patient"
    assert "Patients from the column patient: 2." in read_all(app).replace("\\", "")


def test_patients_of_headers_are_not_called_unknown(trained: Trained, disc: Path) -> None:
    app = look_at(disc)
    assert "a row may be an image; for DICOM files also a patient" in read_all(app)
    find(app.radio, "What tells the classes").set_value(pick(app, "Sex in the DICOM")).run()
    assert "6 images · 2 classes · 3 patients" in read_all(app)
    said = read_all(app).replace("\\", "")
    assert said.count("Patients from DICOM headers (hashed): 3.") == 2
    assert "Unknown patients" not in said


def test_one_folder_of_a_study_is_not_offered_as_a_class(trained: Trained, disc: Path) -> None:
    options = [str(o) for o in find(look_at(disc).radio, "What tells the classes").options]
    assert "6 images of 2 classes" in options[0]
    assert not any("ST000000" in option for option in options)


def test_a_layout_of_ones_own_is_tried_at_once(trained: Trained, mixed: Path) -> None:
    app = look_at(mixed)
    find(app.radio, "What tells the classes").set_value(pick(app, "of my own")).run()
    find(app.text_input, "Layout").set_value("{patient}/{label}").run()
    assert "2 patients" in read_all(app)
    find(app.text_input, "Layout").set_value("{nonsense}").run()
    assert not app.exception
    assert "cannot be used" in " ".join(str(error.value) for error in app.error)


def test_a_zip_is_looked_at_without_unpacking(trained: Trained, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 4)
    with zipfile.ZipFile(tmp_path / "bands.zip", "w") as archive:
        for path in folder.rglob("*.png"):
            archive.write(path, path.relative_to(folder).as_posix())
    app = look_at(tmp_path / "bands.zip")
    assert find(app.button, "Register 8 images")
    # The workspace has a data set "bands" already.
    assert find(app.text_input, "Name").value == "bands 2"


def test_the_picker_lists_nothing_before_a_click(trained: Trained, tmp_path: Path) -> None:
    write_bands(tmp_path / "home" / "bands", 4)
    app = open_page("data_sets", add="folder", path=str(tmp_path / "home"))
    assert not any(button.label == "bands" for button in app.button)
    find(app.button, "Browse").click().run()
    assert not app.exception, app.exception
    find(app.button, "bands").click().run()
    assert "4 images" in read_all(app)
    find(app.button, "Look at bands").click().run()
    assert find(app.button, "Register 8 images")


def test_a_path_that_is_typed_closes_the_picker(trained: Trained, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 4)
    app = open_page("data_sets", add="folder", path=str(tmp_path))
    find(app.button, "Browse").click().run()
    find(app.text_input, "Path").set_value(str(folder)).run()
    assert not any(button.label.startswith("Look at") for button in app.button)
    assert find(app.button, "Register 8 images")


def test_the_table_of_a_disc_is_found_by_clicks(trained: Trained, disc: Path) -> None:
    rows = "PatientID;Diagnosis\nH0;benign\nH1;malignant\nH2;benign\n"
    (disc.parent / "diagnoses.csv").write_text(rows, encoding="utf-8")
    app = look_at(disc)
    find(app.radio, "What tells the classes").set_value("A table that I name").run()
    assert not any(button.label == "diagnoses.csv" for button in app.button)
    find(app.button, "Browse for the table").click().run()
    find(app.button, "diagnoses.csv").click().run()
    assert not app.exception, app.exception
    assert read_classes(app) == {"benign": 4, "malignant": 2}
    assert find(app.text_input, "Table of labels").value == str(disc.parent / "diagnoses.csv")
    assert "3 patients" in read_all(app)


def test_how_a_data_set_was_read_stands_on_its_page(trained: Trained, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 4)
    (folder / "above" / "notes.txt").write_text("x", encoding="utf-8")
    made = add_folder(trained.workspace, folder, "read *so*").data_set
    app = open_page("data_sets", set=str(made.id))
    assert find(app.expander, "How it was read")
    said = read_all(app).replace("\\", "")
    assert f"Read as {{label}}, below {folder}." in said
    assert "Patients are not known." in said
    rest = next(d.value for d in app.dataframe if "What" in d.value)
    assert rest["Such as"].tolist() == ["above/notes.txt"]


def test_slices_of_volumes_are_chosen(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "nodulemnist3d.npz"
    volumes = np.random.default_rng(0).integers(2, 256, (4, 6, 28, 28), dtype=np.uint8)
    np.savez(path, train_images=volumes, train_labels=np.array([0, 1, 0, 1]))
    app = look_at(path)
    assert find(app.button, "Register 24 images")
    find(app.selectbox, "Slices").set_value("every").run()
    find(app.number_input, "One of").set_value(3).run()
    find(app.button, "Register 8 images").click().run()
    job = hold_imports()[path]
    assert job.wait(60)
    assert job.state == "done", job.error
    catalog = Catalog(trained.workspace)
    samples = catalog.load_samples(catalog.find_data_set("nodulemnist3d"))
    assert {s.attributes["slice"] for s in samples} == {"2", "5"}


@pytest.fixture
def with_table(tmp_path: Path) -> Path:
    """A folder of images, and a table that says what they show."""
    folder = tmp_path / "tabled"
    (folder / "images").mkdir(parents=True)
    rows = ["file,diagnosis,grade,person"]
    for number in range(8):
        Image.new("L", (32, 32), 20 * number).save(folder / "images" / f"{number}.png")
        rows.append(f"{number}.png,{'ab'[number % 2]},{number % 4},P{number // 2}")
    rows.append("gone.png,a,1,P9")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def read_classes(app: AppTest) -> dict[str, int]:
    table = next(d.value for d in app.dataframe if "images" in d.value)
    return dict(zip(table.iloc[:, 0], table["images"], strict=True))


def test_the_columns_of_a_table_are_guessed_and_corrected(
    trained: Trained, with_table: Path
) -> None:
    app = look_at(with_table)
    assert read_classes(app) == {"a": 4, "b": 4}
    find(app.multiselect, "Labels").set_value(["grade"]).run()
    assert not app.exception, app.exception
    assert read_classes(app) == {"0": 2, "1": 2, "2": 2, "3": 2}
    find(app.selectbox, "Patient").set_value("person").run()
    assert "4 patients" in read_all(app)
    bad = next(d.value for d in app.dataframe if "Reason" in d.value)
    assert bad["Image"].tolist() == ["gone.png"]
    find(app.button, "Register 8 images").click().run()
    job = hold_imports()[with_table]
    assert job.wait(60)
    assert job.result is not None, job.error
    assert job.result.data_set.classes == ("0", "1", "2", "3")
    assert job.result.patients == 4


def test_a_table_without_a_column_of_labels_is_asked_about(
    trained: Trained, with_table: Path
) -> None:
    rows = (with_table / "labels.csv").read_text(encoding="utf-8")
    rows = rows.replace("diagnosis", "modality").replace("grade", "view")
    (with_table / "labels.csv").write_text(rows, encoding="utf-8")
    app = look_at(with_table)
    assert not any(button.label.startswith("Register") for button in app.button)
    find(app.multiselect, "Labels").set_value(["modality"]).run()
    assert not app.exception, app.exception
    assert read_classes(app) == {"a": 4, "b": 4}
    assert find(app.button, "Register 8 images")


def test_a_taken_name_is_said_before_anything_is_registered(
    trained: Trained, tmp_path: Path
) -> None:
    app = look_at(write_bands(tmp_path / "more", 4))
    assert not find(app.button, "Register 8 images").disabled
    find(app.text_input, "Name").set_value("bands").run()
    said = " ".join(str(error.value) for error in app.error)
    assert "There is a data set 'bands' already." in said
    assert "such as 'bands 2'" in said
    assert find(app.button, "Register 8 images").disabled
    find(app.text_input, "Name").set_value("bands 2").run()
    assert not app.error
    assert not find(app.button, "Register 8 images").disabled


def test_only_places_that_could_be_looked_at_are_recent(trained: Trained, tmp_path: Path) -> None:
    good = write_bands(tmp_path / "good", 4)
    (tmp_path / "empty").mkdir()
    look_at(good)
    app = look_at(tmp_path / "empty")
    assert app.error
    assert list_places(trained.workspace) == [good]
    shutil.rmtree(good)
    good.mkdir()
    look_at(good)
    assert list_places(trained.workspace) == []
