"""COCO: one JSON file with images, categories, and annotations whose boxes are x, y, width, height.

Lin et al., Microsoft COCO, 2014.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from medapp.data.layouts.annotations.annotation import Annotation, Found, Parts, Read, Size, Thing
from medapp.data.layouts.kinds import find_suffix
from medapp.data.layouts.tables import MAX_BYTES
from medapp.errors import DataError

FORMAT = "COCO"
MOST_FILES = 12
_HEAD_BYTES = 2**16
_KEY = re.compile(rb'"(?:images|annotations|categories)"\s*:\s*\[')


def find_coco(others: Sequence[Parts], images: Sequence[Parts], read: Read) -> Found:
    """What JSON files of this kind say; other JSON is passed over.

    Args:
        others: files that are no images.
        images: as parts of their paths.
        read: a file's first bytes, so many.
    """
    known = set(images)
    annotations: list[Annotation] = []
    files: list[str] = []
    faults: list[tuple[str, str]] = []
    paths = [parts for parts in others if find_suffix(parts[-1]) == ".json" and len(parts) <= 4]
    for parts in paths[:MOST_FILES]:
        name = "/".join(parts)
        try:
            if not _KEY.search(read(parts, _HEAD_BYTES)):
                continue
            annotations += _read_file(name, parts[:-1], read(parts, MAX_BYTES + 1), known)
            files.append(name)
        except (DataError, OSError) as error:
            reason = error.strerror or "" if isinstance(error, OSError) else error.what
            faults.append((name, f"no annotations of COCO: {reason}"))
    return Found(FORMAT, tuple(annotations), tuple(files), tuple(faults) if annotations else ())


def _read_file(name: str, base: Parts, content: bytes, known: set[Parts]) -> Iterator[Annotation]:
    if len(content) > MAX_BYTES:
        raise DataError(f"it is larger than {MAX_BYTES / 2**20:,.0f} MiB", remedy="")
    try:
        found = json.loads(content)
        categories = {entry["id"]: str(entry["name"]) for entry in found["categories"]}
        things: dict[Any, list[Thing]] = {entry["id"]: [] for entry in found["images"]}
        for entry in found["annotations"]:
            label = " ".join(categories[entry["category_id"]].split())
            things[entry["image_id"]].append(Thing(label, _read_box(entry)))
        pictures = [
            (entry["id"], _find_path(str(entry["file_name"]), base, known), _read_size(entry))
            for entry in found["images"]
        ]
    except (ValueError, RecursionError) as error:
        raise DataError("it cannot be read as JSON", remedy="") from error
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DataError(f"it lacks what it refers to ({error})", remedy="") from error
    for key, path, size in pictures:
        yield Annotation(name, path, tuple(things[key]), size)


def _read_box(entry: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """x0, y0, x1, y1; None where there is no box.

    Raises:
        ValueError, TypeError: it is none.
    """
    if not entry.get("bbox"):
        return None
    x, y, width, height = map(float, entry["bbox"])
    return x, y, x + width, y + height


def _read_size(entry: Mapping[str, Any]) -> Size | None:
    width, height = entry.get("width"), entry.get("height")
    return (int(width), int(height)) if width and height else None


def _find_path(name: str, base: Parts, known: set[Parts]) -> Parts:
    """The image's path below the folder: below the file's own, or as the file says."""
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
    return (*base, *parts) if (*base, *parts) in known else parts
