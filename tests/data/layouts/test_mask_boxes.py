"""Masks give the boxes around what they mark."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.layouts.mask_boxes import MOST_BOXES, find_boxes
from medapp.imaging.geometry import Box
from medapp.store.workspace import Workspace


def draw(text: str) -> np.ndarray:
    """A mask as rows of signs; # is marked."""
    rows = [[255 if sign == "#" else 0 for sign in row] for row in text.split()]
    return np.array(rows, np.uint8)


@pytest.mark.parametrize(
    ("mask", "boxes"),
    [
        (".... .##. .##. ....", [(1, 1, 3, 3)]),
        ("##.. ##.. ...# ..##", [(0, 0, 2, 2), (2, 2, 4, 4)]),
        ("#... .#.. ..#. ...#", [(0, 0, 4, 4)]),
        ("#.#. #.#. ###. ....", [(0, 0, 3, 3)]),
        ("##.. .... .... ..##", [(0, 0, 2, 1), (2, 3, 4, 4)]),
        (".... .... .#.. ....", []),
        (".... .... .... ....", []),
        ("#### ####", [(0, 0, 4, 2)]),
    ],
)
def test_boxes_of_a_mask(mask: str, boxes: list[tuple[int, int, int, int]]) -> None:
    assert find_boxes(draw(mask)) == boxes
    assert find_boxes(np.stack([draw(mask)] * 3, axis=2)) == boxes
    assert find_boxes((draw(mask) // 255).astype(np.uint16)) == boxes


def test_the_largest_parts_are_kept() -> None:
    mask = np.zeros((200, 200), np.uint8)
    for number in range(MOST_BOXES + 5):
        mask[number * 8, 0 : 30 + number] = 255
    boxes = find_boxes(mask)
    assert len(boxes) == MOST_BOXES
    assert boxes[0] == (0, 192, 54, 193)


def save(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def make_set(root: Path) -> Path:
    """Two classes; the masks of one image of each, good ones and some that say nothing."""
    for number, label in enumerate(["a", "a", "b", "b"]):
        pixels = np.random.default_rng(number).integers(0, 255, (4, 4), np.uint8)
        save(root / label / f"{number}.png", pixels)
    save(root / "a" / "0_mask.png", draw("##.. ##.. .... ...."))
    save(root / "a" / "0_mask_1.png", draw(".... .... ..## ..##"))
    save(root / "a" / "0_mask_2.png", np.full((8, 8), 255, np.uint8))
    (root / "a" / "0_mask_3.png").write_bytes(b"none")
    save(root / "b" / "3_mask.png", draw(".... ##.. ##.. ...."))
    return root


@pytest.mark.parametrize("is_packed", [False, True])
def test_masks_become_boxes_where_asked(
    workspace: Workspace, tmp_path: Path, is_packed: bool
) -> None:
    path = make_set(tmp_path / "wrap" / "x").parent
    if is_packed:
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            for file in path.rglob("*.*"):
                archive.write(file, file.relative_to(path).as_posix())
        path = tmp_path / "x.zip"
    catalog = Catalog(workspace)
    plain = add_path(workspace, path, "plain").data_set
    assert not any(sample.boxes for sample in catalog.load_samples(plain))
    report = add_path(workspace, path, "boxed", choice=ImportChoice(has_mask_boxes=True))
    found = {s.name: s.boxes for s in catalog.load_samples(report.data_set) if s.boxes}
    assert found == {
        "a/0.png": (Box("a", 0, 0, 2, 2), Box("a", 2, 2, 4, 4)),
        "b/3.png": (Box("b", 0, 1, 2, 3),),
    }
    reasons = dict(report.unreadable)
    assert list(reasons) == ["x/a/0_mask_2.png", "x/a/0_mask_3.png"]
    assert "another size" in reasons["x/a/0_mask_2.png"]
    assert "cannot be read" in reasons["x/a/0_mask_3.png"]
    assert "Boxes are drawn around what the masks of 2 images mark." in report.sentences
