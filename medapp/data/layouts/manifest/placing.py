"""Tables beside images: which are of the images, and where each is.

A table is of the images where it names many of them, or most of its rows name one. Forms for
predictions are no truth, and a table of images that have no label elsewhere adds nothing.
"""

import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medapp.data.layouts.boxes import BOXES_FILE
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.listing import Listing, Parts
from medapp.data.layouts.manifest.combining import keep_known
from medapp.data.layouts.manifest.guessing import guess_roles
from medapp.data.layouts.manifest.headers import list_header_keys
from medapp.data.layouts.manifest.matching import match_cells
from medapp.data.layouts.manifest.reading import list_pictures
from medapp.data.layouts.manifest.settling import settle
from medapp.data.layouts.manifest.words import fold, split_words
from medapp.data.layouts.roles import Asked, Roles
from medapp.data.layouts.tables import MAX_BYTES, Table, read_table
from medapp.data.layouts.template import find_split, find_split_in, list_splits_in
from medapp.errors import DataError

Read = Callable[..., bytes]
MAX_TABLES = 6  # that are looked at by themselves
MAX_TEXTS = 12
# Folders of a large set in several parts, of patients, or of studies.
_NO_CLASS = re.compile(
    r"(?:.*[ _-])?(?:part|batch|chunk|archive|images?|imgs?|zip|vol(?:ume)?|folder|group|disc|disk"
    r"|patient|pat|pt|subject|subj|sub|case|study|series|session|p|s)[ _-]?\d+",
    re.IGNORECASE,
)
_SHARE = 0.5  # of the images, or of a table's rows, that make a table one of the images


@dataclass(frozen=True)
class Placed:
    """A table, and where it is.

    Attributes:
        base: its folder below the root; empty for the root's own, and for a table from elsewhere.
        path: how it is found again: below the root, or absolute.
        keys: what its cells are compared with, by image: paths, or paths below what the headers say
            (`medapp.data.layouts.manifest.headers`); empty for the images' own paths.
    """

    table: Table
    base: Parts
    path: str
    keys: tuple[Parts, ...] = ()


@dataclass(frozen=True)
class Family:
    """Tables of the same columns, which are read as one.

    Attributes:
        roles: what their columns hold.
        images: the places of the images that they name.
    """

    tables: tuple[Placed, ...]
    roles: Roles
    images: frozenset[int]

    @property
    def name(self) -> str:
        return " + ".join(placed.table.name for placed in self.tables)


