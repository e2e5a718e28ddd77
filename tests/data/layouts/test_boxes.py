"""The table of boxes beside images."""

from pathlib import Path

import pytest

from medapp.data.layouts.boxes import read_boxes
from medapp.imaging.geometry import Box

HEADER = "image,label,x0,y0,x1,y1,contour\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_boxes_by_image(tmp_path: Path, encoding: str) -> None:
    text = (
        HEADER
        + 'a/1.png,tumor,1,2,3.5,4,"1,2 3,4"\na\\1.png,cyst,0,0,1,1,\n./ä/2.png,tumor,5,5,6,6,\n'
    )
    boxes, faults = read_boxes(
        write(tmp_path / "boxes.csv", text, encoding), ["a/1.png", "ä/2.png"]
    )
    assert boxes == {
        "a/1.png": [Box("tumor", 1, 2, 3.5, 4), Box("cyst", 0, 0, 1, 1)],
        "ä/2.png": [Box("tumor", 5, 5, 6, 6)],
    }
    assert faults == []


@pytest.mark.parametrize(
    "row",
    [
        "b.png,t,0,0,1,1",
        "a.png,t,0,0,1",
        "a.png,t,zero,0,1,1",
        "a.png,t,1,0,1,1",
        "a.png,t,0,nan,1,1",
        "a.png,t,0,0,inf,1",
        "a.png",
    ],
)
def test_a_bad_row_is_left_out_with_its_line(tmp_path: Path, row: str) -> None:
    boxes, faults = read_boxes(
        write(tmp_path / "boxes.csv", f"{HEADER}a.png,t,0,0,1,1\n{row}\n"), ["a.png"]
    )
    assert boxes == {"a.png": [Box("t", 0, 0, 1, 1)]}
    assert len(faults) == 1
    assert faults[0][1].startswith("1 of its rows are left out (line 3: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no column image"),
        (b"image,label\n", "no column x0"),
        (b"\xff\xfe\x00\xd8", "cannot be read as a table"),
        (b'image,label,x0,y0,x1,y1\n"' + b"x" * 200_000, "cannot be read as a table"),
    ],
)
def test_a_table_that_is_none_is_said_and_the_images_stay(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "boxes.csv").write_bytes(content)
    boxes, faults = read_boxes(tmp_path / "boxes.csv", ["a.png"])
    assert boxes == {}
    assert reason in faults[0][1]
