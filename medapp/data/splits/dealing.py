"""Which group of images goes to which split.

Groups are dealt one by one, the largest first, each to the split that lags furthest behind its
share of what has been dealt so far, so that patients with many images and patients with few stand
in every split. A split that a group would overfill is passed over; where each would be, the group
goes where most is lacking in the end: one patient with half of the images leaves the splits their
sizes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Beside the classes all images count as one more: they decide where small classes tie.
_EVERYTHING = "\0"  # no label's name


@dataclass(frozen=True)
class Group:
    """Images that must stay together: their rows, and how many of each class."""

    rows: tuple[int, ...]
    classes: Mapping[str, int]


@dataclass(frozen=True)
class Tally:
    """What one split should get in the end, and holds by now: class → share of its images."""

    split: str
    aims: Mapping[str, float]
    held: dict[str, float]

    def has_room(self, weights: Mapping[str, float]) -> bool:
        """Whether a group, by its share of each class, takes no class beyond what is aimed at."""
        return all(self.held[n] + w <= self.aims[n] + 1e-9 for n, w in weights.items())


def put_rarest_first(groups: Sequence[Group]) -> tuple[list[Group], list[str]]:
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


def deal_groups(
    groups: Sequence[Group], shares: Mapping[str, float], turns: Sequence[str | None]
) -> list[str]:
    """A split for each group, in the order given.

    Args:
        shares: split to be cut → the share of the images that it should get; training gets the
            rest.
        turns: of which of its classes each group goes where most is lacking, before all else;
            None where all count.
    """
    if not groups:
        return []
    images: Counter[str] = Counter()
    groups_of: Counter[str] = Counter()
    for group in groups:
        images.update(group.classes)
        groups_of.update(dict.fromkeys(group.classes, 1))
    total = sum(len(group.rows) for group in groups)
    tallies = [
        Tally(split, aims, dict.fromkeys(aims, 0.0))
        for split, aims in _find_aims(images, groups_of, shares).items()
    ]
    so_far = dict.fromkeys([*images, _EVERYTHING], 0.0)
    dealt = []
    for group, turn in zip(groups, turns, strict=True):
        weights = {name: count / images[name] for name, count in group.classes.items()}
        weights[_EVERYTHING] = len(group.rows) / total
        for name, weight in weights.items():
            so_far[name] += weight
        tally = _find_neediest(tallies, weights, so_far, turn)
        for name, weight in weights.items():
            tally.held[name] += weight
        dealt.append(tally.split)
    return _give_training_each_class(groups, dealt)


def _find_aims(
    images: Mapping[str, int], groups_of: Mapping[str, int], shares: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """What each split should get of each class, and of all images, as a share of them."""
    aims: dict[str, dict[str, float]] = {split: {} for split in ("train", *shares)}
    splits_cut = len(shares)
    for name in images:
        cut = {
            split: _find_share(share, groups_of[name], splits_cut)
            for split, share in shares.items()
        }
        for split in aims:
            aims[split][name] = cut.get(split, 1.0 - sum(cut.values()))
    total = sum(images.values())
    for aim in aims.values():
        aim[_EVERYTHING] = sum(aim[name] * count for name, count in images.items()) / total
    return aims


def _find_neediest(
    tallies: Sequence[Tally],
    weights: Mapping[str, float],
    so_far: Mapping[str, float],
    turn: str | None,
) -> Tally:
    """The split that lacks most of what a group brings; of equal ones the first.

    Args:
        weights: the group's share of all that there is of each class.
        so_far: of each class, the share that is dealt once this group is.
    """
    roomy = [tally for tally in tallies if tally.has_room(weights)]
    whole = so_far if roomy else dict.fromkeys(weights, 1.0)

    def measure_need(tally: Tally) -> tuple[float, float]:
        lags = {name: tally.aims[name] * whole[name] - tally.held[name] for name in weights}
        own = 0.0 if turn is None else lags[turn]
        return round(own, 12), round(sum(w * lags[name] for name, w in weights.items()), 12)

    return max(roomy or tallies, key=measure_need)


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
