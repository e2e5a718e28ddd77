"""A model with several heads on the pages: which one is meant, in the address and in words."""

from typing import Any

import pytest
from conftest import Trained
from streamlit.testing.v1 import AppTest
from ui.test_pages import _one_server_a_test, find_button, open_page, read_text  # noqa: F401

from medapp.data.catalog import Catalog
from medapp.runs.heads import find_head
from medapp.runs.making import list_runs
from medapp.store.workspace import Workspace

OTHER = "there, too"


def find_choice(app: AppTest, begin: str) -> Any:
    return next((box for box in app.selectbox if box.label.startswith(begin)), None)


def test_predict_asks_for_a_head_and_the_address_holds_it(two_heads: Workspace) -> None:
    run = list_runs(two_heads)[0]
    app = open_page("predict", by=run.id)
    box = find_choice(app, "Head")
    assert box.options == ["here: above, below", "there, too: lower, upper"]
    assert box.value == 0
    assert "head" not in app.query_params
    box.set_value(1).run()
    assert app.query_params["head"] == "1"
    # The figures beside it are those of that head, and the images those of its data set.
    told = find_head(run, OTHER).load_evaluation()
    assert told is not None
    assert f"head of {OTHER} · test balanced accuracy {told.balanced_accuracy:.3f}" in read_text(
        app
    )
    assert find_choice(app, "Data set").value.name == OTHER
    find_choice(app, "Head").set_value(0).run()
    assert "head" not in app.query_params
    assert find_choice(app, "Data set").value.name == "here"


@pytest.mark.parametrize(
    ("data_set_name", "said"),
    [(OTHER, "Prediction: **"), ("here", "which is no class of this model")],
)
def test_an_image_is_predicted_by_the_head_in_the_address(
    two_heads: Workspace, data_set_name: str, said: str
) -> None:
    run = list_runs(two_heads)[0]
    catalog = Catalog(two_heads)
    data_set = catalog.find_data_set(data_set_name)
    sample = next(s for s in catalog.load_samples(data_set) if s.split == "test")
    app = open_page("predict", by=run.id, head=1, of=data_set.id, sample=sample.id)
    text = read_text(app)
    assert any(f"Prediction: **{name}**" in text for name in ("lower", "upper"))
    assert said in text
    explain = find_choice(app, "Explain")
    assert explain.options == ["the prediction", "lower", "upper"]


def test_a_link_to_a_head_that_is_not_there_is_said(two_heads: Workspace) -> None:
    run = list_runs(two_heads)[0]
    app = open_page("predict", by=run.id, head=7)
    assert any("names a head" in warning.value for warning in app.warning)
    assert find_choice(app, "Head").value == 0


def test_figures_are_those_of_the_head_that_is_chosen(two_heads: Workspace) -> None:
    run = list_runs(two_heads)[0]
    app = open_page("models", model=run.id)
    assert "the test split of here" in read_text(app)
    find_choice(app, "Head").set_value(1).run()
    assert app.query_params["judged"] == "1"
    assert f"the test split of {OTHER}" in read_text(app)
    assert "read once by the runs" in read_text(app)
    # What was not judged, as by an earlier version, is judged on request.
    for part in ("evaluation-1.json", "predictions-1.parquet"):
        (run.folder / part).unlink()
    app = open_page("models", model=run.id, judged=1)
    assert "was not measured on a test split" in read_text(app)
    find_button(app, "Judge it on its test split").click().run()
    assert f"the test split of {OTHER}" in read_text(app)
    assert "read twice by the runs" in read_text(app)
    app = open_page("models", model=run.id, show="Manage")
    assert f"A head travels for each of here, {OTHER}" in read_text(app)


def test_a_run_that_has_ended_tells_of_its_further_heads(two_heads: Workspace) -> None:
    run = list_runs(two_heads)[0]
    told = find_head(run, OTHER).load_evaluation()
    assert told is not None
    text = read_text(open_page("train", run=run.id))
    assert f"test balanced accuracy {told.balanced_accuracy:.3f}" in text.replace("\\", "")


def test_a_list_shows_each_head_among_the_models_of_its_own_data_set(two_heads: Workspace) -> None:
    run = list_runs(two_heads)[0]
    app = open_page("models")
    assert [title.value for title in app.subheader[:2]] == ["here", OTHER]
    first, second = (table.value.iloc[0] for table in app.dataframe[:2])
    assert (first["Model"], second["Model"]) == (run.name, f"{run.name}, head of {OTHER}")
    told = find_head(run, OTHER).load_evaluation()
    assert told is not None
    assert second["n of test"] == told.n
    assert second["Test, 95% interval"].startswith(f"{told.balanced_accuracy:.3f} [")
    # Validation is that of the first data set alone.
    assert first["n"] > 0
    assert "Validation" not in second.dropna()


def test_a_model_with_one_head_is_shown_without_a_choice(trained: Trained) -> None:
    run = list_runs(trained.workspace)[0]
    assert find_choice(open_page("predict", by=run.id), "Head") is None
    app = open_page("models", model=run.id)
    assert find_choice(app, "Head") is None
    text = read_text(open_page("models", model=run.id, show="Manage"))
    assert "A head travels" not in text
