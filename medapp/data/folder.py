"""A folder as people keep images, to files with labels and splits.

Each class has a folder; class folders may stand in train, validation and test folders. Nothing is
decoded here. Links are not followed; hidden files, `__MACOSX` and what is no image are passed over.
"""

import csv
import math
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import DataError
from medapp.imaging.geometry import Box
from medapp.imaging.readers import list_suffixes

BOXES_FILE = "boxes.csv"
BOX_COLUMNS = ("image", "label", "x0", "y0", "x1", "y1")

_SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "trn": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "validating": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "tst": "test",
    "holdout": "test",
}


@dataclass(frozen=True)
class FoundFile:
    """An image file.

    Attributes:
        name: its path below the root, with forward slashes.
        label: the name of its class folder.
        split: what its split folder means, one of `SPLITS`; None where it stands in none.
    """

    path: Path
    name: str
    label: str
    split: str | None


@dataclass(frozen=True)
class Scan:
    """What a folder holds.

    Attributes:
        root: where the class or split folders are: below a folder that only wraps another.
        left_out: (name, reason) for each image that is in no class folder or cannot be used.
    """

    root: Path
    files: tuple[FoundFile, ...]
    left_out: tuple[tuple[str, str], ...]


def find_split(name: str) -> str | None:
    """The split that a folder's name means, such as "Training" or "val_set"; None if it is none."""
    word = re.sub(r"[\W\d_]+", "", name.casefold())
    return _SPLIT_WORDS.get(word) or _SPLIT_WORDS.get(re.sub("(set|data|images|split)$", "", word))


def scan_folder(folder: Path) -> Scan:
    """Image files with labels and splits, by name.

    The label is the first folder below the root, or below the split folder; deeper folders only
    enter the name. A folder that wraps nothing but one other folder of folders is stepped into.
    Where there are split folders, what stands beside them is left out, and so is an image in no
    class folder.

    Raises:
        DataError: the folder is missing, may not be read, or holds no image in a class folder.
    """
    _check_folder(folder)
    left_out: list[tuple[str, str]] = []
    names = sorted(_list_images(folder, left_out))
    names, wrapping = _step_into(names)
    root = folder.joinpath(*wrapping)
    has_splits = _has_split_folders(names)
    files = []
    for parts in names:
        found = _build_file(root, parts, has_splits)
        if isinstance(found, FoundFile):
            files.append(found)
        else:
            left_out.append(("/".join(parts), found))
    if not files:
        _refuse(folder, left_out)
    return Scan(root, tuple(files), tuple((_printable(name), reason) for name, reason in left_out))


def list_images(folder: Path) -> list[Path]:
    """All images in a folder and below it, by name, whatever their folders are called.

    Raises:
        DataError: there is no such folder, or no image in it.
    """
    _check_folder(folder)
    left_out: list[tuple[str, str]] = []
    found = [folder.joinpath(*parts) for parts in sorted(_list_images(folder, left_out))]
    if not found:
        reason = f" ({_printable(': '.join(left_out[0]))})" if left_out else ""
        raise DataError(
            f"There is no image in {folder}{reason}.",
            remedy=f"Images end in {', '.join(sorted(list_suffixes()))}.",
        )
    return found


def _check_folder(folder: Path) -> None:
    try:
        if not folder.is_dir():
            raise DataError(f"There is no folder {folder}.", remedy="Check the path.")
    except OSError as error:
        raise DataError(
            f"{folder} cannot be opened: {error.strerror}.",
            remedy="Check the path and the permissions.",
        ) from error


def _refuse(folder: Path, left_out: Sequence[tuple[str, str]]) -> None:
    reason = ": ".join(left_out[0]) if left_out else f"looked for {', '.join(list_suffixes())}"
    raise DataError(
        f"No image in a class folder was found in {folder} ({_printable(reason)}).",
        remedy="Put the images of each class into a folder with the class's name.",
    )


def _list_images(folder: Path, left_out: list[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """The parts of each image's name below the folder.

    No recursion: folders may be deeper than Python's calls.
    """
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parts = waiting.pop()
        try:
            entries = list(os.scandir(folder.joinpath(*parts)))
        except OSError as error:
            name = _shorten("/".join(parts)) or str(folder)
            left_out.append((name, f"the folder cannot be read ({error.strerror})"))
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__MACOSX" or _is_link(entry):
                continue
            if entry.is_dir():
                waiting.append((*parts, entry.name))
            elif entry.is_file() and Path(entry.name).suffix.lower() in list_suffixes():
                yield (*parts, entry.name)


def _shorten(name: str, most: int = 200) -> str:
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 :]}"


def _is_link(entry: "os.DirEntry[str]") -> bool:
    return entry.is_symlink() or (sys.version_info >= (3, 12) and entry.is_junction())


def _step_into(names: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """The names below folders that only wrap another, and the wrapping folders.

    A folder wraps if it stands alone and is no class or split folder itself.
    """
    wrapping: tuple[str, ...] = ()
    while _is_wrapped(names):
        wrapping += names[0][:1]
        names = [parts[1:] for parts in names]
    return names, wrapping


def _is_wrapped(names: list[tuple[str, ...]]) -> bool:
    stand_in_one = len({parts[0] for parts in names}) == 1
    return stand_in_one and all(len(parts) > 2 for parts in names) and not find_split(names[0][0])


def _has_split_folders(names: Sequence[tuple[str, ...]]) -> bool:
    """Whether folders that hold others are split folders: all of them, or one for training."""
    tops = {parts[0] for parts in names if len(parts) > 2}
    splits = {find_split(top) for top in tops}
    return bool(tops) and (None not in splits or "train" in splits)


def _build_file(root: Path, parts: tuple[str, ...], has_splits: bool) -> FoundFile | str:
    """The file with its label and split, or the reason why it is left out."""
    split = find_split(parts[0]) if has_splits and len(parts) > 1 else None
    if has_splits and split is None:
        return "it stands outside the train, validation and test folders"
    folders = parts[1:-1] if has_splits else parts[:-1]
    if not folders:
        return "it stands in no class folder"
    name = "/".join(parts)
    if _printable(name) != name:
        return "its name is not valid Unicode; rename it"
    return FoundFile(root.joinpath(*parts), name, unicodedata.normalize("NFC", folders[0]), split)


def _printable(name: str) -> str:
    """A name whose stray bytes (Linux allows any) are replaced, for a message or a table."""
    return name.encode("utf-8", "replace").decode()


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
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
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
        reason = f"it cannot be read as a table in UTF-8 ({error}), so no box is read"
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
