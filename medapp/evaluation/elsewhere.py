"""Is a model as good in another place as it was at home, and may it be used there?

The figures of another place stand beside those of home, and a verdict says yes, no, or that more
images are needed to tell. What this module does not know: runs, files, networks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from medapp.errors import RecipeError
from medapp.evaluation.estimates import Estimate, Units, estimate_share, inflate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import Interval, find_student
from medapp.evaluation.metrics import Floats, Mask
from medapp.evaluation.patients import number_units
from medapp.evaluation.predictive import Rate
from medapp.evaluation.sample_size import find_times_to_reach, round_up
from medapp.evaluation.words import write_figure, write_interval

Verdict = Literal["yes", "no", "label more"]
MARGIN = 0.1  # how far below home's AUROC a model may fall elsewhere, where nobody says otherwise
FEWEST = 10  # patients or images of each class, below which nothing is decided
MOST_TIMES = 10  # how many times as many images are still worth a number


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
        """Whether the model is as sure of this class here as at home, beyond both intervals.

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
    """

    here: Evaluation
    home: Evaluation | None
    kind: Kind | None
    classes: dict[str, OfClass]
    recalibration: Recalibration
    decision: Decision

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
        }


def show_auroc(evaluation: Evaluation | None) -> Rate | None:
    """The AUROC, of several classes the mean of one against the rest, with its interval."""
    interval = evaluation.intervals.get("macro_auroc") if evaluation else None
    if evaluation is None or evaluation.macro_auroc is None or interval is None:
        return None
    return Rate(evaluation.macro_auroc, interval)


def bound_difference(first: Rate, second: Rate) -> Interval:
    """The 95% interval of a share less another of other patients (Newcombe 1998, method 10).

    The distances to the ends of both intervals are added in squares
    (doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I).
    """
    difference = first.value - second.value
    down = np.hypot(first.value - first.interval[0], second.interval[1] - second.value)
    up = np.hypot(first.interval[1] - first.value, second.value - second.interval[0])
    return float(difference - down), float(difference + up)


def estimate_mean(values: Floats, units: Units, count: int) -> Estimate | None:
    """The mean of values (N,) with a 95% interval over units; None of one unit alone.

    Student's t with the variance of a ratio of sums over units (Cochran 1977, section 3.12).
    """
    sizes = np.bincount(units, minlength=count).astype(float)
    many = int((sizes > 0).sum())
    if many < 2:
        return None
    mean = float(values.mean())
    sums = np.bincount(units, values, minlength=count)
    shifts = inflate((sums - mean * sizes) / len(values), sizes)
    reach = find_student(many - 1) * float(np.linalg.norm(shifts))
    return Estimate(mean, (mean - reach, mean + reach), shifts)


def describe_sureness(
    scores: Floats, true: Mask, groups: Sequence[str | None]
) -> dict[int, tuple[Rate | None, int]]:
    """The mean probability of each class on its own images, and how many those are.

    Args:
        scores: (N, K) probabilities.
        true: (N, K) the class is there.
    """
    units, _, _ = number_units(groups, len(scores))
    found: dict[int, tuple[Rate | None, int]] = {}
    for column in range(scores.shape[1]):
        rows = np.flatnonzero(true[:, column])
        if not len(rows):
            found[column] = None, 0
            continue
        names, own = np.unique(units[rows], return_inverse=True)
        mean = estimate_mean(scores[rows, column], own.astype(np.intp), len(names))
        found[column] = _bound(mean), len(rows)
    return found


def _bound(found: Estimate | None) -> Rate | None:
    if found is None:
        return None
    low, high = found.interval
    return Rate(found.value, (max(low, 0.0), min(high, 1.0)))


def compare_classes(
    classes: Sequence[str],
    scores: ArrayLike,
    true: Mask,
    groups: Sequence[str | None],
    home: Mapping[str, float],
    said_at_home: Mapping[str, Rate],
) -> dict[str, OfClass]:
    """How common each class is, and how sure the model is of it, here and at home.

    Args:
        scores, true: (N, K).
        home: class → how common it was in the test split.
        said_at_home: class → the mean probability on its own test images.
    """
    rows = np.asarray(scores, dtype=float)
    units, _, _ = number_units(groups, len(rows))
    count = int(units.max(initial=-1)) + 1
    everything = np.ones(len(rows), bool)
    sure = describe_sureness(rows, true, groups)
    found = {}
    for column, name in enumerate(classes):
        share = estimate_share(true[:, column], everything, units, count)
        said, n = sure[column]
        found[name] = OfClass(
            n,
            Rate(share.value, share.interval) if share else None,
            home.get(name),
            said,
            said_at_home.get(name),
        )
    return found


def judge_recalibration(
    method: str, reason: str, before: Floats, after: Floats, groups: Sequence[str | None]
) -> Recalibration:
    """What a change gains, from the losses (N,) of each image before and after it.

    Args:
        method, reason: see `Recalibration`.
        after: by changes that were found on images of other patients.
    """
    known = np.isfinite(before) & np.isfinite(after)
    if reason or not known.any():
        return Recalibration("", reason or "nothing is known of the images")
    units, _, _ = number_units(groups, len(before))
    names, own = np.unique(units[known], return_inverse=True)
    gain = estimate_mean((before - after)[known], own.astype(np.intp), len(names))
    return Recalibration(
        method,
        "",
        float(before[known].mean()),
        float(after[known].mean()),
        Rate(gain.value, gain.interval) if gain else None,
    )


def find_floor(home: Evaluation | None, asked: float | None) -> float:
    """The least AUROC that a model must reach: what was asked, or home's less `MARGIN`.

    Raises:
        RecipeError: out of range, or nothing was asked and nothing is known from home.
    """
    if asked is not None:
        if not 0.5 <= asked < 1:
            raise RecipeError(
                f"An AUROC lies between 0.5 (chance) and 1, not at {asked:g}.",
                remedy="Ask for 0.8, for example.",
                setting="floor",
            )
        return asked
    there = show_auroc(home)
    if there is None:
        raise RecipeError(
            "How good the model was at home is not known, so nothing says what to ask of it here.",
            remedy="Name the least AUROC that it must reach.",
            setting="floor",
        )
    return max(0.5, there.value - MARGIN)


def decide(
    here: Evaluation,
    home: Evaluation | None,
    kind: Kind | None,
    classes: Mapping[str, OfClass],
    recalibration: Recalibration,
    floor: float,
) -> Decision:
    """Yes where the whole interval of the AUROC here is above the floor, no where it is below.

    No also where most images are not of the model's kind. In between more images are needed, as
    many as would move the end of the interval past the floor, all else being equal.
    """
    if kind is not None and 2 * kind.alien > kind.n:
        reason = (
            f"{kind.alien:,} of {kind.n:,} images are so unlike those that the model learned from"
            " that it does not answer for them."
        )
        return Decision("no", floor, (reason,))
    found = show_auroc(here)
    rare = [name for name, of in classes.items() if of.n < FEWEST]
    if found is None or rare:
        named = ", ".join(f"{name} ({classes[name].n})" for name in rare)
        reason = (
            f"Too few images of a class to tell anything: {named}."
            if rare
            else ("The AUROC cannot be told from these images.")
        )
        return Decision("label more", floor, (reason, *_list_reasons(home, found, kind, classes)))
    written = f"AUROC here {write_figure(found.value, found.interval)}; asked for: {floor:.3f}"
    further = (*_list_reasons(home, found, kind, classes), *_list_remedies(recalibration))
    low, high = found.interval
    if low >= floor:
        return Decision("yes", floor, (f"{written}, which it reaches.", *further))
    if high < floor:
        return Decision("no", floor, (f"{written}, which it does not reach.", *further))
    times = find_times_to_reach(found.value, found.interval, floor)
    needed = None
    more = f"many more {here.counted} than these {here.units:,} would be needed to tell"
    if times is not None and times <= MOST_TIMES:
        needed = round_up(here.units * times)
        more = f"about {needed:,} {here.counted} in place of {here.units:,} would tell"
    return Decision(
        "label more",
        floor,
        (f"{written}: whether it reaches that cannot be told; {more}.", *further),
        needed,
    )


def _list_reasons(
    home: Evaluation | None, found: Rate | None, kind: Kind | None, classes: Mapping[str, OfClass]
) -> list[str]:
    said = []
    there = show_auroc(home)
    if there is not None and found is not None:
        low, high = bound_difference(found, there)
        written = f"{found.value - there.value:+.3f} [{low:+.3f}, {high:+.3f}]"
        told = "less good than" if high < 0 else "better than" if low > 0 else ""
        end = f"it is {told} at home" if told else "the two cannot be told apart"
        at_home = write_figure(there.value, there.interval)
        said.append(f"At home: {at_home}; here less home: {written}, so {end}.")
    if kind is not None and kind.unlike > max(1, 0.02 * kind.n):
        said.append(
            f"{kind.unlike:,} of {kind.n:,} images are unlike those that the model learned from,"
            f" where 1 in 100 is expected; for {kind.alien:,} of them it does not answer."
        )
    for name, of in classes.items():
        if of.has_drifted and of.said and of.said_at_home:
            said.append(
                f"On images of {name} it says {of.said.value:.2f}"
                f" {write_interval(of.said.interval)} on average, at home"
                f" {of.said_at_home.value:.2f}: its probabilities mean something else here."
            )
    return said


def _list_remedies(recalibration: Recalibration) -> list[str]:
    if recalibration.helps and recalibration.gain is not None:
        gain = recalibration.gain
        return [
            f"Recalibrate it by these images: the log loss falls by {gain.value:.3f}"
            f" {write_interval(gain.interval)} on patients that the change was not found on."
        ]
    if recalibration.reason:
        return [f"Whether its probabilities hold here was not examined: {recalibration.reason}."]
    return ["That recalibrating it by these images makes its probabilities better is not shown."]
