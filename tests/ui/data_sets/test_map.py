"""The map of a data set is begun by a button, shows its images as points, and is found again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import Trained, write_bands
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
    read_text,
)

from medapp.data.catalog import Catalog
from medapp.data.familiarity import save_distances
from medapp.data.importing.adding import add_path
from medapp.data.samples import DataSet, Sample
from medapp.figures.map import Points
from medapp.runs.making import find_run
from medapp.runs.results import load_predictions
from medapp.store.workspace import Workspace
from medapp.ui.data_sets.colouring import LOSS, UNLIKE, colour, list_colourings, read_amounts
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


def test_points_are_coloured_by_what_a_run_and_the_audit_say(trained: Trained) -> None:
    workspace = trained.workspace
    catalog = Catalog(workspace)
    data_set = catalog.find_data_set("bands")
    samples = catalog.load_samples(data_set)
    run = find_run(workspace, "probe")
    assert "how unlike the rest" not in list_colourings(data_set, samples).values()
    save_distances(workspace, data_set.uid, {samples[1].content_hash: 0.25})
    choices = list_colourings(data_set, samples)
    assert choices[UNLIKE] == "how unlike the rest"
    by = next(key for key, title in choices.items() if title == "loss, judged by probe")
    assert by == f"{LOSS}{run.id}"
    found = colour(data_set, samples, UNLIKE).amounts
    assert found is not None
    assert found[1] == 0.25
    assert np.isnan(np.delete(found, 1)).all()
    rows = {row["name"]: row for row in load_predictions(run)}
    judged = colour(data_set, samples, by)
    assert judged.amounts is not None
    for sample, loss in zip(samples, judged.amounts, strict=True):
        if row := rows.get(sample.name):
            probability = row[f"probability of {sample.label}"]
            assert loss == pytest.approx(-np.log(probability), rel=1e-6)
        else:
            assert np.isnan(loss)
    assert judged.said == f"{len(rows)} were judged by probe: its test split."
    figure = judged.draw(Points(np.zeros((len(samples), 2)), None, *_name(samples)), "dark")
    assert [len(trace.x) for trace in figure.data] == [len(samples) - len(rows), len(rows)]


def _name(samples: Sequence[Sample]) -> tuple[list[int], list[str]]:
    return [sample.id for sample in samples], [sample.name for sample in samples]


def test_texts_are_amounts_where_all_are_numbers_and_many_differ() -> None:
    ages = [str(age) for age in range(40, 50)]
    amounts = read_amounts([*ages, "", "inf", "41.5"])
    assert amounts is not None
    expected = [*range(40, 50), np.nan, np.nan, 41.5]
    assert np.array_equal(amounts, np.array(expected), equal_nan=True)
    assert read_amounts([*ages, "old"]) is None
    assert read_amounts(["0", "1"] * 20) is None
