"""Text that is burnt into images: it can name a patient, and it can give the class away."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from medapp.audit.finding import Finding, build_group
from medapp.audit.ground import Ground
from medapp.data.notes import count
from medapp.data.samples import UNLABELLED
from medapp.evaluation.intervals import find_wilson
from medapp.store.threads import OnProgress
from medapp.task import find_task

# What a DICOM header says of text in its image (see `medapp.imaging.readers.dicom_header`).
ATTRIBUTE = "burned_in_text"


def find_burnt_in(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Images whose header says that text is burnt in, then those whose corners look like it."""
    samples = ground.samples
    has_text = ground.measure(on_progress).take("text").astype(bool)
    declared = [s for s in samples if s.attributes.get(ATTRIBUTE) == "yes"]
    known = {sample.id for sample in declared}
    seen = [samples[row] for row in np.flatnonzero(has_text).tolist()]
    groups = [build_group([sample], "says its header") for sample in declared]
    groups += [build_group([sample]) for sample in seen if sample.id not in known]
    if not groups:
        return []
    known.update(sample.id for sample in seen)
    text = f"{count(len(groups), 'image seems', 'images seem')} to hold a line of text"
    text += _describe_classes(ground, known)
    remedy = (
        "Look whether it names a patient. Leave the images out, or cover the text and add them"
        " again."
    )
    return [Finding("burnt_in", "caution", text, tuple(groups), remedy)]


def _describe_classes(ground: Ground, written: Collection[int]) -> str:
    """The end of a sentence: how many images of each class hold text, and what that means.

    Args:
        written: the samples, by id, that hold text.
    """
    task = find_task(ground.data_set.task)
    named = [task.list_labels(sample.label) for sample in ground.samples]
    sizes = Counter(name for names in named for name in names if name != UNLABELLED)
    holds = [sample.id in written for sample in ground.samples]
    pairs = zip(named, holds, strict=True)
    counts = Counter(name for names, has_text in pairs if has_text for name in names)
    if len(sizes) < 2:
        return "."
    order = sorted(sizes, key=lambda name: (-counts[name], name))
    listed = ", ".join(f"{counts[name]:,} of {sizes[name]:,} of {name}" for name in order)
    telling = [name for name in order if _tells(name, named, holds)]
    if not telling:
        return f": {listed}."
    return (
        f": {listed}. The text tells {' and '.join(telling)} from the rest, so it is a shortcut as"
        " well: a network may learn it instead of what the image shows."
    )


def _tells(name: str, named: Sequence[Sequence[str]], holds: Sequence[bool]) -> bool:
    """Whether text surely stands with a class more often than with all other images.

    The 95% intervals of both shares (Wilson 1927) lie apart.
    """
    own = [has_text for names, has_text in zip(named, holds, strict=True) if name in names]
    rest = [has_text for names, has_text in zip(named, holds, strict=True) if name not in names]
    if not own or not rest:
        return False
    return (
        find_wilson(sum(own) / len(own), len(own))[0]
        > find_wilson(sum(rest) / len(rest), len(rest))[1]
    )
