"""May a model be used here: yes, no, or are more images needed to tell?"""

from collections.abc import Mapping

from medapp.errors import RecipeError
from medapp.evaluation.elsewhere.record import (
    Decision,
    Kind,
    OfClass,
    Recalibration,
    bound_difference,
    show_auroc,
)
from medapp.evaluation.elsewhere.words import write_change
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.predictive import Rate
from medapp.evaluation.sample_size import find_times_to_reach, round_up
from medapp.evaluation.verdict import find_misses
from medapp.evaluation.words import write_figure, write_interval

MARGIN = 0.1  # how far below home's AUROC a model may fall elsewhere, where nobody says otherwise
FEWEST = 10  # images of each class, below which nothing is decided
MOST_TIMES = 10  # how many times as many images are still worth a number
# A new place seldom suits a model better than its own; images that it has learned from always do.
BETTER_THAN_HOME = (
    "Images that a model has learned from look like this: make sure that its makers cannot have"
    " had these, or others of the same patients."
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
    return _take_off(there)


def _take_off(there: Rate) -> float:
    return max(0.5, there.value - MARGIN)


def decide(
    here: Evaluation,
    home: Evaluation | None,
    kind: Kind | None,
    classes: Mapping[str, OfClass],
    recalibration: Recalibration,
    floor: float,
    could_be_seen: bool = False,
) -> Decision:
    """Yes where the whole interval of the AUROC here is above the floor, no where it is below.

    No also where most images are not of the model's kind. In between more images are needed, as
    many as would move the end of the interval past the floor, all else being equal.

    Args:
        could_be_seen: nothing says which images the model learned from, so that these may be among
            them. Better here than at home, they get no yes.
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
            else "The AUROC cannot be told from these images."
        )
        return Decision(
            "label more", floor, (reason, *_list_reasons(home, found, kind, classes, floor))
        )
    written = (
        f"AUROC here {write_figure(found.value, found.interval)}; asked for: at least {floor:.3f}"
    )
    reasons = _list_reasons(home, found, kind, classes, floor)
    further = (*reasons, *_list_remedies(recalibration))
    low, high = found.interval
    if low >= floor and could_be_seen and _is_better(found, show_auroc(home)):
        reason = (
            f"{written}, which it reaches. But it is better than at home, and which images it"
            " learned from is not known here: these may be among them."
        )
        return Decision("label more", floor, (reason, *further))
    if low >= floor:
        reached = f"{written}, which it reaches."
        return Decision("yes", floor, (reached, *_list_misses(here), *further))
    if high < floor:
        # What cannot tell classes apart is not mended by other probabilities.
        return Decision("no", floor, (f"{written}, which it does not reach.", *reasons))
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


def _list_misses(here: Evaluation) -> list[str]:
    """That too much is missed by the model's decisions, though it ranks images well enough."""
    misses = find_misses(here)
    if misses is None or not misses.are_too_many:
        return []
    return [
        f"As it decides now it misses {misses}. The yes is for how it ranks images: choose a"
        " threshold for this place, or keep a copy that is fitted to it."
    ]


def _is_better(here: Rate, home: Rate | None) -> bool:
    """Whether a model is better here than at home, beyond chance."""
    return home is not None and bound_difference(here, home)[0] > 0


def _list_reasons(
    home: Evaluation | None,
    found: Rate | None,
    kind: Kind | None,
    classes: Mapping[str, OfClass],
    floor: float,
) -> list[str]:
    said = []
    there = show_auroc(home)
    if there is not None and found is not None:
        low, high = bound_difference(found, there)
        written = write_change(found.value - there.value, (low, high))
        told = "less good than" if high < 0 else "better than" if low > 0 else ""
        end = f"it is {told} at home" if told else "the two cannot be told apart"
        at_home = write_figure(there.value, there.interval)
        said.append(f"At home: {at_home}; here less home: {written}, so {end}.")
        if _is_better(found, there):
            said.append(BETTER_THAN_HOME)
        if floor == _take_off(there) and there.value - there.interval[0] > MARGIN:
            said.append(
                f"What is asked of it is home's figure less {MARGIN:g}, and that figure is itself"
                " not known as closely: name the least AUROC that you need."
            )
    if kind is None:
        said.append("Whether the images are of the kind that it learned from, it cannot tell.")
    elif kind.unlike > max(1, 0.02 * kind.n):
        said.append(
            f"{kind.unlike:,} of {kind.n:,} images are unlike those that the model learned from,"
            f" where 1 in 100 is expected; for {kind.alien:,} of them it does not answer."
        )
    for name, of in classes.items():
        if of.has_drifted and of.said and of.said_at_home:
            said.append(
                f"On images of {name} it says {of.said.value:.3f}"
                f" {write_interval(of.said.interval)} on average, at home"
                f" {of.said_at_home.value:.3f}: its probabilities mean something else here."
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
