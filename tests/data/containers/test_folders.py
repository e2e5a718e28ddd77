"""Folders that are containers, and folders that are not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.containers import open_container
from medapp.data.importing.adding import add_path, inspect
from medapp.errors import DataError
from medapp.store.workspace import Workspace
from tests.data.containers.test_parquet import LABEL, draw, write


def test_files_of_parquet_keep_the_split_of_their_names(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = tmp_path / "repository"
    names = ("train-00000-of-00002", "train-00001-of-00002", "validation-00000-of-00001", "test")
    for number, name in enumerate(names):
        images = [draw(10 * number + i) for i in range(2)]
        write(root / "data" / f"{name}.parquet", {"label": LABEL}, image=images, label=[0, 1])
    (root / "README.md").write_text("a card")
    data_set = add_path(workspace, root).data_set
    samples = Catalog(workspace).load_samples(data_set)
    assert [(s.name, s.label) for s in samples] == [
        ("test/000000.png", "healthy"),
        ("test/000001.png", "ill"),
        ("train/000000.png", "healthy"),
        ("train/000001.png", "ill"),
        ("train/000002.png", "healthy"),
        ("train/000003.png", "ill"),
        ("validation/000000.png", "healthy"),
        ("validation/000001.png", "ill"),
    ]
    contents = [draw(0), draw(1), draw(10), draw(11)]
    assert [s.path.read_bytes() for s in samples if s.split == "train"] == contents


def test_splits_in_folders_and_in_words(tmp_path: Path) -> None:
    for name in ("train/0000", "test/0000", "lung_val"):
        write(tmp_path / "set" / f"{name}.parquet", image=[draw(0), draw(1)], label=["a", "b"])
    splits = inspect(tmp_path / "set").to_dict()["splits"]
    assert splits == {"train": 2, "test": 2, "validation": 2}


def test_a_word_in_the_name_of_one_of_several_files_is_no_split(tmp_path: Path) -> None:
    for name in ("histology_val_he", "malaria", "knee"):
        write(tmp_path / "set" / f"{name}.parquet", image=[draw(0), draw(1)], label=["a", "b"])
    assert inspect(tmp_path / "set").to_dict()["splits"] == {}


def test_a_file_alone_is_no_test_split_because_of_a_word(tmp_path: Path) -> None:
    path = write(tmp_path / "test" / "lung_test.parquet", image=[draw(0)], label=["a"])
    assert inspect(path).files[0].split is None
    assert inspect(path.rename(path.with_name("test.parquet"))).files[0].split == "test"


def test_a_missing_file_of_a_series_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "train-00000-of-00003.parquet", image=[draw(0)], label=["a"])
    said = "Of the 3 files of train, 1 are here; the others are missing."
    assert said in inspect(path).describe()


def test_files_that_differ_in_their_classes_are_refused(tmp_path: Path) -> None:
    other = {"names": ["ill", "healthy"], "_type": "ClassLabel"}
    for name, label in (("train", LABEL), ("test", other)):
        path = tmp_path / "set" / f"{name}.parquet"
        write(path, {"label": label}, image=[draw(0)], label=[0])
    with pytest.raises(DataError, match="has other columns or classes than test"):
        open_container(tmp_path / "set")


def test_arrays_side_by_side_are_one_set(workspace: Workspace, tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(2, 256, (6, 9, 9), dtype=np.uint8)
    (tmp_path / "arrays").mkdir()
    np.save(tmp_path / "arrays" / "x_train.npy", images)
    np.save(tmp_path / "arrays" / "y_train.npy", np.arange(6) % 2)
    data_set = add_path(workspace, tmp_path / "arrays").data_set
    samples = Catalog(workspace).load_samples(data_set)
    assert [s.label for s in samples] == ["class 0", "class 1"] * 3
    assert [np.asarray(Image.open(s.path)).tolist() for s in samples] == images.tolist()


def test_one_archive_in_a_folder_is_that_archive_and_two_are_a_question(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    arrays = {"images": np.ones((2, 9, 9), np.uint8), "labels": np.arange(2)}
    np.savez(folder / "pneumoniamnist.npz", **arrays)  # type: ignore[arg-type]
    assert inspect(folder).classes == ("normal", "pneumonia")
    np.savez(folder / "other.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="holds 2 archives of NumPy"):
        open_container(folder)


def test_a_folder_with_images_is_a_folder_of_images(tmp_path: Path) -> None:
    write(tmp_path / "set" / "labels.parquet", file=["a/1.png"], label=[1])
    (tmp_path / "set" / "a").mkdir()
    Image.new("L", (5, 5), 9).save(tmp_path / "set" / "a" / "1.png")
    assert open_container(tmp_path / "set") is None
    assert open_container(tmp_path / "nowhere.npz") is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "secret.parquet", image=[draw(0)], label=["a"])
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "train.parquet").symlink_to(outside)
    assert open_container(tmp_path / "set") is None
