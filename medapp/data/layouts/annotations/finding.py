"""The annotations of a folder's images as a table: a row an object, checked against its image."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from medapp.data.layouts.annotations.annotation import (
    Annotation,
    FindSize,
    Found,
    Parts,
    Read,
    Size,
    Thing,
)
from medapp.data.layouts.annotations.coco import find_coco
from medapp.data.layouts.annotations.image_sets import read_image_sets
from medapp.data.layouts.annotations.voc import find_voc
from medapp.data.layouts.annotations.yolo import find_yolo
from medapp.data.layouts.boxes import check_boxes
from medapp.data.layouts.kinds import find_suffix
from medapp.data.layouts.listing import Listing
from medapp.data.layouts.masks import find_masks
from medapp.data.layouts.tables import Table
from medapp.imaging.geometry import Box
from medapp.imaging.size import HEAD_BYTES, find_size, measure_size

NAMES = {"Pascal VOC": "*.xml", "COCO": "*.json", "YOLO": "*.txt"}
_SIDE_FILES = (".xml", ".json", ".txt")


@dataclass(frozen=True)
class Annotations:
    """What annotations say of a folder's images.

    Attributes:
        name: by which the table is found again, such as "*.xml".
        table: a row an object, with columns image, label, xmin, ymin, xmax, ymax, and split where
            that is published; images without an object have a row that says so.
        boxes: by the image's path below the folder.
        splits: the same for published splits.
        files: names of those that were read.
        faults: (file, reason) for what is not used.
        are_of_most: they speak of at least half of the images, so that they may tell labels.
    """

    name: str
    table: Table
    boxes: Mapping[Parts, tuple[Box, ...]]
    splits: Mapping[Parts, str]
    files: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]
    are_of_most: bool


def find_annotations(listing: Listing, read: Read) -> Annotations | None:
    """The annotations beside images; None where there are none.

    Of several formats the first of Pascal VOC, COCO and YOLO is taken.

    Args:
        read: a file's first bytes, so many; all of them where no number is given.
    """
    others = [parts for parts in listing.others if find_suffix(parts[-1]) in _SIDE_FILES]
    if not others:
        return None
    masks = find_masks(listing.images)
    images = [parts for parts in listing.images if parts not in masks]
    known = set(images)
    sizes: dict[Parts, Size | None] = {}

    def find(parts: Parts) -> Size | None:
        if parts not in known:
            return None
        if parts not in sizes:
            head = find_size(read(parts, HEAD_BYTES))
            sizes[parts] = head or measure_size(read(parts), find_suffix(parts[-1]))
        return sizes[parts]

    for found in (
        find_voc(others, images, read),
        find_coco(others, images, read),
        find_yolo(listing.others, images, read, find),
    ):
        checked = [_check(annotation, find) for annotation in found.annotations]
        kept = [annotation for annotation, _ in checked if annotation.image in known]
        if not kept:
            continue
        faults = [*found.faults, *(fault for _, of_file in checked for fault in of_file)]
        faults += [
            (a.source, f"there is no image {'/'.join(a.image)}")
            for a in found.annotations
            if a.image not in known
        ]
        of_images = _build(found, kept, faults, read_image_sets(listing.others, images, read))
        speaks_of = {annotation.image for annotation in kept}
        return replace(of_images, are_of_most=2 * len(speaks_of) >= len(images))
    return None


def _build(
    found: Found,
    kept: Sequence[Annotation],
    faults: Sequence[tuple[str, str]],
    sets: tuple[Mapping[Parts, str], tuple[str, ...]],
) -> Annotations:
    splits, set_files = sets
    nothing = _name_nothing(kept)
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    sources: list[str] = []
    for annotation in kept:
        image = "/".join(annotation.image)
        ends = (splits.get(annotation.image, ""),) if splits else ()
        for number, thing in enumerate(annotation.things or (Thing(nothing, None),), start=1):
            place = [f"{edge:g}" for edge in thing.place] if thing.place else [""] * 4
            rows.append((image, thing.label, *place, *ends))
            numbers.append(number)
            sources.append(annotation.source)
    columns = ("image", "label", "xmin", "ymin", "xmax", "ymax", *(("split",) if splits else ()))
    name = NAMES[found.format]
    table = Table(
        f"the annotations of {found.format} ({name})",
        columns,
        tuple(rows),
        tuple(numbers),
        (
            *_say(kept, nothing),
            *(("Splits are those of the lists in ImageSets.",) if splits else ()),
        ),
        tuple(sources),
        noun="object",
    )
    boxes: dict[Parts, tuple[Box, ...]] = {}
    for annotation in kept:
        placed = tuple(Box(t.label, *t.place) for t in annotation.things if t.place)
        if placed:
            boxes[annotation.image] = (*boxes.get(annotation.image, ()), *placed)
    return Annotations(name, table, boxes, splits, (*found.files, *set_files), tuple(faults), False)


def _name_nothing(kept: Sequence[Annotation]) -> str:
    """What images without an object are called."""
    labels = {thing.label for annotation in kept for thing in annotation.things}
    return f"no {next(iter(labels))}" if len(labels) == 1 else "no finding"


def _say(kept: Sequence[Annotation], nothing: str) -> Iterator[str]:
    counts = Counter(thing.label for annotation in kept for thing in annotation.things)
    empty = sum(not annotation.things for annotation in kept)
    if counts:
        named = ", ".join(f"{label} {count:,}" for label, count in counts.most_common(8))
        more = f" and {len(counts) - 8} more" if len(counts) > 8 else ""
        yield f"Objects: {named}{more}."
    if empty:
        images = "1 image has" if empty == 1 else f"{empty:,} images have"
        yield f"{images} an annotation without an object, which counts as {nothing!r}."


def _check(annotation: Annotation, find: FindSize) -> tuple[Annotation, list[tuple[str, str]]]:
    """The annotation with the boxes that lie on its image, and why each other one does not."""
    has_boxes = any(thing.place for thing in annotation.things)
    size = find(annotation.image) if has_boxes else None
    if size is None:
        return annotation, []
    if annotation.size is not None and annotation.size != size:
        said = " × ".join(map(str, annotation.size))
        real = " × ".join(map(str, size))
        bare = tuple(replace(thing, place=None) for thing in annotation.things)
        reason = f"it is of an image of {said} px, and the image has {real}: no box is used"
        return replace(annotation, things=bare), [(annotation.source, reason)]
    things: list[Thing] = []
    faults: list[tuple[str, str]] = []
    for thing in annotation.things:
        boxes = [Box(thing.label, *thing.place)] if thing.place else []
        kept, lost = check_boxes(annotation.source, boxes, *size)
        place = (kept[0].x0, kept[0].y0, kept[0].x1, kept[0].y1) if kept else None
        things.append(replace(thing, place=place))
        faults += lost
    return replace(annotation, things=tuple(things)), faults
