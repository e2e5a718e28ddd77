"""Which image a cell of a table means: by its path, its name, its number, or by its folder.

A cell is compared with the images that are there and nothing is opened, so that no path in a table
leads anywhere else.
"""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from medapp.data.layouts.kinds import FOREIGN
from medapp.imaging.readers import list_suffixes

Parts = tuple[str, ...]
_DEEPEST = 8  # folders of a path that are compared
_ENDS = tuple(sorted({*list_suffixes(), *FOREIGN, ".jpeg2000", ".jfif"}, key=len, reverse=True))
_WHOLE = re.compile(r"\d+\.0+")
_NOTHING = "no such image"


@dataclass
class Matches:
    """What cells mean.

    Attributes:
        images: to each cell that means any, the places of its images.
        reasons: to each other cell, why it means none.
        in_folders: how many cells mean folders of images.
    """

    images: dict[str, tuple[int, ...]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    in_folders: int = 0


def match_cells(cells: Iterable[str], names: Sequence[Parts], base: Parts = ()) -> Matches:
    """The images that cells mean.

    The strictest way that leads to one image counts: the whole path below the folder or below the
    table's own; the end of the path; the path without its first folders; then the same without
    suffix and case; then a number without its zeros. A cell that means several images, or one that
    other cells mean as well, is refused; one that means a folder stands for all images in it.

    Args:
        names: of the images, as parts of their paths.
        base: the folder of the table.
    """
    found = Matches()
    names = tuple(names)
    waiting = {cell: split_path(cell) for cell in dict.fromkeys(cells)}
    taken: set[int] = set()
    exact = _index_paths(names, base)
    _match(waiting, lambda parts: "/".join(parts), exact, names, taken, found)
    for normal in (_keep, _fold, _count):
        if not waiting:
            return found
        index = _index_ends(names, normal)
        for dropped in range(_DEEPEST):
            if dropped and all(len(parts) <= dropped for parts in waiting.values()):
                break
            _match(waiting, _build_key(normal, dropped), index, names, taken, found)
    _match_folders(waiting, names, taken, found)
    found.reasons |= dict.fromkeys(waiting, _NOTHING)
    return found


def split_path(cell: str) -> Parts:
    """The parts of a path as a table writes it, on whatever system."""
    text = unicodedata.normalize("NFC", cell).replace("\\", "/")
    return tuple(part for part in text.split("/") if part.strip() not in ("", "."))


def cut_suffix(name: str) -> str:
    """A file's name without the suffix of an image."""
    folded = name.casefold()
    if not folded.endswith(_ENDS):
        return name
    end = next((end for end in _ENDS if folded.endswith(end) and len(name) > len(end)), "")
    return name[: len(name) - len(end)]


def write_number(name: str) -> str:
    """A name that is a number, without leading zeros and ".0"; "" for another name."""
    stem = cut_suffix(name)
    stem = stem.split(".")[0] if _WHOLE.fullmatch(stem) else stem
    return str(int(stem)) if stem.isascii() and stem.isdigit() and len(stem) < 40 else ""


def _keep(parts: Parts) -> str:
    return "/".join(parts)


def _fold(parts: Parts) -> str:
    return "/".join((*parts[:-1], cut_suffix(parts[-1]))).casefold()


def _count(parts: Parts) -> str:
    number = write_number(parts[-1])
    return "/".join((*parts[:-1], number)).casefold() if number else ""


def _build_key(normal: Callable[[Parts], str], dropped: int) -> Callable[[Parts], str]:
    def build(parts: Parts) -> str:
        return normal(parts[dropped:]) if len(parts) > dropped else ""

    return build


@functools.lru_cache(maxsize=2)
def _index_paths(names: tuple[Parts, ...], base: Parts) -> dict[str, list[int]]:
    index = defaultdict(list)
    for place, parts in enumerate(names):
        index["/".join(_normalise(parts))].append(place)
    for place, parts in enumerate(names):
        if base and parts[: len(base)] == base:
            key = "/".join(_normalise(parts[len(base) :]))
            if key not in index:
                index[key].append(place)
    return index


@functools.lru_cache(maxsize=6)
def _index_ends(names: tuple[Parts, ...], normal: Callable[[Parts], str]) -> dict[str, list[int]]:
    index = defaultdict(list)
    for place, parts in enumerate(names):
        shown = _normalise(parts)
        for start in range(max(0, len(shown) - _DEEPEST), len(shown)):
            key = normal(shown[start:])
            if key:
                index[key].append(place)
    return dict(index)


def _normalise(parts: Parts) -> Parts:
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def _match(
    waiting: dict[str, Parts],
    build_key: Callable[[Parts], str],
    index: dict[str, list[int]],
    names: Sequence[Parts],
    taken: set[int],
    found: Matches,
) -> None:
    """Move cells that mean one image, or several, out of those that wait."""
    claims: dict[str, list[str]] = defaultdict(list)
    for cell, parts in waiting.items():
        key = build_key(parts)
        if key in index:
            claims[key].append(cell)
    for key, cells in claims.items():
        places = [place for place in index[key] if place not in taken]
        if not places:
            continue
        if len(places) == 1 and len(cells) == 1:
            found.images[cells[0]] = (places[0],)
            taken.add(places[0])
        else:
            few = ", ".join("/".join(names[place]) for place in places[:3])
            others = ", ".join(cells[:3])
            reason = (
                f"several images are called so ({few})"
                if len(places) > 1
                else f"several names may mean {few} ({others})"
            )
            found.reasons |= dict.fromkeys(cells, reason)
        for cell in cells:
            del waiting[cell]


@functools.lru_cache(maxsize=2)
def _index_folders(
    names: tuple[Parts, ...],
) -> tuple[dict[Parts, list[int]], dict[str, list[Parts]]]:
    """The images in each folder, and the folders by each end of their paths."""
    held: dict[Parts, list[int]] = defaultdict(list)
    for place, parts in enumerate(names):
        shown = _normalise(parts)
        for depth in range(1, len(shown)):
            held[shown[:depth]].append(place)
    ends: dict[str, list[Parts]] = defaultdict(list)
    for folder in held:
        for start in range(len(folder)):
            ends["/".join(folder[start:])].append(folder)
    return dict(held), dict(ends)


def _match_folders(
    waiting: dict[str, Parts], names: tuple[Parts, ...], taken: set[int], found: Matches
) -> None:
    """Cells that name a folder of images, such as a study or a series."""
    if not waiting:
        return
    held, ends = _index_folders(names)
    for dropped in range(_DEEPEST):
        claims: dict[Parts, list[str]] = defaultdict(list)
        for cell, parts in waiting.items():
            folders = ends.get("/".join(parts[dropped:]), []) if len(parts) > dropped else []
            if len(folders) == 1:
                claims[folders[0]].append(cell)
        for folder, cells in claims.items():
            places = tuple(place for place in held[folder] if place not in taken)
            if len(cells) == 1 and places:
                found.images[cells[0]] = places
                found.in_folders += 1
                taken.update(places)
                del waiting[cells[0]]
