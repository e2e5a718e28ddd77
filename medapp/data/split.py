"""Who trains, who validates, who tests: labels, content hashes, patients, published split to a side
for each image.

Images of one patient, and images with the same bytes, form a group that stays whole. Groups are
dealt one by one, the largest first, each to the side that lacks its classes most: the step that
most lowers the sum, over sides and classes, of the squared shortfall as a share of the class.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medapp.data.samples import SPLITS

FRACTIONS = (0.7, 0.15, 0.15)


@dataclass(frozen=True)
class _Group:
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
) -> list[str]:
    """The side of each image, the same for the same images in whatever order they come.

    Published test and validation parts (`official`, one of `SPLITS` or None an image) stay as they
    are; what is missing is cut from the rest, 15% of it each. Elsewhere 70 / 15 / 15. Classes are
    dealt in proportion as well as whole groups allow, and training gets at least one group of each.
    Of a class of one group, it trains; of two, one trains and the other validates or tests; of
    three or more, every side has one if their sizes allow.

    Args:
        patients: None where unknown; such an image is a group of its own, with its byte-identical
            copies.
        fractions: of train, validation, test; those of the sides that are cut are taken of the
            images that are dealt.
    """
    sides = [side if side in ("validation", "test") else "train" for side in official]
    cut = [side for side in ("validation", "test") if side not in sides]
    rows = [row for row, side in enumerate(sides) if side == "train"]
    groups = _find_groups(rows, labels, hashes, patients)
    groups.sort(key=lambda g: (-len(g.rows), _mix(seed, min(hashes[r] for r in g.rows))))
    shares = dict(zip(SPLITS, fractions, strict=True))
    dealt = _deal(groups, {side: shares[side] for side in cut})
    for group, side in zip(groups, dealt, strict=True):
        for row in group.rows:
            sides[row] = side
    return sides


def describe_split(official: Sequence[str | None], has_patients: bool) -> str:
    """A sentence that says where a split comes from."""
    published = [side for side in SPLITS if side in official]
    cut = [side for side in ("validation", "test") if side not in official]
    by = "patients kept whole" if has_patients else "by image, because patients are not known"
    if not published:
        return f"Drawn by MedApp: 70% train, 15% validation, 15% test, stratified by class, {by}."
    kept = (
        f"The folders' own {_join(published)} part{'s are' if len(published) > 1 else ' is'} kept."
    )
    if not cut or "train" not in published:
        return kept
    percent = " and ".join(f"15% for {side}" for side in cut)
    return (
        f"{kept} From the training part {percent} {'is' if len(cut) == 1 else 'are'} cut,"
        f" stratified by class, {by}."
    )


def _join(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _mix(seed: int, text: str) -> str:
    return hashlib.sha256(f"{seed} {text}".encode()).hexdigest()


def _find_groups(
    rows: Sequence[int],
    labels: Sequence[str],
    hashes: Sequence[str],
    patients: Sequence[str | None],
) -> list[_Group]:
    """Rows joined by a common patient or common bytes, also over several steps."""
    parent = {row: row for row in rows}

    def find(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    first: dict[tuple[str, str], int] = {}
    for row in rows:
        ties = [("bytes", hashes[row])] + [("patient", p) for p in [patients[row]] if p is not None]
        for tie in ties:
            parent[find(row)] = find(first.setdefault(tie, row))
    members: dict[int, list[int]] = {}
    for row in rows:
        members.setdefault(find(row), []).append(row)
    return [_Group(tuple(m), Counter(labels[r] for r in m)) for m in members.values()]


def _deal(groups: Sequence[_Group], shares: Mapping[str, float]) -> list[str]:
    """A side for each group, in the order given; `shares` are those of the sides to cut, training
    takes the rest.
    """
    images: Counter[str] = Counter()
    groups_of: Counter[str] = Counter()
    for group in groups:
        images.update(group.classes)
        groups_of.update(dict.fromkeys(group.classes, 1))
    everything = ""  # beside the classes the total counts too: it decides where small classes tie
    lacks: dict[str, dict[str, float]] = {
        side: {} for side in ("train", *shares)
    }  # as a share of the class
    for name in images:
        cut = {
            side: _find_share(share, groups_of[name], len(shares)) for side, share in shares.items()
        }
        for side in lacks:
            lacks[side][name] = cut.get(side, 1.0 - sum(cut.values()))
    total = sum(images.values())
    for lack in lacks.values():
        lack[everything] = sum(lack[name] * count for name, count in images.items()) / total
    dealt = []
    for group in groups:
        weights = {name: count / images[name] for name, count in group.classes.items()}
        weights[everything] = len(group.rows) / total
        side = max(
            lacks,
            key=lambda s: round(
                sum(weight * lacks[s][name] for name, weight in weights.items()), 12
            ),
        )
        for name, weight in weights.items():
            lacks[side][name] -= weight
        dealt.append(side)
    return _give_training_each_class(groups, dealt)


def _find_share(share: float, groups: int, cut_sides: int) -> float:
    """What a cut side should get of a class that comes in so few groups: one group where there are
    enough of them.
    """
    if groups < 2:
        return 0.0
    return max(share, 1.0 / groups) if groups > cut_sides else 0.5 / cut_sides


def _give_training_each_class(groups: Sequence[_Group], dealt: list[str]) -> list[str]:
    """Patients with several classes can leave training without one; then the smallest group that
    has it moves there.
    """
    learned = {
        name
        for group, side in zip(groups, dealt, strict=True)
        if side == "train"
        for name in group.classes
    }
    for name in sorted({name for group in groups for name in group.classes} - learned):
        if name not in learned:
            having = [i for i, group in enumerate(groups) if name in group.classes]
            smallest = min(having, key=lambda i: len(groups[i].rows))
            dealt[smallest] = "train"
            learned |= set(groups[smallest].classes)
    return dealt
