"""The failure book on a model's page: what errors share, and one step to mend a label."""

from conftest import Trained
from runs.test_failures import set_probabilities
from ui.test_pages import _one_server_a_test, open_page, read_text  # noqa: F401 - a fixture

from medapp.data.catalog import Catalog
from medapp.data.edits import list_edits
from medapp.runs.failures import find_failures
from medapp.runs.making import find_run
from medapp.ui.models.failures import CHECKED


def test_a_wrong_image_is_relabelled_left_out_or_ticked_off_by_one_click(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    set_probabilities(run, [0.4, 0.9, 0.95, 0.2])
    first = find_failures(trained.workspace, run).worst[0].sample
    assert first is not None
    catalog = Catalog(trained.workspace)
    data_set = catalog.list_data_sets()[0]
    app = open_page("models", model=run.id, show="Failures")
    text = read_text(app)
    assert "2 of 4 test images are wrong" in text
    assert "below → above" in text
    app.button(key=f"failure-0-{first.id}-note").click().run()
    assert "label checked" in read_text(app)
    app.button(key=f"failure-0-{first.id}-relabel").click().run()
    assert catalog.load_some(data_set, [first.id])[0].label == "above"
    assert "relabelled as above" in read_text(app)
    app.button(key=f"failure-0-{first.id}-leave out").click().run()
    assert catalog.load_some(data_set, [first.id])[0].is_left_out
    app.button(key=f"failure-0-{first.id}-take back").click().run()
    assert not catalog.load_some(data_set, [first.id])[0].is_left_out
    log = list_edits(catalog, data_set)
    assert {edit.reason for edit in log} == {"failures of probe"}
    assert CHECKED in {edit.after for edit in log}


def test_wrong_images_can_be_chosen_by_their_error(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    set_probabilities(run, [0.4, 0.9, 0.95, 0.2])
    app = open_page("models", model=run.id, show="Failures")
    assert read_text(app).count("loss") == 3
    app.selectbox(key="failures-of").set_value("above → below (1)").run()
    text = read_text(app)
    assert text.count("loss") == 2
    assert "0.60" in text


def test_whether_they_are_of_the_models_kind_is_asked_on_request(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    set_probabilities(run, [0.4, 0.9, 0.95, 0.2])
    app = open_page("models", model=run.id, show="Failures")
    (button,) = [each for each in app.button if "unlike the model" in each.label]
    button.click().run()
    assert not app.exception
    assert not [each for each in app.button if "unlike the model" in each.label]
