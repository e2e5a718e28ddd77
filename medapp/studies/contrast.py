"""A difference between two runs, or two ways of training, in words that its interval supports."""

from dataclasses import dataclass
from typing import Any

from medapp.evaluation.comparison import LEVEL, Difference
from medapp.evaluation.headline import write_title

# Figures that people state in points of a hundred; the others in their own unit.
IN_POINTS = ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "macro_sensitivity")
LOWER_IS_BETTER = ("mean_absolute_error",)
MOST_NEEDED = 100_000  # patients; what would need more is not worth a number


@dataclass(frozen=True)
class Contrast:
    """One of several differences that are looked at together.

    Attributes:
        a, b: what is compared.
        figure: its key, such as "balanced_accuracy".
        difference: a's figure less b's.
        p: corrected for how many differences are looked at.
        n: images; units: patients where they are known, else images; counted: which of the two.
        compared: how many differences are looked at together.
        noun: what n counts: images, or patients who are judged as a whole.
    """

    a: str
    b: str
    figure: str
    difference: Difference
    p: float
    n: int
    units: int
    counted: str
    compared: int = 1
    noun: str = "images"

    @property
    def is_told(self) -> bool:
        """Whether the two are told apart."""
        return self.p < LEVEL

    @property
    def verdict(self) -> str:
        """What can be said, in a sentence or two."""
        return f"{self.claim}.{'' if self.is_told else self._state_needed()}"

    @property
    def claim(self) -> str:
        """Which of the two is better, or that they cannot be told apart, without a full stop."""
        is_gain = (self.difference.value > 0) != (self.figure in LOWER_IS_BETTER)
        is_turned = self.is_told and not is_gain
        shown = self.difference.turn() if is_turned else self.difference
        size = write_difference(self.figure, shown)
        is_apart = self.counted == "patients" != self.noun
        of_units = f" of {self.units:,} {self.counted}" if is_apart else ""
        images = f"{self.n:,} test {self.noun}{of_units}"
        better, worse = (self.b, self.a) if is_turned else (self.a, self.b)
        if self.is_told and self.figure in LOWER_IS_BETTER:
            return f"{better} is better than {worse}: {size} on {images}"
        if self.is_told:
            return f"{better} gains {size} over {worse} on {images}"
        low, high = self.difference.interval
        together = ""
        if low > 0 or high < 0:
            together = f", as {self.compared} differences are looked at together"
        return f"{better} and {worse} cannot be told apart with {images}{together}: {size}"

    def _state_needed(self) -> str:
        factor = self.difference.find_needed(self.compared)
        if factor is None and self.difference.value:
            return (
                f" More {self.counted} alone would not show it: from seed to seed the figures"
                " differ by as much, and more seeds come first."
            )
        if factor is None or factor * self.units > MOST_NEEDED:
            return " So small a difference would take very many to show."
        count = max(_round(factor * self.units), self.units + 1)
        return f" If it is as large as it looks, about {count:,} {self.counted} would be needed."

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "figure": self.figure,
            "of_a": self.difference.first,
            "of_b": self.difference.second,
            "difference": self.difference.value,
            "interval": list(self.difference.interval),
            "p": self.p,
            "told_apart": self.is_told,
            "n": self.n,
            "units": self.units,
            "counted": self.counted,
            "verdict": self.verdict,
        }


def write_difference(figure: str, difference: Difference, with_title: bool = True) -> str:
    """A difference with its sign, its unit and its 95% interval.

    Args:
        with_title: name the figure too.
    """
    is_in_points = figure in IN_POINTS
    factor, digits = (100, 1) if is_in_points else (1, 3)
    values = (difference.value, *difference.interval)
    said, low, high = (_sign(factor * value, digits) for value in values)
    unit = " points" if is_in_points else ""
    return f"{said}{unit}{f' of {write_title(figure)}' if with_title else ''} [{low}, {high}]"


def _sign(value: float, digits: int) -> str:
    """A number with a plus or a minus; what rounds to nothing has neither."""
    written = f"{abs(value):.{digits}f}"
    if not float(written):
        return written
    return f"{'+' if value > 0 else '−'}{written}"


def _round(count: float) -> int:
    """To two digits, upwards: more would claim to know it."""
    whole = int(count) + 1
    step: int = 10 ** max(len(str(whole)) - 2, 0)
    return -(-whole // step) * step
