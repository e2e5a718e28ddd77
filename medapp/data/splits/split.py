"""Who trains, who validates, who tests: the split of each image of a data set.

Images of one patient, and copies of one image, form a group that stays whole. Groups are
dealt one by one, the largest first, each to the split that lacks its classes most: the step that
most lowers the sum, over splits and classes, of the squared shortfall as a share of the class.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medapp.data.samples import NO_SPLIT, SPLITS, UNLABELLED
from medapp.data.splits.strata import find_strata
from medapp.task import Task, find_task

FRACTIONS = (0.7, 0.15, 0.15)
# Beside the classes all images count as one more: they decide where small classes tie.
_EVERYTHING = "\0"  # no label's name


@dataclass(frozen=True)
class Group:
    """Images that must stay together: their rows, and how many of each class."""

    rows: tuple[int, ...]
    classes: Mapping[str, int]


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
    has a label either, there is nothing to learn or judge, and none is dealt. Classes are
    dealt in proportion as well as whole groups allow, and training gets at least one group of each.
    The only group of a class trains; of two, one trains and the other validates or tests; of three
    or more, every split has one if their sizes allow.

    Where an image may have several findings, what is dealt are findings, unknown ones, images
    without any, and frequent combinations; the rarest is dealt first, as long as it is rarest
    (iterative stratification, Sechidis, Tsoumakas & Vlahavas 2011,
    doi:10.1007/978-3-642-23808-6_10).

    Args:
        labels: (N,) the label of each image, as its task reads it.
        hashes: (N,) the SHA-256 of each image's bytes, in hex.
        patients: (N,) None where unknown; such an image is a group of its own, with its
            copies.
        official: (N,) the published split of each image, one of `SPLITS`, or None.
        seed: of the order in which groups of one size are dealt.
        fractions: of train, validation, test; those of the splits that are cut are taken of the
            images that are dealt.
        copies: (N,) equal for images that are copies of one another; None where the same bytes are.
        task: says what is dealt evenly; one label an image where none is given.

    Returns:
        (N,) one of `SPLITS` for each image, or `NO_SPLIT` for all.
    """
    if not any(official) and not has_labels(labels):
        return [NO_SPLIT] * len(labels)
    splits = [split if split in ("validation", "test") else "train" for split in official]
    shares = {s: f for s, f in zip(SPLITS[1:], fractions[1:], strict=True) if s not in splits}
    rows = [row for row, split in enumerate(splits) if split == "train"]
    task = task or find_task("single-label")
    groups = find_groups(rows, find_strata(labels, task), copies or hashes, patients)
    groups, turns = _put_in_order(groups, hashes, seed, task)
    dealt = _deal(groups, shares, turns)
    for group, split in zip(groups, dealt, strict=True):
        for row in group.rows:
            splits[row] = split
    return splits


def _put_in_order(
    groups: list[Group], hashes: Sequence[str], seed: int, task: Task
) -> tuple[list[Group], Sequence[str | None]]:
    """The groups in the order in which they are dealt, and for which class each one's turn is."""
    groups.sort(key=lambda g: (-len(g.rows), _mix(seed, min(hashes[r] for r in g.rows))))
    return _put_rarest_first(groups) if task.has_several else (groups, [None] * len(groups))


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


def _put_rarest_first(groups: Sequence[Group]) -> tuple[list[Group], list[str]]:
    """The groups of what the fewest groups have left, then of what is rarest among the others …

    What is rare can then still go where it is wanted; what is common makes up for it.

    Returns:
        The groups, and for which of its classes each one's turn has come.
    """
    waiting = dict(enumerate(groups))
    members: dict[str, list[int]] = {}
    for number, group in waiting.items():
        for name in group.classes:
            members.setdefault(name, []).append(number)
    left = {name: len(numbers) for name, numbers in members.items()}
    ordered = []
    turns = []
    while waiting:
        rarest = min((name for name in left if left[name]), key=lambda name: (left[name], name))
        for number in members[rarest]:
            if number in waiting:
                group = waiting.pop(number)
                ordered.append(group)
                turns.append(rarest)
                for name in group.classes:
                    left[name] -= 1
    return ordered, turns


def _deal(
    groups: Sequence[Group], shares: Mapping[str, float], turns: Sequence[str | None]
) -> list[str]:
    """A split for each group, in the order given.

    Args:
        shares: split to be cut → the share of the images that it should get; training gets the
            rest.
        turns: of which of its classes each group goes where most is lacking, before all else;
            None where all count.
    """
    images: Counter[str] = Counter()
    groups_of: Counter[str] = Counter()
    for group in groups:
        images.update(group.classes)
        groups_of.update(dict.fromkeys(group.classes, 1))
    if not groups:
        return []
    total = sum(images.values())
    lacks = _find_lacks(images, groups_of, shares)
    dealt = []
    for group, turn in zip(groups, turns, strict=True):
        weights = {name: count / images[name] for name, count in group.classes.items()}
        weights[_EVERYTHING] = len(group.rows) / total
        split = _find_neediest(lacks, weights, turn)
        for name, weight in weights.items():
            lacks[split][name] -= weight
        dealt.append(split)
    return _give_training_each_class(groups, dealt)


def _find_lacks(
    images: Mapping[str, int], groups_of: Mapping[str, int], shares: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """What each split should get of each class, and of all images, as a share of them."""
    lacks: dict[str, dict[str, float]] = {split: {} for split in ("train", *shares)}
    splits_cut = len(shares)
    for name in images:
        cut = {
            split: _find_share(share, groups_of[name], splits_cut)
            for split, share in shares.items()
        }
        for split in lacks:
            lacks[split][name] = cut.get(split, 1.0 - sum(cut.values()))
    total = sum(images.values())
    for lack in lacks.values():
        lack[_EVERYTHING] = sum(lack[name] * count for name, count in images.items()) / total
    return lacks


def _find_neediest(
    lacks: Mapping[str, Mapping[str, float]], weights: Mapping[str, float], turn: str | None
) -> str:
    """The split that lacks most of what a group would bring; of equal ones the first."""

    def measure_need(split: str) -> tuple[float, float]:
        own = 0.0 if turn is None else lacks[split][turn]
        whole = sum(weight * lacks[split][name] for name, weight in weights.items())
        return round(own, 12), round(whole, 12)

    return max(lacks, key=measure_need)


def _find_share(share: float, groups: int, splits_cut: int) -> float:
    """What a split that is cut should get of a class: of few groups, one where that is possible."""
    if groups < 2:
        return 0.0
    return max(share, 1.0 / groups) if groups > splits_cut else 0.5 / splits_cut


def _give_training_each_class(groups: Sequence[Group], dealt: list[str]) -> list[str]:
    """Move the smallest group that has a class to training, for each class that training lacks.

    Patients with several classes can leave training without one.
    """
    learned = {
        name
        for group, split in zip(groups, dealt, strict=True)
        if split == "train"
        for name in group.classes
    }
    for name in sorted({name for group in groups for name in group.classes} - learned):
        if name not in learned:
            having = [i for i, group in enumerate(groups) if name in group.classes]
            smallest = min(having, key=lambda i: len(groups[i].rows))
            dealt[smallest] = "train"
            learned |= set(groups[smallest].classes)
    return dealt
