"""Arrays of images and labels in one file: what NumPy, Keras and MedMNIST leave behind (`.npz`).

Nothing in it is unpickled. The images are written out as PNG, 8-bit values exactly as they are.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from medapp.data.containers.container import MAX_BYTES, MAX_IMAGES, Container, Piece
from medapp.data.containers.forms import Form, find_form
from medapp.data.containers.labels import Labels, read_labels
from medapp.data.containers.levels import Levels, find_levels
from medapp.data.containers.medmnist import find_known_set
from medapp.data.containers.roles import Part, Roles, find_roles
from medapp.data.containers.slices import SliceChoice, is_nearly_empty
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.errors import ArchiveError, DataError
from medapp.store.archive import open_archive
from medapp.store.npy import Opener, StoredArray, read_header

SUFFIX = ".npy"
MAX_ARRAYS = 200
EMPTY = "the slice is nearly empty"


@dataclass(frozen=True)
class _Row:
    """One row of the images' array.

    Attributes:
        slices: the numbers of those that are taken; (0,) of a picture.
    """

    part: int
    number: int
    slices: Sequence[int]


def open_npz(path: Path, choice: SliceChoice) -> Container:
    """The container in a `.npz`.

    Raises:
        ArchiveError: no zip, a damaged or a hostile one, or arrays that are refused.
        DataError: no images or no labels among the arrays.
    """
    with open_archive(path) as archive:
        names = [name for name in archive.names if name.endswith(SUFFIX)]
        sizes = [archive.find_size(name) for name in names]
    if len(set(names)) < len(names):
        raise ArchiveError(f"{path.name} holds an array twice.", remedy="Save it again.")
    if len(names) > MAX_ARRAYS:
        raise ArchiveError(
            f"{path.name} holds {len(names):,} arrays, more than {MAX_ARRAYS}.",
            remedy="Save all images in one array, and all labels in another.",
        )
    if not names:
        raise ArchiveError(
            f"{path.name} holds no arrays of NumPy.", remedy="A zip of images ends in .zip."
        )

    def open_member(name: str) -> Opener:
        @contextlib.contextmanager
        def open_array() -> Iterator[IO[bytes]]:
            with open_archive(path) as archive, archive.open(name) as file:
                yield file

        return open_array

    arrays = [
        read_header(name.removesuffix(SUFFIX), size, open_member(name))
        for name, size in zip(names, sizes, strict=True)
    ]
    return build_container(path, arrays, choice)


def build_container(path: Path, arrays: Sequence[StoredArray], choice: SliceChoice) -> Container:
    """The container of arrays.

    Args:
        path: of the file or folder that holds the arrays; its name may be that of a known set.

    Raises:
        DataError: no images or no labels among the arrays.
    """
    roles = find_roles(arrays)
    judged = [part for part in roles.parts if part.labels is not None]
    if not judged:
        listed = ", ".join(array.name for array in arrays[:8])
        raise DataError(
            f"{path.name} holds images and no labels (its arrays are {listed}).",
            remedy="Save an array of labels beside the images, such as train_labels.",
        )
    forms = [find_form(part.images.name, part.images.shape) for part in judged]
    _check_sizes(path, judged)
    labels = _read_labels(path, judged, roles)
    images = (row for part in judged for row in part.images.iterate())
    dtype = np.result_type(*(part.images.dtype for part in judged))
    levels = find_levels(images, dtype, sum(part.images.shape[0] for part in judged))
    rows = _plan(judged, forms, labels, choice)
    files, left_out = _list_files(path, judged, forms, labels, rows)
    left_out += [
        (part.images.name, f"{part.images.shape[0]:,} images without labels")
        for part in roles.parts
        if part.labels is None
    ]
    layout = Layout(
        path,
        "",
        tuple(files),
        tuple(left_out),
        sentences=tuple(_describe(path, judged, forms, labels, levels, roles, choice)),
        task=labels.task,
        order=labels.classes,
        patients_from=_find_source(judged, forms),
    )

    def read() -> Iterator[Piece | str]:
        return _read_pictures(judged, forms, rows, levels, choice.takes_all)

    return Container("a NumPy archive", layout, read)


def _read_pictures(
    parts: Sequence[Part],
    forms: Sequence[Form],
    rows: Sequence[_Row],
    levels: Levels,
    skips_empty: bool,
) -> Iterator[Piece | str]:
    """The picture of each slice of the rows, or why there is none."""
    for number, (part, form) in enumerate(zip(parts, forms, strict=True)):
        own = {row.number: row.slices for row in rows if row.part == number}
        for place, values in enumerate(part.images.iterate()):
            pictures = form.list_pictures(values) if place in own else values
            for slice_number in own.get(place, ()):
                picture = pictures[slice_number]
                is_skipped = form.depth and skips_empty
                if is_skipped and is_nearly_empty(picture, levels.low, levels.high):
                    yield EMPTY
                else:
                    yield Piece(levels.draw(picture))


def _check_sizes(path: Path, parts: Sequence[Part]) -> None:
    rows = sum(part.images.shape[0] for part in parts)
    size = sum(part.images.size for part in parts)
    if rows > MAX_IMAGES or size > MAX_BYTES:
        raise ArchiveError(
            f"{path.name} holds {rows:,} images of {size >> 30:,} GiB, more than {MAX_IMAGES:,} or"
            f" {MAX_BYTES >> 30} GiB.",
            remedy="Save it in parts.",
        )


def _read_labels(path: Path, parts: Sequence[Part], roles: Roles) -> Labels:
    arrays = [part.labels.load() for part in parts if part.labels is not None]
    shapes = {array.shape[1:] if array.shape[1:] != (1,) else () for array in arrays}
    kinds = {array.dtype.kind in "US" for array in arrays}
    if len(shapes) > 1 or len(kinds) > 1:
        named = " and ".join(part.labels.name for part in parts if part.labels is not None)
        raise DataError(f"{named} differ in their form.", remedy="Save all labels in one form.")
    flat = [array.reshape(len(array), *next(iter(shapes))) for array in arrays]
    names = [_write(value) for value in roles.names.load().tolist()] if roles.names else []
    return read_labels(np.concatenate(flat), names, find_known_set(path.stem))


def _write(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _plan(
    parts: Sequence[Part], forms: Sequence[Form], labels: Labels, choice: SliceChoice
) -> list[_Row]:
    """The rows that have a label, and their slices."""
    rows: list[_Row] = []
    start = 0
    for number, (part, form) in enumerate(zip(parts, forms, strict=True)):
        slices = choice.list_slices(form.depth) if form.depth else (0,)
        count = part.images.shape[0]
        has_label = [text is not None for text in labels.texts[start : start + count]]
        rows += [_Row(number, place, slices) for place in range(count) if has_label[place]]
        start += count
    return rows


def _list_files(
    path: Path,
    parts: Sequence[Part],
    forms: Sequence[Form],
    labels: Labels,
    rows: Sequence[_Row],
) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """The files that the rows become, and the rows without a label."""
    starts = np.cumsum([0, *(part.images.shape[0] for part in parts)])
    columns = [{k: a.load().tolist() for k, a in part.columns.items()} for part in parts]
    patients = [part.patients.load().tolist() if part.patients else None for part in parts]
    files: list[FoundFile] = []
    for row in rows:
        part, form = parts[row.part], forms[row.part]
        stem = _name_row(part, row.number)
        given = patients[row.part]
        patient = _write(given[row.number]) if given else (stem if form.depth else None)
        known = {key: _write(values[row.number]) for key, values in columns[row.part].items()}
        for place in row.slices:
            name = f"{stem}-{place + 1:03d}.png" if form.depth else f"{stem}.png"
            more = {**known, "slice": str(place + 1)} if form.depth else known
            label = labels.texts[int(starts[row.part]) + row.number] or ""
            files.append(FoundFile(path / name, name, label, part.split, patient, attributes=more))
    taken = {(row.part, row.number) for row in rows}
    left_out = [
        (_name_row(part, place), "it has no label")
        for number, part in enumerate(parts)
        for place in range(part.images.shape[0])
        if (number, place) not in taken
    ]
    return files, left_out


def _name_row(part: Part, number: int) -> str:
    digits = max(4, len(str(part.images.shape[0])))
    folder = f"{part.split}/" if part.split else ""
    return f"{folder}{number:0{digits}d}"


def _describe(
    path: Path,
    parts: Sequence[Part],
    forms: Sequence[Form],
    labels: Labels,
    levels: Levels,
    roles: Roles,
    choice: SliceChoice,
) -> Iterator[str]:
    listed = ", ".join(f"{part.images.name} ({part.images.shape[0]:,})" for part in parts)
    kinds = "; ".join(dict.fromkeys(form.describe() for form in forms))
    yield f"Read from the arrays {listed}: {kinds}. An image's name is its row, from 0."
    said = ", ".join(part.labels.name for part in parts if part.labels is not None)
    yield f"Labels are those of {said}."
    yield "Its images are copied into the workspace, as PNG."
    yield from labels.sentences
    if any(form.depth for form in forms):
        yield (
            f"Taken: {choice.describe()}, along the first axis of the volume. Each slice has the"
            " label of its volume, also where the finding is on others."
        )
    if levels.sentence:
        yield levels.sentence
    if roles.unused:
        yield f"Not used: {', '.join(roles.unused[:8])}."


def _find_source(parts: Sequence[Part], forms: Sequence[Form]) -> str:
    """Where patients come from."""
    named = next((part.patients.name for part in parts if part.patients is not None), None)
    if named is None and any(form.depth for form in forms):
        return "volumes, whose slices stay together"
    return f"the array {named}"
