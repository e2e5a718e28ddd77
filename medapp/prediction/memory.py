"""What a model's file says of its own answers, in values and in words. No torch here."""

from pathlib import Path

from medapp.errors import WeightsError
from medapp.evaluation.calibration import HOW, TEMPERATURE, UNCHANGED, Calibration, read_calibration
from medapp.evaluation.conformal import Conformal, read_conformal
from medapp.evaluation.familiarity import Familiarity, read_familiarity
from medapp.models.carried import read_carried, read_metadata

FAMILIARITY = "familiarity."  # what the names of its arrays in a model's file begin with


def load_familiarity(path: Path) -> Familiarity | None:
    """What a model remembers of its own kind of image; None where its file says nothing of it.

    Raises:
        WeightsError: the file is damaged.
    """
    arrays = {
        name.removeprefix(FAMILIARITY): array
        for name, array in read_carried(path).items()
        if name.startswith(FAMILIARITY)
    }
    if not arrays:
        return None
    try:
        return read_familiarity(arrays)
    except (KeyError, ValueError, IndexError) as error:
        raise WeightsError(
            f"What {path.name} remembers of its images is damaged.", remedy="Train the run again."
        ) from error


def describe_memory(path: Path) -> list[str]:
    """How far a model's answers reach, in sentences; none for a file that says nothing of it.

    Raises:
        WeightsError: the file is damaged.
    """
    metadata = read_metadata(path)
    calibration = read_calibration(metadata)
    conformal = read_conformal(metadata)
    if calibration is None or conformal is None:
        return []
    found = [
        describe_calibration(calibration),
        describe_promise(conformal),
        describe_familiarity(load_familiarity(path)),
    ]
    return [sentence for sentence in found if sentence]


def describe_calibration(found: Calibration) -> str:
    """How probabilities were calibrated, or why they were not, in a sentence."""
    if not found.is_calibrated:
        return f"Probabilities are not calibrated: {found.reason}."
    seen = f"{found.images:,} {found.where}"
    if found.method == UNCHANGED:
        return (
            f"Probabilities were examined on {seen}, and left as they are: no scale makes them"
            " better by more than chance."
        )
    how = HOW[found.method]
    if found.method == TEMPERATURE:
        how = f"one temperature, {1 / found.scale[0]:.2f}"
    return (
        f"Probabilities are calibrated on {seen} ({how}): log loss {found.before:.3f} before,"
        f" {found.after:.3f} after."
    )


def describe_promise(found: Conformal) -> str:
    """Which levels sets of classes are promised at, or why at none, in a sentence."""
    if not sum(found.patients):
        return ""
    refused = [level for level in found.limits if level not in found.levels]
    said = ""
    if found.levels:
        levels = " and ".join(f"{level:.0%}" for level in found.levels)
        said = f"Sets of classes are promised at {levels}, for each class by itself."
    if refused:
        levels = " and ".join(f"{level:.0%}" for level in refused)
        needed = max(round(1 / (1 - level)) - 1 for level in refused)
        fewest = min(found.patients)
        said += (
            f" No sets are promised at {levels}: the rarest class has {fewest} patients or images"
            f" to calibrate on, and {needed} are needed."
        )
    return said.strip()


def describe_familiarity(found: Familiarity | None) -> str:
    """From how many images a model knows its own kind, in a sentence."""
    if found is None:
        return (
            "The model cannot tell whether an image is of its kind: it had too few training or"
            " validation images to learn what is usual."
        )
    return (
        f"The model knows its own kind of image from {found.learned:,} training and"
        f" {found.held_out:,} validation images."
    )
