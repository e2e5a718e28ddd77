"""Checklists of reporting guidelines, filled from records; what they lack is asked of the author.

An item is only said to be told where the records tell it; many are told in part.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from medapp.reports.document import Block, Paragraph, Section, build_table
from medapp.reports.facts import Facts

NOT_HERE = "Not in these records."


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
    fill: Callable[[Facts], str] = lambda facts: ""


def build_checklist(title: str, origin: str, items: Sequence[Item], facts: Facts) -> Section:
    """A checklist as a table, with how many items the records tell.

    Args:
        origin: which guideline this is, with its reference.
    """
    rows = []
    told = partly = 0
    for item in items:
        said = item.fill(facts)
        told += bool(said and not item.question)
        partly += bool(said and item.question)
        question = item.question or (None if said else NOT_HERE)
        rows.append((f"{item.number} {item.name}", said or None, question))
    counts = (
        f"{origin} Of {len(items)} items, these records tell {told} and {partly} more in part;"
        f" {len(items) - told - partly} are the author's. Names of items are shortened."
    )
    head = ("Item", "From the records", "Author to complete")
    blocks: tuple[Block, ...] = (Paragraph(counts), build_table(head, rows, left=3))
    return Section(title, blocks)
