"""A document as Markdown; nothing that a name says acts as Markdown or HTML."""

import re

from medapp.reports.document import (
    Block,
    Document,
    Drawing,
    Listing,
    Notice,
    Paragraph,
    Pictures,
    Section,
    Table,
)
from medapp.reports.page import WORDS

_ACTING = re.compile(r"([\\`*_\[\]<>|~$])")
_BREAKS = re.compile(r"\s+")


def write_markdown(document: Document) -> str:
    """The document as Markdown (GitHub's tables)."""
    facts = "\n".join(f"- {escape(name)}: {escape(value)}" for name, value in document.facts)
    sections = "\n\n".join(map(_write_section, document.sections))
    return f"# {escape(document.title)}\n\n{escape(document.subtitle)}\n\n{facts}\n\n{sections}\n"


def escape(text: str) -> str:
    """Plain text as Markdown that shows it as it is, on one line."""
    plain = _ACTING.sub(r"\\\1", _BREAKS.sub(" ", text).strip())
    # What begins a line may begin a heading or a list.
    return re.sub(r"^(\d*)([#+\-=.)])(?=\s|$)", r"\1\\\2", plain)


def _write_section(section: Section) -> str:
    return "\n\n".join([f"## {escape(section.title)}", *map(_write_block, section.blocks)])


def _write_block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return escape(text)
        case Listing(items):
            return "\n".join(f"- {escape(item)}" for item in items)
        case Notice(level, text):
            return f"> **{WORDS[level]}.** {escape(text)}"
        case Drawing(_, words):
            return escape(words)
        case Pictures(items):
            lines = [" · ".join((item.words, *item.below)) for item in items]
            return "\n".join(f"- Picture, in the HTML report: {escape(line)}" for line in lines)
        case Table():
            return _write_table(block)


def _write_table(table: Table) -> str:
    sides = [":--" if i < table.left else "--:" for i in range(len(table.head))]
    lines = [table.head, tuple(sides), *table.rows]
    written = [
        f"| {' | '.join(cell if row is lines[1] else escape(cell) for cell in row)} |"
        for row in lines
    ]
    caption = [f"\n{escape(table.caption)}"] if table.caption else []
    return "\n".join([*written, *caption])
