"""Whether splits share an image or a patient, from the tables of a bundle."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from medapp.data.copies.near import read_codes
from medapp.data.copies.rule import find_copies
from medapp.data.samples import SPLITS
from medapp.reports.bundle import FURTHER, RECIPE
from medapp.reports.finding import DIFFERS, HOLDS, UNTOLD, Finding
from medapp.runs.seen import SEEN, load_seen
from medapp.runs.split_table import load_split
from medapp.training.recipe import read_settings

Rows = Sequence[Mapping[str, Any]]


def check_splits(folder: Path, split: Rows) -> Iterator[Finding]:
    """No image, no copy of one, and no patient may stand in two splits.

    Args:
        folder: with the tables of what else the run, and those before it, learned from.
        split: the rows of the split that was judged.
    """
    parts = {name: [row for row in split if row["split"] == name] for name in SPLITS}
    yield _check_images(parts)
    yield from _check_copies(parts)
    yield _check_patients(parts)
    others = {row["content_hash"] for row in _load_learned(folder)}
    tests = {row["content_hash"] for row in parts["test"]}
    if others & tests:
        text = f"{len(others & tests):,} test images were learned from in another data set or run."
        yield Finding("Other learning", DIFFERS, text)
    elif others:
        yield Finding("Other learning", HOLDS, "No test image is among what else was learned.")


def _check_images(parts: Mapping[str, Rows]) -> Finding:
    hashes = {name: {row["content_hash"] for row in rows} for name, rows in parts.items()}
    shared = {pair: len(hashes[pair[0]] & hashes[pair[1]]) for pair in _list_pairs()}
    return _say("Images", "images", shared, "No image stands in two splits.")


def _check_copies(parts: Mapping[str, Rows]) -> Iterator[Finding]:
    """Pictures that are the same, stored otherwise, by their fingerprints."""
    marks = {
        n: [r["fingerprint"] for r in rows if r.get("fingerprint")] for n, rows in parts.items()
    }
    if not any(marks.values()):
        text = "Tables from before fingerprints do not tell of copies stored otherwise."
        yield Finding("Copies", UNTOLD, text)
        return
    codes = {name: read_codes(sorted(set(found))) for name, found in marks.items()}
    shared = {
        pair: len({int(row) for row, _ in find_copies(codes[pair[1]], codes[pair[0]]).pairs})
        for pair in _list_pairs()
    }
    yield _say("Copies", "pictures", shared, "No picture stands in two splits, stored otherwise.")


def _check_patients(parts: Mapping[str, Rows]) -> Finding:
    people = {name: {row["patient"] for row in rows} - {None} for name, rows in parts.items()}
    unknown = sum(row["patient"] is None for rows in parts.values() for row in rows)
    shared = {pair: len(people[pair[0]] & people[pair[1]]) for pair in _list_pairs()}
    if not any(people.values()):
        return Finding("Patients", UNTOLD, "Patients are not known: one may stand in two splits.")
    text = "No patient stands in two splits"
    found = _say("Patients", "patients", shared, f"{text}.")
    if found.state == HOLDS and unknown:
        return Finding("Patients", UNTOLD, f"{text}; of {unknown:,} images none is known.")
    return found


def _say(title: str, noun: str, shared: Mapping[tuple[str, str], int], holds: str) -> Finding:
    said = [f"{n:,} {noun} in both {a} and {b}" for (a, b), n in shared.items() if n]
    return Finding(title, DIFFERS, f"{'; '.join(said)}.") if said else Finding(title, HOLDS, holds)


def _list_pairs() -> list[tuple[str, str]]:
    return [(one, other) for i, one in enumerate(SPLITS) for other in SPLITS[i + 1 :]]


def _load_learned(folder: Path) -> Iterator[Mapping[str, Any]]:
    """What was learned from beside the data set that was judged on."""
    recipe, _ = read_settings((folder / RECIPE).read_text(encoding="utf-8"))
    for domain, choice in enumerate(recipe.data.learned):
        path = folder / FURTHER.format(domain)
        if path.is_file():
            # Of the data set that is trained on, validation images choose the epoch.
            read = ("train", "validation") if choice.role == "train" else ("train",)
            yield from (row for row in load_split(path, path.stem) if row["split"] in read)
    if (folder / SEEN).is_file():
        yield from ({"content_hash": i.content_hash} for i in load_seen(folder / SEEN, "before"))
