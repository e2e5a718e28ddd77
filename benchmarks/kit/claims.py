"""What a benchmark claims: a figure, what it was measured against, and what was aimed at."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One figure.

    Attributes:
        line: which question of the table it answers, such as "4a".
        against: the reference of the same run; empty where the figure stands alone.
        unit: "×" for a ratio.
        is_ceiling: the figure should not be above the aim; else not below it.
    """

    line: str
    what: str
    against: str
    figure: float
    aim: float
    unit: str = "×"
    is_ceiling: bool = False

    @property
    def is_met(self) -> bool:
        return self.figure <= self.aim if self.is_ceiling else self.figure >= self.aim

    def __str__(self) -> str:
        beside = f" beside {self.against}" if self.against else ""
        return (
            f"{self.line}: {self.what}{beside}: {self.figure_text} (aim {self.aim_text}):"
            f" {self.verdict}"
        )

    @property
    def figure_text(self) -> str:
        return f"{self.figure:{',.0f' if abs(self.figure) >= 1000 else '.3g'}} {self.unit}".strip()

    @property
    def aim_text(self) -> str:
        return f"{'≤' if self.is_ceiling else '≥'} {self.aim:g} {self.unit}".strip()

    @property
    def verdict(self) -> str:
        return "met" if self.is_met else "missed"


def build_table(claims: Iterable[Claim]) -> str:
    """A Markdown table, a claim a row."""
    lines = [
        "| line | claim | reference of the same run | figure | aim | |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {c.line} | {c.what} | {c.against or '–'} | {c.figure_text} | {c.aim_text} |"
        f" {c.verdict} |"
        for c in claims
    ]
    return "\n".join(lines)
