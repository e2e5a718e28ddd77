"""Whether a model travels, asked on the page that compares."""

from pathlib import Path

from conftest import Trained
from studies.travel.test_study import invert, write_elsewhere
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
)

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.session import Session
from medapp.studies.travel.record import list_travels
from medapp.studies.travel.rule import TITLES
from medapp.ui.compare.travels import hold_jobs


def test_a_click_asks_and_the_verdict_stands_first(trained: Trained, tmp_path: Path) -> None:
    choice = ImportChoice(patient_pattern=r"p\d\d")
    add_folder(trained.workspace, write_elsewhere(tmp_path / "<there>"), choice=choice)
    app = open_page("compare")
    find_button(app, "Ask whether it travels").click().run()
    assert not app.exception, app.exception
    job = hold_jobs()["travel"]
    assert job.wait(60)
    assert job.state == "done", job.error
    (found,) = list_travels(trained.workspace)
    app = open_page("compare", travel=found.id)
    assert app.title[0].value.replace("\\", "") == "probe on <there>"
    (said,) = app.success
    assert said.value.startswith("**Go: the images look like those it learned from.**")
    shares = next(table.value for table in app.dataframe if "Mean probability" in table.value)
    assert list(shares[""])[:2] == ["Its own validation images", "The model as it is"]
    assert shares["above"][1] == f"{found.scores['source-only'].shares[0]:.0%}"


def test_images_of_another_kind_are_stopped_and_listed(trained: Trained, tmp_path: Path) -> None:
    folder = invert(write_elsewhere(tmp_path / "there"))
    add_folder(trained.workspace, folder, choice=ImportChoice(patient_pattern=r"p\d\d"))
    found = Session(trained.workspace).travel("probe", "there")
    assert found.verdict != "go"
    app = open_page("compare", travel=found.id)
    assert not app.exception, app.exception
    assert not app.success
    assert "With the labels there" in " ".join(str(each.value) for each in app.subheader)
    said = [str(caption.value).replace("\\", "") for caption in open_page("compare").caption]
    assert TITLES[found.verdict] in said


def test_classes_that_are_called_otherwise_can_be_mapped(trained: Trained, tmp_path: Path) -> None:
    folder = write_elsewhere(tmp_path / "there", {"above": "over", "below": "under"})
    add_folder(trained.workspace, folder)
    app = open_page("compare")
    lists = {box.label: box for box in app.selectbox}
    assert lists["over"].value == "Leave out"
    lists["over"].set_value("above").run()
    {box.label: box for box in app.selectbox}["under"].set_value("below").run()
    find_button(app, "Ask whether it travels").click().run()
    assert hold_jobs()["travel"].wait(60)
    (found,) = list_travels(trained.workspace)
    assert found.mapping == {"over": "above", "under": "below"}


def test_without_another_data_set_nothing_is_asked(trained: Trained) -> None:
    app = open_page("compare")
    assert "Does it travel?" not in " ".join(str(each.value) for each in app.subheader)


def test_what_labelling_buys_is_told_and_declared_images_are_named(
    trained: Trained, tmp_path: Path
) -> None:
    folder = write_elsewhere(tmp_path / "there", {"above": "below", "below": "above"})
    add_folder(trained.workspace, folder, choice=ImportChoice(patient_pattern=r"p\d\d"))
    found = Session(trained.workspace).travel("probe", "there", labelled=6)
    app = open_page("compare", travel=found.id)
    assert not app.exception, app.exception
    said = [str(each.value).replace("\\", "") for each in app.markdown]
    assert any("On the 42 others its balanced accuracy is" in text for text in said)
    assert found.declared is not None
    images = next(table.value for table in app.dataframe if "Image" in table.value)
    assert list(images["Image"]) == list(found.declared.names)
    curve = next(table.value for table in app.dataframe if "Labelled images there" in table.value)
    assert list(curve["Labelled images there"]) == [0, 20]
    titles = [str(each.value) for each in app.subheader]
    assert "What labelling buys" in titles
    assert "Both hospitals on one map" in titles
    assert "Guessing gets 0.500." in " ".join(str(each.value) for each in app.caption)
