"""YOLO: a text file an image, a line an object: its class's number, then its box as shares.

A line is "class x_centre y_centre width height", or the class and a polygon's points; all are
shares of the image's width and height. Names of classes stand in classes.txt, obj.names or the
`names` of data.yaml.
"""

import re
from collections.abc import Sequence

from medapp.data.layouts.annotations.annotation import (
    Annotation,
    FindSize,
    Found,
    Parts,
    Read,
    Size,
    Thing,
)
from medapp.data.layouts.annotations.pairing import pair_files
from medapp.data.layouts.encoding import decode_text
from medapp.data.layouts.kinds import find_suffix, is_names_file
from medapp.errors import DataError

FORMAT = "YOLO"
MAX_BYTES = 2**20  # of one file
_LINE = re.compile(r"\d{1,4}(?:\s+-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?){4,}", re.IGNORECASE)
_NAMES_LIST = re.compile(r"^names\s*:\s*\[(?P<names>[^\]]*)\]", re.MULTILINE)
_NAMES_BLOCK = re.compile(r"^names\s*:\s*\n(?P<lines>(?:[ \t]*(?:-|\d+\s*:)[^\n]*\n?)+)", re.M)
_YAML_LINE = re.compile(r"[ \t]*(?:-|(?P<number>\d+)\s*:)\s*(?P<name>[^\n]*)")
_FIRST = 20  # files that tell whether text beside images is of this kind


def find_yolo(
    others: Sequence[Parts], images: Sequence[Parts], read: Read, find_size: FindSize
) -> Found:
    """What text files of this kind say; other text is passed over.

    Args:
        others: files that are no images.
        images: as parts of their paths.
        read: a file's first bytes, so many.
    """
    texts = [p for p in others if find_suffix(p[-1]) == ".txt" and not is_names_file(p[-1])]
    pairs = pair_files(texts, images)
    if not pairs or not any(_is_yolo(_read_text(p, read)) for p in list(pairs)[:_FIRST]):
        return Found(FORMAT, (), ())
    names, names_file = _find_names(others, read)
    annotations: list[Annotation] = []
    faults: list[tuple[str, str]] = []
    for parts, image in pairs.items():
        name = "/".join(parts)
        try:
            things = _read_things(_read_text(parts, read), names, image, find_size)
            annotations.append(Annotation(name, image, things))
        except DataError as error:
            faults.append((name, error.what))
    files = tuple(annotation.source for annotation in annotations)
    return Found(FORMAT, tuple(annotations), (*files, *names_file), tuple(faults))


def _read_text(parts: Parts, read: Read) -> str:
    return decode_text(read(parts, MAX_BYTES))


def _is_yolo(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return bool(lines) and all(map(_LINE.fullmatch, lines))


def _read_things(
    text: str, names: dict[int, str], image: Parts, find_size: FindSize
) -> tuple[Thing, ...]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if not lines:
        return ()
    if not _is_yolo(text):
        raise DataError("no annotation: a line is no class with the shares of a box", remedy="")
    size = find_size(image)
    if size is None:
        raise DataError("its image has no size that can be read", remedy="")
    things = []
    for cells in lines:
        number = int(cells[0])
        label = names.get(number, f"class {number}")
        things.append(Thing(label, _read_place([float(cell) for cell in cells[1:]], size)))
    return tuple(things)


def _read_place(shares: Sequence[float], size: Size) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 in pixels of an image."""
    if len(shares) % 2:
        raise DataError("its lines end in a confidence, as a model's predictions do", remedy="")
    if not all(-0.01 <= share <= 1.01 for share in shares):
        raise DataError("a number in it is no share of an image, which is 0 to 1", remedy="")
    width, height = size
    if len(shares) == 4:
        x, y, w, h = shares
        edges = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    else:
        edges = (min(shares[::2]), min(shares[1::2]), max(shares[::2]), max(shares[1::2]))
    return edges[0] * width, edges[1] * height, edges[2] * width, edges[3] * height


def _find_names(others: Sequence[Parts], read: Read) -> tuple[dict[int, str], tuple[str, ...]]:
    """Names of classes by number, and the file that says them."""
    for parts in others:
        suffix = find_suffix(parts[-1])
        if suffix in (".yaml", ".yml"):
            names = _read_yaml(_read_text(parts, read))
        elif is_names_file(parts[-1]) and suffix != ".json":
            names = dict(enumerate(_read_text(parts, read).split("\n")))
        else:
            continue
        kept = {number: name for number, text in names.items() if (name := text.strip(" \t\r\"'"))}
        if kept:
            return kept, ("/".join(parts),)
    return {}, ()


def _read_yaml(text: str) -> dict[int, str]:
    """The `names` of a data.yaml: a list in one line, or a line a class."""
    listed = _NAMES_LIST.search(text)
    if listed:
        return dict(enumerate(listed["names"].split(",")))
    block = _NAMES_BLOCK.search(text)
    lines = map(_YAML_LINE.fullmatch, block["lines"].splitlines()) if block else ()
    found = [line for line in lines if line]
    return {int(line["number"] or place): line["name"] for place, line in enumerate(found)}
