"""The view of subgroups on a model's page."""

from conftest import Trained
from ui.test_pages import _one_server_a_test, open_page, read_text  # noqa: F401 - a fixture

from medapp.data.catalog import Catalog
from medapp.data.schema import change
from medapp.runs.making import find_run


def test_groups_are_those_of_a_column(trained: Trained) -> None:
    run = find_run(trained.workspace, trained.run)
    assert "Nothing parts" in read_text(open_page("models", model=run.id, show="Subgroups"))
    catalog = Catalog(trained.workspace)
    samples = catalog.load_samples(catalog.list_data_sets()[0], "test")
    rows = [(f'{{"sex": "{"FM"[i % 2]}"}}', s.id) for i, s in enumerate(samples)]
    with change(catalog.path) as database:
        database.executemany("UPDATE samples SET attributes = ? WHERE id = ?", rows)
    app = open_page("models", model=run.id, show="Subgroups")
    assert app.selectbox[0].value == "sex"
    assert any("is not compared" in str(each.value) for each in app.warning)
