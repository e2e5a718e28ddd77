"""Files that cannot be read, and images that show nothing."""

from collections.abc import Iterator, Sequence

import numpy as np

from medapp.audit.finding import Finding, Group, Member, build_group
from medapp.audit.ground import Ground
from medapp.audit.measures import Measures
from medapp.data.notes import count
from medapp.data.samples import Sample
from medapp.store.threads import OnProgress


def find_faults(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Files that are gone or damaged, files that were never taken in, and blank images."""
    measures = ground.measure(on_progress)
    return [
        *_find_lost(ground.samples, measures),
        *_find_refused(ground),
        *_find_blank(ground.samples, measures),
    ]


def _find_lost(samples: Sequence[Sample], measures: Measures) -> Iterator[Finding]:
    groups = tuple(build_group([samples[i]], why) for i, why in measures.problems.items())
    if groups:
        text = f"{count(len(groups), 'image', 'images')} of this set cannot be read any more."
        remedy = "Put the files back, or leave the images out."
        yield Finding("unreadable", "grave", text, groups, remedy)


def _find_refused(ground: Ground) -> Iterator[Finding]:
    unread = ground.catalog.list_unreadable(ground.data_set)
    groups = tuple(Group((Member(name),), reason) for name, reason in unread)
    if groups:
        files = count(len(groups), "file was", "files were")
        text = f"{files} not taken in when the set was added."
        remedy = "Mend those that belong here, then add the set again."
        yield Finding("unreadable", "caution", text, groups, remedy)


def _find_blank(samples: Sequence[Sample], measures: Measures) -> Iterator[Finding]:
    rows = np.flatnonzero(measures.is_read & ~measures.is_seen).tolist()
    groups = tuple(build_group([samples[row]]) for row in rows)
    if groups:
        text = f"{count(len(groups), 'image shows', 'images show')} nothing: all pixels are alike."
        remedy = "Leave them out, or export them again."
        yield Finding("blank", "caution", text, groups, remedy)
