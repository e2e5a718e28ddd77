"""What goes into the catalog comes out again, for many at once, and damage is said in words."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, derive
from medapp.data.edits import LEAVE_OUT, RELABEL, TAKE_BACK, Change, apply_edits
from medapp.data.facts import count_test_groups, list_values, load_facts
from medapp.data.notes import describe
from medapp.data.removing import remove
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError, WorkspaceError
from medapp.imaging.geometry import Box
from medapp.store.workspace import Workspace


def build_data_set(name: str, root: Path, origin: str = "registered") -> DataSet:
    return DataSet(
        0, name, root, origin, ("a", "b"), None, False, "drawn", False, "2024-01-01T00:00:00+00:00"
    )


def build_sample(
    name: str,
    root: Path,
    split: str = "train",
    content: str = "",
    patient: str | None = None,
    boxes: tuple[Box, ...] = (),
) -> Sample:
    return Sample(
        0,
        name,
        root / name,
        name[0],
        patient,
        None,
        split,
        content or name,
        4,
        3,
        "8-bit grey",
        boxes,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def catalog(workspace: Workspace) -> Catalog:
    return Catalog(workspace)


def test_a_data_set_comes_back_as_it_was_stored(catalog: Catalog, root: Path) -> None:
    boxes = (Box("a", 1, 2, 3.5, 4), Box("a", 0, 0, 1, 1))
    samples = [
        replace(build_sample("a/1.png", root, boxes=boxes), fingerprint="", copy_group="k"),
        replace(build_sample("b/Ä.png", root, "test", patient="p7"), copy_group="k"),
    ]
    stored = catalog.add(build_data_set("Köpfe", root), samples, [("b/x.png", "cut short")])
    assert catalog.list_data_sets() == [stored]
    assert (
        catalog.find_data_set("Köpfe")
        == catalog.find_data_set(stored.id)
        == catalog.find_data_set(str(stored.id))
        == stored
    )
    loaded = catalog.load_samples(stored)
    assert [replace(s, id=0) for s in loaded] == samples
    assert [catalog.load_sample(stored, s.id) for s in loaded] == loaded
    assert catalog.load_sample(stored, 99) is None
    assert catalog.list_unreadable(stored) == [("b/x.png", "cut short")]
    assert catalog.count_classes(stored) == {
        "train": {"a": 1, "b": 0},
        "validation": {"a": 0, "b": 0},
        "test": {"a": 0, "b": 1},
    }


def test_a_sample_of_another_data_set_is_not_found(catalog: Catalog, root: Path) -> None:
    first = catalog.add(build_data_set("1", root), [build_sample("a/1.png", root)])
    second = catalog.add(build_data_set("2", root), [build_sample("a/1.png", root)])
    assert catalog.load_sample(second, catalog.load_samples(first)[0].id) is None


def test_filters_and_pages(catalog: Catalog, root: Path) -> None:
    splits = ["train"] * 8 + ["test"] * 2
    samples = [
        build_sample(f"{'ab'[i % 2]}/{i:02d}.png", root, split, patient=f"Müller{i % 3}")
        for i, split in enumerate(splits)
    ]
    stored = catalog.add(build_data_set("x", root), samples)

    def names(**filters: object) -> list[str]:
        found = catalog.load_samples(stored, **filters)  # type: ignore[arg-type]
        counted = {k: v for k, v in filters.items() if k not in ("offset", "limit")}
        assert catalog.count_samples(stored, **counted) >= len(found)  # type: ignore[arg-type]
        return [s.name for s in found]

    assert names(split="test") == ["a/08.png", "b/09.png"]
    assert names(split="train", label="b", offset=1, limit=2) == ["b/03.png", "b/05.png"]
    assert names(text="MÜLLER2") == ["a/02.png", "b/05.png", "a/08.png"]
    assert names(text="%") == []
    assert len(names(text="")) == 10


def test_leaks_copies_and_contradictions_are_counted(catalog: Catalog, root: Path) -> None:
    samples = [
        build_sample("a/1.png", root, "train", "same"),
        build_sample("b/2.png", root, "test", "same"),
        build_sample("a/3.png", root, "test", "twice"),
        build_sample("a/4.png", root, "test", "twice"),
        build_sample("a/5.png", root, "validation", "near", "p", (Box("a", 0, 0, 1, 1),) * 2),
        build_sample("a/6.png", root, "test", "near", "p"),
    ]
    stored = catalog.add(build_data_set("x", root), samples)
    facts = load_facts(catalog, stored)
    assert catalog.count_leaks(stored) == facts.leaks == 2
    assert (facts.images, facts.copies, facts.near_copies, facts.contradictions) == (6, 3, 0, 2)
    assert (facts.exact_leaks, facts.patient_leaks, facts.unchecked) == (2, 1, 6)
    assert (
        facts.patients,
        facts.without_patient,
        facts.patients_in_two_splits,
        facts.with_box,
    ) == (
        1,
        4,
        1,
        1,
    )


def test_a_taken_name_is_refused_and_leaves_nothing_behind(catalog: Catalog, root: Path) -> None:
    stored = catalog.add(build_data_set("x", root), [build_sample("a/1.png", root)])
    other = catalog.add(build_data_set("y", root), [])
    with pytest.raises(DataError, match="'x' already"):
        catalog.add(build_data_set("x", root), [build_sample("a/1.png", root)])
    with pytest.raises(DataError, match="'x' already"):
        catalog.rename(other, " x ")
    assert [d.name for d in catalog.list_data_sets()] == ["x", "y"]
    assert catalog.rename(stored, "x") == stored
    assert catalog.rename(stored, "z").name == catalog.find_data_set(stored.id).name == "z"


def test_an_unknown_name_suggests_the_nearest(catalog: Catalog, root: Path) -> None:
    with pytest.raises(DataError, match="none yet"):
        catalog.find_data_set("chest")
    catalog.add(build_data_set("chest-xray", root), [])
    with pytest.raises(DataError, match="Did you mean chest-xray"):
        catalog.find_data_set("chest-xry")


def test_removing_deletes_images_of_ones_own_only(
    catalog: Catalog, workspace: Workspace, root: Path
) -> None:
    own = workspace.data_folder / "mine" / "wrapped"
    for folder in (own, root):
        folder.mkdir(parents=True)
        (folder / "1.png").write_bytes(b"x")
    registered = catalog.add(build_data_set("registered", root), [build_sample("a/1.png", root)])
    uploaded = catalog.add(build_data_set("uploaded", own, "uploaded"), [])
    foreign = catalog.add(build_data_set("foreign", root, "uploaded"), [])
    assert catalog.find_data_set("uploaded").root == own
    for data_set in (registered, uploaded, foreign):
        remove(catalog, data_set)
    assert catalog.list_data_sets() == []
    assert (root / "1.png").exists()
    assert not (workspace.data_folder / "mine").exists()
    assert workspace.data_folder.exists()
    assert catalog.load_samples(registered) == []


def test_own_images_move_with_the_workspace(
    catalog: Catalog, workspace: Workspace, tmp_path: Path
) -> None:
    catalog.add(build_data_set("x", workspace.data_folder / "x", "uploaded"), [])
    moved = Workspace(tmp_path / "elsewhere")
    workspace.root.rename(moved.root)
    assert Catalog(moved).find_data_set("x").root == moved.data_folder / "x"


def test_many_threads_read_and_write_at_once(workspace: Workspace, root: Path) -> None:
    def work(i: int) -> int:
        catalog = Catalog(workspace)
        stored = catalog.add(
            build_data_set(f"set {i}", root), [build_sample(f"a/{j}.png", root) for j in range(20)]
        )
        return catalog.count_samples(stored)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(16))) == [20] * 16
    assert len(Catalog(workspace).list_data_sets()) == 16


def test_a_corrupt_catalog_names_its_backup_and_the_backup_works(
    workspace: Workspace, root: Path
) -> None:
    Catalog(workspace).add(build_data_set("x", root), [build_sample("a/1.png", root)])
    backup = workspace.root / "catalog.backup.sqlite"
    for path in workspace.root.glob("catalog.sqlite-*"):
        path.unlink()
    workspace.catalog_path.write_bytes(b"no database at all" * 100)
    with pytest.raises(WorkspaceError, match="is damaged") as error:
        Catalog(workspace)
    assert str(backup) in str(error.value)
    backup.replace(workspace.catalog_path)
    assert [d.name for d in Catalog(workspace).list_data_sets()] == ["x"]


def test_missing_tables_are_damage_too(workspace: Workspace) -> None:
    catalog = Catalog(workspace)
    with sqlite3.connect(workspace.catalog_path) as db:
        db.execute("DROP TABLE data_sets")
    with pytest.raises(WorkspaceError, match="is damaged: no such table"):
        catalog.list_data_sets()


def test_samples_come_by_their_ids_in_the_order_that_is_asked(catalog: Catalog, root: Path) -> None:
    stored = catalog.add(
        build_data_set("x", root), [build_sample(f"{'ab'[i % 2]}/{i}.png", root) for i in range(6)]
    )
    ids = [entry.id for entry in catalog.list_entries(stored) if entry.label == "b"][::-1]
    found = catalog.load_some(stored, [*ids, 999])
    assert [sample.name for sample in found] == ["b/5.png", "b/3.png", "b/1.png"]
    assert [entry.name for entry in catalog.list_entries(stored, "a/2")] == ["a/2.png"]
    before = catalog.read_marks()
    catalog.rename(stored, "y")
    assert catalog.read_marks() != before


# What a run names


def test_an_id_stays_when_a_data_set_is_renamed(catalog: Catalog, root: Path) -> None:
    stored = catalog.add(build_data_set("x", root), [])
    other = catalog.add(build_data_set("y", root), [])
    assert len({stored.uid, other.uid, ""}) == 3
    renamed = catalog.rename(stored, "z")
    assert (renamed.uid, renamed.name) == (stored.uid, "z")
    assert catalog.find_data_set(stored.uid) == renamed


def test_an_id_that_was_given_is_kept(catalog: Catalog, root: Path) -> None:
    draft = replace(build_data_set("x", root), uid="0" * 32, task="multi-label")
    catalog.add(draft, [])
    found = catalog.find_data_set("x")
    assert (found.uid, found.task) == ("0" * 32, "multi-label")


def test_what_a_run_names_is_found_by_id_then_name_then_former_name(
    catalog: Catalog, root: Path
) -> None:
    stored = catalog.add(build_data_set("x", root), [])
    renamed = catalog.rename(stored, "y")
    assert catalog.find_chosen(stored.uid, "x") == renamed
    assert catalog.find_chosen(stored.uid, "never heard of") == renamed
    assert catalog.find_chosen("", "y") == renamed
    assert catalog.find_chosen("", "x") == renamed
    assert catalog.find_chosen("an id of another workspace", "y") == renamed
    with pytest.raises(DataError, match=r"was removed from this workspace.* under the name z"):
        catalog.find_chosen("an id of another workspace", "z")
    newer = catalog.add(build_data_set("x", root), [])
    assert catalog.find_chosen("", "x") == newer  # the present name comes before a former one
    assert catalog.find_chosen(stored.uid, "x") == renamed
    with pytest.raises(DataError, match="There is no data set 'w'"):
        catalog.find_chosen("", "w")


def test_all_names_that_a_data_set_had_are_known(catalog: Catalog, root: Path) -> None:
    stored = catalog.add(build_data_set("x", root), [])
    for name in ("y", "z", "y"):
        stored = catalog.rename(stored, name)
    assert catalog.list_names(stored) == {"x", "y", "z"}
    remove(catalog, stored)
    assert catalog.list_names(stored) == {"y"}  # what the value says, and nothing on disk
    with pytest.raises(DataError, match="none yet"):
        catalog.find_data_set("x")


def test_frames_attributes_and_files_elsewhere_come_back(
    catalog: Catalog, workspace: Workspace, root: Path
) -> None:
    inside = workspace.data_folder / "other" / "v.dcm"
    outside = root.parent / "elsewhere" / "w.dcm"
    samples = [
        replace(build_sample("a/1.png", root), attributes={"age": "61", "view": "AP"}),
        replace(build_sample("b/v.dcm#3", root), path=inside, frame=3),
        replace(build_sample("b/w.dcm", root), path=outside),
    ]
    reading = {"layout": "{label}", "sentences": ["Read as {label}."]}
    draft = replace(build_data_set("x", root), reading=reading, derivation={"from": ["uid"]})
    stored = catalog.add(draft, samples)
    assert catalog.find_data_set("x") == stored
    loaded = catalog.load_samples(stored)
    assert [s.attributes for s in loaded] == [{"age": "61", "view": "AP"}, {}, {}]
    assert [(s.path, s.frame) for s in loaded[1:]] == [(inside, 3), (outside, None)]
    # A workspace can be moved: what is inside is found from its root.
    file = "SELECT file FROM samples ORDER BY id"
    assert catalog.read(file) == [(None,), ("data/other/v.dcm",), (str(outside),)]


def test_the_values_of_columns_are_counted(catalog: Catalog, root: Path) -> None:
    views = ("AP", "PA", "PA")
    samples = [
        replace(build_sample(f"a/{i}.png", root), attributes={"view": view, "age": "61"})
        for i, view in enumerate(views)
    ]
    stored = catalog.add(build_data_set("x", root), [*samples, build_sample("b/1.png", root)])
    assert list_values(catalog, stored) == {
        "split": {"train": 4},
        "age": {"61": 3},
        "view": {"PA": 2, "AP": 1},
    }


def test_an_image_counts_for_each_of_its_findings_and_once_in_its_split(
    catalog: Catalog, root: Path
) -> None:
    labels = ["mass|scar", "mass", "", "?mass|scar"]
    samples = [
        replace(build_sample(f"{i}.png", root), label=label, split="test" if i == 3 else "train")
        for i, label in enumerate(labels)
    ]
    data = replace(build_data_set("x", root), task="multi-label", classes=("mass", "scar"))
    data = catalog.add(data, samples)
    assert catalog.count_splits(data) == {"train": 3, "validation": 0, "test": 1}
    counts = catalog.count_classes(data)
    assert counts["train"] == {"mass": 2, "scar": 1}
    assert counts["test"] == {"mass": 0, "scar": 1}
    assert count_test_groups(catalog, data) == {"": 1, "scar": 1}
    with pytest.raises(DataError, match="several labels or none, such as"):
        catalog.set_task(data, "single-label")


def test_grades_keep_the_order_that_was_given(catalog: Catalog, root: Path) -> None:
    samples = [
        replace(build_sample(f"{name}.png", root), label=name) for name in ("late", "early", "mid")
    ]
    data = catalog.add(
        replace(build_data_set("x", root), classes=("early", "late", "mid")), samples
    )
    with pytest.raises(DataError, match="do not tell which grade"):
        catalog.set_task(data, "ordinal")
    assert catalog.find_data_set("x").task == "single-label"
    catalog.set_task(data, "ordinal", ["early", "mid", "late"])
    assert catalog.find_data_set("x").classes == ("early", "mid", "late")
    made = derive(catalog, "y", Derivation(("x",), {"late": "end"}))
    assert (made.task, made.classes) == ("ordinal", ("early", "mid", "end"))


def test_more_ids_than_a_query_takes(catalog: Catalog, root: Path) -> None:
    stored = catalog.add(build_data_set("x", root), [build_sample("a/1.png", root)])
    (sample,) = catalog.load_samples(stored)
    ids = [*range(2, 40_000), sample.id]
    assert catalog.load_some(stored, ids) == [sample]


def test_grades_become_findings_and_findings_become_grades_only_where_each_image_has_one(
    catalog: Catalog, root: Path
) -> None:
    labels = ["none", "mild", "severe"]
    samples = [replace(build_sample(f"{n}.png", root), label=n) for n in labels]
    data = catalog.add(replace(build_data_set("x", root), classes=tuple(labels)), samples)
    data = catalog.set_task(data, "ordinal")
    assert data.classes == ("none", "mild", "severe")
    data = catalog.set_task(data, "multi-label")
    assert data.classes == ("mild", "none", "severe")
    notes = [note for note in describe(data, catalog) if note.code == "empty-finding"]
    assert len(notes) == 1
    # As the note says: without it, its image shows no finding.
    made = derive(catalog, "y", Derivation(("x",), {"none": ""}))
    assert made.classes == ("mild", "severe")
    assert [s.label for s in catalog.load_samples(made)] == ["", "mild", "severe"]
    assert not [note for note in describe(made, catalog) if note.code == "empty-finding"]
    assert catalog.set_task(data, "ordinal").classes == ("none", "mild", "severe")
    first = catalog.load_samples(data)[0]
    catalog.set_task(data, "multi-label")
    data = catalog.find_data_set("x")
    apply_edits(catalog, data, [Change(first.id, RELABEL, "mild|severe")])
    with pytest.raises(DataError, match="several labels or none, such as mild and severe"):
        catalog.set_task(catalog.find_data_set("x"), "ordinal")


def test_grades_and_findings_are_not_joined(catalog: Catalog, root: Path) -> None:
    for name, task in (("x", "ordinal"), ("y", "multi-label")):
        draft = replace(build_data_set(name, root), task=task, classes=("a",))
        catalog.add(draft, [replace(build_sample(f"{name}.png", root), label="a")])
    with pytest.raises(DataError, match=r"x: grades, y: several labels"):
        derive(catalog, "z", Derivation(("x", "y")))


def test_a_grade_that_was_left_out_comes_back_to_its_place(catalog: Catalog, root: Path) -> None:
    samples = [
        replace(build_sample(f"{name}.png", root), label=name) for name in ("late", "early", "mid")
    ]
    data = catalog.add(
        replace(build_data_set("x", root), classes=("early", "late", "mid")), samples
    )
    data = catalog.set_task(data, "ordinal", ["early", "mid", "late"])
    middle = next(s for s in catalog.load_samples(data) if s.label == "mid")
    data = apply_edits(catalog, data, [Change(middle.id, LEAVE_OUT)])
    assert data.classes == ("early", "late")
    data = apply_edits(catalog, data, [Change(middle.id, TAKE_BACK)])
    assert data.classes == ("early", "mid", "late")
    # Another order that is given counts from then on.
    data = catalog.set_task(data, "ordinal", ["late", "mid", "early"])
    assert apply_edits(catalog, data, [Change(middle.id, LEAVE_OUT)]).classes == ("late", "early")
    data = apply_edits(catalog, data, [Change(middle.id, TAKE_BACK)])
    assert data.classes == ("late", "mid", "early")
    # Where the names tell nothing, and nobody has said it, a new grade has no place.
    with pytest.raises(DataError, match="do not tell which grade"):
        apply_edits(catalog, data, [Change(middle.id, RELABEL, "later")])
