"""Boxes that show where a finding is, from a table beside the images."""

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from medapp.data.layouts.encoding import find_encoding
from medapp.imaging.geometry import Box

BOXES_FILE = "boxes.csv"
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
