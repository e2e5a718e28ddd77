"""Checklists of reporting guidelines, filled from records; what they lack is asked of the author.

An item is only said to be told where the records tell it; many are told in part.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from medapp.reports.document import Block, Paragraph, Section, build_table
from medapp.reports.facts import Facts

NOT_HERE = "Not in these records."


def _tell_nothing(facts: Facts) -> str:
    """What records tell of an item that is the author's."""
    return ""


@dataclass(frozen=True)
class Item:
    """One item.

    Attributes:
        number, name: as in the guideline; a short name.
        question: for the author; empty where the records tell all of it.
        fill: what the records tell; empty where they tell nothing.
    """

    number: str
    name: str
    question: str
    fill: Callable[[Facts], str] = _tell_nothing


@dataclass(frozen=True)
class Filled:
    """An item with what is known of it.

    Attributes:
        said: what the records tell; empty where they tell nothing.
        answer: the author's; empty where there is none.
    """

    item: Item
    said: str
    answer: str

    @property
    def is_open(self) -> bool:
        """Whether nothing is known of it: neither the records nor the author tell."""
        return not self.said and not self.answer


def fill_items(items: Sequence[Item], facts: Facts, answers: Mapping[str, str]) -> list[Filled]:
    """Each item with what records and author tell.

    Args:
        answers: number of an item to the author's words.
    """
    return [Filled(item, item.fill(facts), answers.get(item.number, "")) for item in items]


def state_open(filled: Sequence[Filled]) -> str:
    """How many items nothing is known of, such as "11 of 44 still open"."""
    return f"{sum(one.is_open for one in filled):,} of {len(filled):,} still open"


def build_checklist(title: str, origin: str, filled: Sequence[Filled]) -> Section:
    """A checklist as a table, with how many items the records tell.

    Args:
        origin: which guideline this is, with its reference.
    """
    told = sum(bool(one.said and not one.item.question) for one in filled)
    partly = sum(bool(one.said and one.item.question) for one in filled)
    answered = sum(bool(one.answer) for one in filled)
    counts = (
        f"{origin} Of {len(filled)} items, these records tell {told} and {partly} more in part;"
        f" the author answered {answered}. {state_open(filled)}. Names of items are shortened."
    )
    head = ("Item", "From the records", "By the author, or to complete")
    rows = [
        (f"{one.item.number} {one.item.name}", one.said or None, _write_author(one))
        for one in filled
    ]
    blocks: tuple[Block, ...] = (Paragraph(counts), build_table(head, rows, left=3))
    return Section(title, blocks)


def _write_author(one: Filled) -> str | None:
    if one.answer:
        return one.answer
    return one.item.question or (None if one.said else NOT_HERE)
