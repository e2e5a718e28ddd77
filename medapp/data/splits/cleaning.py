"""A split made clean: the fewest images move so that copies and patients stand in one split."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from medapp.data.catalog import Catalog
from medapp.data.edits import MOVE, Change, apply_edits
from medapp.data.samples import NO_SPLIT, DataSet, Sample
from medapp.data.splits.redrawing import draw_splits, redraw_split
from medapp.data.splits.split import find_groups
from medapp.task import find_task
from medapp.task.task import Task

REASON = "clean split: copies, and images of one patient, in one split"
# Where images of a group stand in two splits alike, the group goes to the first of these, so that
# what is judged on stays as it was published.
PREFERRED = ("test", "validation", "train", NO_SPLIT)
# A split that keeps less than this share of its images is no longer that split.
LEAST_KEPT = 0.5
SEED = 0  # of a split that is drawn anew


@dataclass(frozen=True)
class Cleaning:
    """What became of a split.

    Attributes:
        moved: how many images stand in another split than before.
        is_drawn_anew: the split could not be mended, and was drawn anew.
    """

    data_set: DataSet
    moved: int
    is_drawn_anew: bool = False

    def describe(self) -> str:
        """What was done, in one sentence."""
        name = self.data_set.name
        if self.is_drawn_anew:
            return (
                f"{name}: so many copies or patients stood in two splits that the split was drawn"
                f" anew; {self.moved:,} images moved."
            )
        if not self.moved:
            return f"{name}: no copy and no patient stands in two splits; nothing was moved."
        return f"{name}: {self.moved:,} images moved to the split of their copies or patient."


def make_clean_split(catalog: Catalog, data_set: DataSet) -> Cleaning:
    """Move torn groups of copies and patients, each whole, to the split where most of it stands.

    The moves stand in the log. Where a split would lose a class, or half of its images, moving is
    no way, and the split is drawn anew.
    """
    samples = catalog.load_samples(data_set)
    splits, is_drawn_anew = plan_clean_split(samples, find_task(data_set.task))
    before = [sample.split for sample in samples]
    if is_drawn_anew:
        drawn = redraw_split(catalog, data_set, SEED)
        after = [sample.split for sample in catalog.load_samples(drawn)]
        moved = sum(old != new for old, new in zip(before, after, strict=True))
        return Cleaning(drawn, moved, is_drawn_anew=True)
    changes = [
        Change(sample.id, MOVE, split)
        for sample, split in zip(samples, splits, strict=True)
        if split != sample.split
    ]
    if not changes:
        return Cleaning(data_set, 0)
    return Cleaning(apply_edits(catalog, data_set, changes, REASON), len(changes))


def plan_clean_split(samples: Sequence[Sample], task: Task) -> tuple[list[str], bool]:
    """The split of each sample (N,) made clean, and whether it is drawn anew; nothing is stored."""
    splits = choose_splits(samples)
    if _is_sound(samples, [sample.split for sample in samples], splits, task):
        return splits, False
    return draw_splits(samples, task, SEED), True


def choose_splits(samples: Sequence[Sample]) -> list[str]:
    """The split of each sample (N,) after torn groups have moved."""
    splits = [sample.split for sample in samples]
    groups = find_groups(
        range(len(samples)),
        [(sample.label,) for sample in samples],
        [sample.copy_group or sample.content_hash for sample in samples],
        [sample.patient for sample in samples],
    )
    for group in groups:
        counts = Counter(splits[row] for row in group.rows)
        chosen = max(counts, key=lambda split: (counts[split], -PREFERRED.index(split)))
        for row in group.rows:
            splits[row] = chosen
    return splits


def _is_sound(
    samples: Sequence[Sample], before: Sequence[str], after: Sequence[str], task: Task
) -> bool:
    """Whether each split keeps its classes, and most of its images."""
    sizes = Counter(before), Counter(after)
    if any(sizes[1][split] < LEAST_KEPT * images for split, images in sizes[0].items()):
        return False
    classes = [
        {(split, label) for s, split in pairs for label in task.list_labels(s.label)}
        for pairs in (zip(samples, before, strict=True), zip(samples, after, strict=True))
    ]
    return classes[0] <= classes[1]
