"""What the folders of images mean, told from their names alone.

Where one reading is certain it is taken. Where several are possible, or a folder that is no class
would become one, there is a question in words and the readings to choose from: a wrong class is
worse than a question.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from medapp.data.layouts.masks import Parts, is_neutral
from medapp.data.layouts.order import write_natural_key
from medapp.data.layouts.template import find_split
from medapp.errors import Remedy

MANY = 5  # folders with names like numbers of patients; fewer may be grades or stages
_FOLD = re.compile(r"(?:k?[ _-]?folds?|cv|split|partition)[ _-]?\d+|\d+[ _-]?folds?", re.IGNORECASE)
_SITE = re.compile(
    r"(?:sites?|cent(?:er|re)|hospital|clinic|scanner|institution|institute)[ _-]?\w{0,12}",
    re.IGNORECASE,
)
_PATIENT = re.compile(
    r"(?:p|pt|pat|patient|s|sub|subj|subject|case|id|person|study|exam)[ _-]?\d+", re.IGNORECASE
)
_FOLDERS = "Put the images of each class into a folder with the class's name"
_TABLE = f"{_FOLDERS}, or name a table that says what they show."
_TABLE_IN_SHELL = f"{_FOLDERS}, or name a table that says what they show (--labels)."
_TAKES = "A trained model takes them as they are"
_REMEDY = Remedy(_TABLE, _TABLE_IN_SHELL)
_REMEDY_FLAT = Remedy(
    f"{_TABLE} {_TAKES}, on Predict.", f"{_TABLE_IN_SHELL} {_TAKES}: medapp predict."
)


@dataclass(frozen=True)
class Recognition:
    """What the folders mean.

    Attributes:
        template: the reading that is certain; "" where there is a question.
        question: what was found and why it cannot be read alone.
        candidates: templates to choose from, the likeliest first.
        remedy: what to do where no candidate fits.
    """

    template: str = ""
    question: str = ""
    candidates: tuple[str, ...] = ()
    remedy: str = ""


def step_into(names: Sequence[Parts]) -> tuple[list[Parts], Parts]:
    """The names below folders that only wrap another, and the wrapping folders.

    A folder wraps if it stands alone, and is no split folder and no class of patients' folders.
    """
    names = list(names)
    wrapping: Parts = ()
    while names and _is_wrapped(names):
        wrapping += names[0][:1]
        names = [parts[1:] for parts in names]
    return names, wrapping


def _is_wrapped(names: Sequence[Parts]) -> bool:
    if len({parts[0] for parts in names}) > 1 or not all(len(parts) > 2 for parts in names):
        return False
    top, seconds = names[0][0], {parts[1] for parts in names}
    holds_images = all(len(parts) == 3 for parts in names)
    return not find_split(top) and not (
        holds_images and _are_patients(seconds) and not is_neutral(top)
    )


def recognise(folders: Sequence[Parts]) -> Recognition:
    """The reading of a data set, from the folders of each of its images, the root's first."""
    lean = _drop_empty_level(folders)
    if lean is not None:
        return _insert_any(recognise(lean))
    tops = {parts[0] for parts in folders if parts}
    deeper = [parts for parts in folders if len(parts) > 1]
    splits = {find_split(parts[0]) for parts in deeper}
    if deeper and (None not in splits or "train" in splits):
        below = [parts[1:] for parts in deeper if find_split(parts[0])]
        return _prefix("{split}", _recognise_classes(below, tops))
    if tops and any(map(find_split, tops)) and not deeper:
        return _refuse_split_folders(tops)
    seconds = {parts[1] for parts in deeper if not is_neutral(parts[1])}
    if seconds and all(map(find_split, seconds)):
        return _recognise_class_then_split(deeper)
    return _recognise_classes(folders, set())


def _drop_empty_level(folders: Sequence[Parts]) -> list[Parts] | None:
    """The folders without the second level, where that says nothing and holds further folders.

    Each upper folder has one folder alone, which is called like itself, or alike in all of them.
    """
    pairs = {parts[:2] for parts in folders}
    tops = {parts[0] for parts in folders if parts}
    if len(tops) < 2 or len(pairs) != len(tops) or any(len(parts) < 3 for parts in folders):
        return None
    is_same = len({second for _, second in pairs}) == 1
    is_told = is_same and any(find_split(second) for _, second in pairs)
    is_own = all(top.casefold() == second.casefold() for top, second in pairs)
    if not is_own and (not is_same or is_told):
        return None
    return [parts[:1] + parts[2:] for parts in folders]


