"""What do a model's errors share? The share of wrong images in each group beside that of the rest.

All groups of all columns are looked at together, and corrected by Holm's method for their number: a
group is called a pattern only where it errs more often than the rest by more than chance. What this
module does not know: where groups come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medapp.evaluation.comparison import LEVEL, Difference, correct_holm, subtract
from medapp.evaluation.estimates import Units, estimate_share
from medapp.evaluation.intervals import Interval
from medapp.evaluation.metrics import Mask
from medapp.evaluation.notes import HARDLY_ANY
from medapp.evaluation.patients import number_units
from medapp.evaluation.words import write_figure

YES, NO = "yes", "no"  # values of a column that says whether something is there
FEWEST_WITNESSES = 3  # patients with a wrong image that a pattern rests on, or images without them
# Of a column: the group of each image, None where nothing is said; and the groups in their order.
Column = tuple[Sequence[str | None], Sequence[str]]


@dataclass(frozen=True)
class Pattern:
    """One group of images, and how often a model errs in it.

    Attributes:
        column, group: what is said of its images, and what by.
        wrong, n, units: wrong images, images, and patients or images in the group.
        witnesses: of the units, those with a wrong image.
        wrong_elsewhere, n_elsewhere: of images of which the column says something else.
        difference: the share of wrong images in the group less that elsewhere.
        interval: 95%, of this difference alone.
        p: corrected by Holm for all groups that are looked at.
        is_told: the group errs more often, p is below 0.05, and the errors are of at least
            `FEWEST_WITNESSES` units: one patient with many images makes no pattern.
    """

    column: str
    group: str
    wrong: int
    n: int
    units: int
    witnesses: int
    wrong_elsewhere: int
    n_elsewhere: int
    difference: float
    interval: Interval
    p: float
    is_told: bool


@dataclass(frozen=True)
class Patterns:
    """What a model's errors share.

    Attributes:
        wrong, n: images judged wrongly, of how many.
        counted: "patients" or "images": what units are.
        groups: all that were looked at, what is told first, then the largest difference.
        small: groups that are too small to look at, by column and name.
    """

    wrong: int
    n: int
    counted: str
    groups: tuple[Pattern, ...]
    small: tuple[str, ...]

    @property
    def told(self) -> tuple[Pattern, ...]:
        """The groups that are called patterns."""
        return tuple(pattern for pattern in self.groups if pattern.is_told)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with what is found in words."""
        groups = [{**asdict(each), "in_words": state_pattern(each)} for each in self.groups]
        return {**asdict(self), "groups": groups, "in_words": state_patterns(self)}


def find_patterns(
    wrong: Sequence[bool] | Mask,
    judged: Sequence[bool] | Mask,
    patients: Sequence[str | None],
    columns: Mapping[str, Column],
) -> Patterns:
    """The share of wrong images in each group of each column beside that of the column's others.

    Of a column with two groups the one that errs more often stands for both: their differences are
    one and the same. Groups of fewer than `HARDLY_ANY` patients, or that leave fewer elsewhere, are
    not looked at.

    Args:
        wrong: (N,) images judged wrongly.
        judged: (N,) images of which anything is known; others count nowhere.
        patients: (N,) None where unknown.
        columns: by their names; each says the group of each image.
    """
    units, counted, _ = number_units(patients, len(patients))
    errors = np.asarray(wrong, bool)
    known = np.asarray(judged, bool)
    looked: list[_Looked] = []
    small: list[str] = []
    for name, (values, order) in columns.items():
        named = np.array([value if value is not None else "" for value in values], dtype=object)
        spoken = known & (named != "")
        there = [_Looked(name, group, spoken & (named == group), spoken) for group in order]
        large = [one for one in there if one.count_fewest(units) >= HARDLY_ANY]
        small += [f"{name} {one.group}" for one in there if _is_small(one.inside, units)]
        if len(order) == 2 and large:
            large = [max(large, key=lambda one: one.subtract(errors, units).value)]
        looked += large
    differences = {str(place): one.subtract(errors, units) for place, one in enumerate(looked)}
    ps = correct_holm({key: difference.p for key, difference in differences.items()})
    patterns = [
        one.describe(errors, units, differences[key], ps[key])
        for key, one in zip(differences, looked, strict=True)
    ]
    patterns.sort(key=lambda pattern: (not pattern.is_told, -pattern.difference))
    wrong_ones = int((errors & known).sum())
    return Patterns(wrong_ones, int(known.sum()), counted, tuple(patterns), tuple(small))


