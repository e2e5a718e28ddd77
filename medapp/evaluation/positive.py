"""Which of two classes is the finding: the one that sensitivity and specificity speak of.

What this module does not know: images and figures.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from medapp.data.layouts.manifest.languages import drop_accents
from medapp.notes import Note

Reason = Literal["name", "order"]

POSITIVE_CLASS = "positive-class"  # the code of the note that says which it is

# Names that say that nothing is there, or that the image serves for comparison.
ABSENT = {"normal", "healthy", "negative", "neg", "absent", "none", "nothing", "control"}
ABSENT |= {"controls", "unremarkable", "unaffected", "uninfected", "false", "0"}
# The same in German, French and Spanish, without accents.
ABSENT |= {"unauffallig", "unauffaellig", "gesund", "gesunde", "negativ", "normalbefund"}
ABSENT |= {"keinbefund", "ohnebefund", "regelrecht", "kontrolle", "kontrollen", "nichts"}
ABSENT |= {"sain", "saine", "sains", "normale", "negatif", "temoin", "temoins", "rien"}
ABSENT |= {"sano", "sana", "sanos", "negativo", "negativa", "sinhallazgos", "nada"}
# What is found, but is harmless: the other class is the finding unless that one is absent.
HARMLESS = {"benign", "benigne", "gutartig", "benin", "benigno", "benigna"}
NEGATIONS = {"no", "non", "not", "without", "free"}
NEGATIONS |= {"kein", "keine", "keiner", "nicht", "nein", "ohne", "frei"}
NEGATIONS |= {"sans", "aucun", "aucune", "sin", "ninguno", "ninguna", "ningun"}
PREFIXES = ("no", "non", "not", "un")


class Positive(NamedTuple):
    """The positive class, and whether its name or its place among the classes decided."""

    name: str
    reason: Reason


def find_positive(classes: Sequence[str]) -> Positive | None:
    """The positive class of two; None for any other number of classes.

    A name that means absence (normal, healthy, negative, control, no_finding, non-covid, 0; in
    German, French and Spanish too: unauffällig, sans anomalie) makes the other class positive, and
    "benign" does so beside anything but such a name. Where names do not tell, the second class is
    positive.
    """
    if len(classes) != 2:
        return None
    first, second = classes
    of_first = _rate_absence(first, second)
    of_second = _rate_absence(second, first)
    if of_first == of_second:
        return Positive(second, "order")
    return Positive(second if of_first > of_second else first, "name")


def note_positive(positive: Positive) -> Note:
    """Which of two classes sensitivity and specificity speak of, and what decided."""
    reason = {
        "name": "chosen by the names of the classes",
        "order": "the second class, since their names do not tell which is the finding",
    }[positive.reason]
    text = f"Sensitivity and specificity are those for {positive.name} ({reason})."
    return Note(POSITIVE_CLASS, text, "info")


def means_absence(name: str) -> bool:
    """Whether a class's name says by itself that nothing is there, such as "normal"."""
    return _rate_absence(name, "") == 2


def _rate_absence(name: str, other: str) -> int:
    """2 where a name means absence, 1 where it means something harmless, else 0."""
    words = list_words(name)
    others = list_words(other)
    means_absence = bool(ABSENT.intersection(words))
    if NEGATIONS.intersection(words):
        return 0 if means_absence else 2
    if means_absence:
        return 2
    if any("".join(words) == prefix + "".join(others) for prefix in PREFIXES):
        return 0 if ABSENT.intersection(others) else 2
    return 1 if HARMLESS.intersection(words) else 0


def list_words(name: str) -> list[str]:
    """A name's words in small letters without accents: "NoFinding" has two, "Ödem" one."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", drop_accents(parted))
