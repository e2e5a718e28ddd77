"""The map of a data set is begun by a button and shows its images as points."""

from pathlib import Path

from conftest import write_bands
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
    read_text,
)

from medapp.data.importing.adding import add_path
from medapp.store.workspace import Workspace
from medapp.ui.data_sets.map import hold_maps


def test_the_button_leads_to_a_map(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_path(workspace, write_bands(tmp_path / "bands", 4)).data_set
    app = open_page("data_sets", set=data_set.id, view="Map")
    find_button(app, "Draw the map").click().run()
    job = hold_maps()[data_set.uid]
    assert job.wait(60)
    assert job.result is not None, job.error
    assert job.result.positions.shape == (8, 2)
    app = open_page("data_sets", set=data_set.id, view="Map")
    assert not app.exception
    assert "8 of 8 images" in read_text(app)