def _insert_any(found: Recognition) -> Recognition:
    """A reading of folders whose second level was dropped, for the folders as they are."""

    def insert(template: str) -> str:
        first, *rest = template.split("/")
        return "/".join([first, "{any}", *rest]) if rest else template

    candidates = tuple(map(insert, found.candidates))
    return Recognition(insert(found.template), found.question, candidates, found.remedy)


def _prefix(start: str, below: Recognition) -> Recognition:
    template = f"{start}/{below.template}" if below.template else ""
    candidates = tuple(f"{start}/{candidate}" for candidate in below.candidates)
    return Recognition(template, below.question, candidates, below.remedy)


def _refuse_split_folders(tops: set[str]) -> Recognition:
    splits = [top for top in tops if find_split(top)]
    named = _list(splits)
    if len(splits) == len(tops):
        return Recognition(
            question=f"The split folders ({named}) hold images and no class folder.",
            remedy=_REMEDY,
        )
    others = _list(tops - set(splits))
    return Recognition(
        question=f"The folders {others} hold images like classes do, and so does {named}, which"
        " is called like a split.",
        candidates=("{label}",),
        remedy=f"Move {named} away, or name it as you name classes.",
    )


def _recognise_class_then_split(folders: Sequence[Parts]) -> Recognition:
    """Folders whose second level is splits: `<class>/<split>/`, or one data set beside another."""
    tops = {parts[0] for parts in folders}
    thirds: dict[str, set[str]] = {}
    for parts in folders:
        if len(parts) > 2 and not is_neutral(parts[2]):
            thirds.setdefault(parts[0], set()).add(parts[2])
    if not thirds and not _match_all(_FOLD, tops):
        return Recognition("{label}/{split}")
    names = set().union(*thirds.values())
    if _are_patients(names) and not _match_all(_FOLD, tops):
        return Recognition("{label}/{split}/{patient}")
    what = "folds of a cross-validation" if _match_all(_FOLD, tops) else "several data sets"
    one = min(tops, key=write_natural_key)
    own = () if "{" in one else (f"{one}/{{split}}/{{label}}",)
    return Recognition(
        question=f"{_list(tops)} each hold split folders with folders in them ({_list(names)}):"
        f" they may be {what}.",
        candidates=(*own, "{site}/{split}/{label}", "{any}/{split}/{label}", "{label}/{split}"),
        remedy=f"Or add one of them alone, such as {one}.",
    )


def _recognise_classes(folders: Sequence[Parts], splits: set[str]) -> Recognition:
    """Which level of folders is the classes, and whether another is patients.

    Args:
        folders: of each image, below the split folders if there are any.
        splits: the names of those split folders.
    """
    images = len(folders)
    folders = [parts for parts in folders if parts]
    tops = {parts[0] for parts in folders}
    if not tops or (all(map(is_neutral, tops)) and not _has_classes_below(folders)):
        where = f" within {_list(splits)}" if splits else ""
        held = f"All images stand in {_list(tops)}{where}, which tells no class." if tops else ""
        if held:
            return Recognition(question=held, remedy=_REMEDY)
        flat = f"There is no class folder; images without one: {images:,}."
        return Recognition(question=flat, remedy=_REMEDY_FLAT)
    if all(map(find_split, tops)):
        return _refuse_split_folders(tops)
    if all(map(is_neutral, tops)):
        return _prefix("{any}", _recognise_classes([parts[1:] for parts in folders], splits))
    below = [parts[1] for parts in folders if len(parts) > 1 and not is_neutral(parts[1])]
    if 2 * len(below) < len(folders):
        return _recognise_one_level(tops)
    return _recognise_two_levels([parts for parts in folders if len(parts) > 1])


def _has_classes_below(folders: Sequence[Parts]) -> bool:
    return 2 * sum(len(parts) > 1 for parts in folders) >= len(folders)


def _recognise_one_level(tops: set[str]) -> Recognition:
    if len(tops) > 1 and _match_all(_FOLD, tops):
        what = "folds of a cross-validation"
    elif len(tops) >= MANY and look_like_patients(tops, plain_numbers=30):
        what = "patients"
    else:
        return Recognition("{label}")
    return Recognition(
        question=f"The {len(tops)} folders with images ({_list(tops)}) look like {what}, not like"
        " classes.",
        candidates=(*_part_patients(tops), "{label}"),
        remedy=_REMEDY,
    )


