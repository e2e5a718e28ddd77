"""What ordinary faults made of a model's figures, as values and as JSON. No torch here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from medapp.evaluation.intervals import Interval
from medapp.evaluation.locked import Locked, build_locked
from medapp.imaging.faults import FAULTS
from medapp.notes import Note, read_note


@dataclass(frozen=True)
class Figure:
    """A figure in its own range, and its 95% interval."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Level:
    """What one strength of a fault did.

    Attributes:
        strength: in the fault's own unit.
        figure: the headline figure on the changed images; None where it is undefined.
        drop: the figure without a change less that, of the same images; below 0 for a gain.
        flipped: the share of images of which something else is decided.
        unlike: the share of images that the model calls unlike its own kind, the alien among them;
            None where it cannot tell.
        alien: the share of images that the model refuses to answer for.
    """

    strength: float
    figure: Figure | None
    drop: Figure | None
    flipped: Figure
    unlike: Figure | None
    alien: Figure | None


@dataclass(frozen=True)
class Stress:
    """A model's headline figure against how far ordinary faults go.

    Attributes:
        figure: its name, see `medapp.evaluation.headline.TITLES`.
        chance, majority: what that figure is of guessing, and of saying the commonest.
        plain: what holds without a change; its strength is 0.
        faults: name in `medapp.imaging.faults.FAULTS` to a level a strength, the mildest first.
        n, of: images changed, of how many in the test split.
        asked: how many were asked for at most.
        counted, units: what intervals are over, see `Evaluation`.
        image_size: side of the square that was changed, in px.
        seed: of the choice of patients and of what is random in a change.
        model_sha256: of the model's file.
        made: when, in ISO 8601.
        locked: the threshold that decided; None where the most probable class did, or thresholds of
            findings.
    """

    figure: str
    chance: float | None
    majority: float | None
    plain: Level
    faults: Mapping[str, tuple[Level, ...]]
    n: int
    of: int
    asked: int
    counted: str
    units: int
    image_size: int
    seed: int
    model_sha256: str
    made: str
    notes: tuple[Note, ...] = ()
    locked: Locked | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def read_stress(values: Mapping[str, Any]) -> Stress:
    """The inverse of `Stress.to_dict`.

    Raises:
        KeyError, TypeError, ValueError: the values are damaged, or name a fault that is not known.
    """
    facts = dict(values)
    facts["notes"] = tuple(map(read_note, facts["notes"]))
    facts["locked"] = build_locked(facts.get("locked"))
    facts["plain"] = _read_level(facts["plain"])
    facts["faults"] = {
        name: tuple(map(_read_level, levels)) for name, levels in facts["faults"].items()
    }
    if strangers := set(facts["faults"]) - set(FAULTS):
        raise ValueError(f"no such fault: {', '.join(sorted(strangers))}")
    return Stress(**facts)


def _read_level(values: Mapping[str, Any]) -> Level:
    figures = ("figure", "drop", "flipped", "unlike", "alien")
    return Level(values["strength"], *(_read_figure(values[name]) for name in figures))  # type: ignore[arg-type]


def _read_figure(values: Mapping[str, Any] | None) -> Figure | None:
    if values is None:
        return None
    low, high = values["interval"]
    return Figure(float(values["value"]), (low, high))