def find_beside(
    folder: Path, listing: Listing, read: Read, asked: Asked, by_folders: Layout
) -> tuple[list[Placed], list[str]]:
    """The tables beside the images that are of them, and sentences on those that are not read.

    A table that names folders is not of the images where the folders are their classes.

    Args:
        folder: where the listing was made.
    """
    names = list_pictures(listing)
    labels = {file.path: (file.split, file.label) for file in by_folders.files}
    classes = [labels.get(folder.joinpath(*parts)) for parts in names]
    found: list[Placed] = []
    said: list[str] = []
    for parts in listing.tables[:MAX_TABLES]:
        name = "/".join(parts)
        if parts[-1].casefold() == BOXES_FILE:
            continue
        if "submission" in fold(parts[-1]):
            said.append(f"{name} is called like a form for predictions, so that it is not read.")
            continue
        try:
            only = Asked(image=asked.image)
            table = read_table(name, read(parts, MAX_BYTES + 1))
            table = settle(table, parts[:-1], names, keep_known(table, only))
            placed = add_keys(Placed(table, parts[:-1], name), names, only, read)
            roles = guess_roles(table, placed.keys or names, only)
        except (DataError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error.what
            said.append(f"There is a table, {name}, which is not used: {reason}")
            continue
        cells = [cell for cell in table.list_cells(roles.image) if cell]
        found_images = match_cells(cells, placed.keys or names)
        images = found_images.images
        if found_images.in_folders and has_classes(by_folders) and _mean_all(images, classes):
            images = {}
        pictures = sum(map(len, images.values()))
        if pictures >= _SHARE * len(names) or len(images) >= _SHARE * len(set(cells)):
            found.append(placed)
        else:
            said.append(
                f"There is a table, {name}, which names {pictures:,} of {len(names):,} images and"
                " is not used, unless it is named."
            )
    found += _find_texts(listing, read, asked, by_folders, are_lists=bool(found))
    return _drop_unlabelled(found, names, said), said


def _find_texts(
    listing: Listing, read: Read, asked: Asked, by_folders: Layout, are_lists: bool
) -> list[Placed]:
    """Text files that are tables of the images; others are somebody's notes, and not spoken of.

    Where folders tell classes, a list without names of columns is not compared with them.

    Args:
        are_lists: lists of a split alone are wanted, as tables say more of the images.
    """
    names = list_pictures(listing)
    found = []
    for parts in _drop_unions(listing.texts)[:MAX_TEXTS]:
        name = "/".join(parts)
        with contextlib.suppress(DataError, OSError):
            table = read_table(name, read(parts, MAX_BYTES + 1))
            roles = guess_roles(table, names, Asked(image=asked.image))
            cells = [cell for cell in table.list_cells(roles.image) if cell]
            images = match_cells(cells, names)
            is_bare = roles.image.startswith("column ") and has_classes(by_folders)
            is_list = bool(find_split_in(parts[-1])) and len(images.images) > _SHARE * len(cells)
            is_of_most = sum(map(len, images.images.values())) >= _SHARE * len(names)
            is_wanted = is_list or (is_of_most and not are_lists)
            if is_wanted and not images.in_folders and not is_bare:
                found.append(Placed(table, parts[:-1], name))
    return found


def _drop_unions(lists: Sequence[Parts]) -> list[Parts]:
    """Lists without those of training and validation together, where validation has its own."""
    has_validation = any(find_split_in(parts[-1]) == "validation" for parts in lists)
    return [p for p in lists if not has_validation or len(list_splits_in(p[-1])) < 2]


def _mean_all(images: Mapping[str, Sequence[int]], classes: Sequence[object]) -> bool:
    """Whether most cells mean all images of a class, so that their folders are the classes."""
    sizes = Counter(classes)
    whole = sum(len(places) >= sizes[classes[places[0]]] for places in images.values())
    return 2 * whole >= len(images)


def _drop_unlabelled(tables: list[Placed], names: Sequence[Parts], said: list[str]) -> list[Placed]:
    """The tables without those of other images than the ones that a table labels.

    Such a table lists the images of a competition whose labels are kept back.
    """
    if len(tables) < 2:
        return tables
    families = group_alike(tables, find_keys(tables, names), Asked())
    labelled: frozenset[int] = frozenset().union(*(f.images for f in families if f.roles.labels))
    apart = [f for f in families if labelled and not f.images & labelled]
    for family in apart:
        images = len(family.images)
        said.append(f"{family.name} names {images:,} images of which no table says what they show.")
    dropped = [placed for family in apart for placed in family.tables]
    return [placed for placed in tables if placed not in dropped]


def group_alike(tables: Sequence[Placed], keys: Sequence[Parts], asked: Asked) -> list[Family]:
    """Tables by their columns, each group with what it holds.

    Args:
        keys: what cells are compared with, by image.
        asked: what a user says of the columns of any of them.

    Raises:
        DataError: no column of a table names an image.
    """
    groups: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
    for placed in tables:
        groups[placed.table.columns].append(placed)
    families = []
    for group in groups.values():
        rows = tuple(row for placed in group for row in placed.table.rows)
        table = replace(group[0].table, rows=rows)
        roles = guess_roles(table, keys, keep_known(table, asked))
        found = match_cells(filter(None, table.list_cells(roles.image)), keys).images
        places = frozenset(place for places in found.values() for place in places)
        families.append(Family(tuple(group), roles, places))
    return families


def part_boxes(
    tables: Sequence[Placed], keys: Sequence[Parts], asked: Asked
) -> tuple[list[Placed], list[Placed]]:
    """Tables of labels, and those that outline findings in some of the images of another.

    Args:
        keys, asked: as for `group_alike`.
    """
    families = group_alike(tables, keys, asked) if len(tables) > 1 else []
    plain = [f for f in families if f.roles.labels and not f.roles.boxes]
    boxed = [f for f in families if f.roles.boxes and any(f.images < p.images for p in plain)]
    apart = [placed for family in boxed for placed in family.tables]
    return [placed for placed in tables if placed not in apart], apart


def has_classes(by_folders: Layout) -> bool:
    """Whether folders beside a table may be classes: not one alone, nor parts, nor patients."""
    folders = by_folders.classes
    is_one = bool(by_folders.question) or len(folders) < 2
    return not is_one and not all(map(_tells_no_class, folders))


def _tells_no_class(folder: str) -> bool:
    """Whether a folder is called like a part, a patient or a split, as "stage_2_train_images"."""
    return bool(_NO_CLASS.fullmatch(folder)) or any(map(find_split, split_words(folder)))


def add_keys(placed: Placed, names: Sequence[Parts], asked: Asked, read: Read) -> Placed:
    """The table with its keys, where its cells name no file and headers say what they name.

    Raises:
        DataError: no column names an image.
    """
    try:
        guess_roles(placed.table, names, asked)
    except DataError:
        for keys in list_header_keys(names, read):
            with contextlib.suppress(DataError):
                guess_roles(placed.table, keys, asked)
                return replace(placed, keys=tuple(keys))
        raise
    return placed


def find_keys(tables: Sequence[Placed], names: Sequence[Parts]) -> Sequence[Parts]:
    """What cells are compared with, by image; tables that are read together mean images alike.

    Args:
        names: of the images.
    """
    return next((placed.keys for placed in tables if placed.keys), ()) or names
