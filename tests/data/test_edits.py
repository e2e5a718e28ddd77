"""Edits lie on top of the files: they are logged, change what is used, and can be taken back."""

from dataclasses import replace
from pathlib import Path

import pytest
from data.test_catalog import build_data_set, build_sample

from medapp.data.catalog import Catalog
from medapp.data.edits import (
    LEAVE_OUT,
    MOVE,
    NOTE,
    RELABEL,
    TAKE_BACK,
    Change,
    Edit,
    apply_edits,
    list_copies_left,
    list_edits,
    list_last,
    undo_edit,
    undo_edits,
)
from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.store.workspace import Workspace


@pytest.fixture
def catalog(workspace: Workspace) -> Catalog:
    return Catalog(workspace)


@pytest.fixture
def data_set(catalog: Catalog, tmp_path: Path) -> DataSet:
    root = tmp_path / "images"
    names = ("a/1.png", "a/2.png", "b/1.png")
    return catalog.add(build_data_set("x", root), [build_sample(name, root) for name in names])


def find_ids(catalog: Catalog, data_set: DataSet) -> dict[str, int]:
    return {s.name: s.id for s in catalog.load_samples(data_set, with_left_out=True)}


def test_an_image_left_out_is_used_no_more_and_comes_back(
    catalog: Catalog, data_set: DataSet
) -> None:
    ids = find_ids(catalog, data_set)
    changed = apply_edits(catalog, data_set, [Change(ids["b/1.png"], LEAVE_OUT)], "blurred")
    assert changed.classes == ("a",)
    assert [s.name for s in catalog.load_samples(changed)] == ["a/1.png", "a/2.png"]
    assert catalog.count_samples(changed) == 2
    everything = catalog.load_samples(changed, with_left_out=True)
    assert [s.is_left_out for s in everything] == [False, False, True]
    again = apply_edits(catalog, changed, [Change(ids["b/1.png"], TAKE_BACK)])
    assert (again.classes, catalog.count_samples(again)) == (("a", "b"), 3)
    assert [(e.kind, e.reason) for e in list_edits(catalog, again)] == [
        (TAKE_BACK, ""),
        (LEAVE_OUT, "blurred"),
    ]


def test_a_new_label_a_move_and_a_note_stand_in_the_log(
    catalog: Catalog, data_set: DataSet
) -> None:
    ids = find_ids(catalog, data_set)
    one = ids["a/1.png"]
    changes = [
        Change(one, RELABEL, "c"),
        Change(one, MOVE, "test"),
        Change(one, NOTE, "second look"),
    ]
    changed = apply_edits(catalog, data_set, changes, "asked Dr. B")
    sample = catalog.load_sample(changed, one)
    assert sample is not None
    assert (sample.label, sample.split) == ("c", "test")
    assert changed.classes == ("a", "b", "c")
    log = [(e.kind, e.before, e.after) for e in list_edits(catalog, changed, one)]
    assert log == [(NOTE, "", "second look"), (MOVE, "train", "test"), (RELABEL, "a", "c")]


def test_an_edit_is_undone_once_and_not_under_a_later_one(
    catalog: Catalog, data_set: DataSet
) -> None:
    one = find_ids(catalog, data_set)["a/1.png"]
    for label in ("b", "c"):
        apply_edits(catalog, data_set, [Change(one, RELABEL, label)])
    later, first = (edit.id for edit in list_edits(catalog, data_set))
    with pytest.raises(DataError, match=r"changed again.*Undo the later"):
        undo_edit(catalog, data_set, first)
    undo_edit(catalog, data_set, later)
    with pytest.raises(DataError, match="undone already"):
        undo_edit(catalog, data_set, later)
    undo_edit(catalog, data_set, first)
    assert catalog.load_samples(data_set)[0].label == "a"
    assert [edit.is_undone for edit in list_edits(catalog, data_set)] == [True, True]


