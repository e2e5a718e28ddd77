"""Images that also stand in other data sets: those of the workspace, and public ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from medapp.audit.finding import Finding, Group, Member
from medapp.audit.ground import Ground
from medapp.data.copies.near import describe_way
from medapp.data.copies.public import PublicMatch, list_public_sets, match_public
from medapp.data.copies.shared import find_contrary, find_shared
from medapp.data.notes import count
from medapp.data.samples import DataSet, Sample
from medapp.notes import Level
from medapp.store.threads import OnProgress

SINGLE = "single-label"


def find_in_other_sets(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """A finding for each other data set of the workspace that has some of the images too.

    Sets that were derived from one another share their images on purpose, and are passed over.
    """
    others = [o for o in ground.catalog.list_data_sets() if not _are_related(o, ground.data_set)]
    found = []
    for done, other in enumerate(others):
        on_progress(done, len(others))
        found += _compare(ground, other)
    return found


def _are_related(one: DataSet, other: DataSet) -> bool:
    """Whether two sets are one, or one was derived from the other, or both from a third."""
    roots = [_list_roots(one.uid, one.derivation), _list_roots(other.uid, other.derivation)]
    return not roots[0].isdisjoint(roots[1])


def _list_roots(uid: str, derivation: Mapping[str, Any]) -> set[str]:
    return {uid, *derivation.get("sources", ())}


def _compare(ground: Ground, other: DataSet) -> list[Finding]:
    samples = ground.samples
    theirs = ground.catalog.load_samples(other)
    shared = find_shared([s.fingerprint for s in samples], [s.fingerprint for s in theirs])
    pairs = [(samples[own], theirs[row]) for own, row in shared.pairs.tolist()]
    if not pairs:
        return []
    is_compared = ground.data_set.task == other.task == SINGLE
    contrary = find_contrary([own.label for own, _ in pairs], [o.label for _, o in pairs])
    ways = shared.ways.tolist()
    ordered = sorted(range(len(pairs)), key=lambda row: not (is_compared and contrary[row]))
    groups = [
        _pair(*pairs[row], other, ways[row], is_compared and bool(contrary[row])) for row in ordered
    ]
    also = "also stands" if len(pairs) == 1 else "also stand"
    text = f"{len(pairs):,} of {count(len(samples), 'image', 'images')} {also} in {other.name}"
    level: Level = "info"
    if is_compared and contrary.any():
        level = "caution"
        text += f", {int(contrary.sum()):,} of them with another label"
    remedy = (
        f"Neither is a test of a model that learned from the other: judge on images of {other.name}"
        " only after leaving these out."
    )
    return [Finding("other_data_set", level, f"{text}.", tuple(groups), remedy)]


def _pair(own: Sample, other: Sample, data_set: DataSet, way: int, is_contrary: bool) -> Group:
    members = (
        Member(own.name, own.id),
        Member(f"{data_set.name}:{other.name}", other.id, data_set.uid),
    )
    words = [describe_way(way)]
    if is_contrary:
        words.append(f"{own.label} here, {other.label} there")
    return Group(members, ", ".join(word for word in words if word))


def find_public_sets(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """A finding for each public data set that some of the images are of."""
    marks = tuple((sample.fingerprint, sample.label) for sample in ground.samples)
    known = list_public_sets(ground.workspace)
    matches = match_public(known, marks, ground.data_set.task == SINGLE)
    return [_describe_public(ground.samples, match) for match in matches]


def _describe_public(samples: Sequence[Sample], match: PublicMatch) -> Finding:
    contrary = set(match.contrary)
    rows = match.shared.pairs.tolist()
    ordered = sorted(rows, key=lambda pair: pair[0] not in contrary)
    groups = [
        Group(
            (Member(samples[own].name, samples[own].id),),
            f"{samples[own].label} here, {match.public.labels[row]} there"
            if own in contrary
            else match.public.labels[row],
        )
        for own, row in ordered
    ]
    level: Level = "caution" if contrary else "info"
    remedy = "Judge no model on them that learned from that set."
    return Finding("public_set", level, match.describe(), tuple(groups), remedy)
