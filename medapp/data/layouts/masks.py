"""Which images are masks: outlines of a finding beside the image that they belong to.

Names alone decide, nothing is read. A word such as "mask" is not enough, as a class may be called
so: the image that the mask belongs to must be there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

Parts = tuple[str, ...]
MASK = "a mask, and no image"  # why a mask does not come in

# Folders that say what kind of file they hold and nothing of the images.
NEUTRAL = frozenset(
    [
        *("images", "image", "imgs", "img", "pictures", "pics", "photos", "scans", "slices"),
        *("frames", "original", "originals", "raw", "data", "dataset", "files", "all"),
        *("jpg", "jpgs", "jpeg", "jpegimages", "png", "pngs", "tif", "tiff"),
        *("dcm", "dicom", "dicoms", "imagestr", "imagests"),
    ]
)
_WORDS = (
    r"(?:masks?|segs?|segm|segmentations?|labels?|annotations?|ground[ _-]?truths?|gts?|manual"
    r"|contours?|outlines?)"
)
_FILE = re.compile(rf"(?P<base>.+?)[ ._-]{_WORDS}(?:[ _-]?\d+)?", re.IGNORECASE)
# "Tr" and "Ts" as in the Medical Segmentation Decathlon: labelsTr beside imagesTr.
_FOLDER = re.compile(rf"(?:(?P<base>.+?)[ ._-])?{_WORDS}(?:Tr|Ts)?", re.IGNORECASE)


def find_masks(names: Sequence[Parts]) -> set[Parts]:
    """Those of the images that are masks of others.

    A mask's name is that of its image and a word such as "_mask"; or what is numbered has one mask
    and several images, as in P01_t1, P01_flair, P01_seg; or the mask's folder is called so, and
    stands beside a folder of images or repeats names of images.

    Args:
        names: the parts of each image's path.
    """
    stems = {_find_stem(parts) for parts in names}
    last = {stem[-1] for stem in stems}
    masks = {parts for parts in names if _is_named_after(parts, last)}
    masks |= _find_masks_of_several(names)
    return masks | set(_find_in_mask_folders(names, stems))


def pair_masks(masks: Iterable[Parts], images: Sequence[Parts]) -> dict[Parts, list[Parts]]:
    """Each image that has masks, and its masks in order.

    Of several images of a mask's name the one in the nearest folder is meant; where two are as
    near, the mask belongs to none.
    """
    by_stem: dict[str, list[Parts]] = {}
    for image in images:
        by_stem.setdefault(PurePath(image[-1]).stem, []).append(image)
    pairs: dict[Parts, list[Parts]] = {}
    for mask in sorted(masks):
        stem = PurePath(mask[-1]).stem
        named = _FILE.fullmatch(stem)
        found = by_stem.get(named["base"] if named else "", []) or by_stem.get(stem, [])
        ranked = sorted(found, key=lambda image: -_count_shared(mask, image))
        is_clear = len(ranked) == 1 or (
            len(ranked) > 1 and _count_shared(mask, ranked[0]) > _count_shared(mask, ranked[1])
        )
        if is_clear:
            pairs.setdefault(ranked[0], []).append(mask)
    return pairs


def _count_shared(mask: Parts, image: Parts) -> int:
    """How many folders a mask and an image have in common, wherever they stand."""
    return len(set(mask[:-1]) & set(image[:-1]))


def is_neutral(folder: str) -> bool:
    """Whether a folder's name says nothing of what its images show."""
    return folder.casefold() in NEUTRAL


def _find_stem(parts: Parts) -> Parts:
    return (*parts[:-1], PurePath(parts[-1]).stem)


def _is_named_after(parts: Parts, stems: set[str]) -> bool:
    match = _FILE.fullmatch(PurePath(parts[-1]).stem)
    return match is not None and match["base"] in stems


def _find_masks_of_several(names: Sequence[Parts]) -> set[Parts]:
    """Masks of what has several images, one a sequence, each beside the mask and named alike."""
    held: dict[Parts, set[str]] = {}
    for parts in names:
        held.setdefault(parts[:-1], set()).add(PurePath(parts[-1]).stem)
    found: dict[tuple[Parts, str], list[Parts]] = {}
    for parts in names:
        match = _FILE.fullmatch(PurePath(parts[-1]).stem)
        if match and re.search(r"\d", match["base"]) and not match[0][-1].isdecimal():
            found.setdefault((parts[:-1], match["base"]), []).append(parts)
    starts = {
        (folder, stem[: end.start()])
        for folder, stems in held.items()
        for stem in stems
        if _FILE.fullmatch(stem) is None
        for end in re.finditer(r"[ ._-]", stem)
    }
    return {masks[0] for key, masks in found.items() if len(masks) == 1 and key in starts}


def _find_in_mask_folders(names: Sequence[Parts], stems: set[Parts]) -> Iterator[Parts]:
    """Images below folders whose names mean masks, where at least half of a folder's repeat names
    of images elsewhere, or the folder stands beside one of images.
    """
    parents = {parts[:level] for parts in names for level in range(1, len(parts))}
    neutral = {folder[:-1] for folder in parents if is_neutral(folder[-1])}
    for folder in parents:
        match = _FOLDER.fullmatch(folder[-1])
        if match is None:
            continue
        inside = [parts for parts in names if parts[: len(folder)] == folder]
        repeated = sum(_repeats(parts, len(folder), match["base"], stems) for parts in inside)
        if folder[:-1] in neutral or 2 * repeated >= len(inside):
            yield from inside


def _repeats(parts: Parts, level: int, base: str | None, stems: set[Parts]) -> bool:
    """Whether an image has the name of a mask, without the mask's folder or with its base."""
    stem = _find_stem(parts)
    named = _FILE.fullmatch(stem[-1])
    ends = {stem[-1], named["base"]} if named else {stem[-1]}
    befores = [stem[: level - 1]] + ([(*stem[: level - 1], base)] if base else [])
    return any((*before, *stem[level:-1], end) in stems for before in befores for end in ends)
