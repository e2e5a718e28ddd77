"""The images in a folder or a zip, and what else is there: nothing vanishes in silence.

One rule says what is an image, whoever asks: import, prediction, uploads. Nothing is decoded; a
file whose name does not tell what it is is told by its first bytes.
"""

import functools
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.data.layouts.kinds import (
    CONTAINERS,
    FOREIGN,
    SIDECARS,
    TABLES,
    TEXTS,
    find_suffix,
    is_left_behind,
    is_names_file,
    list_read_kinds,
    name_kind,
)
from medapp.data.layouts.left_out import PassedOver, summarise_left_out
from medapp.data.layouts.order import sort_paths
from medapp.errors import DataError, Remedy
from medapp.imaging.kinds import tell_kind
from medapp.imaging.readers import list_suffixes

Parts = tuple[str, ...]
HEAD_BYTES = 1024  # of a file, that tell its kind
MAX_LISTED = 1_000_000  # files; more mean that a whole disk was named
_NO_IMAGES = ("", "text", "HTML page", "XML", "PDF")
_SYSTEM = ("/proc", "/sys", "/dev")


@dataclass(frozen=True)
class Listing:
    """What is there, in natural order.

    Attributes:
        images: the parts of each image's path below the folder.
        tables: those of the tables in the folder or one folder below it.
        name_files: those of the files there that may say what classes are called.
        texts: those of further text files there, which may be tables.
        left_out: (name, reason) for each that may be an image and is not read.
        others: those of what is no image, tables among them.
    """

    images: tuple[Parts, ...]
    tables: tuple[Parts, ...]
    left_out: tuple[tuple[str, str], ...]
    others: tuple[Parts, ...]
    name_files: tuple[Parts, ...] = ()
    texts: tuple[Parts, ...] = ()

    @property
    def passed_over(self) -> tuple[PassedOver, ...]:
        """What is no image, by kind, such as ".txt"."""
        return self.group_others(())

    def group_others(self, used: Collection[str]) -> tuple[PassedOver, ...]:
        """What is no image, by kind, without the files whose names are given: those were read."""
        by_kind: dict[str, list[str]] = {}
        for parts in self.others:
            name = "/".join(parts)
            if name in used:
                continue
            suffix = find_suffix(parts[-1])
            kind = suffix if suffix and len(suffix) < 12 else "without a known suffix"
            by_kind.setdefault(kind, []).append(name)
        return tuple(PassedOver(kind, len(found), found[0]) for kind, found in by_kind.items())

    def describe_rest(self) -> tuple[str, ...]:
        """What is not read, in sentences: by reason, then what is no image by kind."""
        lines = (f"Not read: {line}." for line in summarise_left_out(self.left_out))
        return (*lines, *describe_passed_over(self.passed_over))


def describe_passed_over(passed_over: Sequence[PassedOver]) -> tuple[str, ...]:
    """A sentence on what is no image; none where there is nothing."""
    kinds = ", ".join(f"{found.count:,} {found.kind}" for found in passed_over)
    return (f"Passed over, as no images: {kinds}.",) if kinds else ()


def list_folder(folder: Path) -> Listing:
    """The files in a folder and below it.

    A link to a file within the folder is followed, and that file stands under the link's name
    alone. Other links are left out.

    Raises:
        DataError: the folder is missing, is a file, or cannot be opened.
    """
    check_folder(folder)
    left_out: list[tuple[str, str]] = []
    names = _follow_links(folder, _walk(folder, left_out), left_out)

    def read_head(parts: Parts) -> bytes:
        path = folder.joinpath(*parts)
        # Files of the system that claim no size may have no end.
        if not path.stat().st_size:
            return b""
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)

    return build_listing(names, read_head, left_out)


def list_images(folder: Path) -> list[Path]:
    """All images in a folder and below it, in natural order, whatever their folders are called.

    Raises:
        DataError: there is no such folder, or no image in it.
    """
    listing = list_folder(folder)
    if not listing.images:
        raise DataError(f"There is no image in {folder}{explain_nothing(listing)}.", remedy=REMEDY)
    return [folder.joinpath(*parts) for parts in listing.images]