def _is_small(inside: Mask, units: Units) -> bool:
    return 0 < len(np.unique(units[inside])) < HARDLY_ANY


@dataclass(frozen=True, eq=False)
class _Looked:
    """A group of images beside the others of its column: masks (N,)."""

    column: str
    group: str
    inside: Mask
    spoken: Mask

    @property
    def outside(self) -> Mask:
        """Of which the column says something else."""
        others: Mask = self.spoken & ~self.inside
        return others

    def count_fewest(self, units: Units) -> int:
        """The units of the smaller of both sides."""
        return min(len(np.unique(units[side])) for side in (self.inside, self.outside))

    def subtract(self, errors: Mask, units: Units) -> Difference:
        """The share of errors inside less that outside; a unit may stand on both sides."""
        count = int(units.max()) + 1
        inside, outside = (
            estimate_share(errors, side, units, count) for side in (self.inside, self.outside)
        )
        if inside is None or outside is None:
            raise ValueError(f"{self.column}: {self.group} or its others have no image")
        return subtract(inside, outside)

    def describe(self, errors: Mask, units: Units, difference: Difference, p: float) -> Pattern:
        """The group as it is told."""
        witnesses = len(np.unique(units[errors & self.inside]))
        return Pattern(
            self.column,
            self.group,
            int((errors & self.inside).sum()),
            int(self.inside.sum()),
            len(np.unique(units[self.inside])),
            witnesses,
            int((errors & self.outside).sum()),
            int(self.outside.sum()),
            difference.value,
            difference.interval,
            p,
            p < LEVEL and difference.value > 0 and witnesses >= FEWEST_WITNESSES,
        )


def state_pattern(pattern: Pattern) -> str:
    """How often a model errs in a group, such as "site B: 7 of 12 images are wrong, 9 of 140
    elsewhere".
    """
    return (
        f"{_name(pattern)}: {pattern.wrong:,} of {pattern.n:,} images"
        f" {'is' if pattern.wrong == 1 else 'are'} wrong,"
        f" {pattern.wrong_elsewhere:,} of {pattern.n_elsewhere:,} elsewhere"
    )


def _name(pattern: Pattern) -> str:
    """A group by its column and value, such as "site B"; what is there or not, by the column."""
    return pattern.column if pattern.group == YES else f"{pattern.column} {pattern.group}"


def state_difference(pattern: Pattern) -> str:
    """How much more often, with its interval, and how sure that is."""
    p = "<0.001" if pattern.p < 0.001 else f"{pattern.p:.3f}"
    return f"{write_figure(pattern.difference, pattern.interval)} more, p {p} (Holm)"


def state_patterns(found: Patterns) -> str:
    """What can be told of what errors share, no more."""
    begin = f"{found.wrong:,} of {found.n:,} test images are wrong"
    if not found.wrong:
        return f"None of {found.n:,} test images is wrong"
    if not found.groups:
        return f"{begin}; no column parts them into groups that are large enough to compare"
    groups = f"{len(found.groups)} group{'s' if len(found.groups) > 1 else ''} looked at"
    if not found.told:
        return f"{begin}; in no group more than chance would bring ({groups})"
    first = found.told[0]
    where = _name(first)
    more = f" and {len(found.told) - 1} more" if len(found.told) > 1 else ""
    return f"{begin}, more often than elsewhere in {where}{more} ({groups})"
