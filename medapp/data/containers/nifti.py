"""Volumes of NIfTI, a class folder each or alone: slices become images."""

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from medapp.data.containers.container import MAX_IMAGES, Container, Piece
from medapp.data.containers.levels import PERCENTILES
from medapp.data.containers.slices import PLANES, SliceChoice
from medapp.data.containers.volume import Volume, read_header, read_slices
from medapp.data.layouts.kinds import find_suffix
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.samples import UNLABELLED
from medapp.errors import DataError, Remedy

_AXES = {"sagittal": 0, "coronal": 1, "axial": 2}


def open_volume(path: Path, choice: SliceChoice) -> Container:
    """The container of one volume, of which nothing says what it shows; see `open_nifti`."""
    alone = FoundFile(path, path.name, UNLABELLED, None)
    return open_nifti(Layout(path, "", (alone,), ()), choice)


def open_nifti(layout: Layout, choice: SliceChoice) -> Container:
    """The container of volumes, each labelled by its folder.

    Args:
        layout: of the files of the volumes.

    Raises:
        DataError: nibabel is not installed, no volume can be read, or there are too many slices.
    """
    _require_nibabel()
    if layout.question:
        return Container("NIfTI", layout, lambda: iter(()))
    axis = _AXES[choice.plane]
    chosen, faults = _choose_slices(layout, axis, choice)
    files = [file for volume, slices in chosen for file in _list_slices(volume, slices)]
    has_patients = any(volume.file.patient is not None for volume, _ in chosen)
    sentences = _describe(layout, [volume for volume, _ in chosen], choice)
    found = replace(
        layout,
        template="",
        files=tuple(files),
        left_out=(*layout.left_out, *faults),
        sentences=tuple(sentences),
        patients_from=layout.patients_from if has_patients else _VOLUMES,
    )

    def read_all() -> Iterator[Piece | str]:
        for volume, slices in chosen:
            yield from read_slices(volume, slices, axis, choice.takes_all)

    def pick(places: Sequence[int]) -> Iterator[Piece | str]:
        start = 0
        for volume, slices in chosen:
            own = [slices[place - start] for place in places if 0 <= place - start < len(slices)]
            start += len(slices)
            if own:
                yield from read_slices(volume, own, axis, choice.takes_all)

    return Container("NIfTI", found, read_all, pick)


def _require_nibabel() -> None:
    if importlib.util.find_spec("nibabel") is None:
        raise DataError(
            "Volumes of NIfTI are read with nibabel, which is not installed.",
            remedy=Remedy(
                "Ask whoever installed MedApp to add its extra “nifti”.",
                "Add it: pip install 'medapp[nifti]'",
            ),
        )


def _choose_slices(
    layout: Layout, axis: int, choice: SliceChoice
) -> tuple[list[tuple[Volume, Sequence[int]]], list[tuple[str, str]]]:
    """The volumes that can be read with the slices wanted of each, and why others cannot be."""
    chosen: list[tuple[Volume, Sequence[int]]] = []
    faults: list[tuple[str, str]] = []
    for file in layout.files:
        volume = read_header(file)
        slices = volume if isinstance(volume, str) else _choose(volume.shape[axis], choice)
        if isinstance(volume, str) or isinstance(slices, str):
            faults.append((file.name, str(slices)))
        else:
            chosen.append((volume, slices))
    if not chosen:
        why = ": ".join([*layout.left_out, *faults][0])
        raise DataError(f"No volume can be read ({why}).", remedy="Check it.")
    if sum(len(slices) for _, slices in chosen) > MAX_IMAGES:
        raise DataError(f"There are more than {MAX_IMAGES:,} slices.", remedy="Choose fewer.")
    return chosen, faults


def _choose(count: int, choice: SliceChoice) -> Sequence[int] | str:
    """The slices of a volume with so many, or why it has none of them."""
    try:
        return choice.list_slices(count)
    except DataError as error:
        return error.what


def _find_stem(name: str) -> str:
    return name[: len(name) - len(find_suffix(name))]


def _list_slices(volume: Volume, slices: Sequence[int]) -> Iterator[FoundFile]:
    """The files that a volume's slices become."""
    stem = _find_stem(volume.file.name)
    for place in slices:
        name = f"{stem}-{place + 1:03d}.png"
        attributes = {**volume.file.attributes, "volume": volume.file.name, "slice": str(place + 1)}
        yield replace(
            volume.file,
            path=volume.path / name,
            name=name,
            patient=volume.file.patient or stem,
            attributes=attributes,
        )


def _describe(layout: Layout, volumes: Sequence[Volume], choice: SliceChoice) -> Iterator[str]:
    yield f"Read from {_say(len(volumes))} of NIfTI; {choice.describe()}."
    yield (
        f"The slices are {choice.plane}, counted from {_COUNTED[choice.plane]}, with"
        f" {_SEEN[choice.plane]}. They are copied into the workspace as PNG of 16 bits."
    )
    yield from layout.sentences or (layout.describe()[:2] if layout.template else (_NO_LABEL,))
    yield ("Each slice has the label of its volume, also where the finding is on others.")
    yield (
        f"Black and white of a volume are its {PERCENTILES[0]:g} and {PERCENTILES[1]:g} percentile;"
        " of a CT, which is told by its air, -1000 and 1000 HU. The column window says which."
    )
    oblique = sum(volume.tilt > 1 for volume in volumes)
    if oblique:
        most = max(volume.tilt for volume in volumes)
        tilt = f"up to {most:.0f}° oblique to the body, and stay so"
        yield f"Of {_say(oblique)} the slices are {tilt}."
    unplaced = sum(not volume.is_placed for volume in volumes)
    if unplaced:
        yield f"{_say(unplaced)} without a place in the body: planes and sides may be others."
    several = sum(volume.further > 0 for volume in volumes)
    if several:
        yield f"{_say(several, 'file')} with several volumes (times, contrasts): the first is used."
    if any(volume.is_flat(_AXES[choice.plane]) for volume in volumes):
        yield "Pixels that are not square are interpolated to squares."


def _say(count: int, word: str = "volume") -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


_VOLUMES = "volumes, whose slices stay together"
_SEEN = {
    "axial": "the patient's right on the left and the front above",
    "coronal": "the patient's right on the left and the head above",
    "sagittal": "the front on the left and the head above",
}
_COUNTED = dict(zip(PLANES, ("the feet", "the back", "the left"), strict=True))
_NO_LABEL = (
    "The file does not say what it shows, so its slices come in without labels. Put volumes into a"
    " folder for each class to train on them."
)
