"""A threshold set by hand: a point moved along the ROC curve of the images that choose."""

import streamlit as st

from medapp.evaluation.detection import Detection
from medapp.evaluation.operating import OperatingPoint
from medapp.evaluation.rules import Rule, choose_threshold, list_cuts
from medapp.figures.thinning import thin_out
from medapp.ui.shell import url

BY_HAND = Rule("threshold")  # before a threshold was set
MOST_STEPS = 200


def set_threshold(choosing: Detection, own: float) -> Rule:
    """Draw the slider that moves the point; gives the rule of where it stands.

    Args:
        own: where it stands first.

    Raises:
        RunError: there are too few images to choose on.
    """
    choose_threshold(choosing, Rule("threshold", own))
    steps = list_steps(choosing)
    nearest = min(steps, key=lambda step: abs(float(step) - own))
    chosen = st.select_slider(
        "Threshold: to the left more are found, to the right fewer are called back for nothing",
        steps,
        url.read_choice("at", steps) or nearest,
        format_func=lambda step: f"{float(step):.3g}",
        width=560,
        **url.bind("at", nearest),
    )
    return Rule("threshold", float(chosen))


def list_steps(choosing: Detection) -> list[str]:
    """Where the point can stand, rising: between scores that occur, as texts of six digits."""
    cuts = [f"{cut:.6g}" for cut in list_cuts(choosing.scores)]
    inside = list(dict.fromkeys(cut for cut in cuts if 0 < float(cut) < 1))
    return [inside[place] for place in thin_out(len(inside), MOST_STEPS)]


def state_images(point: OperatingPoint, where: str) -> str:
    """Of which images the figures beside the slider are, and who judges the threshold."""
    return (
        f"{point.finding} counts as found from {point.threshold:.3g} on. Figures and curves are of"
        f" the {point.n:,} {point.noun} of the {where}, on which you choose, so they flatter a"
        " little; no test image stands in them. Lock the threshold, and the test images judge it."
        f" 95% intervals over {point.units:,} {point.counted}; those of PPV and NPV take the"
        " prevalence as known."
    )
