"""What a step's loss comes to, added up over the parts that the batch is computed in."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sums:
    """A share of a batch's mean loss, what it is the sum of, and how many images were right."""

    total: float
    right: int
    terms: dict[str, float]

    @classmethod
    def add_up(cls, parts: Sequence["Sums"]) -> "Sums":
        """The sums of all parts; a term that a part lacks is 0 there."""
        names = dict.fromkeys(name for part in parts for name in part.terms)
        terms = {name: sum(part.terms.get(name, 0.0) for part in parts) for name in names}
        return cls(sum(part.total for part in parts), sum(part.right for part in parts), terms)
