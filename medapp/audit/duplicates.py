"""Copies within a data set: in two splits, under two classes, or merely here twice."""

from collections.abc import Iterable, Sequence

import numpy as np

from medapp.audit.finding import Finding, Group, build_group
from medapp.audit.ground import Ground
from medapp.data.catalog import Catalog
from medapp.data.copies.near import describe_way, read_codes, tell_ways
from medapp.data.copies.within import CopyGroup, list_copies
from medapp.data.notes import ALTERED, count, suggest_split, weigh_share
from medapp.data.samples import Sample
from medapp.data.splits.redrawing import find_near_copies
from medapp.notes import Level
from medapp.store.threads import OnProgress

REMEDY = "Leave out all but one of each group: copies count a picture twice."


def find_copies(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Leaks, contradictions, pictures with the same pixels, and pictures that are nearly the same.

    Who is a copy of whom is found anew, as sets from before may know fewer ways to be a copy.
    """
    find_near_copies(ground.catalog, ground.data_set, on_progress)
    samples = Catalog(ground.workspace).load_samples(ground.data_set)
    groups = list_copies(samples)
    identical = _group_identical(ground, samples)
    torn = [group for group in groups if len(group.splits) > 1]
    contrary = [group for group in groups if len(group.labels) > 1]
    known = {frozenset(sample.id for sample in group) for group in identical}
    near = [g for g in groups if frozenset(sample.id for sample in g.samples) not in known]
    found = [
        _describe_leaks(ground, torn),
        _describe_contradictions(contrary),
        _describe_identical(identical),
        _describe_near(near),
    ]
    return [finding for finding in found if finding.groups]


def _group_identical(ground: Ground, samples: Sequence[Sample]) -> list[list[Sample]]:
    """Images with the same pixels, whatever their files' bytes, at least two each."""
    measures = ground.measure()
    keys = dict(zip((s.id for s in ground.samples), measures.take("pixels").tolist(), strict=True))
    same: dict[object, list[Sample]] = {}
    for sample in samples:
        same.setdefault(keys.get(sample.id) or sample.content_hash, []).append(sample)
    return [group for group in same.values() if len(group) > 1]


def _describe_leaks(ground: Ground, torn: Sequence[CopyGroup]) -> Finding:
    leaked = sum(s.split == "test" for group in torn for s in group.samples)
    tests = sum(sample.split == "test" for sample in ground.samples)
    level: Level = "caution"
    text = f"{count(len(torn), 'picture stands', 'pictures stand')} in more than one split"
    if leaked:
        level = weigh_share(leaked, tests)
        also = "also stands" if leaked == 1 else "also stand"
        text += (
            f": {leaked:,} of {count(tests, 'test image', 'test images')} {also} in training or"
            " validation"
        )
    groups = _build(torn)
    return Finding("leak", level, f"{text}.", groups, suggest_split(ground.data_set.name))


def _describe_contradictions(contrary: Sequence[CopyGroup]) -> Finding:
    text = (
        f"{count(len(contrary), 'picture stands', 'pictures stand')} under more than one label:"
        " labels contradict each other."
    )
    remedy = "Relabel what is wrong, or leave the picture out."
    groups = tuple(
        build_group(group.samples, " or ".join(sorted(group.labels))) for group in contrary
    )
    return Finding("contradiction", "caution", text, groups, remedy)


def _describe_identical(identical: Iterable[Sequence[Sample]]) -> Finding:
    groups = tuple(build_group(group) for group in identical)
    text = (
        f"{count(len(groups), 'picture is', 'pictures are')} here more than once, pixel by pixel."
    )
    return Finding("copies", "info", text, groups, REMEDY)


def _describe_near(near: Sequence[CopyGroup]) -> Finding:
    text = f"{count(len(near), 'picture is', 'pictures are')} here more than once {ALTERED}."
    return Finding("near_copies", "info", text, _build(near), REMEDY)


def _build(groups: Sequence[CopyGroup]) -> tuple[Group, ...]:
    return tuple(build_group(group.samples, name_ways(group.samples)) for group in groups)


def name_ways(samples: Sequence[Sample]) -> str:
    """How the copies of the first of some samples differ from it: mirrored, inverted …"""
    marked = [sample.fingerprint for sample in samples if sample.fingerprint]
    if len(marked) < 2:
        return ""
    codes = read_codes(marked)
    ways, _ = tell_ways(np.repeat(codes[:1], len(codes) - 1, axis=0), codes[1:])
    return ", ".join(sorted({describe_way(way) for way in ways.tolist()} - {""}))
