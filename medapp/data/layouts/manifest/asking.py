"""Questions where folders and tables, or several tables, say what images show."""

import dataclasses
from collections.abc import Iterable, Sequence

from medapp.data.layouts.layout import Candidate, Layout


def ask_which(by_folders: Layout, tables: Sequence[Layout], may_be_folders: bool) -> Layout:
    """The question which of several tables says what the images show.

    Args:
        tables: the layouts that they give.
        may_be_folders: the folders may say it as well.
    """
    ways = _list_ways(tables)
    named = " and ".join(" + ".join(way.tables) for way in ways)
    question = f"Several tables say what the images show: {named}."
    folders = [_describe_folders(by_folders)] if may_be_folders else []
    return _ask(by_folders, question, [*ways, *folders])


def ask_folders_or_table(by_folders: Layout, by_table: Layout) -> Layout:
    """The question whether the folders or the table say what the images show."""
    ways = _list_ways([by_table])
    named = " + ".join(ways[0].tables)
    question = f"Both the folders and the table {named} say what the images show, and differ."
    asked = _ask(by_folders, question, [_describe_folders(by_folders), *ways])
    return dataclasses.replace(asked, table=by_table.table)


def _ask(by_folders: Layout, question: str, ways: Sequence[Candidate]) -> Layout:
    return dataclasses.replace(
        by_folders,
        template="",
        files=(),
        question=question,
        candidates=tuple(ways),
        remedy="",
    )


def _describe_folders(by_folders: Layout) -> Candidate:
    return Candidate(by_folders.template, by_folders.classes, len(by_folders.files))


def _list_ways(tables: Iterable[Layout]) -> list[Candidate]:
    return [
        Candidate("", found.classes, len(found.files), found.table.tables)
        for found in tables
        if found.table is not None
    ]
