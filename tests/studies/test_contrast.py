"""A difference in words that its interval supports."""

from dataclasses import replace

import pytest

from medapp.evaluation.comparison import Difference
from medapp.studies.contrast import Contrast, write_difference


def build(value: float, low: float, high: float, p: float, figure: str = "accuracy") -> Contrast:
    difference = Difference(0.9, 0.9 - value, (low, high))
    return Contrast("fine-tune", "probe", figure, difference, p, 97, 60, "patients")


def test_the_better_one_is_named_only_where_the_two_are_told_apart() -> None:
    assert build(0.031, 0.008, 0.054, 0.01).verdict == (
        "fine-tune gains +3.1 points of accuracy [+0.8, +5.4] over probe on 97 test images of 60"
        " patients."
    )
    assert build(-0.031, -0.054, -0.008, 0.01).verdict.startswith(
        "probe gains +3.1 points of accuracy [+0.8, +5.4] over fine-tune on"
    )
    assert build(-0.3, -0.5, -0.1, 0.01, "mean_absolute_error").verdict == (
        "fine-tune is better than probe: −0.300 of mean error in grades [−0.500, −0.100] on 97 test"
        " images of 60 patients."
    )


def test_what_is_not_told_apart_says_how_many_would_be_needed() -> None:
    """A reach of .02 for a difference of .01: (2 · 2.8016 / 1.96)² = 8.17 times 60 patients."""
    assert build(0.01, -0.01, 0.03, 0.33).verdict == (
        "fine-tune and probe cannot be told apart with 97 test images of 60 patients: +1.0 points"
        " of accuracy [−1.0, +3.0]. If it is as large as it looks, about 500 patients would be"
        " needed."
    )
    assert build(0.0, -0.01, 0.01, 1.0).verdict.endswith("would take very many to show.")
    together = replace(build(0.02, 0.001, 0.04, 0.08), compared=3)
    assert "60 patients, as 3 differences are looked at together: +2.0" in together.verdict


def test_seeds_that_differ_as_much_are_not_mended_by_more_patients() -> None:
    by_seeds = replace(build(0.01, -0.02, 0.04, 0.5).difference, seed_reach=0.01)
    contrast = replace(build(0.01, -0.02, 0.04, 0.5), difference=by_seeds)
    assert contrast.verdict.endswith("differ by as much, and more seeds come first.")


@pytest.mark.parametrize(
    ("figure", "said"),
    [("macro_auroc", "+0.031 of macro AUROC"), ("auroc", "+0.031 of AUROC"), ("macro_f1", "F1")],
)
def test_a_difference_has_its_figure_s_unit(figure: str, said: str) -> None:
    assert said in write_difference(figure, Difference(0.9, 0.869, (0.0, 0.0604)))
    assert write_difference(figure, Difference(0, 0, (0, 0))).startswith("0.000 of")
