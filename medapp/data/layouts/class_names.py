"""Names of classes from a file beside numbered folders, such as labels.txt.

A line is a folder's name and its class ("0 healthy", "n0144: tench"), the other way round, or a
name alone, counted from 0 or from 1. A JSON file holds folder to class.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from medapp.data.layouts.layout import Layout
from medapp.data.layouts.order import write_natural_key

MAX_BYTES = 2**20
_LINE = re.compile(r"\s*[\"']?(?P<key>[^\s:,;=\"']+)[\"']?\s*[\s:,;=]\s*(?P<name>.+?)\s*")


def name_classes(layout: Layout, texts: Mapping[str, str]) -> Layout:
    """A layout with the names that the first fitting file gives its classes.

    Args:
        texts: name of each file to its text.
    """
    if layout.question or layout.order:
        return layout
    for file, text in texts.items():
        names = find_names(layout.classes, text)
        if names:
            return _rename(layout, file, names)
    are_numbers = all(label.isdecimal() for label in layout.classes)
    if not texts or not are_numbers:
        return layout
    remark = f"{next(iter(texts))} does not name the classes {', '.join(layout.classes[:4])}."
    return replace(layout, remarks=(*layout.remarks, remark))


def find_names(classes: tuple[str, ...], text: str) -> dict[str, str]:
    """Each class's name, where a text gives all of them one of their own; else nothing."""
    keyed = _line_up(classes, _read_keyed(text))
    names = keyed or _line_up(classes, _read_counted(classes, text))
    is_told = len(names) == len(classes) == len(set(names.values()))
    return names if is_told and any(label != name for label, name in names.items()) else {}


def _line_up(classes: tuple[str, ...], known: Mapping[str, str]) -> dict[str, str]:
    """The names of those classes that are known."""
    plain = {_plain(key): name for key, name in known.items()}
    return {label: plain[_plain(label)] for label in classes if _plain(label) in plain}


def _plain(key: str) -> str:
    """A folder's name without leading zeros, where it is a number."""
    return str(int(key)) if key.isdecimal() and len(key) < 20 else key


def _read_keyed(text: str) -> dict[str, str]:
    """Folder to class, whichever stands first."""
    pairs = _read_json(text) or [
        (match["key"], match["name"].strip("\"'"))
        for match in map(_LINE.fullmatch, text.splitlines())
        if match
    ]
    if pairs and all(name.isdecimal() for _, name in pairs):
        return {name: key for key, name in pairs}
    return dict(pairs)


def _read_json(text: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    rows = [*found.items()] if isinstance(found, dict) else []
    if isinstance(found, list):
        rows = [*enumerate(found)]
    return [(str(key), str(name)) for key, name in rows if isinstance(name, str | int)]


def _read_counted(classes: tuple[str, ...], text: str) -> dict[str, str]:
    """Number to class, of lines that are names alone."""
    lines = [line.strip().strip("\"'") for line in text.splitlines() if line.strip()]
    if not all(label.isdecimal() and len(label) < 10 for label in classes):
        return {}
    numbers = {int(label) for label in classes}
    first = 1 if 0 not in numbers and max(numbers) == len(lines) else 0
    is_fitting = max(numbers) - first < len(lines)
    return {str(i): name for i, name in enumerate(lines, start=first)} if is_fitting else {}


def _rename(layout: Layout, file: str, names: Mapping[str, str]) -> Layout:
    ordered = sorted(names, key=write_natural_key)
    few = ", ".join(f"{label} is {names[label]}" for label in ordered[:6])
    more = f" and {len(ordered) - 6} more" if len(ordered) > 6 else ""
    return replace(
        layout,
        files=tuple(replace(found, label=names[found.label]) for found in layout.files),
        order=tuple(names[label] for label in ordered),
        names_file=file,
        remarks=(*layout.remarks, f"The classes are named by {file}: {few}{more}."),
    )
