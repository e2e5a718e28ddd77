"""Each page, run without a browser: on an empty workspace it teaches, with a data set and a model
it shows them.
"""

import dataclasses
import functools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from conftest import Trained, draw_picture, write_bands
from PIL import Image
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.layouts.listing import list_images
from medapp.data.splits.redrawing import redraw_split
from medapp.evaluation.headline import list_shown
from medapp.evaluation.verdict import judge
from medapp.explanation.trials.words import state_finding
from medapp.notes import Note
from medapp.phantom import render
from medapp.prediction.job import PredictionJob
from medapp.reports.authored import load_answers
from medapp.runs.looks import count_test_reads
from medapp.runs.making import create_run, find_run, list_runs
from medapp.runs.results import load_robustness, load_trials
from medapp.runs.run import Run
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace
from medapp.studies.folds import list_studies
from medapp.training.recipe import DataChoice, build_recipe, build_settings
from medapp.training.recipe.presets import PRESETS
from medapp.ui.data_sets.filtering import Filters
from medapp.ui.data_sets.neighbours import find_neighbour, find_position
from medapp.ui.elements import image_viewer
from medapp.ui.models import robustness, trial
from medapp.ui.predict import predicting, view
from medapp.ui.shell import frame, server

ROOT = Path(__file__).parents[2]
PAGES = ("home", "data_sets", "train", "models", "compare", "predict")


class _AfterNavigation(PagesManager):
    """As on a server that has run app.py once; AppTest forgets that before each run, and going
    through app.py again would lose a click.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        PagesManager.uses_pages_directory = False
        super().__init__(*args, **options)


@pytest.fixture(autouse=True)
def _one_server_a_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a server keeps must not pass from one test's workspace to the next."""
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", _AfterNavigation)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    server.start().stop()
    st.cache_resource.clear()


def open_page(file: str, **parameters: object) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page(f"pages/{file}.py")
    for name, value in parameters.items():
        app.query_params[name] = str(value)
    app.run()
    assert not app.exception, app.exception
    return app


def read_text(app: AppTest) -> str:
    return "\n".join(
        str(element.value)
        for element in [
            *app.title,
            *app.markdown,
            *app.caption,
            *app.subheader,
            *app.error,
            *app.info,
        ]
    )


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_workspace_teaches_and_says_what_it_is_for(
    workspace: Workspace, page: str
) -> None:
    app = open_page(page)
    assert app.title[0].value
    assert [b for b in app.button if not b.disabled], "a next step"
    assert (
        "Research use only. Not a medical device. Everything stays on this machine."
        in read_text(app)
    )


@pytest.mark.parametrize("page", PAGES)
def test_strangers_in_the_address_are_ignored(trained: Trained, page: str) -> None:
    nonsense = {
        "set": "999",
        "image": "-1",
        "run": "../..",
        "model": "<script>",
        "by": "x",
        "sample": "1e9",
        "of": "None",
        "page": "0",
    }
    app = open_page(page, **nonsense, label="x", method="y")
    assert app.title[0].value
    assert "also stand" not in read_text(app)