def list_files(folder: Path) -> list[Path]:
    """All files in a folder and below it, images or not, in natural order.

    Raises:
        DataError: there is no such folder.
    """
    check_folder(folder)
    names = sort_paths(parts for parts, _ in _walk(folder, []))
    return [folder.joinpath(*parts) for parts in names]


REMEDY = f"MedApp reads {list_read_kinds()}."


_HDF5 = (
    "HDF5 files (.h5) are not read. Save their arrays as NumPy's: numpy.savez('set.npz',"
    " train_images=…, train_labels=…, test_images=…, test_labels=…)."
)


def find_remedy(listing: Listing) -> str:
    """What to do where there is no image."""
    suffixes = {find_suffix(parts[-1]) for parts in listing.others}
    names = {find_suffix(name) for name, _ in listing.left_out}
    return _HDF5 if {".h5", ".hdf5"} & (suffixes | names) else REMEDY


def explain_nothing(listing: Listing) -> str:
    """What is there instead of images, in brackets; "" where nothing is."""
    found = [f"{name}: {reason}" for name, reason in listing.left_out[:1]]
    if len(listing.left_out) > 1:
        found[0] += f", and {len(listing.left_out) - 1:,} more"
    found += [f"{rest.count:,} {rest.kind}" for rest in listing.passed_over]
    return f" ({'; '.join(found)})" if found else ""


def build_listing(
    names: Iterable[Parts],
    read_head: Callable[[Parts], bytes],
    left_out: Iterable[tuple[str, str]] = (),
) -> Listing:
    """Files by what they are.

    Args:
        names: of all files.
        read_head: a file's first bytes, at least 132 where it has so many.
        left_out: what is known to be left out already.
    """
    images: list[Parts] = []
    tables: list[Parts] = []
    name_files: list[Parts] = []
    texts: list[Parts] = []
    foreign = list(left_out)
    others: list[Parts] = []
    for parts in sort_paths(names):
        suffix = find_suffix(parts[-1])
        if is_names_file(parts[-1]) and len(parts) <= 2:
            name_files.append(parts)
        if suffix in TABLES and len(parts) <= 2:
            tables.append(parts)
        if suffix in TEXTS and len(parts) <= 2:
            texts.append(parts)
        try:
            reason = _find_reason(parts[-1], functools.partial(read_head, parts))
        except OSError as error:
            reason = f"it cannot be opened ({error.strerror})"
        if reason is None:
            images.append(parts)
        elif reason:
            foreign.append(("/".join(parts), reason))
        else:
            others.append(parts)
    return Listing(
        tuple(images),
        tuple(tables),
        tuple(foreign),
        tuple(others),
        tuple(name_files),
        _drop_sidecars(texts, images),
    )


def _drop_sidecars(texts: Sequence[Parts], images: Sequence[Parts]) -> tuple[Parts, ...]:
    """The texts that are not of one image, as one of its name beside it is."""
    stems = {(*parts[:-1], parts[-1].rpartition(".")[0]) for parts in images} if texts else set()
    return tuple(p for p in texts if (*p[:-1], p[-1].rpartition(".")[0]) not in stems)


def _find_reason(name: str, read_head: Callable[[], bytes]) -> str | None:
    """Why a file is not read: None for an image, "" for what is no image at all."""
    suffix = find_suffix(name)
    if suffix in list_suffixes():
        return None
    if suffix in SIDECARS:
        return ""
    if suffix in CONTAINERS:
        return f"{name_kind(name)}, which comes in by itself, not in a zip or among images"
    if suffix in FOREIGN:
        return f"{name_kind(name)}, which MedApp does not read"
    kind = tell_kind(read_head(), name)
    if kind.reader:
        return None
    return f"{kind.name}, which MedApp does not read" if kind.name not in _NO_IMAGES else ""


