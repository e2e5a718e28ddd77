"""Which class of another data set means which class of a run."""

import re
from collections.abc import Mapping, Sequence

from medapp.errors import DataError
from medapp.evaluation.positive import ABSENT, NEGATIONS, list_words


def map_classes(
    theirs: Sequence[str], known: Sequence[str], asked: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Their class to the run's class; a class that is missing means none that the run knows.

    What is asked counts first, then equal names, whatever case and punctuation; then a name that
    holds all words of the other, such as glioma and glioma_tumor, where there is one such class
    alone and neither negates; last, one class on each side whose name means that nothing is there,
    such as NORMAL and no_finding.

    Args:
        theirs: the classes of the other data set.
        known: those of the run.
        asked: their class to the run's class, or to "" where it shall be left out.

    Raises:
        DataError: what is asked names a class that is not there.
    """
    asked = asked or {}
    _check(asked, theirs, known)
    free = [name for name in theirs if name not in asked]
    mapped = {old: new for old, new in asked.items() if new}
    for name in free:
        found = _find_equal(name, known) or _find_holding(name, known)
        if found:
            mapped[name] = found
    absent = [name for name in free if name not in mapped and means_absence(name)]
    free_known = [n for n in known if n not in mapped.values() and means_absence(n)]
    if len(absent) == 1 and len(free_known) == 1:
        mapped[absent[0]] = free_known[0]
    return {name: mapped[name] for name in theirs if name in mapped}


def means_absence(name: str) -> bool:
    """Whether a class's name says that nothing is there: normal, no_finding, healthy control."""
    words = set(list_words(name))
    return bool(words & ABSENT) != bool(words & NEGATIONS)


def _check(asked: Mapping[str, str], theirs: Sequence[str], known: Sequence[str]) -> None:
    for old, new in asked.items():
        if old not in theirs:
            raise DataError(
                f"There is no class {old!r} to be mapped.",
                remedy=f"The data set has {', '.join(theirs)}.",
            )
        if new and new not in known:
            raise DataError(
                f"The run does not know the class {new!r}.",
                remedy=f"It knows {', '.join(known)}.",
            )


def _find_equal(name: str, known: Sequence[str]) -> str:
    found = [k for k in known if k == name] or [k for k in known if _simplify(k) == _simplify(name)]
    return found[0] if len(found) == 1 else ""


def _find_holding(name: str, known: Sequence[str]) -> str:
    """The one class of which one name holds all words of the other; "" where there is none."""
    words = set(list_words(name))
    others = {k: set(list_words(k)) for k in known}
    found = [k for k, own in others.items() if words and own and (words <= own or own <= words)]
    is_plain = len(found) == 1 and means_absence(found[0]) == means_absence(name)
    return found[0] if is_plain else ""


def _simplify(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
