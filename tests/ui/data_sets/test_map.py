"""The map of a data set is begun by a button, shows its images as points, and is found again."""

from pathlib import Path

import numpy as np
from conftest import write_bands
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
    read_text,
)

from medapp.data.importing.adding import add_path
from medapp.data.samples import DataSet
from medapp.store.workspace import Workspace
from medapp.ui.data_sets.colouring import read_amounts
from medapp.ui.data_sets.map import hold_maps


def draw(data_set: DataSet, way: str) -> None:
    """Press the button and wait until the map is there."""
    app = open_page("data_sets", set=data_set.id, view="Map", map=way)
    assert hold_maps()[data_set.uid, way].wait(60)  # whether it is kept
    app = open_page("data_sets", set=data_set.id, view="Map", map=way)
    find_button(app, "Draw the map").click().run()
    job = hold_maps()[data_set.uid, way]
    assert job.wait(60)
    assert job.result is not None, job.error
    assert job.result.positions.shape == (12, 2)


def test_the_button_leads_to_a_map(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_path(workspace, write_bands(tmp_path / "bands", 6)).data_set
    draw(data_set, "pca")
    app = open_page("data_sets", set=data_set.id, view="Map")
    assert not app.exception
    assert "12 of 12 images" in read_text(app)
    # What was read serves t-SNE too, and what a server has drawn, the next one finds.
    draw(data_set, "tsne")
    for way, said in (("pca", "may still show the same disease"), ("tsne", "means nothing")):
        hold_maps().clear()
        open_page("data_sets", set=data_set.id, view="Map", map=way)
        assert hold_maps()[data_set.uid, way].wait(60)
        app = open_page("data_sets", set=data_set.id, view="Map", map=way, colour="split")
        assert not app.exception
        assert said in read_text(app)
        assert app.selectbox[0].value == "split"
        assert not [button for button in app.button if button.label.startswith("Draw the map")]


def test_a_map_of_too_few_images_says_so(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_path(workspace, write_bands(tmp_path / "bands", 4)).data_set
    open_page("data_sets", set=data_set.id, view="Map", map="tsne")
    assert hold_maps()[data_set.uid, "tsne"].wait(60)
    app = open_page("data_sets", set=data_set.id, view="Map", map="tsne")
    assert find_button(app, "Draw the map").disabled
    assert "takes 10 images" in read_text(app)


def test_texts_are_amounts_where_all_are_numbers_and_many_differ() -> None:
    ages = [str(age) for age in range(40, 50)]
    amounts = read_amounts([*ages, "", "inf", "41.5"])
    assert amounts is not None
    expected = [*range(40, 50), np.nan, np.nan, 41.5]
    assert np.array_equal(amounts, np.array(expected), equal_nan=True)
    assert read_amounts([*ages, "old"]) is None
    assert read_amounts(["0", "1"] * 20) is None
