"""What the arrays of a file hold, told from their names and shapes: images, labels, patients."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from medapp.data.layouts.template import find_split
from medapp.errors import DataError
from medapp.store.npy import StoredArray

_WORDS = {
    "images": {
        *("images", "image", "imgs", "img", "x", "data", "pixels", "volumes", "volume", "scans"),
        *("inputs", "input", "slices", "patches", "pictures", "arr"),
    },
    "labels": {
        *("labels", "label", "y", "targets", "target", "class", "classes", "gt", "diagnosis"),
        *("diagnoses", "grade", "grades", "category", "categories", "lbl", "lbls", "findings"),
    },
    "patients": {"patient", "patients", "pid", "subject", "subjects", "groups", "group"},
    "masks": {"mask", "masks", "seg", "segs", "segmentation", "segmentations"},
}
_LEAST_SIDE = 8  # px of an image that is stored as one row
_REMEDY = "MedApp looks for images and labels, such as train_images and train_labels."


@dataclass(frozen=True)
class Part:
    """The arrays of one split; N images.

    Attributes:
        split: as the names say, else None.
        images: (N, …).
        labels: (N, …); None where there are none.
        patients: (N,), if there are any.
        columns: name to further arrays (N,).
    """

    split: str | None
    images: StoredArray
    labels: StoredArray | None
    patients: StoredArray | None
    columns: dict[str, StoredArray] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Roles:
    """What a file's arrays hold.

    Attributes:
        names: the array that names the classes.
        unused: the names of arrays that are not used.
    """

    parts: tuple[Part, ...]
    names: StoredArray | None
    unused: tuple[str, ...]


def find_roles(arrays: Sequence[StoredArray]) -> Roles:
    """What the arrays hold.

    Raises:
        DataError: no images are among them, several arrays may be the images, or images and labels
            differ in number.
    """
    groups: dict[str | None, list[StoredArray]] = {}
    for array in arrays:
        groups.setdefault(_find_split(array.name), []).append(array)
    shared = groups.get(None, [])
    names = next((array for array in shared if _names_classes(array, arrays)), None)
    if names is not None:
        shared.remove(names)
    parts = [part for split, found in groups.items() if (part := _find_part(split, found))]
    if not parts:
        listed = ", ".join(f"{a.name} ({' × '.join(map(str, a.shape))})" for a in arrays[:6])
        raise DataError(
            f"There are no images among the arrays {listed}.",
            remedy=_suggest_shape(arrays) or _REMEDY,
        )
    used = {array.name for part in parts for array in _list_used(part)}
    used |= {names.name} if names is not None else set()
    return Roles(tuple(parts), names, tuple(a.name for a in arrays if a.name not in used))


def _suggest_shape(arrays: Sequence[StoredArray]) -> str:
    """What to do about an array that may hold each image as one row of numbers; else nothing."""
    for array in arrays:
        side = math.isqrt(array.shape[1]) if len(array.shape) == 2 else 0
        if side >= _LEAST_SIDE and side * side == array.shape[1]:
            shape = f"{array.name}.reshape(-1, {side}, {side})"
            return f"If {array.name} holds each image as one row, save {shape}."
    return ""


def _split_words(name: str) -> list[str]:
    return [w.lower() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def _find_split(name: str) -> str | None:
    return next((split for word in _split_words(name) if (split := find_split(word))), None)


def has_role(name: str, role: str) -> bool:
    """Whether an array's name says that it holds "images", "labels", "patients" or "masks"."""
    return any(word in _WORDS[role] for word in _split_words(name))


def _names_classes(array: StoredArray, arrays: Sequence[StoredArray]) -> bool:
    """Whether an array holds texts for classes: it says so, or other arrays hold the labels."""
    if array.dtype.kind not in "US" or len(array.shape) != 1 or has_role(array.name, "patients"):
        return False
    is_doubled = any(other is not array and has_role(other.name, "labels") for other in arrays)
    return "names" in _split_words(array.name) or (has_role(array.name, "labels") and is_doubled)


def _find_part(split: str | None, arrays: Sequence[StoredArray]) -> Part | None:
    pictures = [a for a in arrays if len(a.shape) >= 3 and not has_role(a.name, "masks")]
    if not pictures:
        return None
    named = [array for array in pictures if has_role(array.name, "images")]
    if len(named or pictures) > 1:
        listed = " and ".join(array.name for array in named or pictures)
        raise DataError(f"Both {listed} may hold the images.", remedy=_REMEDY)
    images = (named or pictures)[0]
    rows = images.shape[0]
    rest = [array for array in arrays if array is not images and len(array.shape) in (1, 2)]
    patients = next((a for a in rest if has_role(a.name, "patients") and len(a.shape) == 1), None)
    others = [array for array in rest if array is not patients]
    labels = next((array for array in others if has_role(array.name, "labels")), None)
    fitting = [array for array in others if array.shape[0] == rows]
    if labels is None and len(fitting) == 1:
        labels = fitting[0]
    for array in (labels, patients):
        if array is not None and array.shape[0] != rows:
            raise DataError(
                f"{images.name} has {rows:,} images, and {array.name} {array.shape[0]:,} rows.",
                remedy="Save as many of each.",
            )
    columns = {_name_column(a): a for a in fitting if a is not labels and len(a.shape) == 1}
    return Part(split, images, labels, patients, columns)


def _name_column(array: StoredArray) -> str:
    words = [word for word in _split_words(array.name) if not find_split(word)]
    return " ".join(words) or array.name


def _list_used(part: Part) -> list[StoredArray]:
    given = (part.images, part.labels, part.patients, *part.columns.values())
    return [array for array in given if array is not None]
