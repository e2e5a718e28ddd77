"""Whether the test split holds enough patients, or pictures, to say something of each class."""

from collections.abc import Iterator, Mapping

from medapp.data.catalog import Catalog
from medapp.data.facts import count_test_groups
from medapp.data.samples import DataSet
from medapp.errors import Remedy
from medapp.notes import Level, Note
from medapp.task import find_task

# Patients, or pictures, of the test split; with fewer, figures are mostly chance, or chance alone.
FEW_GROUPS = 10
WORTHLESS_GROUPS = 5


def note_few_groups(catalog: Catalog, data_set: DataSet, has_patients: bool) -> Iterator[Note]:
    """A note where the test split has so few patients, or pictures, that figures are chance.

    Each class with too few of them is named, also one that no test image is of.
    """
    found = count_test_groups(catalog, data_set)
    whole = found[""]
    if not whole:
        return
    groups = {label: found.get(label, 0) for label in data_set.classes}
    few = {label: number for label, number in groups.items() if number < WORTHLESS_GROUPS}
    things = ("patient", "patients") if has_patients else ("image", "different images")
    noun = find_task(data_set.task).noun
    if whole < FEW_GROUPS:
        least = min(groups, key=lambda label: groups[label])
        part = f", {groups[least]:,} of them of the {noun} {least}" if whole > 1 else ""
        text = f"The test split has only {_count(whole, things)}{part}: figures on it are mostly"
        level: Level = "grave" if whole < WORTHLESS_GROUPS else "caution"
        yield Note("few-groups", f"{text} chance.", level, _suggest_more())
    elif few:
        text = _state_few(few, things, noun, find_task(data_set.task).nouns)
        yield Note("few-groups", text, remedy=_suggest_more())


def _state_few(few: Mapping[str, int], things: tuple[str, str], noun: str, nouns: str) -> str:
    """Which classes have few test images, and what that means for them."""
    if len(few) > 1:
        each = ", ".join(f"{label} {number:,}" for label, number in few.items())
        return (
            f"The test split has fewer than {WORTHLESS_GROUPS} {things[1]} of {len(few):,} {nouns}"
            f" ({each}): what it says of these is mostly chance."
        )
    ((label, number),) = few.items()
    if not number:
        return f"No test image is of the {noun} {label}: nothing will say how well it is found."
    return (
        f"The test split has {_count(number, things)} of the {noun} {label} only: what it says of"
        f" this {noun} is mostly chance."
    )


def _suggest_more() -> Remedy:
    ways = "Add more patients, judge on another data set, or train with folds"
    return Remedy(
        f"{ways} (Folds, among all settings of the form): each of them is then judged once.",
        f"{ways} (--folds 5): each of them is then judged once.",
    )


def _count(number: int, things: tuple[str, str]) -> str:
    """A number with its word, of one or of several."""
    return f"{number:,} {things[number != 1]}"
