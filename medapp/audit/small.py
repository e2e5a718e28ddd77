"""Classes that are too small to be judged, and classes that many images of others outweigh."""

from collections.abc import Iterator

import numpy as np

from medapp.audit.finding import Finding
from medapp.audit.ground import Ground
from medapp.audit.questions import number_groups
from medapp.data.few_groups import FEW_GROUPS
from medapp.data.notes import count
from medapp.store.threads import OnProgress
from medapp.task import find_task

# So many times as many images as another class: accuracy then says little of the smaller one.
UNEVEN = 10


def find_small_classes(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Classes with few pictures or patients to judge on, and classes of very uneven size."""
    task = find_task(ground.data_set.task)
    named = [set(task.list_labels(sample.label)) for sample in ground.samples]
    groups = number_groups(ground.samples)
    sizes = {label: sum(label in names for names in named) for label in ground.data_set.classes}
    whose = {label: len(np.unique(groups[[label in names for names in named]])) for label in sizes}
    return [*_find_small(whose, task.nouns), *_find_uneven(sizes, task.nouns)]


def _find_small(whose: dict[str, int], nouns: str) -> Iterator[Finding]:
    small = {label: number for label, number in whose.items() if number < FEW_GROUPS}
    if small:
        listed = ", ".join(f"{label} ({number:,})" for label, number in small.items())
        text = (
            f"Few patients, or pictures that are no copies, show these {nouns}: {listed}. However"
            " they are split, figures on them are mostly chance."
        )
        yield Finding("small_class", "caution", text, remedy="Add images, or derive a set without.")


def _find_uneven(sizes: dict[str, int], nouns: str) -> Iterator[Finding]:
    present = {label: number for label, number in sizes.items() if number}
    if len(present) < 2:
        return
    least = min(present, key=present.__getitem__)
    most = max(present, key=present.__getitem__)
    if present[most] >= UNEVEN * present[least]:
        text = (
            f"The {nouns} are uneven: {count(present[most], 'image', 'images')} of {most},"
            f" {present[least]:,} of {least}. Accuracy says little of {least}."
        )
        remedy = f"Read the figures of each of the {nouns}, and balanced accuracy."
        yield Finding("small_class", "info", text, remedy=remedy)
