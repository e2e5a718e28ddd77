"""What a reader must know before a model's answer to one image: is it of its kind, is it sure?"""

from collections.abc import Mapping, Sequence

from medapp.errors import Remedy
from medapp.evaluation.calibration import Calibration
from medapp.evaluation.familiarity import FAMILIAR_VERDICT, Familiar
from medapp.notes import Note

UNKNOWN = Note(
    "familiarity-unknown",
    "This model cannot tell whether an image is of the kind that it learned from: it answers for"
    " any picture.",
    remedy="Train again with enough validation images, and let the training end.",
)
# Why an image is not answered.
REFUSAL = (
    "Not answered: the image is unlike all that the model learned from. Of their own kind, fewer"
    " than one image in 10,000 is expected to lie so far off. A probability would say nothing."
)
# What sets of classes promise, and what the kind of an image is by.
PROMISE = (
    "For each class by itself, the classes that are left hold the true one as often as promised, in"
    " images of new patients from where the model's own come from."
)
UNSURE = "Not sure"  # what a sentence of several classes that are left begins with


def write_percentile(familiar: Familiar) -> str:
    """How unlike an image is, such as "97%" or "over 99.99%"."""
    if familiar.percentile > 99.99:
        return "over 99.99%"
    # Rounded down, so that what is below a limit is not written as the limit.
    digits = 0 if familiar.percentile < 99 else 2
    return f"{int(familiar.percentile * 10**digits) / 10**digits:.{digits}f}%"


def explain_kind(familiar: Familiar) -> str:
    """By what the kind of an image is told, in sentences."""
    return (
        f"Further from the training images than {write_percentile(familiar)} of their own kind."
        " Above 99% an image counts as unlike; above 99.99% it is answered only when you ask."
    )


def is_unlike(familiar: Familiar | None) -> bool:
    """Whether an image is known not to be of the model's kind: promises do not hold for it."""
    return familiar is not None and familiar.verdict != FAMILIAR_VERDICT


def note_familiar(familiar: Familiar | None) -> list[Note]:
    """That an image which is answered is unlike those that the model learned from."""
    if familiar is None or not is_unlike(familiar):
        return []
    if familiar.is_alien:
        text = (
            "Answered because you asked: the image is unlike all that the model learned from, and"
            " what it says of such an image means nothing."
        )
        return [Note("alien", text, "grave")]
    text = (
        "The image is unlike those that the model learned from: further from them than"
        f" {write_percentile(familiar)} of their own kind. Its figures say nothing of such"
        " images."
    )
    return [Note("unlike", text)]


def note_kind(familiar: Sequence[Familiar | None], data_set: str) -> list[Note]:
    """How many images of a data set are not of the kind that a model learned from.

    Up to one image in a hundred is expected among its own.
    """
    known = [one for one in familiar if one is not None]
    n = len(known)
    unlike = sum(is_unlike(one) for one in known)
    alien = sum(one.is_alien for one in known)
    if not n or unlike <= max(1, 0.02 * n):
        return []
    counted = (
        f"{unlike:,} of {n:,} images of {data_set} are unlike those that the model learned from,"
        f" where 1 in 100 of their own kind is; {alien:,} are so much unlike that Predict does not"
        " answer for them. The figures count them all."
    )
    if alien > n / 2:
        return [Note("alien", f"{counted} They say nothing of the model's own kind.", "grave")]
    return [Note("unlike", counted)]


def note_model(calibration: Calibration | None, knows_kind: bool) -> list[Note]:
    """What holds for each answer of a model: that it is not calibrated, or knows no kind.

    Args:
        knows_kind: whether the model can tell how unlike an image is.
    """
    notes = [] if knows_kind else [UNKNOWN]
    if calibration is None or not calibration.is_calibrated:
        because = f": {calibration.reason}" if calibration and calibration.reason else ""
        text = (
            f"Probabilities are not calibrated{because}. Of images called 0.9, more or fewer than"
            " nine in ten may be right."
        )
        remedy = Remedy("The calibration figure on the model's page shows how far they are off.")
        notes.append(Note("uncalibrated", text, "info", remedy))
    return notes


def describe_sets(sets: Mapping[float, Sequence[str]], has_several: bool) -> list[str]:
    """What the sets of one image say, the lowest level first, levels of which one holds together.

    Args:
        sets: level → what the set holds; of findings as "effusion present".
        has_several: each class is asked for by itself.
    """
    levels: dict[tuple[str, ...], list[str]] = {}
    for level, held in sorted(sets.items()):
        levels.setdefault(tuple(held), []).append(f"{level:.0%}")
    describe = _describe_findings if has_several else _describe_classes
    return [describe(held, " and ".join(said)) for held, said in levels.items()]


def _describe_classes(held: Sequence[str], level: str) -> str:
    if not held:
        return f"No class fits at {level}: the image is unusual for each of them."
    if len(held) == 1:
        return f"At {level} one class is left: {held[0]}."
    return f"{UNSURE} at {level}: {', '.join(held[:-1])} or {held[-1]}."


def _describe_findings(held: Sequence[str], level: str) -> str:
    names = [answer.rsplit(" ", 1)[0] for answer in held]
    unsure = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    return f"{UNSURE} at {level}: {', '.join(unsure)}." if unsure else f"Sure at {level}."
