"""Copies within a data set: alike, in two splits, under two classes."""

from collections.abc import Sequence

from medapp.audit.finding import Finding, Group, build_group
from medapp.audit.ground import Ground
from medapp.data.copies import CopyGroup, list_copies
from medapp.data.notes import count, suggest_split, weigh_share
from medapp.notes import Level
from medapp.store.threads import OnProgress


def find_copies(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Leaks, contradictions, and copies that are neither."""
    groups = list_copies(ground.samples)
    findings = [_find_leaks(ground, groups), _find_contradictions(groups), *_find_harmless(groups)]
    return [finding for finding in findings if finding is not None]


def _find_leaks(ground: Ground, groups: Sequence[CopyGroup]) -> Finding | None:
    torn = [group for group in groups if len(group.splits) > 1]
    if not torn:
        return None
    leaked = sum(s.split == "test" for group in torn for s in group.samples)
    tests = sum(sample.split == "test" for sample in ground.samples)
    level: Level = "caution"
    text = f"{count(len(torn), 'picture stands', 'pictures stand')} in more than one split"
    if leaked:
        level = weigh_share(leaked, tests)
        text += (
            f"; {leaked:,} of {count(tests, 'test image is', 'test images are')} no test of what"
            " was learned"
        )
    remedy = suggest_split(ground.data_set.name)
    return Finding("leak", level, f"{text}.", _build(torn), remedy)


def _find_contradictions(groups: Sequence[CopyGroup]) -> Finding | None:
    torn = [group for group in groups if len(group.labels) > 1]
    if not torn:
        return None
    text = f"{count(len(torn), 'picture stands', 'pictures stand')} under more than one class."
    remedy = "Relabel the wrong one, or leave both out."
    return Finding("contradiction", "caution", text, _build(torn), remedy)


def _find_harmless(groups: Sequence[CopyGroup]) -> list[Finding]:
    exact = [group for group in groups if group.is_exact]
    near = [group for group in groups if not group.is_exact]
    remedy = "Leave out all but one of each group: copies count an image twice."
    found = []
    if exact:
        text = f"{count(len(exact), 'picture is', 'pictures are')} here more than once."
        found.append(Finding("copies", "info", text, _build(exact), remedy))
    if near:
        text = (
            f"{count(len(near), 'picture is', 'pictures are')} here more than once, in another"
            " format, size or quality."
        )
        found.append(Finding("near_copies", "info", text, _build(near), remedy))
    return found


def _build(groups: Sequence[CopyGroup]) -> tuple[Group, ...]:
    return tuple(build_group(group.samples) for group in groups)
