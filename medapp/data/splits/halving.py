"""The validation split in two: images that choose the epoch, and images that calibrate.

Whatever is chosen on images flatters on them. What promises how often a model is right must be
fitted on others.
"""

from collections.abc import Sequence

from medapp.data.samples import Sample
from medapp.data.splits.dealing import deal_groups
from medapp.data.splits.split import find_groups, put_in_order
from medapp.data.splits.strata import find_strata
from medapp.task import Task

FEWEST = 60  # patients, or images where those are unknown, that are divided
_CALIBRATE = "calibrate"


def divide_validation(samples: Sequence[Sample], task: Task) -> tuple[list[Sample], list[Sample]]:
    """The images that choose, and those that calibrate: half each, patients and copies kept whole.

    The same images are divided alike in each run. Where there are too few patients, all images
    choose and none calibrates.

    Args:
        samples: of the validation split.

    Returns:
        Both in the order given.
    """
    hashes = [sample.content_hash for sample in samples]
    copies = [sample.copy_group or sample.content_hash for sample in samples]
    patients = [sample.patient for sample in samples]
    strata = find_strata([sample.label for sample in samples], task)
    groups = find_groups(range(len(samples)), strata, copies, patients)
    if len(groups) < FEWEST:
        return list(samples), []
    groups, turns = put_in_order(groups, hashes, 0, task)
    dealt = deal_groups(groups, {_CALIBRATE: 0.5}, turns)
    calibrates = {
        row
        for group, part in zip(groups, dealt, strict=True)
        if part == _CALIBRATE
        for row in group.rows
    }
    return (
        [sample for row, sample in enumerate(samples) if row not in calibrates],
        [sample for row, sample in enumerate(samples) if row in calibrates],
    )
