"""What attacks made of a model's figures, in sentences."""

from medapp.evaluation.headline import TITLES, write_title
from medapp.evaluation.robustness.record import PGD, STATEMENT, Robustness
from medapp.evaluation.words import write_figure


def state_finding(found: Robustness) -> str:
    """The figure on plain images and under PGD at the largest strength."""
    plain, *_, worst = (point[found.figure] for point in found.figures[PGD])
    return (
        f"{TITLES[found.figure]} falls from {write_figure(plain.value, plain.interval)} to"
        f" {write_figure(worst.value, worst.interval)} where each pixel may change by"
        f" {found.levels[-1]:g} of 255 grey levels for the worse (PGD, {found.steps} steps)."
        f" {STATEMENT}"
    )


def state_references(found: Robustness) -> str:
    """What the figure is of what needs no model; empty where that is not known."""
    if found.chance is None or found.majority is None:
        return ""
    return (
        f"Guessing has a {write_title(found.figure)} of {write_figure(found.chance)}, the commonest"
        f" class alone {write_figure(found.majority)}."
    )


def state_ground(found: Robustness) -> str:
    """Which images were attacked, and what intervals are over."""
    drawn = f"{found.n:,} of {found.of:,} test images, drawn by seed {found.seed}"
    which = drawn if found.n < found.of else f"All {found.n:,} test images"
    return f"{which}; 95% intervals over {found.units:,} {found.counted}."
