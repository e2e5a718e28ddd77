"""Where decisions stand in the plane of a ROC curve."""

from dataclasses import dataclass
from typing import Any

from medapp.evaluation.estimates import Estimate, Units, estimate_share
from medapp.evaluation.metrics import Mask


@dataclass(frozen=True)
class RocPoint:
    """Who calls a share of the images with the finding, and spares a share of those without it.

    Attributes:
        name: who, and from which rating on where there are several points.
        sensitivity, specificity: with 95% intervals.
    """

    name: str
    sensitivity: Estimate
    specificity: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        rates = {"sensitivity": self.sensitivity, "specificity": self.specificity}
        written = {
            title: {"value": rate.value, "interval": list(rate.interval)}
            for title, rate in rates.items()
        }
        return {"name": self.name, **written}


def find_point(
    name: str, called: Mask, true: Mask, false: Mask, units: Units, count: int
) -> RocPoint | None:
    """The point of decisions; None without images that have the finding, or that lack it.

    Args:
        called: (N,) the finding was called.
        true, false: (N,) the finding is known to be there, or not to be there.
        units: (N,) the number of each image's unit, 0 … count - 1.
    """
    sensitivity = estimate_share(called, true, units, count)
    specificity = estimate_share(~called, false, units, count)
    if sensitivity is None or specificity is None:
        return None
    return RocPoint(name, sensitivity, specificity)
