"""A model in another place, beside home. What this module does not know: runs, files, networks."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from medapp.evaluation.detection import Detection
from medapp.evaluation.estimates import reach_difference
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import Interval
from medapp.evaluation.operating import OperatingPoint
from medapp.evaluation.predictive import Rate
from medapp.evaluation.subgroups import Subgroups

Verdict = Literal["yes", "no", "label more"]


@dataclass(frozen=True)
class Kind:
    """Whether the images are of the kind that the model learned from.

    Attributes:
        n: images that could be judged so.
        unlike, alien: how many of them are unlike it, alien ones among them, and how many are so
            much unlike that the model does not answer. At home 1 in 100 and 1 in 10,000.
    """

    n: int
    unlike: int
    alien: int


@dataclass(frozen=True)
class OfClass:
    """A class here and at home; None is what is not known.

    Attributes:
        n: images of it here.
        share, share_at_home: how common it is.
        said, said_at_home: the mean probability that the model gives it on its own images.
    """

    n: int
    share: Rate | None
    share_at_home: float | None
    said: Rate | None
    said_at_home: Rate | None

    @property
    def has_drifted(self) -> bool:
        """Whether the model is more or less sure of this class here than at home, beyond doubt.

        How common a class is makes no difference to that.
        """
        if self.said is None or self.said_at_home is None:
            return False
        low, high = bound_difference(self.said, self.said_at_home)
        return low > 0 or high < 0


@dataclass(frozen=True)
class Recalibration:
    """What a change of the logits by images of this place does.

    Attributes:
        method: see `Calibration.method`, of all images together; empty where too few.
        reason: why nothing was tried; empty where it was.
        before, after: mean log loss in nats; `after` on images of patients that the change was not
            found on.
        gain: `before` less `after`, with its 95% interval over patients.
    """

    method: str
    reason: str = ""
    before: float | None = None
    after: float | None = None
    gain: Rate | None = None

    @property
    def helps(self) -> bool:
        """Whether the loss falls beyond chance, and something was changed."""
        return self.method in ("offset", "logistic") and bool(
            self.gain and self.gain.interval[0] > 0
        )


@dataclass(frozen=True)
class Decision:
    """May the model be used here?

    Attributes:
        verdict: "yes", "no", or "label more".
        floor: the least AUROC that was asked for.
        reasons: sentences, the deciding one first.
        needed: how many patients or images would tell; None where the verdict is told, or where
            more than ten times as many would be needed.
    """

    verdict: Verdict
    floor: float
    reasons: tuple[str, ...]
    needed: int | None = None


@dataclass(frozen=True)
class Elsewhere:
    """A model in another place.

    Attributes:
        here: its figures there; `here.notes` say what to know.
        home: its figures on its own test split; None where they did not come with it.
        kind: None where the model cannot tell.
        classes: class → how common, and how sure the model is of it.
        recalibration: by images of this place.
        decision: may it be used.
        point: what the model's threshold does here; None where nothing names the finding.
        sensitivity_at_home, specificity_at_home: of that threshold; None where not known.
        subgroups: the headline figure here by each column that parts these images.
        detection: the images behind `point`; kept in no file.
    """

    here: Evaluation
    home: Evaluation | None
    kind: Kind | None
    classes: dict[str, OfClass]
    recalibration: Recalibration
    decision: Decision
    point: OperatingPoint | None = None
    sensitivity_at_home: Rate | None = None
    specificity_at_home: Rate | None = None
    subgroups: tuple[Subgroups, ...] = ()
    detection: Detection | None = field(default=None, repr=False, compare=False)

    @property
    def difference(self) -> Interval | None:
        """The 95% interval of the AUROC here less that at home; None where one lacks."""
        here, home = show_auroc(self.here), show_auroc(self.home)
        return None if here is None or home is None else bound_difference(here, home)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "here": self.here.to_dict(),
            "home": self.home.to_dict() if self.home else None,
            "kind": asdict(self.kind) if self.kind else None,
            "classes": {
                name: {**asdict(of), "has_drifted": of.has_drifted}
                for name, of in self.classes.items()
            },
            "difference": self.difference,
            "recalibration": {**asdict(self.recalibration), "helps": self.recalibration.helps},
            "decision": asdict(self.decision),
            "operating": self.point.to_dict() if self.point else None,
            "subgroups": [found.to_dict() for found in self.subgroups],
            **{
                f"{name}_at_home": asdict(rate) if rate else None
                for name, rate in (
                    ("sensitivity", self.sensitivity_at_home),
                    ("specificity", self.specificity_at_home),
                )
            },
        }


def show_auroc(evaluation: Evaluation | None) -> Rate | None:
    """The AUROC, of several classes the mean of one against the rest, with its interval."""
    interval = evaluation.intervals.get("macro_auroc") if evaluation else None
    if evaluation is None or evaluation.macro_auroc is None or interval is None:
        return None
    return Rate(evaluation.macro_auroc, interval)


def bound_difference(first: Rate, second: Rate) -> Interval:
    """The 95% interval of a share less another of other patients (Newcombe 1998, method 10).

    That is MOVER of what does not vary together
    (doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I).
    """
    difference = first.value - second.value
    down, up = reach_difference(first, second, 0.0)
    return difference - down, difference + up
