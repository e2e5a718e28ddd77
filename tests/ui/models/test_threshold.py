"""The view of a threshold on a model's page."""

import numpy as np
import pytest
from conftest import write_bands
from ui.test_pages import _one_server_a_test, open_page, read_text  # noqa: F401 - a fixture

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.evaluation.detection import Detection
from medapp.runs.locking import find_locked
from medapp.runs.making import create_run
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_settings
from medapp.ui.models.by_hand import MOST_STEPS, list_steps
from medapp.ui.models.threshold import KEPT, _suggest


@pytest.fixture
def large(workspace: Workspace) -> Run:
    """A run whose validation split is large enough to choose a threshold on."""
    folder = write_bands(workspace.root.parent / "many", 40)
    data = add_folder(workspace, folder, "many", ImportChoice()).data_set
    settings = {"strategy": "linear-probe", "image_size": 32}
    recipe = build_settings({"data": data.name, **settings, "precision": "float32", "threads": 1})
    run = create_run(workspace, *recipe, "probe")
    assert Sitting(workspace, run, lambda: False).do()
    run.set_state("done")
    return run


def test_a_rule_asks_for_the_validation_images_once(large: Run) -> None:
    app = open_page("models", model=large.id, show="Threshold")
    assert "Of 1,000 images" in read_text(app)
    assert "counts as found from 0.5 on" in read_text(app)
    app.selectbox[0].select("Sensitivity at least").run()
    assert "Of 1,000" not in read_text(app)
    next(b for b in app.button if b.label == "Read the validation images").click().run()
    assert not app.exception
    text = read_text(app)
    assert "sensitivity of at least 0.95, chosen on" in text
    assert "floor of 0.95" in text
    kept = app.session_state[KEPT]
    app.selectbox[0].select("Cost of a miss").run()
    assert "a miss costs as much as 10 false alarms" in read_text(app)
    assert app.session_state[KEPT] is kept
    assert app.query_params["rule"] == "Cost of a miss"


def test_a_point_moved_by_hand_is_seen_on_the_images_that_choose_until_it_is_locked(
    large: Run,
) -> None:
    app = open_page("models", model=large.id, show="Threshold", rule="By hand, on the ROC curve")
    next(b for b in app.button if b.label == "Read the validation images").click().run()
    assert not app.exception
    (slider,) = [s for s in app.select_slider if s.label.startswith("Threshold")]
    slider.set_value(slider.options[0]).run()
    text = read_text(app)
    assert "on which you choose" in text
    assert "no test image stands in them" in text
    # The lowest step calls every image but the least suspicious ones: all of the finding.
    assert (app.metric[0].label, app.metric[0].value) == ("Sensitivity", "1.000")
    at = float(app.query_params["at"])
    assert f"{at:.3g}" == slider.options[0]
    next(b for b in app.button if b.label == "Lock this threshold").click().run()
    assert not app.exception
    locked = find_locked(large)
    assert locked is not None
    assert locked.threshold == at
    assert (locked.choice.rule.kind, locked.n) == ("threshold", large.load_evaluation().n)
    assert "set by hand, chosen on" in read_text(app)
    probabilities = read_text(open_page("models", model=large.id, show="Probabilities"))
    assert "not as the locked threshold decides it" in probabilities


def test_steps_part_scores_and_are_few_enough_to_send() -> None:
    scores = np.random.default_rng(0).random(2000)
    found = Detection("ill", scores, scores > 0.5, np.arange(2000), "images", "validation split")
    steps = list_steps(found)
    values = [float(step) for step in steps]
    assert len(steps) == MOST_STEPS
    assert values == sorted(set(values))
    assert 0 < values[0] < values[-1] < 1
    few = Detection("ill", scores[:3], np.array([1, 0, 1]) == 1, np.arange(3), "images", "x")
    low, high = np.sort(scores[:3])[:2]
    assert any(low < float(step) < high for step in list_steps(few))


def test_a_prevalence_stands_in_the_address(large: Run) -> None:
    app = open_page("models", model=large.id, show="Threshold", prevalence="4")
    assert "of which 40 have" in read_text(app)
    assert app.metric[2].label == "PPV"


def test_what_is_there_is_suggested_as_the_finding() -> None:
    assert _suggest(["cyst", "nodule", "normal"]) == ["cyst", "nodule"]
    assert _suggest(["a", "b", "c"]) == ["a"]