def test_a_data_set_shows_its_facts(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    app = open_page("data_sets", set=data_set.id)
    assert app.title[0].value == "bands"
    assert "32 images" in read_text(app)
    assert "patients" in read_text(app)


def test_filters_come_from_the_address(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    app = open_page("data_sets", set=data_set.id, label="above", split="nonsense", find="p03")
    assert app.selectbox[0].value == "above"
    assert app.text_input[0].value == "p03"


def test_an_image_has_its_page(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    sample = Catalog(trained.workspace).load_samples(data_set)[3]
    app = open_page("data_sets", set=data_set.id, image=sample.id)
    assert app.title[0].value.replace("\\", "") == sample.name
    assert sample.content_hash[:16] in read_text(app)


def test_renaming_a_data_set(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    app = open_page("data_sets", set=data_set.id, view="Manage")
    app.text_input[0].set_value("stripes").run()
    app.button[0].click().run()
    assert [d.name for d in Catalog(trained.workspace).list_data_sets()] == ["stripes"]


def test_a_leaking_split_is_red_and_can_be_drawn_anew(workspace: Workspace, tmp_path: Path) -> None:
    for i in range(24):
        image = Image.fromarray(draw_picture(i, 40, 40))
        for name in (f"train/{'ab'[i % 2]}/{i:02d}.png", f"test/{'ab'[i % 2]}/{i:02d}.jpg"):
            (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
            image.save(tmp_path / "x" / name)
    data_set = add_folder(workspace, tmp_path / "x").data_set
    app = open_page("data_sets", set=data_set.id)
    assert "24 of 24 test images also stand" in app.error[0].value
    app = open_page("train", data=data_set.id)
    assert "24 of 24 test images also stand" in app.error[0].value
    app = open_page("data_sets", set=data_set.id, view="Split")
    app.number_input[0].set_value(7)
    find_button(app, "Draw").click().run()
    assert not app.exception
    assert "seed 7" in read_text(app)
    assert "drawn 2 times so far" in read_text(app)
    assert Catalog(workspace).count_leaks(data_set) == 0
    app = open_page("data_sets", set=data_set.id)
    assert "also stand" not in read_text(app)
    assert "The split was drawn 2 times" in read_text(app)


def find_button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


def key_form(trained: Trained, preset: str = "quick-look") -> str:
    """What the keys of the form's fields begin with."""
    return f"{Catalog(trained.workspace).list_data_sets()[0].uid}-{preset}"


def test_start_queues_a_run_with_the_settings_of_the_form(trained: Trained) -> None:
    key = key_form(trained, "balanced")
    app = open_page("train", begin="balanced")
    app.number_input(key=f"{key}-epochs").set_value(3)
    app.number_input(key=f"{key}-image_size").set_value(32).run()
    command = next(code.value for code in app.code if code.value.startswith("medapp train"))
    assert command == "medapp train --data bands --image-size 32 --epochs 3"
    find_button(app, "Start").click().run()
    recipe = list_runs(trained.workspace)[0].recipe
    assert recipe.data.train.name == "bands"
    assert recipe.strategy.name == "fine-tune"
    assert recipe.budget.epochs == 3
    assert recipe.preprocess.image_size == 32


def test_a_recipe_that_cannot_work_is_refused_beside_its_field_and_start_stays(
    trained: Trained,
) -> None:
    before = len(list_runs(trained.workspace))
    app = open_page("train", begin="balanced")
    app.number_input(key=f"{key_form(trained, 'balanced')}-batch_size").set_value(1).run()
    beside, at_the_end = (error.value for error in app.error)
    assert "BatchNorm" in beside
    assert "Set the batch to 2 or more" in beside
    assert at_the_end.startswith("Batch\\: A batch of one image")
    assert find_button(app, "Start").disabled
    assert len(list_runs(trained.workspace)) == before


@pytest.mark.parametrize("preset", PRESETS)
def test_start_is_always_there_also_where_weights_are_not(trained: Trained, preset: str) -> None:
    app = open_page("train", begin=preset)
    assert app.segmented_control[0].value == preset
    is_missing = preset == "textbook"
    assert find_button(app, "Start").disabled == is_missing
    assert any("are not on this machine" in error.value for error in app.error) == is_missing


def test_a_folder_of_weights_is_said_beside_the_field_with_what_is_in_it(
    trained: Trained, tmp_path: Path
) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "mine.pth").write_bytes(b"")
    key = key_form(trained)
    app = open_page("train")
    app.selectbox(key=f"{key}-source").select("file").run()
    app.text_input(key=f"{key}-file").set_value(str(tmp_path / "weights")).run()
    assert "is a folder and no weights file" in app.error[0].value.replace("\\", "")
    assert "mine.pth" in app.error[0].value.replace("\\", "")
    assert find_button(app, "Start").disabled


def test_the_form_is_as_it_was_left_after_another_page(trained: Trained, tmp_path: Path) -> None:
    other = add_folder(trained.workspace, write_bands(tmp_path / "a"), name="a first one").data_set
    key = f"{other.uid}-balanced"
    app = open_page("train", data=other.id, begin="balanced")
    app.number_input(key=f"{key}-epochs").set_value(7).run()
    app.toggle(key=f"{key}-class_weights").set_value(True).run()
    for name in ("data", "begin"):
        del app.query_params[name]
    app.switch_page("pages/models.py").run()
    app.switch_page("pages/train.py").run()
    assert app.selectbox[0].value == other.id
    assert app.segmented_control[0].value == "balanced"
    assert app.number_input(key=f"{key}-epochs").value == 7
    assert app.toggle(key=f"{key}-class_weights").value


def test_preprocessing_chosen_on_a_data_set_s_page_is_used(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    app = open_page("data_sets", set=data_set.id, view="Preprocess")
    app.selectbox(key=f"preprocess-{data_set.uid}-resize").select("pad").run()
    app.switch_page("pages/train.py").run()
    assert app.selectbox(key=f"preprocess-{data_set.uid}-resize").value == "pad"
    find_button(app, "Start").click().run()
    assert list_runs(trained.workspace)[0].recipe.preprocess.resize == "pad"


def test_again_but_fills_the_form_from_a_run(trained: Trained) -> None:
    asked = {"strategy": "fine-tune", "batch_size": 8, "learning_rate": 0.002, "image_size": 64}
    own = {"optimiser": "sgd", "early_stopping": 3, "resize": "pad", "threads": 1}
    run = create_run(trained.workspace, *build_settings({"data": "bands", **asked, **own}), "mine")
    run.request_stop()
    app = open_page("train", run=run.id)
    find_button(app, "Again, but…").click().run()
    assert app.segmented_control[0].value == f"run:{run.id}"
    assert app.segmented_control[0].options[-1] == "As mine"
    app = open_page("train", begin=f"run:{run.id}")
    app.number_input(key=f"{key_form(trained, f'run:{run.id}')}-seed").set_value(1).run()
    find_button(app, "Start").click().run()
    again = list_runs(trained.workspace)[0]
    assert again.recipe == run.recipe.model_copy(update={"seed": 1})
    assert again.machine == run.machine


def test_again_but_keeps_the_choice_of_samples_and_goes_to_another_data_set(
    trained: Trained, tmp_path: Path
) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    only = {"patient": tuple(f"p{i:02d}" for i in range(14))}
    choice = DataChoice(id=data_set.uid, name=data_set.name, only=only)
    recipe = build_recipe({"data": {"choices": (choice,)}, "seed": 4, "strategy": "linear-probe"})
    run = create_run(trained.workspace, recipe, name="some")
    app = open_page("train", begin=f"run:{run.id}")
    assert "only samples whose patient is p00 or p01" in read_text(app).replace("\\", "")
    find_button(app, "Start").click().run()
    assert list_runs(trained.workspace)[0].recipe == run.recipe
    other = add_folder(trained.workspace, write_bands(tmp_path / "b"), name="other").data_set
    app = open_page("train", data=data_set.id, begin=f"run:{run.id}")
    app.selectbox[0].select(other.id).run()
    assert app.segmented_control[0].value == f"run:{run.id}"
    find_button(app, "Start").click().run()
    again = list_runs(trained.workspace)[0].recipe
    assert (again.seed, again.data.train.id, again.data.train.only) == (4, other.uid, {})


def test_one_click_trains_with_good_settings_and_the_data_set_s_preprocessing(
    trained: Trained,
) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    app = open_page("data_sets", set=data_set.id, view="Preprocess")
    app.toggle(key=f"preprocess-{data_set.uid}-crop_borders").set_value(True).run()
    assert find_button(app, "Train on this data set")
    app.switch_page("pages/train.py").run()
    assert "As chosen for it: Crop black borders on." in read_text(app)
    find_button(app, "Train with good settings").click().run()
    recipe = list_runs(trained.workspace)[0].recipe
    assert recipe.strategy.name == "fine-tune"
    assert recipe.preprocess.crop_borders


def test_start_proposes_a_click_for_the_data_set_that_came_last(
    workspace: Workspace, tmp_path: Path
) -> None:
    for name in ("b", "a"):
        add_folder(workspace, write_bands(tmp_path / name), name=f"set {name}")
    app = open_page("home")
    assert "of set a, with settings chosen by measurement" in read_text(app)
    find_button(app, "Train with good settings").click().run()
    (run,) = list_runs(workspace)
    assert run.recipe.data.train.name == "set a"


def test_a_name_that_is_taken_is_said_beside_its_field(trained: Trained) -> None:
    app = open_page("train")
    next(t for t in app.text_input if t.label == "Name of the run").set_value("probe").run()
    assert "There is already a run called probe" in app.error[0].value
    assert find_button(app, "Start").disabled


def test_a_beginning_that_is_not_there_is_said(trained: Trained) -> None:
    app = open_page("train", begin="fine-tuned")
    assert "no preset and no run" in app.warning[0].value
    assert app.segmented_control[0].value == "quick-look"


def test_each_run_has_its_figures_with_their_intervals_in_the_table(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    evaluation = run.load_evaluation()
    assert evaluation is not None
    app = open_page("models")
    (row,) = app.dataframe[0].value.to_dict("records")
    assert list(row)[:5] == [
        "Model",
        "Validation",
        "n",
        "Test, 95% interval",
        "n of test",
    ]
    assert (row["Model"], row["Status"], row["n of test"]) == ("probe", "done", evaluation.n)
    best = next(e for e in reversed(run.list_events()) if getattr(e, "is_best", False))
    assert row["Validation"] == best.balanced_accuracy
    assert row["n"] == len(
        Catalog(trained.workspace).load_samples(
            Catalog(trained.workspace).list_data_sets()[0], split="validation"
        )
    )
    low, high = evaluation.intervals["balanced_accuracy"] or (0, 0)
    value = f"{evaluation.balanced_accuracy:.3f} [{low:.3f}, {high:.3f}]"
    assert row["Test, 95% interval"] == value
    assert "These test images were read once" in read_text(app)


def test_a_run_without_a_model_stands_apart_and_one_under_way_is_no_model(trained: Trained) -> None:
    recipe = find_run(trained.workspace, "probe").recipe
    create_run(trained.workspace, recipe, name="stopped early").request_stop()
    app = open_page("models")
    assert "1 model" in read_text(app)
    models, others = (table.value.to_dict("records") for table in app.dataframe)
    assert [row["Model"] for row in models] == ["probe"]
    assert [(row["Model"], row["Status"]) for row in others] == [("stopped early", "stopped")]


def test_a_model_shows_its_figures_with_their_number(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    evaluation = run.load_evaluation()
    assert evaluation is not None
    app = open_page("models", model=run.id)
    text = read_text(app).replace("\\", "")
    verdict = judge(evaluation)
    assert {verdict.title, verdict.text} <= set(text.split("\n"))
    assert re.search(r"\d+ \w{3} \d{4}, \d\d:\d\d · \d+ s · best epoch \d of \d", text)
    assert f"Figures on {evaluation.n} images, the test split of bands" in text
    headlines = list_shown(evaluation)
    assert [(m.label, m.value) for m in app.metric] == [
        (headline.title, f"{headline.value:.3f}") for headline in headlines
    ]
    assert f"guessing {headlines[0].chance:.3f}  \nmajority {headlines[0].majority:.3f}" in text
    assert "These test images were read once by the runs that are kept" in text
    assert any("AUROC" in chart.proto.spec for chart in app.get("plotly_chart"))


def test_looks_at_a_model_are_those_at_the_split_it_learned_with(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    run = find_run(trained.workspace, "probe")
    for seed in range(1, 9):
        drawn = redraw_split(catalog, catalog.list_data_sets()[0], seed)
        if count_test_reads(trained.workspace, drawn) == 0:
            break
    else:
        pytest.fail("no drawing has other test images")
    text = read_text(open_page("models", model=run.id))
    assert "These test images were read once by the runs that are kept" in text


@pytest.mark.parametrize(
    "view",
    [
        *("Threshold", "Probabilities"),
        *("Curves", "Settings", "Another data set", "Stress test", "Attack", "Manage"),
    ],
)
def test_a_model_has_its_other_views(trained: Trained, view: str) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id, show=view)
    assert app.pills[0].value == view
    assert "also stand" not in read_text(app)


def test_a_model_is_attacked_in_the_background(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id, show="Attack")
    assert "certifies nothing" in read_text(app)
    app.button(key="attack-begin").click().run()
    assert robustness.hold_jobs()[run.id, 0].wait(60)
    found = load_robustness(run)
    assert found is not None
    text = read_text(open_page("models", model=run.id, show="Attack"))
    assert f"All {found.of} test images" in text
    assert "falls from" in text


def test_a_shortcut_can_be_planted_in_the_phantom(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = functools.partial(render.generate_phantom, patients=12)
    monkeypatch.setattr(render, "generate_phantom", few)
    app = open_page("data_sets", add="phantom")
    app.selectbox(key="shortcut-class").select("effusion").run()
    find_button(app, "Make the phantom data set").click().run()
    (data_set,) = Catalog(workspace).list_data_sets()
    assert data_set.reading["shortcut"] == {"effusion": 0.9}


def test_a_map_has_its_card(trained: Trained) -> None:
    """At 32 px Grad-CAM sees one place, and its map is blank: there is nothing to say of it."""
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    sample = Catalog(trained.workspace).load_samples(data_set)[0]
    run = find_run(trained.workspace, "probe")
    where = {"by": run.id, "of": data_set.id, "sample": sample.id}
    assert "worth interpreting" not in read_text(open_page("predict", **where))
    text = read_text(open_page("predict", **where, method="layercam", against="below"))
    assert "Is this map worth interpreting?" in text
    assert "LayerCAM was not tried on this model" in text


def test_a_map_is_shown_as_contours_where_the_address_says_so(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    contours: list[Any] = []
    draw = image_viewer.draw_viewer

    def watch(shown: image_viewer.Shown, key: str) -> int:
        contours.append(shown.to_dict()["heatmap"]["contours"])
        return draw(shown, key)

    monkeypatch.setattr(view, "draw_viewer", watch)
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    sample = Catalog(trained.workspace).load_samples(data_set)[0]
    run = find_run(trained.workspace, "probe")
    where = {"by": run.id, "of": data_set.id, "sample": sample.id, "method": "layercam"}
    assert "of the map's own maximum" not in read_text(open_page("predict", **where))
    assert contours == [None]
    app = open_page("predict", **where, map="Contours")
    assert [each["name"] for each in contours[-1]] == ["50%", "80%"]
    assert all(each["path"].startswith("M") for each in contours[-1])
    assert "of the map's own maximum" in read_text(app)


def test_a_map_is_read_from_the_stage_that_the_address_names(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    sample = Catalog(trained.workspace).load_samples(data_set)[0]
    run = find_run(trained.workspace, "probe")
    where = {"by": run.id, "of": data_set.id, "sample": sample.id}
    text = read_text(open_page("predict", **where, stage="layer2"))
    assert "Read from layer2" in text
    assert "from layer2 was not tried on this model" in text
    assert "Read from layer2" not in read_text(open_page("predict", **where, stage="layer9"))


def test_heatmaps_are_tried_in_the_background(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id, show="Heatmaps on trial")
    assert "A heatmap can look right and mean nothing" in read_text(app)
    app.button(key="trial-begin").click().run()
    assert trial.hold_jobs()[run.id, 0].wait(120)
    found = load_trials(run)["gradcam"]
    text = read_text(open_page("models", model=run.id, show="Heatmaps on trial"))
    assert frame.escape(state_finding(found)) in text
    assert f"All {found.of} test images" in text


def test_the_images_before_and_after_go_round_those_that_fit(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    data_set = catalog.list_data_sets()[0]
    filters = Filters(label="below")
    samples = catalog.load_samples(data_set, label="below")
    position = find_position(data_set, samples[-1], filters)
    assert position == (16, 16)
    assert find_neighbour(data_set, filters, position, 1) == samples[0].id
    assert find_neighbour(data_set, filters, position, -1) == samples[-2].id
    assert find_position(data_set, samples[0], Filters(label="above")) is None


def test_a_record_can_be_taken_along(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id, show="Report")
    assert not app.exception
    buttons = [button.proto for button in app.get("download_button")]
    labels = [button.label.replace("\\", "") for button in buttons]
    assert labels == ["Report (HTML)", "Report (Markdown)", "Bundle"]
    assert not any(button.disabled for button in buttons)
    assert "of 44 still open" in app.get("progress")[0].proto.text
    app.text_area[0].input("Yes")
    next(button for button in app.button if button.label == "Keep answers").click().run()
    assert not app.exception
    assert load_answers(run) == {"claim": {"1": "Yes"}}
    run.find_part("evaluation.json").unlink()
    app = open_page("models", model=run.id, show="Report")
    disabled = [button.proto.disabled for button in app.get("download_button")]
    assert disabled == [False, False, True]
    assert "no figures to make again" in read_text(app)


def test_deleting_a_model_needs_a_yes(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id, show="Manage")
    delete = next(b for b in app.button if b.label == "Delete")
    assert delete.disabled
    next(box for box in app.checkbox if box.label.startswith("Yes")).check().run()
    next(b for b in app.button if b.label == "Delete").click().run()
    assert list_runs(trained.workspace) == []


def test_a_prediction_says_what_it_is_for(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    evaluation = run.load_evaluation()
    assert evaluation is not None
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    sample = Catalog(trained.workspace).load_samples(data_set, split="test")[0]
    app = open_page("predict", by=run.id, of=data_set.id, sample=sample.id)
    assert "Research use only." in read_text(app)
    assert f"n = {evaluation.n}" in read_text(app)
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["HTML", "Markdown", "CSV"]  # the report, and the probabilities drawn
    app.selectbox[1].select("below").run()
    assert not app.exception
    assert app.query_params["explain"] in ("below", ["below"])


def test_a_folder_is_predicted_as_a_job_that_another_visit_finds(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page(
        "predict", **{"by": run.id, "from": "A folder on this machine", "folder": trained.folder}
    )
    next(b for b in app.button if b.label == "Predict all images in it").click().run()
    (job,) = predicting.hold_jobs().values()
    assert job.wait(60)
    again = open_page(
        "predict",
        **{"by": run.id, "from": "A folder on this machine", "folder": trained.folder, "open": 3},
    )
    assert len(again.dataframe[0].value) == 32
    assert again.dataframe[0].value["File"][0] == "above/p00.png"
    assert "above/p03.png" in read_text(again).replace("\\", "")
    assert not [b for b in again.button if b.label.startswith("Predict all")]


def test_a_stopped_job_offers_to_go_on(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    key = predicting.name_job(run, trained.folder)
    job = predicting.hold_jobs()[key] = PredictionJob(
        list_images(trained.folder), functools.partial(predicting.predict_in_job, run)
    )
    job.start()
    job.stop()
    assert job.wait(60)
    assert (job.state, len(job.rows)) == ("stopped", 1)
    app = open_page(
        "predict", **{"by": run.id, "from": "A folder on this machine", "folder": trained.folder}
    )
    next(b for b in app.button if b.label == "Go on with the other 31").click().run()
    assert job.wait(60)
    assert job.state == "done"


def test_forgotten_uploads_leave_nothing_behind(trained: Trained) -> None:
    folder = server.hold_uploads().make_folder()
    shutil.copytree(trained.folder / "above", folder, dirs_exist_ok=True)
    app = open_page("predict", **{"from": "Upload", "upload": folder.name})
    (job,) = predicting.hold_jobs().values()
    assert job.wait(60)
    app.run()
    assert len(app.dataframe[0].value) == 16
    assert not [w for w in app.warning if "forgotten" in w.value]
    next(b for b in app.button if b.label == "Forget what was uploaded").click().run()
    assert not app.exception
    again = open_page("predict", **{"from": "Upload", "upload": folder.name})
    assert "have been forgotten" in again.warning[0].value
    assert not folder.exists()
    assert predicting.hold_jobs() == {}


def test_a_grave_note_stands_where_a_model_is_chosen(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "were seen" not in read_text(open_page("predict"))
    assert "has not seen" in read_text(open_page("predict"))
    recipe = find_run(trained.workspace, "probe").recipe
    folds = recipe.model_copy(update={"data": recipe.data.model_copy(update={"folds": 5})})
    with monkeypatch.context() as patch:
        patch.setattr(Run, "recipe", property(lambda run: folds))
        assert "has learned from most" in read_text(open_page("predict"))
    evaluation = find_run(trained.workspace, "probe").load_evaluation()
    assert evaluation is not None
    spoilt = dataclasses.replace(evaluation, notes=[Note("leak", "All were seen.", "grave")])
    monkeypatch.setattr(Run, "load_evaluation", lambda run: spoilt)
    monkeypatch.setattr(Catalog, "count_leaks", lambda *given: 3)
    app = open_page("predict")
    assert "All were seen" in app.error[0].value
    assert "has seen 3 of its images" in read_text(app)


def test_a_data_set_to_judge_on_offers_no_training(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("test/a/0.png", "test/b/1.png"):
        (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(int(name[7]), 40, 40)).save(tmp_path / "x" / name)
    data_set = add_folder(workspace, tmp_path / "x").data_set
    assert find_button(open_page("data_sets", set=data_set.id), "Train on this data set").disabled
    app = open_page("train", data=data_set.id)
    assert "under Another data set on the model's page" in app.error[0].value


def test_a_folder_that_is_not_there_is_refused_in_words(trained: Trained) -> None:
    app = open_page("predict", **{"from": "A folder on this machine", "folder": "/nowhere"})
    # Nothing is read before a click.
    assert "also stand" not in read_text(app)
    next(b for b in app.button if b.label == "Predict all images in it").click().run()
    assert "There is no folder" in app.error[-1].value


def test_what_is_kept_to_be_faster_can_be_cleared(workspace: Workspace) -> None:
    cache = open_cache(workspace)
    cache.save_bytes("thumbnails", "ab" * 32, bytes(2**20))
    add_folder(workspace, write_bands(workspace.root.parent / "bands"))
    folder = server.hold_uploads().make_folder()
    (folder / "a.png").write_bytes(b"x")
    app = open_page("home")
    next(b for b in app.button if b.label == "Storage").click().run()
    assert "of at most 8.6 GB" in read_text(app)
    assert "1 file of" in read_text(app)
    next(b for b in app.button if b.label == "Forget now").click().run()
    assert not folder.exists()
    next(b for b in app.button if b.label == "Storage").click().run()
    next(b for b in app.button if b.label == "Clear").click().run()
    assert cache.size_bytes() == 0


@pytest.mark.parametrize("page", ["data_sets", "predict"])
def test_a_registered_file_that_became_another_is_not_shown(
    trained: Trained, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = Catalog(trained.workspace)
    data_set = catalog.list_data_sets()[0]
    sample = catalog.load_samples(data_set, split="test", limit=1)[0]
    kept, shown = sample.path.read_bytes(), []
    monkeypatch.setattr(image_viewer, "_encode", lambda image: shown.append(image) or "")
    try:
        sample.path.unlink()
        sample.path.symlink_to(next(p for p in sample.path.parent.iterdir() if p != sample.path))
        given = {"set": data_set.id, "image": sample.id}
        other = {"by": find_run(trained.workspace, "probe").id, "sample": sample.id}
        open_page(page, **(given if page == "data_sets" else {**other, "of": data_set.id}))
        assert shown == []
    finally:
        sample.path.unlink()
        sample.path.write_bytes(kept)


def test_a_data_set_is_derived_in_the_page(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    data_set = catalog.list_data_sets()[0]
    app = open_page("data_sets", set=data_set.id, view="Derive")
    assert app.text_input(key=f"derive-name-{data_set.uid}").value == "bands derived"
    app.multiselect(key="derive-filter").select("split").run()
    app.multiselect(key="derive-only-split").select("test").run()
    find_button(app, "Derive").click().run()
    assert not app.exception
    made = catalog.find_data_set("bands derived")
    assert {s.split for s in catalog.load_samples(made)} == {"test"}
    assert catalog.count_samples(made) == catalog.count_samples(data_set, split="test")


def test_folds_are_started_and_stand_as_one(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).list_data_sets()[0]
    app = open_page("train", data=data_set.id)
    app.number_input(key=next(n.key for n in app.number_input if "Folds" in n.label)).set_value(4)
    app.run()
    assert "In each of 4 runs" in read_text(app)
    find_button(app, "Start").click().run()
    assert not app.exception
    (study,) = list_studies(trained.workspace)
    assert len(study.runs) == 4
    app = open_page("models", study=study.id)
    assert "once each fold has been judged" in read_text(app)
    app = open_page("models")
    assert "0 of 4 folds are judged" in read_text(app)
