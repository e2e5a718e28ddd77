"""Archives of NumPy become data sets: every pixel, label, split and patient in its place."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.containers import SliceChoice, open_container
from medapp.data.importing.adding import add_path, inspect
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.previewing import load_sheet, preview
from medapp.data.samples import Sample
from medapp.errors import ArchiveError, DataError
from medapp.imaging.image import load_image
from medapp.store.workspace import Workspace

RANDOM = np.random.default_rng(0)


def draw(*shape: int) -> np.ndarray:
    return RANDOM.integers(2, 256, shape).astype(np.uint8)


def add(workspace: Workspace, path: Path, **options: object) -> dict[str, Sample]:
    data_set = add_path(workspace, path, **options).data_set  # type: ignore[arg-type]
    return {s.name: s for s in Catalog(workspace).load_samples(data_set)}


def write_published(path: Path, shape: tuple[int, ...] = (28, 28)) -> dict[str, np.ndarray]:
    arrays = {}
    for split, count in (("train", 6), ("val", 3), ("test", 4)):
        arrays[f"{split}_images"] = draw(count, *shape)
        arrays[f"{split}_labels"] = np.arange(count, dtype=np.uint8)[:, None] % 2
    np.savez_compressed(path, **arrays)
    return arrays


@pytest.mark.parametrize("shape", [(28, 28), (12, 20, 3)])
def test_a_published_set_keeps_pixels_labels_and_split(
    workspace: Workspace, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    path = tmp_path / "pneumoniamnist.npz"
    arrays = write_published(path, shape)
    samples = add(workspace, path)
    assert len(samples) == 13
    for key, split in (("train", "train"), ("val", "validation"), ("test", "test")):
        for row, values in enumerate(arrays[f"{key}_images"]):
            sample = samples[f"{split}/{row:04d}.png"]
            np.testing.assert_array_equal(load_image(sample.path), values)
            assert (sample.label, sample.split) == (("normal", "pneumonia")[row % 2], split)
    data_set = Catalog(workspace).find_data_set("pneumoniamnist")
    assert (data_set.classes, data_set.origin) == (("normal", "pneumonia"), "uploaded")
    assert data_set.root.parent == workspace.data_folder


def test_looking_stores_nothing_and_says_the_same(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "pneumoniamnist.npz"
    write_published(path)
    layout = inspect(path)
    assert list(workspace.data_folder.iterdir()) == []
    assert layout.describe() == (
        "Read from the arrays train_images (6), val_images (3), test_images (4): 28 × 28 px, grey."
        " An image's name is its row, from 0.",
        "Labels are those of train_labels, val_labels, test_labels.",
        "Its images are copied into the workspace, as PNG.",
        "The numbers are named by the labels of PneumoniaMNIST.",
        "Classes: normal 7, pneumonia 6.",
    )
    assert layout.to_dict()["splits"] == {"train": 6, "validation": 3, "test": 4}


@pytest.mark.parametrize(
    "keys", [("x_train", "y_train"), ("trainX", "trainY"), ("images", "labels"), ("arr_0", "arr_1")]
)
def test_names_that_people_give(
    workspace: Workspace, tmp_path: Path, keys: tuple[str, str]
) -> None:
    path = tmp_path / "own.npz"
    images = RANDOM.random((8, 9, 9)).astype(np.float32)
    np.savez(path, **{keys[0]: images, keys[1]: np.array(["b", "a"] * 4)})
    samples = add(workspace, path)
    assert [s.label for s in samples.values()] == ["b", "a"] * 4
    pixels = np.stack([load_image(s.path) for s in samples.values()])
    np.testing.assert_array_equal(pixels, np.rint(images.astype(np.float64) * 65535))


def test_patients_names_and_further_columns(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(
        path,
        images=draw(6, 9, 9),
        labels=np.array([1, 0, 1, 0, -1, 0]),
        class_names=np.array(["healthy", "ill"]),
        patient_id=np.array([7, 7, 8, 8, 9, 9]),
        age=np.array([61, 61, 45, 45, 30, 30]),
        scanner_settings=np.zeros((3, 2)),
    )
    samples = add(workspace, path)
    assert [s.label for s in samples.values()] == ["ill", "healthy", "ill", "healthy", "healthy"]
    assert [s.patient for s in samples.values()] == ["7", "7", "8", "8", "9"]
    assert samples["0003.png"].attributes == {"age": "45"}
    layout = inspect(path)
    assert layout.left_out == (("0004", "it has no label"),)
    assert "Not used: scanner_settings." in layout.describe()


def test_several_findings_and_grades(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "chestmnist.npz"
    labels = np.zeros((4, 14), np.uint8)
    labels[1, [2, 6]] = 1
    np.savez(path, train_images=draw(4, 9, 9), train_labels=labels)
    samples = list(add(workspace, path).values())
    assert [s.label for s in samples] == ["", "effusion|pneumonia", "", ""]
    data_set = Catalog(workspace).find_data_set("chestmnist")
    assert (data_set.task, data_set.classes[:2]) == ("multi-label", ("atelectasis", "cardiomegaly"))


def test_volumes_become_slices_of_one_patient(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "nodulemnist3d.npz"
    volumes = draw(3, 28, 28, 28)
    volumes[1, :20] = 0
    np.savez(path, train_images=volumes, train_labels=np.array([[0], [1], [0]]))
    samples = add(workspace, path, name="all")
    assert len(samples) == 28 + 8 + 28
    sample = samples["train/0001-022.png"]
    np.testing.assert_array_equal(load_image(sample.path), volumes[1, 21])
    assert (sample.patient, sample.label) == ("train/0001", "malignant")
    assert sample.attributes == {"slice": "22"}
    left_out = Catalog(workspace).list_unreadable(Catalog(workspace).find_data_set("all"))
    assert left_out[0] == ("train/0001-001.png", "the slice is nearly empty")
    choice = ImportChoice(slices=SliceChoice(slices="middle"))
    few = add(workspace, path, name="few", choice=choice)
    assert list(few) == [f"train/{row:04d}-015.png" for row in range(3)]


def test_a_split_without_labels_is_left_out_and_said(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, x_train=draw(4, 9, 9), y_train=np.array([0, 1, 0, 1]), x_test=draw(3, 9, 9))
    layout = inspect(path)
    assert len(layout.files) == 4
    assert layout.left_out == (("x_test", "3 images without labels"),)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": draw(4, 9, 9)}, "images and no labels"),
        ({"labels": np.arange(4)}, "no images among the arrays labels"),
        ({"images": draw(4, 9, 9), "labels": np.arange(3)}, "has 4 images, and labels 3 rows"),
        ({"images": draw(4, 9, 9), "x": draw(4, 9, 9), "y": np.arange(4)}, "Both images and x"),
        ({"x": draw(4, 784), "y": np.arange(4)}, r"no images .* save x\.reshape\(-1, 28, 28\)"),
        ({"images": draw(4, 9, 9), "labels": np.array([None] * 4)}, "pickle"),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path, arrays: dict[str, np.ndarray], message: str
) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=message):
        open_container(path)


def test_a_damaged_archive_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, images=draw(40, 30, 30), labels=np.arange(40) % 2)
    content = bytearray(path.read_bytes())
    content[3000] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        add_path(workspace, path)
    assert list(workspace.data_folder.iterdir()) == []
    assert Catalog(workspace).list_data_sets() == []


def test_thousands_of_arrays_are_refused_at_once(tmp_path: Path) -> None:
    np.savez(tmp_path / "many.npz", **{f"image_{i}": np.ones((9, 9)) for i in range(201)})  # type: ignore[arg-type]
    with pytest.raises(ArchiveError, match="holds 201 arrays, more than 200"):
        open_container(tmp_path / "many.npz")


def test_a_preview_shows_the_first_images(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "pneumoniamnist.npz"
    arrays = write_published(path)
    sheet = load_sheet(preview(path))
    assert {image.file.label for image in sheet} == {"normal", "pneumonia"}
    shown = np.asarray(Image.open(io.BytesIO(sheet[0].jpeg)).convert("L"))
    row = int(sheet[0].file.name[-8:-4])
    bright = np.corrcoef(shown.ravel(), arrays["train_images"][row].ravel())[0, 1]
    assert bright > 0.9
