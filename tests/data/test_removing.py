"""What is kept of a data set goes with it."""

from pathlib import Path

from conftest import write_bands

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.removing import remove
from medapp.store.workspace import Workspace


def test_an_audit_names_images_and_goes_too(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_folder(workspace, write_bands(tmp_path / "bands", 4)).data_set
    path = workspace.find_audit_path(data_set.uid)
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")
    remove(Catalog(workspace), data_set)
    assert not path.exists()
    assert Catalog(workspace).list_data_sets() == []
