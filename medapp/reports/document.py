"""What a report says, as plain blocks: one content for a page, for Markdown and for programs.

What this module does not know: what is reported, and how blocks are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """Sentences; plain text."""

    text: str


@dataclass(frozen=True)
class Listing:
    """Sentences, a line each."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """One thing that a reader must know.

    Attributes:
        level: of `medapp.notes.LEVELS`.
    """

    level: str
    text: str


@dataclass(frozen=True)
class Table:
    """Cells as text.

    Attributes:
        caption: what the table shows, with its n.
        left: how many columns hold words; the others hold figures.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    left: int = 1


@dataclass(frozen=True)
class Drawing:
    """A picture as SVG, with all that it shows in words."""

    svg: str
    words: str


@dataclass(frozen=True)
class Picture:
    """An image.

    Attributes:
        content: of a PNG or JPEG file.
        words: what it shows.
        below: further lines below it.
    """

    content: bytes
    words: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """Images side by side."""

    items: tuple[Picture, ...]


Block = Paragraph | Listing | Notice | Table | Drawing | Pictures


@dataclass(frozen=True)
class Section:
    """A title and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        facts: what stands below the title, a name and a value each.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def build_table(
    head: Sequence[str], rows: Sequence[Sequence[object]], caption: str = "", left: int = 1
) -> Table:
    """A table of any values; None becomes a dash, a whole number gets its commas."""
    cells = tuple(tuple(map(_write_cell, row)) for row in rows)
    return Table(tuple(head), cells, caption, left)


def _write_cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)
