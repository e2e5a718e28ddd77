"""How much a heatmap is worth: each is scaled to its own maximum, and looks as hot as any other;
each is drawn smooth, of however few cells it was made.

Works on plain arrays. A strength compares the classes of one image; a page dims a map by it.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FAINT = 0.05  # strength below which a map carries next to nothing
MOST_FEW = 4  # cells along the shorter side, up to which a map tells places only roughly
LEAST_LOGIT = 0.1  # evidence that moves a probability of one half by 0.025


def compare_evidence(evidence: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """The strength of each class's heatmap, 0 to 1, within its image: (…, K).

    A class's evidence (what the places that speak for it add to its logit) counts as far as the
    model believes the class; without its probability, a class that is spoken for by much and
    against by more would look like the prediction. The product is divided by the largest of the
    image's classes, and by `LEAST_LOGIT` where all are smaller, so that a class has strength 1 only
    if no other has more and its evidence matters.

    Args:
        evidence: (…, K) from 0, in logits, see `explain.measure_evidence`.
        probabilities: (…, K) in 0 to 1.
    """
    weights = np.asarray(evidence, dtype=float) * np.asarray(probabilities, dtype=float)
    weights = np.where(np.isfinite(weights), weights, 0)
    strongest = weights.max(axis=-1, keepdims=True, initial=0)
    return np.asarray(weights / np.maximum(strongest, LEAST_LOGIT))


def describe_strength(strength: float, evidence: float, class_name: str) -> str:
    """How much a class's map is worth, in a sentence; says so where it is next to nothing."""
    written = write_strength(strength)
    adds = f"what speaks for {class_name} adds {evidence:.2g} to its logit"
    if strength >= 0.995:
        return f"Strength {written}: {adds}, and no class of this image weighs more."
    if strength >= FAINT:
        return f"Strength {written} of the strongest class's map: {adds}."
    return (
        f"Strength {written}: this map carries next to nothing, however hot its places look once"
        f" stretched; {adds}."
    )


def describe_contrast(evidence: float, class_name: str, other: str) -> str:
    """How much a map is worth that contrasts a class with another, in a sentence."""
    return (
        f"Why {class_name} and not {other}: what speaks for the one more than for the other adds"
        f" {evidence:.2g} to the difference of their logits."
    )


def describe_cells(cells: tuple[int, int]) -> str | None:
    """That a map of so few cells (height and width) is coarse; None where there are enough."""
    if min(cells) > MOST_FEW:
        return None
    height, width = cells
    return (
        f"The heatmap has {height} × {width} cells at this image size; learn from larger images for"
        " a finer one."
    )


def describe_stage(stage: str, cells: tuple[int, int]) -> str:
    """What it means that a map was read from a chosen stage, of so many cells."""
    height, width = cells
    return (
        f"Read from {stage} ({height} × {width} cells). Earlier stages are finer and less about the"
        " class: they tell edges and textures, which the later stages make a class of."
    )


def write_strength(strength: float) -> str:
    """A strength in percent, and never 0% for what is a little more."""
    return "below 1%" if 0 < strength < 0.01 else f"{strength:.0%}"
