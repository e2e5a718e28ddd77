"""DICOM files as scanners and hospitals hand them out: folders of studies and series, no classes.

The class then comes from a column of the headers, which the layout "header:view" asks for.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from medapp.data.layouts.layout import Candidate, FoundFile, Layout, make_printable
from medapp.data.layouts.listing import Listing, Parts
from medapp.data.layouts.order import write_natural_key
from medapp.data.reading import read_header_alone
from medapp.errors import DataError, Remedy
from medapp.imaging.kinds import HEAD_BYTES, tell_kind
from medapp.imaging.readers.dicom_header import COLUMNS

PREFIX = "header:"  # of a layout that takes classes from a column of DICOM headers
MOST_READ = 500  # headers that are read for the answers to a question
DIRECTORY = "DICOMDIR"
LIKELY = ("view", "body_part", "laterality", "modality", "sex")  # columns that may be classes
LOOKED_AT = 3  # files whose beginning tells what a folder holds
# What software calls the folders of patients, studies and series (PS3.10 8.2: 8 characters), and
# unique identifiers: nobody's classes.
_CODED = re.compile(
    r"(?:dicom|dcm|pat?|std?|study|ser?|series|exam|im|img|images?|cd|dis[ck])[ _-]?\d+"
    r"|\d+(?:\.\d+){3,}|\d{5,}|(?=.*\d)[0-9a-f]{8,}",
    re.IGNORECASE,
)
_SORTED = (
    "Or put the images of each class into a folder with the class's name. A trained model takes"
    " them as they are"
)
_REMEDY = Remedy(f"{_SORTED}, on Predict.", f"{_SORTED}: medapp predict.")


def read_by_header(
    folder: Path, listing: Listing, column: str, read: Callable[[Parts], bytes]
) -> Layout:
    """The layout of a folder whose classes are what one column of its DICOM headers says.

    Args:
        column: one of `COLUMNS`.
        read: a file's bytes.

    Raises:
        DataError: there is no such column, or no header fills it.
    """
    if column not in COLUMNS:
        raise DataError(
            f"There is no column {column!r} of DICOM headers.",
            remedy=f"Choose of {', '.join(COLUMNS)}.",
        )
    files: list[FoundFile] = []
    left_out = list(listing.left_out)
    for parts in listing.images:
        name = "/".join(parts)
        content = _read_if_allowed(parts, read)
        header = None if content is None else read_header_alone(content)
        label = "" if header is None else header.attributes.get(column, "")
        if make_printable(name) != name:
            left_out.append((make_printable(name), "its name is not valid Unicode; rename it"))
        elif content is None:
            left_out.append((name, "it cannot be read: check its permissions"))
        elif header is None:
            left_out.append((name, "it is no DICOM image"))
        elif not label:
            left_out.append((name, f"its header says no {column}"))
        else:
            files.append(FoundFile(folder.joinpath(*parts), name, label, None))
    if not files:
        raise DataError(
            f"No DICOM header in {folder.name} says a {column}.",
            remedy=f"Choose another of {', '.join(COLUMNS)}, or name classes by folders.",
        )
    return Layout(
        folder,
        PREFIX + column,
        tuple(files),
        tuple(left_out),
        listing.passed_over,
        sentences=(f"Classes are the {column} of DICOM headers, below {folder}.",),
    )


def doubt_folders(found: Layout, listing: Listing, read: Callable[[Parts], bytes]) -> Layout:
    """The layout, or where its folders are those of a disc, the question what the classes are.

    Args:
        read: a file's bytes.
    """
    step = max(1, len(listing.images) // LOOKED_AT)
    contents = {parts: _read_if_allowed(parts, read) for parts in listing.images[::step]}
    kinds = [tell_kind(c[:HEAD_BYTES], parts[-1]) for parts, c in contents.items() if c is not None]
    if not kinds or any(kind.name != "DICOM" for kind in kinds):
        return found
    is_coded = all(_CODED.fullmatch(name) for name in found.classes)
    if not found.question and not is_coded and not _has_directory(listing, read):
        return found
    question = found.question
    ways = found.candidates
    if not question:
        few = ", ".join(found.classes[:4])
        question = (
            f"This looks like a disc of DICOM: its folders ({few}) may be patients, studies and"
            " series, no classes."
        )
        ways = (Candidate(found.template, found.classes, len(found.files)),)
    columns = tuple(_list_columns(listing, read))
    if columns:  # one folder of a study is nobody's class
        ways = tuple(w for w in ways if len(w.classes) > 1 or not _CODED.fullmatch(w.classes[0]))
    ways = (*columns, *ways)
    remedy = _REMEDY if ways else found.remedy
    return replace(found, template="", files=(), question=question, candidates=ways, remedy=remedy)


def _read_if_allowed(parts: Parts, read: Callable[[Parts], bytes]) -> bytes | None:
    """A file's bytes; None of one that may not be read, which its import leaves out."""
    try:
        return read(parts)
    except OSError:
        return None


def _has_directory(listing: Listing, read: Callable[[Parts], bytes]) -> bool:
    """Whether a disc's list of its files lies above the images."""
    first = listing.images[0]
    for above in ((), first[:1]):
        try:
            return bool(read((*above, DIRECTORY)))
        except (OSError, LookupError):
            continue
    return False


def _list_columns(listing: Listing, read: Callable[[Parts], bytes]) -> Iterator[Candidate]:
    """Columns of the headers that tell the images apart, where there are not too many images."""
    if len(listing.images) > MOST_READ:
        return
    contents = (_read_if_allowed(parts, read) for parts in listing.images)
    headers = [read_header_alone(content) for content in contents if content is not None]
    for column in LIKELY:
        values = Counter(h.attributes[column] for h in headers if h and column in h.attributes)
        if len(values) > 1:
            classes = tuple(sorted(values, key=write_natural_key))
            yield Candidate(PREFIX + column, classes, values.total())
