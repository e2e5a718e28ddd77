"""What is kept of a data set goes with it."""

from pathlib import Path

from conftest import write_bands

from medapp.data.catalog import Catalog
from medapp.data.familiarity import load_distances, save_distances
from medapp.data.importing.adding import add_folder
from medapp.data.removing import remove
from medapp.store.workspace import Workspace


def test_an_audit_names_images_and_goes_too(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_folder(workspace, write_bands(tmp_path / "bands", 4)).data_set
    path = workspace.find_audit_path(data_set.uid)
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")
    save_distances(workspace, data_set.uid, {"ab": 0.5, "cd": 1.0})
    assert load_distances(workspace, data_set.uid) == {"ab": 0.5, "cd": 1.0}
    remove(Catalog(workspace), data_set)
    assert list(path.parent.iterdir()) == []
    assert load_distances(workspace, data_set.uid) == {}
    assert Catalog(workspace).list_data_sets() == []
