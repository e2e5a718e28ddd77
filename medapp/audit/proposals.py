"""What can be done about a group of images, and whether there is anything left to do.

A person edits the data set between audits, and a finding follows: a group whose images are left
out, moved together or relabelled alike by now is settled, and so is one that was looked at and
kept.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from medapp.audit.finding import Finding, Group
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, MOVE, NOTE, RELABEL, Change, list_edits
from medapp.data.layouts.order import Entry
from medapp.data.samples import NO_SPLIT, DataSet
from medapp.task.multi_label import SEPARATOR, UNKNOWN

# Of copies in several splits those in the first of these stay.
PREFERRED = ("test", "validation", "train", NO_SPLIT)
KEPT = "looked at and kept as it is"

Entries = Mapping[int, Entry]  # the samples in use, by id


@dataclass(frozen=True)
class Proposal:
    """What is mostly right to do about a group of a kind.

    Attributes:
        title, title_all: on the button for one group, and for all of them; empty where that is not
            to be done at one click.
        plan: the changes that do so.
    """

    title: str
    title_all: str
    plan: Callable[[Group, Sequence[Entry]], list[Change]]


def _leave_out(group: Group, used: Sequence[Entry]) -> list[Change]:
    return [Change(entry.id, LEAVE_OUT) for entry in used]


def _keep_one(group: Group, used: Sequence[Entry]) -> list[Change]:
    kept = min(used, key=lambda entry: PREFERRED.index(entry.split))
    return [Change(entry.id, LEAVE_OUT) for entry in used if entry != kept]


def _keep_judged(group: Group, used: Sequence[Entry]) -> list[Change]:
    kept = min((entry.split for entry in used), key=PREFERRED.index)
    return [Change(entry.id, LEAVE_OUT) for entry in used if entry.split != kept]


def _move_together(group: Group, used: Sequence[Entry]) -> list[Change]:
    counts = Counter(entry.split for entry in used)
    chosen = max(counts, key=lambda split: (counts[split], -PREFERRED.index(split)))
    return [Change(entry.id, MOVE, chosen) for entry in used if entry.split != chosen]


def _relabel(group: Group, used: Sequence[Entry]) -> list[Change]:
    changed = [(entry, group.relabel(entry.label)) for entry in used]
    return [Change(entry.id, RELABEL, label) for entry, label in changed if label != entry.label]


def _propose_nothing(group: Group, used: Sequence[Entry]) -> list[Change]:
    return []


_OUT = Proposal("Leave out", "Leave all of them out", _leave_out)
_ONE = Proposal("Leave out all but one", "Leave out all but one of each group", _keep_one)
PROPOSALS: Mapping[str, Proposal] = {
    "copies": _ONE,
    "near_copies": _ONE,
    "leak": Proposal(
        "Keep the judged copies only",
        "Keep the judged copies only",
        _keep_judged,
    ),
    "patients_in_two_splits": Proposal(
        "Move to the split with most of them", "Move each to the split with most", _move_together
    ),
    # The images are examples; what is wrong is what they have in common.
    "shortcut": Proposal("", "", _propose_nothing),
    # That an image is public makes it no wrong one.
    "public_set": Proposal("Leave out", "", _leave_out),
    # A probe errs: each label is looked at, and none is changed with all the others.
    "suspected_label": Proposal("Relabel as suspected", "", _relabel),
}


def find_proposal(kind: str) -> Proposal:
    """What is mostly right to do about groups of a kind."""
    return PROPOSALS.get(kind, _OUT)


def list_used(group: Group, entries: Entries) -> list[Entry]:
    """The images of a group that are in the audited data set and in use."""
    ids = [member.id for member in group.members if not member.data_set]
    return [entries[id] for id in ids if id is not None and id in entries]


def list_open(
    finding: Finding, entries: Entries, kept: Collection[tuple[int, str]]
) -> tuple[Group, ...]:
    """The groups of a finding that are not settled.

    Args:
        kept: see `list_kept`.
    """
    return tuple(
        group for group in finding.groups if not _is_settled(finding.kind, group, entries, kept)
    )


def keep(finding: Finding, used: Sequence[Entry]) -> list[Change]:
    """The changes that keep a group as it is: a note on each image."""
    return [Change(entry.id, NOTE, f"{KEPT}: {finding.kind}") for entry in used]


def list_kept(catalog: Catalog, data_set: DataSet) -> set[tuple[int, str]]:
    """The samples' ids that were looked at and kept, each with the note that says so."""
    edits = list_edits(catalog, data_set)
    return {(e.sample_id, e.after) for e in edits if e.kind == NOTE and not e.is_undone}


def _is_settled(
    kind: str, group: Group, entries: Entries, kept: Collection[tuple[int, str]]
) -> bool:
    ids = [member.id for member in group.members if not member.data_set and member.id is not None]
    if not ids:
        return False  # files that are no samples: nothing can be done here
    used = list_used(group, entries)
    if not used or all((entry.id, f"{KEPT}: {kind}") in kept for entry in used):
        return True
    if kind in ("copies", "near_copies"):
        return len(used) < 2
    if kind in ("leak", "patients_in_two_splits"):
        return len({entry.split for entry in used}) < 2
    if kind == "contradiction":
        return len({entry.label for entry in used}) < 2
    if group.doubted is not None:
        return not any(_is_doubted(entry.label, group.doubted, group.label) for entry in used)
    is_said = bool(group.suggestion)
    return is_said and all(entry.label == group.relabel(entry.label) for entry in used)


def _is_doubted(label: str, doubted: str, suggested: str) -> bool:
    """Whether a label says of what was in doubt what it said then.

    In doubt is what a label and the suggested one say differently: the class, or one finding.
    """
    then, other = _read_parts(doubted), _read_parts(suggested)
    in_doubt = {name for name in then | other if then.get(name) != other.get(name)}
    now = _read_parts(label)
    return all(now.get(name) == then.get(name) for name in in_doubt)


def _read_parts(label: str) -> dict[str, bool]:
    """Each class or finding that a label names: True where it is there, False where unknown."""
    parts = filter(None, label.split(SEPARATOR))
    return {part.removeprefix(UNKNOWN): not part.startswith(UNKNOWN) for part in parts}
