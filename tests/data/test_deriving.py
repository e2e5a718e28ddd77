"""A derived data set: the same files under other classes, chosen and joined as was asked."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from data.test_catalog import build_data_set, build_sample
from hypothesis import given
from hypothesis import strategies as st

from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, _draw, derive
from medapp.data.edits import LEAVE_OUT, Change, apply_edits
from medapp.data.removing import remove
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError
from medapp.imaging.geometry import Box
from medapp.store.workspace import Workspace
from medapp.task import find_task

HASHED = "0123456789abcdef"


@pytest.fixture
def catalog(workspace: Workspace) -> Catalog:
    return Catalog(workspace)


def add(catalog: Catalog, root: Path, name: str, samples: list[Sample], **facts: str) -> DataSet:
    task = find_task(facts.get("task", "single-label"))
    classes = tuple(sorted({name for s in samples for name in task.list_labels(s.label)}))
    return catalog.add(replace(build_data_set(name, root), classes=classes, **facts), samples)


def test_classes_are_merged_and_dropped_and_files_stay(catalog: Catalog, tmp_path: Path) -> None:
    box = Box("a", 0, 0, 2, 2)
    samples = [build_sample("a/1.png", tmp_path, boxes=(box,))]
    samples += [build_sample(f"{label}/1.png", tmp_path) for label in "bc"]
    source = add(catalog, tmp_path, "x", samples)
    made = derive(catalog, "y", Derivation(("x",), {"a": "tumour", "b": "tumour", "c": ""}))
    assert (made.classes, made.origin) == (("tumour",), "derived")
    found = catalog.load_samples(made)
    assert [(s.name, s.label, s.path) for s in found] == [
        ("a/1.png", "tumour", tmp_path / "a/1.png"),
        ("b/1.png", "tumour", tmp_path / "b/1.png"),
    ]
    assert [s.boxes for s in found] == [(replace(box, label="tumour"),), ()]
    assert made.derivation["sources"] == [source.uid]
    assert list(made.reading["sentences"]) == [
        "Derived from x; the files stay where they are.",
        "tumour: a, b.",
        "Dropped: c.",
    ]


def test_several_findings_lose_only_what_is_dropped(catalog: Catalog, tmp_path: Path) -> None:
    labels = ("effusion|?nodule", "nodule|mass", "", "?mass|nodule")
    samples = [
        replace(build_sample(f"{i}.png", tmp_path), label=label) for i, label in enumerate(labels)
    ]
    add(catalog, tmp_path, "x", samples, task="multi-label")
    changes = {"nodule": "spot", "mass": "spot", "effusion": ""}
    made = derive(catalog, "y", Derivation(("x",), changes))
    assert [s.label for s in catalog.load_samples(made)] == ["?spot", "spot", "", "spot"]
    assert made.classes == ("spot",)


def test_joined_sets_become_sites_and_their_copies_are_found(
    catalog: Catalog, tmp_path: Path
) -> None:
    one = [
        build_sample("a/1.png", tmp_path / "one", content="same", patient="P1"),
        build_sample("b/1.png", tmp_path / "one", patient=HASHED),
    ]
    two = [
        build_sample("a/1.png", tmp_path / "two", "test", content="same", patient="P1"),
        build_sample("b/2.png", tmp_path / "two", patient=HASHED),
    ]
    add(catalog, tmp_path / "one", "A", one)
    add(catalog, tmp_path / "two", "B", two)
    made = derive(catalog, "y", Derivation(("A", "B")))
    found = catalog.load_samples(made)
    assert [(s.name, s.patient, s.site) for s in found] == [
        ("A/a/1.png", "A: P1", "A"),
        ("A/b/1.png", HASHED, "A"),
        ("B/a/1.png", "B: P1", "B"),
        ("B/b/2.png", HASHED, "B"),
    ]
    assert [s.path for s in found] == [s.path for s in (*one, *two)]
    assert catalog.count_leaks(made) == 1


def test_images_are_chosen_by_columns_and_never_those_left_out(
    catalog: Catalog, tmp_path: Path
) -> None:
    samples = [
        replace(build_sample(f"a/{i}.png", tmp_path), attributes={"view": view})
        for i, view in enumerate(("AP", "PA", "AP", "LL"))
    ]
    source = add(catalog, tmp_path, "x", samples)
    first = catalog.load_samples(source)[0]
    apply_edits(catalog, source, [Change(first.id, LEAVE_OUT)])
    made = derive(catalog, "y", Derivation(("x",), only={"view": ("AP", "LL")}))
    assert [s.name for s in catalog.load_samples(made)] == ["a/2.png", "a/3.png"]


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=40), st.data())
def test_a_drawing_keeps_the_shares_of_classes(labels: list[str], data: st.DataObject) -> None:
    samples = [
        replace(build_sample(f"{i}.png", Path("/x")), label=label) for i, label in enumerate(labels)
    ]
    count = data.draw(st.integers(1, len(samples)))
    drawn = _draw(samples, count, seed=data.draw(st.integers(0, 9)))
    assert len(drawn) == count
    assert [s.name for s in drawn] == [s.name for s in samples if s in drawn]
    sizes = Counter(labels)
    for label, size in Counter(s.label for s in drawn).items():
        assert abs(size - sizes[label] * count / len(samples)) < 1


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Derivation(("x",), {"aa": "b"}), r"no class 'aa'.*Did you mean a\?"),
        (Derivation(("x",), only={"age": ("3",)}), r"no column 'age'.*patient, site, split"),
        (Derivation(("x",), {"a": ""}), "No image is left"),
        (Derivation(("x",), count=2), "2 images cannot be drawn from 1"),
        (Derivation(("z",)), "no data set 'z'"),
        (Derivation(("x", "w")), r"different things.*x: .*w: "),
    ],
)
def test_what_cannot_be_derived_is_said(
    catalog: Catalog, tmp_path: Path, wanted: Derivation, words: str
) -> None:
    add(catalog, tmp_path, "x", [build_sample("a/1.png", tmp_path)])
    add(catalog, tmp_path, "w", [build_sample("a/1.png", tmp_path)], task="multi-label")
    with pytest.raises(DataError, match=words):
        derive(catalog, "y", wanted)
    assert [d.name for d in catalog.list_data_sets()] == ["w", "x"]


def test_images_that_another_set_is_derived_from_are_not_deleted(
    catalog: Catalog, workspace: Workspace
) -> None:
    root = workspace.data_folder / "x"
    (root / "a").mkdir(parents=True)
    (root / "a" / "1.png").write_bytes(b"image")
    source = add(catalog, root, "x", [build_sample("a/1.png", root)], origin="uploaded")
    made = derive(catalog, "y", Derivation((source.uid,)))
    with pytest.raises(DataError, match=r"those of y too.*Remove y first"):
        remove(catalog, source)
    remove(catalog, made)
    assert (root / "a" / "1.png").exists()
    remove(catalog, source)
    assert not root.exists()
