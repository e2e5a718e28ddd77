"""Boxes that show where a finding is, from a table beside the images."""

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from medapp.data.layouts.encoding import find_encoding
from medapp.imaging.geometry import Box

BOXES_FILE = "boxes.csv"
EDGE_PX = 1.0  # that a box may reach out of its image: programs count from 0 or from 1
BOX_COLUMNS = ("image", "label", "x0", "y0", "x1", "y1")


def read_boxes(
    path: Path, names: Sequence[str]
) -> tuple[dict[str, list[Box]], list[tuple[str, str]]]:
    """Boxes of the images `names` from the table at `path`, if there is one.

    Its columns are image, label, x0, y0, x1, y1 (pixels); others are ignored.

    Returns:
        Boxes by image name; and what was left out, as one entry (file, reason), if anything was.
    """
    boxes: dict[str, list[Box]] = {}
    faults: list[str] = []
    known = set(names)
    try:
        # There is no such table, or a pipe has its name.
        if not path.is_file():
            return {}, []
        content = path.read_bytes()
        text = content.decode(find_encoding(content))
        table = csv.DictReader(io.StringIO(text, newline=""))
        present = table.fieldnames or ()
        missing = [column for column in BOX_COLUMNS if column not in present]
        if missing:
            return {}, [(path.name, f"it has no column {missing[0]}, so no box is read")]
        for row in table:
            image = (row["image"] or "").replace("\\", "/").removeprefix("./")
            box = _read_box(row)
            if image in known and box is not None:
                boxes.setdefault(image, []).append(box)
            else:
                reason = "not a box in pixels" if image in known else "no such image"
                faults.append(f"line {table.line_num}: {reason}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = f"it cannot be read as a table in UTF-8 or UTF-16 ({error}), so no box is read"
        return {}, [(path.name, reason)]
    if not faults:
        return boxes, []
    return boxes, [(path.name, f"{len(faults)} of its rows are left out ({faults[0]})")]


def _read_box(row: dict[str, str]) -> Box | None:
    try:
        x0, y0, x1, y1 = (float(row[c]) for c in ("x0", "y0", "x1", "y1"))
    except (TypeError, ValueError):
        return None
    is_valid = all(math.isfinite(v) for v in (x0, y0, x1, y1)) and x0 < x1 and y0 < y1
    return Box(row["label"] or "", x0, y0, x1, y1) if is_valid else None


def check_boxes(
    source: str, boxes: Sequence[Box], width: int, height: int
) -> tuple[list[Box], list[tuple[str, str]]]:
    """The boxes that lie on their image; and (box, reason) for each other one.

    What reaches out by no more than a pixel is cut. A box that reaches further was drawn on another
    size or cut of the image, so the rest of it marks something else: it is not used.

    Args:
        source: of the boxes, such as the image's name.
        width, height: of the image in pixels, as stored.
    """
    kept: list[Box] = []
    faults: list[tuple[str, str]] = []
    for box in boxes:
        fitting = _fit(box, width, height)
        if fitting is None:
            name = f"{source}, box {box.x0:g}, {box.y0:g} to {box.x1:g}, {box.y1:g}"
            faults.append(
                (name, f"it does not lie on its image of {width} × {height} px: not used")
            )
        else:
            kept.append(fitting)
    return kept, faults


def _fit(box: Box, width: int, height: int) -> Box | None:
    edges = (box.x0, box.y0, box.x1, box.y1)
    if not all(map(math.isfinite, edges)) or box.x0 >= box.x1 or box.y0 >= box.y1:
        return None
    if min(box.x0, box.y0) < -EDGE_PX or box.x1 > width + EDGE_PX or box.y1 > height + EDGE_PX:
        return None
    cut = (max(box.x0, 0.0), max(box.y0, 0.0), min(box.x1, width), min(box.y1, height))
    return Box(box.label, *cut) if cut[0] < cut[2] and cut[1] < cut[3] else None
