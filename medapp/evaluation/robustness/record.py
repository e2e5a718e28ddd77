"""What attacks made of a model's figures, as values and as JSON. No torch here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from medapp.evaluation.intervals import Interval
from medapp.evaluation.locked import Locked, build_locked
from medapp.notes import Note, read_note

LEVELS = 255  # from black to white, in which strengths are said
STRENGTHS = (0, 1, 2, 4, 8)  # levels
STATEMENT = "This certifies nothing: a stronger attack may do worse."
FGSM = "fgsm"
PGD = "pgd"


@dataclass(frozen=True)
class Attack:
    """One way to change images for the worse."""

    title: str
    help: str


ATTACKS = {
    FGSM: Attack("FGSM", "One step along the sign of the gradient (Goodfellow et al. 2015)."),
    PGD: Attack("PGD", "Several smaller steps from a random start (Madry et al. 2018)."),
}


@dataclass(frozen=True)
class Figure:
    """A figure in its own range, None where it is undefined, and its 95% interval."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Robustness:
    """A model's figures against how far each pixel may change.

    Attributes:
        figure: the figure that says first how good a model of its task is.
        chance, majority: what that figure is of guessing, and of saying the commonest.
        levels: strengths in grey levels of 255; the first is 0.
        figures: attack to one table a strength: figure's name to figure.
        n, of: images attacked, of how many in the test split.
        counted, units: what intervals are over, see `Evaluation`.
        steps: of PGD.
        seed: of the choice of images and of random starts.
        model_sha256: of the model's file.
        made: when, in ISO 8601.
        locked: the threshold that decided; None where the most probable class did, or thresholds of
            findings.
    """

    figure: str
    chance: float | None
    majority: float | None
    levels: tuple[float, ...]
    figures: Mapping[str, tuple[Mapping[str, Figure], ...]]
    n: int
    of: int
    counted: str
    units: int
    steps: int
    seed: int
    model_sha256: str
    made: str
    notes: tuple[Note, ...] = ()
    locked: Locked | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the statement that no figure goes without."""
        return {**asdict(self), "statement": STATEMENT}


def read_robustness(values: Mapping[str, Any]) -> Robustness:
    """The inverse of `Robustness.to_dict`.

    Raises:
        KeyError, TypeError, ValueError: the values are damaged.
    """
    facts = {name: value for name, value in values.items() if name != "statement"}
    facts["levels"] = tuple(map(float, facts["levels"]))
    facts["notes"] = tuple(map(read_note, facts["notes"]))
    facts["locked"] = build_locked(facts.get("locked"))
    facts["figures"] = {
        str(attack): tuple(
            {name: _read_figure(figure) for name, figure in point.items()} for point in points
        )
        for attack, points in facts["figures"].items()
    }
    return Robustness(**facts)


def _read_figure(values: Mapping[str, Any]) -> Figure:
    interval = values["interval"]
    return Figure(values["value"], None if interval is None else (interval[0], interval[1]))