def _part_patients(tops: set[str]) -> tuple[str, ...]:
    """Readings of patients' folders that end or begin with a class, as `P012_malignant` does."""
    found = []
    for mark in "_- ":
        for template, place in (
            (f"{{patient}}{mark}{{label}}", 2),
            (f"{{label}}{mark}{{patient}}", 0),
        ):
            parts = [t.rpartition(mark) if place else t.partition(mark) for t in tops]
            counts = Counter(part[place] for part in parts)
            are_words = all(any(map(str.isalpha, name)) for name in counts)
            if 2 <= len(counts) <= len(tops) / 2 and min(counts.values()) > 1 and are_words:
                found.append(template)
    return tuple(found)


def _recognise_two_levels(folders: Sequence[Parts]) -> Recognition:
    """Classes and something else, above or below them."""
    tops = {parts[0] for parts in folders}
    pairs = {parts[:2] for parts in folders if not is_neutral(parts[1])}
    shared = {name for name, count in Counter(name for _, name in pairs).items() if count > 1}
    seconds = {name for _, name in pairs}
    are_shared = 2 * len(shared) >= len(seconds)
    has_patients_above = len(tops) >= MANY and look_like_patients(tops)
    are_folds = len(tops) > 1 and _match_all(_FOLD, tops)
    if not are_folds and has_patients_above and are_shared and len(tops) > len(seconds):
        return Recognition("{patient}/{label}")
    if are_shared and _match_all(_SITE, tops):
        return Recognition("{site}/{label}")
    if _are_patients(seconds) and not has_patients_above and not are_folds:
        return Recognition("{label}/{patient}")
    upper = f"{len(tops)} folders ({_list(tops)})"
    lower = f"{len(seconds)} ({_list(seconds)})"
    if are_folds:
        candidates: tuple[str, ...] = ("{any}/{label}", "{site}/{label}", "{label}")
        why = "the upper ones look like folds of a cross-validation"
    elif are_shared:
        candidates = ("{any}/{label}", "{site}/{label}", "{patient}/{label}", "{label}")
        why = "the same lower ones stand in several upper ones, and either may be the classes"
    else:
        candidates = ("{label}", "{label}/{patient}", "{any}/{label}")
        why = "the lower ones may be kinds within a class, or the classes of several data sets"
    return Recognition(
        question=f"There are {upper} that hold folders of images, {lower}: {why}.",
        candidates=_add_patients(candidates, folders),
        remedy="Or add one of the upper folders alone.",
    )


def _add_patients(candidates: tuple[str, ...], folders: Sequence[Parts]) -> tuple[str, ...]:
    """The candidates with patients, where a level below the two is called like them."""
    deepest = min(map(len, folders))
    level = next((i for i in range(2, deepest) if _are_patients({p[i] for p in folders})), None)
    if level is None:
        return candidates
    return tuple(
        "/".join([*parts, *["{any}"] * (level - len(parts)), "{patient}"])
        for candidate in candidates
        if "{patient}" not in (parts := candidate.split("/"))
    )


def _match_all(pattern: re.Pattern[str], names: set[str]) -> bool:
    return bool(names) and all(pattern.fullmatch(name) for name in names)


def _are_patients(names: set[str]) -> bool:
    """Whether folders below classes are patients': most are numbered like those of patients."""
    return look_like_patients(names) and len(names) > 1


def look_like_patients(names: set[str], plain_numbers: int = 10) -> bool:
    """Whether four of five names are a word for a patient with a number, or hold three digits.

    Args:
        plain_numbers: so many folders that are called by plain numbers count too.
    """
    marked = sum(
        bool(_PATIENT.fullmatch(name)) or len(re.findall(r"\d", name)) >= 3 for name in names
    )
    are_numbers = len(names) >= plain_numbers and all(name.isdecimal() for name in names)
    return bool(names) and (are_numbers or marked >= 0.8 * len(names))


def _list(names: set[str] | Sequence[str], most: int = 4) -> str:
    """A few of the names, in natural order, and how many more there are."""
    ordered = sorted(set(names), key=write_natural_key)
    rest = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {rest} more" if rest > 0 else "")
