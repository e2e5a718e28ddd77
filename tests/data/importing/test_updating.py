"""A folder that was changed: what is new, changed, gone or back comes in, and no other is read."""

import os
import shutil
from pathlib import Path

import pytest
from conftest import draw_picture, write_bands
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.edits import list_edits
from medapp.data.importing.adding import add_folder, add_zip
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.updating import Changes, find_stale, note_stale, update
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError
from medapp.store.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bands(tmp_path / "bands", 8)


@pytest.fixture
def data_set(workspace: Workspace, folder: Path) -> DataSet:
    return add_folder(workspace, folder, choice=ImportChoice(patient_pattern=r"^p\d+")).data_set


@pytest.fixture
def catalog(workspace: Workspace) -> Catalog:
    return Catalog(workspace)


def find(catalog: Catalog, data_set: DataSet, name: str) -> Sample:
    return next(s for s in catalog.load_samples(data_set, with_left_out=True) if s.name == name)


def test_nothing_new_is_nothing_done(catalog: Catalog, data_set: DataSet) -> None:
    before = catalog.load_samples(data_set)
    assert update(catalog, data_set).is_none
    assert catalog.load_samples(data_set) == before


def test_new_images_join_their_patient_and_others_train(
    catalog: Catalog, data_set: DataSet, folder: Path
) -> None:
    judged = catalog.load_samples(data_set, split="test")[0]
    patient = judged.patient
    names = [f"above/{patient}-new.png", "above/p99-new.png", "beside/p98.png"]
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(exist_ok=True)
        Image.fromarray(draw_picture(900 + number, 40, 40)).save(folder / name)
    (folder / "above" / "broken.png").write_bytes(b"no image")
    changes = update(catalog, data_set)
    assert sorted(changes.new) == sorted(names)
    assert [name for name, _ in changes.left_out] == ["above/broken.png"]
    assert catalog.list_unreadable(data_set) == list(changes.left_out)
    assert [find(catalog, data_set, name).split for name in names] == ["test", "train", "train"]
    assert catalog.find_data_set(data_set.uid).classes == ("above", "below", "beside")
    assert update(catalog, data_set).is_none


def test_a_changed_file_is_read_again_and_keeps_its_label(
    catalog: Catalog, data_set: DataSet, folder: Path
) -> None:
    one = catalog.load_samples(data_set)[0]
    Image.fromarray(draw_picture(901, 40, 40)).save(folder / one.name)
    assert find_stale(catalog.load_samples(data_set)) == [one]
    (note,) = note_stale(catalog, data_set)
    assert f"1 image changed, or went away, since they came in ({one.name})" in note.text
    assert update(catalog, data_set) == Changes(changed=(one.name,))
    now = find(catalog, data_set, one.name)
    assert now.content_hash != one.content_hash
    assert (now.label, now.split, now.width) == (one.label, one.split, 40)
    assert find_stale(catalog.load_samples(data_set)) == []


def test_a_touched_file_is_not_changed(catalog: Catalog, data_set: DataSet, folder: Path) -> None:
    one = catalog.load_samples(data_set)[0]
    os.utime(folder / one.name, (1, 1))
    assert update(catalog, data_set).is_none
    assert find_stale(catalog.load_samples(data_set)) == []


def test_an_image_whose_file_is_gone_is_left_out_until_it_is_back(
    catalog: Catalog, data_set: DataSet, folder: Path
) -> None:
    one = catalog.load_samples(data_set)[0]
    content = (folder / one.name).read_bytes()
    (folder / one.name).unlink()
    assert update(catalog, data_set).gone == (one.name,)
    assert find(catalog, data_set, one.name).is_left_out
    assert [edit.reason for edit in list_edits(catalog, data_set)] == ["the file is gone"]
    assert update(catalog, data_set).is_none
    (folder / one.name).write_bytes(content)
    changes = update(catalog, data_set)
    assert (changes.back, changes.changed, changes.new) == ((one.name,), (), ())
    assert not find(catalog, data_set, one.name).is_left_out
    assert changes.describe() == (f"1 image back, and used again: {one.name}.",)


def test_a_copied_data_set_has_nothing_to_look_at(
    catalog: Catalog, workspace: Workspace, tmp_path: Path
) -> None:
    zipped = shutil.make_archive(str(tmp_path / "z"), "zip", write_bands(tmp_path / "y", 4))
    copied = add_zip(workspace, Path(zipped)).data_set
    with pytest.raises(DataError, match="no folder of yours"):
        update(catalog, copied)
