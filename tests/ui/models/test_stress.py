"""A stress test on a model's page: asked in the background, then how far each fault may go."""

from conftest import Trained
from ui.test_pages import _one_server_a_test, open_page, read_text  # noqa: F401 - a fixture

from medapp.runs.making import find_run
from medapp.runs.results import load_stress
from medapp.ui.models import stress


def test_a_model_is_stressed_in_the_background(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id, show="Stress test")
    assert "whether the model notices" in read_text(app)
    app.button(key="stress-begin").click().run()
    assert stress.hold_jobs()[run.id, 0].wait(60)
    found = load_stress(run)
    assert found is not None
    app = open_page("models", model=run.id, show="Stress test")
    text = read_text(app)
    assert f"All {found.of} test images" in text
    assert "without a change" in text
    app.number_input(key=f"stress-floor-{run.id}-0").set_value(1.0).run()
    assert "nothing to fall from" in read_text(app)