def test_what_changes_nothing_is_not_logged_and_one_fault_changes_nothing(
    catalog: Catalog, data_set: DataSet
) -> None:
    one = find_ids(catalog, data_set)["a/1.png"]
    apply_edits(catalog, data_set, [Change(one, RELABEL, "a"), Change(one, TAKE_BACK)])
    with pytest.raises(DataError, match="no image number 99"):
        apply_edits(catalog, data_set, [Change(one, RELABEL, "b"), Change(99, LEAVE_OUT)])
    assert list_edits(catalog, data_set) == list[Edit]()
    assert catalog.load_samples(data_set)[0].label == "a"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("burn", "", "no kind of edit"),
        (MOVE, "testing", "no split"),
        (RELABEL, " ", "label is empty"),
        (NOTE, "", "note is empty"),
        (NOTE, "x" * 3_000, "more than 2,000"),
    ],
)
def test_what_cannot_be_done_is_said(
    catalog: Catalog, data_set: DataSet, kind: str, value: str, words: str
) -> None:
    one = find_ids(catalog, data_set)["a/1.png"]
    with pytest.raises(DataError, match=words):
        apply_edits(catalog, data_set, [Change(one, kind, value)])


def test_edits_that_were_made_together_are_undone_together(
    catalog: Catalog, data_set: DataSet
) -> None:
    ids = find_ids(catalog, data_set)
    apply_edits(catalog, data_set, [Change(ids["a/1.png"], RELABEL, "b")], "first")
    changes = [Change(ids["a/1.png"], LEAVE_OUT), Change(ids["a/2.png"], MOVE, "test")]
    apply_edits(catalog, data_set, changes, "second")
    last = list_last(catalog, data_set)
    assert [edit.reason for edit in last] == ["second", "second"]
    undone = undo_edits(catalog, data_set, [edit.id for edit in last])
    assert catalog.count_samples(undone) == 3
    (first,) = list_last(catalog, undone)
    with pytest.raises(DataError, match="undone already"):
        undo_edits(catalog, undone, [first.id, last[0].id])
    # None was taken back, as one could not be.
    assert list_last(catalog, undone) == [first]
    undo_edits(catalog, undone, [first.id])
    assert list_last(catalog, undone) == []


def test_copies_that_an_edit_left_as_they_were_are_found(catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "copies"
    names = ("a/1.png", "a/2.png", "b/3.png", "b/4.png", "b/5.png", "a/6.png")
    samples = [replace(build_sample(name, root), content_hash=name) for name in names]
    # 1, 2, 3 and 4 are one picture; 5 has the bytes of 1.
    groups = ("g", "g", "g", "g", "other", "else")
    samples = [replace(s, copy_group=group) for s, group in zip(samples, groups, strict=True)]
    samples[4] = replace(samples[4], content_hash="a/1.png")
    made = catalog.add(build_data_set("copies", root), samples)
    ids = find_ids(catalog, made)

    def list_left(changes: list[Change]) -> dict[str, Change]:
        return {s.name: change for s, change in list_copies_left(catalog, made, changes)}

    left_out = [Change(ids["a/2.png"], LEAVE_OUT)]
    apply_edits(catalog, made, left_out)
    relabelled = [Change(ids["a/1.png"], RELABEL, "b")]
    assert list_left(relabelled) == {}  # as nothing was relabelled yet
    apply_edits(catalog, made, relabelled)
    # The other copies in use stand as b already.
    assert list_left(relabelled) == {}
    back = [Change(ids["b/3.png"], RELABEL, "a")]
    apply_edits(catalog, made, back)
    assert list_left(back) == {
        "a/1.png": Change(ids["a/1.png"], RELABEL, "a"),
        "b/4.png": Change(ids["b/4.png"], RELABEL, "a"),
    }
    assert set(list_left(relabelled)) == {"b/3.png"}
    assert set(list_left(left_out)) == {"a/1.png", "b/3.png", "b/4.png"}
    moved = [Change(ids["b/5.png"], MOVE, "test")]
    apply_edits(catalog, made, moved)
    assert list_left(moved) == {"a/1.png": Change(ids["a/1.png"], MOVE, "test")}
    assert list_left([Change(ids["a/6.png"], NOTE, "seen")]) == {}
    undo_edits(catalog, made, [list_edits(catalog, made, ids["b/5.png"])[0].id])
    assert list_left(moved) == {}
