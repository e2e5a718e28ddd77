"""Who trains, who validates, who tests: the split of each image of a data set.

Images of one patient, and copies of one image, form a group that stays whole. `dealing` says which
group goes where.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

from medapp.data.samples import NO_SPLIT, SPLITS, UNLABELLED
from medapp.data.splits.dealing import Group, deal_groups, put_rarest_first
from medapp.data.splits.strata import find_strata
from medapp.task import Task, find_task

FRACTIONS = (0.7, 0.15, 0.15)


def split_samples(
    labels: Sequence[str],
    hashes: Sequence[str],
    patients: Sequence[str | None],
    official: Sequence[str | None],
    seed: int = 0,
    fractions: tuple[float, float, float] = FRACTIONS,
    copies: Sequence[str] | None = None,
    task: Task | None = None,
) -> list[str]:
    """The split of each image, the same for the same images in whatever order they come.

    Published test and validation splits stay as they are; one that is missing is cut from the rest,
    15% of it. Images that are all published for testing or validation, as an external test set is,
    stay so and nothing is cut. Where none is published, images are dealt 70 / 15 / 15; where none
    has a label either, there is nothing to learn or judge, and none is dealt. Classes are dealt in
    for group, split in zip(groups, deal_groups(groups, shares, turns), strict=True):

    Where an image may have several findings, what is dealt are findings, unknown ones, images
    without any, and frequent combinations; the rarest is dealt first, as long as it is rarest
    (iterative stratification, Sechidis, Tsoumakas & Vlahavas 2011,
    doi:10.1007/978-3-642-23808-6_10).

    Args:
        labels: (N,) the label of each image, as its task reads it.
        hashes: (N,) the SHA-256 of each image's bytes, in hex.
        patients: (N,) None where unknown; such an image, with its copies, is a group of its own.
        official: (N,) the published split of each image, one of `SPLITS`, or None.
        seed: of the order in which groups of one size are dealt.
        fractions: of train, validation, test; of those that are cut, shares of what is dealt.
        copies: (N,) equal for images that are copies of one another; None where the same bytes are.
        task: says what is dealt evenly; one label an image where none is given.

    Returns:
        (N,) one of `SPLITS` for each image, or `NO_SPLIT` for all.
    """
    if not any(official) and not has_labels(labels):
        return [NO_SPLIT] * len(labels)
    splits = [split if split in SPLITS[1:] else "train" for split in official]
    shares = {s: f for s, f in zip(SPLITS[1:], fractions[1:], strict=True) if s not in splits}
    rows = [row for row, split in enumerate(splits) if split == "train"]
    task = task or find_task("single-label")
    groups = find_groups(rows, find_strata(labels, task), copies or hashes, patients)
    groups, turns = put_in_order(groups, hashes, seed, task)
    for group, split in zip(groups, deal_groups(groups, shares, turns), strict=True):
        for row in group.rows:
            splits[row] = split
    return splits


def put_in_order(
    groups: list[Group], hashes: Sequence[str], seed: int, task: Task
) -> tuple[list[Group], Sequence[str | None]]:
    """The groups in the order in which they are dealt, and for which class each one's turn is."""
    groups.sort(key=lambda g: (-len(g.rows), _mix(seed, min(hashes[r] for r in g.rows))))
    return put_rarest_first(groups) if task.has_several else (groups, [None] * len(groups))


def has_labels(labels: Sequence[str]) -> bool:
    """Whether any image has a label."""
    return any(label != UNLABELLED for label in labels)


def describe_split(
    official: Sequence[str | None],
    has_patients: bool,
    seed: int = 0,
    noun: str = "class",
    is_labelled: bool = True,
) -> str:
    """A sentence that says where the splits of a data set come from.

    Args:
        noun: what was dealt evenly, see `Task.noun`.
        is_labelled: some images have a label.
    """
    published = [split for split in SPLITS if split in official]
    if not published and not is_labelled:
        return (
            "Not split: no image has a label, so there is nothing to learn or to judge. The split"
            " is drawn once all images in use have one."
        )
    cut = [split for split in ("validation", "test") if split not in official]
    by = "patients and copies kept whole" if has_patients else "copies kept whole, patients unknown"
    by += f"; seed {seed}"
    if not published:
        return f"Drawn by MedApp: 70% train, 15% validation, 15% test, stratified by {noun}, {by}."
    are_kept = "splits are kept" if len(published) > 1 else "split is kept"
    kept = f"The published {_join(published)} {are_kept}."
    if "train" not in published:
        return f"{kept} There is no training split: this is a data set to evaluate on."
    if not cut:
        return kept
    percent = " and ".join(f"15% for {split}" for split in cut)
    are_cut = "are cut" if len(cut) > 1 else "is cut"
    return f"{kept} From the training split {percent} {are_cut}, stratified by {noun}, {by}."


def _join(words: Sequence[str]) -> str:
    """The words with commas, and "and" before the last."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _mix(seed: int, text: str) -> str:
    return hashlib.sha256(f"{seed} {text}".encode()).hexdigest()


def find_groups(
    rows: Sequence[int],
    strata: Sequence[tuple[str, ...]],
    copies: Sequence[str],
    patients: Sequence[str | None],
) -> list[Group]:
    """Groups of rows that share a patient or a picture, also by way of other rows.

    Args:
        rows: those that are grouped, of N.
        strata: (N,) what of each image is to be dealt evenly.
        copies, patients: (N,) as for `split_samples`.
    """
    parent = {row: row for row in rows}

    def find(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    first: dict[tuple[str, str], int] = {}
    for row in rows:
        ties = [("copy", copies[row])] + [("patient", p) for p in [patients[row]] if p is not None]
        for tie in ties:
            parent[find(row)] = find(first.setdefault(tie, row))
    members: dict[int, list[int]] = {}
    for row in rows:
        members.setdefault(find(row), []).append(row)
    return [
        Group(tuple(m), Counter(name for r in m for name in strata[r])) for m in members.values()
    ]
