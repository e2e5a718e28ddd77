"""The tests that journals ask for beside a difference: DeLong's and McNemar's, in words.

They are facts beside the verdict, which goes by the interval of the difference: with few patients,
or nearly perfect models, that interval claims less than these tests do
(`benchmarks.accuracy.coverage_differences`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medapp.evaluation.case import Case
from medapp.evaluation.delong import compare_aurocs
from medapp.evaluation.estimates import Estimate, Units
from medapp.evaluation.headline import write_title
from medapp.evaluation.mcnemar import McNemar, compare_shares
from medapp.evaluation.words import write_figure, write_often
from medapp.studies.judged import Judged, Key

AUROCS = ("auroc", "macro_auroc")
# What is said of all such tests together.
CAPTION = (
    "Each test stands for itself, without a correction for how many there are. The verdict goes by"
    " the interval of the difference."
)


@dataclass(frozen=True)
class PairedTest:
    """One test of two models on the same images.

    Attributes:
        a, b: what is compared.
        name: of the test.
        figure: the key of what it is about.
        p: two-sided.
        meaning: what was seen, and how often chance alone shows as much, in a sentence.
        error: the standard error of the difference; None of an exact test.
        only_a, only_b: images that one alone is right on; None where ranks are tested.
    """

    a: str
    b: str
    name: str
    figure: str
    p: float
    meaning: str
    error: float | None = None
    only_a: int | None = None
    only_b: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "test": self.name,
            "figure": self.figure,
            "p": self.p,
            "standard_error": self.error,
            "only_a_right": self.only_a,
            "only_b_right": self.only_b,
            "meaning": self.meaning,
        }


def list_tests(
    first: Judged,
    second: Judged,
    keys: Sequence[Key],
    figures: tuple[dict[str, Estimate], dict[str, Estimate]],
    called: tuple[str, str],
) -> Iterator[PairedTest]:
    """The tests that two models' answers to the same images allow.

    Args:
        keys: of the images.
        figures: of both on these images.
        called: what both are called.
    """
    units = first.number_units(keys)
    cases = first.build_case(keys), second.build_case(keys)
    key = next((key for key in AUROCS if all(key in found for found in figures)), "")
    if key and _has_sides(cases[0], units):
        yield from _test_ranks(key, figures[0][key], figures[1][key], units, called)
    if all("accuracy" in found for found in figures):
        known = cases[0].judged
        first_right, second_right = (case.right[known] for case in cases)
        found = compare_shares(first_right, second_right, units[known])
        yield _say_decisions(found, _are_several(units), called)


def _test_ranks(
    key: str, first: Estimate, second: Estimate, units: Units, called: tuple[str, str]
) -> Iterator[PairedTest]:
    found = compare_aurocs(first, second)
    if found is None:
        return
    how = ", clustered by patient" if _are_several(units) else ""
    a, b = called
    meaning = (
        f"{write_title(key)} {write_figure(first.value)} ({a}) and {write_figure(second.value)}"
        f" ({b}): were both equally good at ranking images, chance alone would part them so far"
        f" {write_often(found.p)}."
    )
    name = f"DeLong's test{how}"
    yield PairedTest(a, b, name, key, found.p, meaning[:1].upper() + meaning[1:], found.error)


def _say_decisions(found: McNemar, is_clustered: bool, called: tuple[str, str]) -> PairedTest:
    a, b = called
    how = ", whole patients" if is_clustered else ""
    meaning = (
        f"{a} alone is right on {found.only_first:,}, {b} alone on {found.only_second:,}: were both"
        f" right equally often, chance alone would part them so unevenly {write_often(found.p)}."
    )
    name = f"McNemar's exact test{how}"
    counts = found.only_first, found.only_second
    return PairedTest(a, b, name, "accuracy", found.p, meaning, None, *counts)


def _are_several(units: Units) -> bool:
    """Whether a patient has several images."""
    return len(np.unique(units)) < len(units)


def _has_sides(case: Case, units: Units) -> bool:
    """Whether each class that is ranked has two patients with it, and two without."""
    sides = [
        min(len(np.unique(units[true])), len(np.unique(units[false])))
        for true, false in zip(case.true.T, case.false.T, strict=True)
        if true.any() and false.any()
    ]
    return min(sides, default=0) > 1
