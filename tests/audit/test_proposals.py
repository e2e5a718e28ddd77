"""What is proposed for a group settles the group, and no other."""

import pytest

from medapp.audit.checks import KINDS
from medapp.audit.finding import Finding, Group, Member, read_finding
from medapp.audit.proposals import KEPT, find_proposal, keep, list_open, list_used
from medapp.data.edits import LEAVE_OUT, MOVE, NOTE, RELABEL, Change
from medapp.data.layouts.order import Entry

ENTRIES = {
    1: Entry(1, "1", "a", "train"),
    2: Entry(2, "2", "b", "train"),
    3: Entry(3, "3", "a", "test"),
    4: Entry(4, "4", "a", "validation"),
}


def build_group(*ids: int, label: str = "") -> Group:
    return Group(tuple(Member(str(id), id) for id in ids), "", label)


@pytest.mark.parametrize(
    ("kind", "group", "expected"),
    [
        ("copies", build_group(1, 3), [Change(1, LEAVE_OUT)]),
        ("near_copies", build_group(2, 1), [Change(1, LEAVE_OUT)]),
        ("leak", build_group(1, 2, 3), [Change(1, LEAVE_OUT), Change(2, LEAVE_OUT)]),
        ("leak", build_group(1, 4), [Change(1, LEAVE_OUT)]),
        ("patients_in_two_splits", build_group(1, 2, 3), [Change(3, MOVE, "train")]),
        ("patients_in_two_splits", build_group(1, 3), [Change(1, MOVE, "test")]),
        ("suspected_label", build_group(2, label="a"), [Change(2, RELABEL, "a")]),
        (
            "suspected_label",
            build_group(2, 1, label="c"),
            [Change(2, RELABEL, "c"), Change(1, RELABEL, "c")],
        ),
        ("contradiction", build_group(1, 2), [Change(1, LEAVE_OUT), Change(2, LEAVE_OUT)]),
        ("blank", build_group(4), [Change(4, LEAVE_OUT)]),
    ],
)
def test_the_proposal_settles_the_group(kind: str, group: Group, expected: list[Change]) -> None:
    finding = Finding(kind, "caution", "", (group,))
    assert list_open(finding, ENTRIES, set()) == (group,)
    changes = find_proposal(kind).plan(group, list_used(group, ENTRIES))
    assert changes == expected
    entries = dict(ENTRIES)
    for change in changes:
        old = entries.pop(change.sample_id)
        if change.kind == MOVE:
            entries[old.id] = Entry(old.id, old.name, old.label, change.value)
        elif change.kind == RELABEL:
            entries[old.id] = Entry(old.id, old.name, change.value, old.split)
    assert list_open(finding, entries, set()) == ()


def test_two_findings_in_doubt_on_one_image_are_each_relabelled_and_the_other_stays() -> None:
    members = (Member("1", 1),)
    gone = Group(members, label="nodule", finding="effusion")
    come = Group(members, label="effusion|mass|nodule", finding="mass")
    finding = Finding("suspected_label", "caution", "", (gone, come))
    assert [group.suggestion for group in finding.groups] == ["no effusion", "mass"]
    plan = find_proposal("suspected_label").plan
    entry = Entry(1, "1", "effusion|nodule", "train")
    for group, expected in ((gone, "nodule"), (come, "mass|nodule")):
        [change] = plan(group, [entry])
        assert change == Change(1, RELABEL, expected)
        entry = Entry(1, "1", change.value, "train")
    assert list_open(finding, {1: entry}, set()) == ()
    assert list_open(finding, {1: Entry(1, "1", "nodule", "train")}, set()) == (come,)


def test_the_only_finding_can_be_taken_away() -> None:
    group = Group((Member("1", 1),), label="", finding="effusion")
    finding = Finding("suspected_label", "caution", "", (group,))
    assert list_open(finding, {1: Entry(1, "1", "effusion", "train")}, set()) == (group,)
    [change] = find_proposal("suspected_label").plan(group, [Entry(1, "1", "effusion", "train")])
    assert change == Change(1, RELABEL, "")
    assert list_open(finding, {1: Entry(1, "1", "", "train")}, set()) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_kept_is_settled_for_that_kind_alone(kind: str) -> None:
    finding = Finding(kind, "info", "", (build_group(1, 2, 3),))
    changes = keep(finding, [ENTRIES[id] for id in (1, 2, 3)])
    assert {change.kind for change in changes} == {NOTE}
    kept = {(change.sample_id, change.value) for change in changes}
    assert list_open(finding, ENTRIES, kept) == ()
    assert len(list_open(finding, ENTRIES, {(id, f"{KEPT}: another") for id in (1, 2, 3)})) == 1
    # One of the images is not enough.
    assert len(list_open(finding, ENTRIES, {(1, f"{KEPT}: {kind}")})) == 1


def test_images_of_other_sets_and_files_that_are_no_samples_are_left_alone() -> None:
    elsewhere = Group((Member("1", 1), Member("other:3", 3, "uid")))
    assert [entry.id for entry in list_used(elsewhere, ENTRIES)] == [1]
    refused = Group((Member("cut.png"),))
    assert list_used(refused, ENTRIES) == []
    assert len(list_open(Finding("unreadable", "info", "", (refused,)), ENTRIES, set())) == 1


@pytest.mark.parametrize(
    ("doubted", "suggested", "settling", "others"),
    [
        ("a", "b", ["b", "c"], ["a"]),
        # Of findings only the one in doubt counts, whatever else was relabelled.
        ("a|b", "a", ["a", "", "a|?b", "c"], ["a|b", "b", "a|b|c", "?a|b"]),
        ("a", "a|b", ["a|b", "b|c", "a|?b"], ["a", "", "c", "?a"]),
    ],
)
def test_a_doubted_label_is_settled_by_any_other_answer(
    doubted: str, suggested: str, settling: list[str], others: list[str]
) -> None:
    group = Group((Member("1", 1), Member("2", 2)), "", suggested, doubted=doubted)
    finding = Finding("suspected_label", "caution", "", (group,))
    for label in [*settling, *others]:
        entries = {1: Entry(1, "1", label, "train"), 2: Entry(2, "2", suggested, "train")}
        assert list_open(finding, entries, set()) == (() if label in settling else (group,)), label
    assert read_finding(finding.to_dict()) == finding


def test_a_group_from_before_doubted_labels_were_kept_is_read() -> None:
    finding = Finding("suspected_label", "caution", "", (build_group(1, label="b"),))
    value = finding.to_dict()
    del value["groups"][0]["doubted"]
    assert read_finding(value) == finding
