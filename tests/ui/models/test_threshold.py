"""The view of a threshold on a model's page."""

import pytest
from conftest import write_bands
from ui.test_pages import _one_server_a_test, open_page, read_text  # noqa: F401 - a fixture

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.runs.making import create_run
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_settings
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


def test_a_prevalence_stands_in_the_address(large: Run) -> None:
    app = open_page("models", model=large.id, show="Threshold", prevalence="4")
    assert "of which 40 have" in read_text(app)
    assert app.metric[2].label == "PPV"


def test_what_is_there_is_suggested_as_the_finding() -> None:
    assert _suggest(["cyst", "nodule", "normal"]) == ["cyst", "nodule"]
    assert _suggest(["a", "b", "c"]) == ["a"]
