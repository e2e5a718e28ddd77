"""Rules by which a threshold is chosen, and how a person writes them."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from medapp.errors import RecipeError, RunError
from medapp.evaluation.detection import Detection
from medapp.evaluation.metrics import Floats
from medapp.task.thresholds import FEWEST

Kind = Literal["sensitivity", "specificity", "youden", "cost", "threshold"]
_FLOOR = re.compile(r"(sensitivity|specificity)\s*(?:>=|≥|=)\s*(?P<number>[0-9.]+)\s*(%?)", re.I)
_SET = re.compile(r"threshold\s*(?:>=|≥|=)\s*(?P<number>[0-9.]+(?:e-?\d+)?)", re.I)
_COST = re.compile(r"cost\s*=\s*(?P<number>[0-9.]+(?:e[+-]?\d+)?)", re.I)
WAYS = "sensitivity>=0.95, specificity>=0.9, youden, cost=10, or threshold=0.37"


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        kind: "sensitivity" or "specificity", at least `value`, and of such thresholds the one with
            the highest of the other; "youden", the highest sensitivity + specificity (Youden
            1950); "cost", the lowest cost where a miss costs `value` times as much as a false
            alarm; "threshold", `value` itself, which a person set in sight of the images.
        value: in 0 to 1, or a ratio above 0; of no meaning for "youden".
    """

    kind: Kind
    value: float = 0.0

    def __str__(self) -> str:
        match self.kind:
            case "youden":
                return "highest sensitivity + specificity"
            case "cost":
                return f"a miss costs as much as {self.value:g} false alarms"
            case "threshold":
                return "set by hand"
            case _:
                return f"{self.kind} of at least {self.value:g}"

    def pick(self, sensitivities: Floats, specificities: Floats, prevalence: float) -> int:
        """Which of thresholds (T,), rising, the rule takes; of equal ones the lowest.

        Args:
            sensitivities, specificities: (T,) at each; they begin with 1 and 0, and end with 0 and
                1, so that a floor can be kept.
            prevalence: how common the finding is.

        Raises:
            ValueError: the rule is a threshold that was set, and picks none.
        """
        match self.kind:
            case "youden":
                gains = sensitivities + specificities
            case "cost":
                misses = prevalence * self.value * (1 - sensitivities)
                gains = -(misses + (1 - prevalence) * (1 - specificities))
            case "sensitivity":
                gains = np.where(sensitivities >= self.value - 1e-12, specificities, -1.0)
            case "specificity":
                gains = np.where(specificities >= self.value - 1e-12, sensitivities, -1.0)
            case "threshold":
                raise ValueError("a threshold that was set is not picked")
        # Rounded, so that equal gains stay equal.
        return int(np.argmax(np.round(gains, 12)))


def read_rule(text: str) -> Rule:
    """A rule as a person writes one: see `WAYS`.

    Raises:
        RecipeError: it is none, or its number is out of range.
    """
    asked = text.strip()
    if asked.lower() == "youden":
        return Rule("youden")
    floor = _FLOOR.fullmatch(asked)
    cost = _COST.fullmatch(asked)
    by_hand = _SET.fullmatch(asked)
    match = floor or cost or by_hand
    number = _read_number(match["number"]) if match else None
    if floor and number is not None:
        share = number / 100 if floor[3] else number
        if 0 < share <= 1:
            return Rule(
                "sensitivity" if floor[1].lower() == "sensitivity" else "specificity", share
            )
    if cost and number:
        return Rule("cost", number)
    if by_hand and number is not None and 0 < number < 1:
        return Rule("threshold", number)
    raise RecipeError(
        f"{text!r} is no rule for a threshold.", remedy=f"Write {WAYS}.", setting="operating"
    )


def _read_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def choose_threshold(detection: Detection, rule: Rule, prevalence: float | None = None) -> float:
    """The threshold that a rule takes on these images, midway between two scores that occur.

    A threshold that a person set is taken as it is.

    Args:
        prevalence: of the place where the model is to be used, for a rule that weighs costs; None
            takes that of the images.

    Raises:
        RunError: fewer than `FEWEST` images have the finding, or fewer lack it.
    """
    positives, negatives = int(detection.true.sum()), int((~detection.true).sum())
    if min(positives, negatives) < FEWEST:
        raise RunError(
            f"No threshold can be chosen: {positives:,} of the {detection.noun} of the"
            f" {detection.where} have {detection.name} and {negatives:,} do not, and {FEWEST} of"
            " each are needed.",
            remedy="Take the probability of one half, or a larger validation split.",
        )
    if rule.kind == "threshold":
        return rule.value
    cuts = list_cuts(detection.scores)
    missed = np.searchsorted(np.sort(detection.scores[detection.true]), cuts) / positives
    spared = np.searchsorted(np.sort(detection.scores[~detection.true]), cuts) / negatives
    share = detection.prevalence if prevalence is None else prevalence
    return float(cuts[rule.pick(1 - missed, spared, share)])


def list_cuts(scores: Floats) -> Floats:
    """Every threshold that parts scores (N,) in another way, rising: from all found to none."""
    levels = np.unique(scores)
    between = (levels[:-1] + levels[1:]) / 2
    top = (levels[-1] + 1) / 2 if levels[-1] < 1 else np.nextafter(levels[-1], np.inf)
    cuts: Floats = np.concatenate([[min(0.0, levels[0])], between, [top]])
    return cuts