def check_folder(folder: Path) -> None:
    """Refuse what is no folder, in words that say what it is.

    Raises:
        DataError: there is nothing, a file, or the folder cannot be opened.
    """
    if str(folder).startswith(_SYSTEM) and Path(*folder.parts[:2]).as_posix() in _SYSTEM:
        raise DataError(
            f"{folder} is where the system describes itself, and holds no images.",
            remedy="Choose the folder of the images.",
        )
    if folder.as_posix() == "/":
        raise DataError(
            "/ is the whole disk, with the system on it.", remedy="Choose the folder of the images."
        )
    try:
        if folder.is_dir():
            return
        is_file = folder.exists()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        name = str(folder)
        shown = name if len(name) < 200 else f"{name[:100]}…"
        raise DataError(
            f"{shown!r} cannot be opened: {reason}.", remedy="Check the path and the permissions."
        ) from error
    if is_file:
        remedy = Remedy(
            "MedApp reads a folder with a folder of images for each class, or a zip of one."
        )
        if find_suffix(folder.name) in TABLES:
            remedy = Remedy(
                "Give the folder of the images; then name the table for it.",
                "Give the folder of the images, and the table with --labels.",
            )
        raise DataError(f"{folder.name} is {name_kind(folder.name)}, and no folder.", remedy=remedy)
    raise DataError(f"There is no folder {folder}.", remedy="Check the path.")


def _walk(
    folder: Path, left_out: list[tuple[str, str]]
) -> Iterator[tuple[Parts, "os.DirEntry[str]"]]:
    """Each file, and each link, with the parts of its name below the folder.

    No recursion: folders may be deeper than Python's calls.
    """
    waiting: list[Parts] = [()]
    listed_files = 0
    while waiting:
        parts = waiting.pop()
        try:
            with os.scandir(folder.joinpath(*parts)) as entries:
                listed = [entry for entry in entries if not is_left_behind(entry.name)]
        except OSError as error:
            name = _shorten("/".join(parts)) or str(folder)
            left_out.append((name, f"the folder cannot be read ({error.strerror})"))
            continue
        listed_files += len(listed)
        if listed_files > MAX_LISTED:
            raise DataError(
                f"{folder} holds more than {MAX_LISTED:,} files.",
                remedy="Choose the folder of one data set.",
            )
        for entry in listed:
            found = (*parts, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False) and not _is_link(entry):
                    waiting.append(found)
                elif _is_link(entry) or entry.is_file(follow_symlinks=False):
                    yield found, entry
            except OSError as error:
                left_out.append(("/".join(found), f"it cannot be read ({error.strerror})"))


def _follow_links(
    folder: Path,
    found: Iterable[tuple[Parts, "os.DirEntry[str]"]],
    left_out: list[tuple[str, str]],
) -> list[Parts]:
    """The names of files, links among them; a file that a link names stands once, as the link."""
    root = folder.resolve()
    names: list[Parts] = []
    targets: set[Parts] = set()
    for parts, entry in found:
        if not _is_link(entry):
            names.append(parts)
            continue
        target = _resolve(folder.joinpath(*parts))
        if target is None or not target.exists():
            left_out.append(("/".join(parts), "a link to nothing"))
        elif target.is_dir():
            left_out.append(("/".join(parts), "a link to a folder, which is not followed"))
        elif not target.is_relative_to(root):
            left_out.append(
                ("/".join(parts), "a link to a file outside the folder, which is not followed")
            )
        elif target.is_file():
            names.append(parts)
            targets.add(target.relative_to(root).parts)
    return [parts for parts in names if parts not in targets]


def _resolve(path: Path) -> Path | None:
    """Where a link leads; None where it leads round in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return None


def _is_link(entry: "os.DirEntry[str]") -> bool:
    return entry.is_symlink() or (sys.version_info >= (3, 12) and entry.is_junction())


def _shorten(name: str, most: int = 200) -> str:
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 :]}"
