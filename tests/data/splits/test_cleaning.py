"""A clean split moves few images, keeps what was published, and says so where it cannot."""

from pathlib import Path

import pytest
from data.test_catalog import build_data_set

from medapp.data.catalog import Catalog
from medapp.data.edits import list_edits, undo_edit
from medapp.data.samples import Sample
from medapp.data.splits.cleaning import REASON, choose_splits, make_clean_split
from medapp.store.workspace import Workspace


def build_sample(name: str, split: str, picture: str, patient: str | None = None) -> Sample:
    return Sample(
        0, name, Path(name), name[0], patient, None, split, name, 1, 1, "", copy_group=picture
    )


def test_a_torn_group_goes_whole_where_most_of_it_stands_and_of_ties_to_the_test() -> None:
    samples = [
        build_sample("a1", "train", "p"),
        build_sample("a2", "test", "p"),
        build_sample("a3", "train", "q"),
        build_sample("a4", "train", "q"),
        build_sample("a5", "test", "q"),
        build_sample("a6", "train", "r"),
        build_sample("a7", "validation", "r"),
        build_sample("a8", "train", "s"),
    ]
    assert choose_splits(samples) == [
        *("test", "test"),
        *("train", "train", "train"),
        *("validation", "validation"),
        "train",
    ]


def test_copies_of_a_patients_image_go_with_the_patient() -> None:
    samples = [
        build_sample("a1", "test", "x", "P"),
        build_sample("a2", "test", "y", "P"),
        build_sample("a3", "train", "y", "Q"),
        build_sample("a4", "test", "z", None),
        build_sample("a5", "train", "w", None),
    ]
    assert choose_splits(samples) == ["test", "test", "test", "test", "train"]


@pytest.fixture
def catalog(workspace: Workspace) -> Catalog:
    return Catalog(workspace)


def test_the_moves_stand_in_the_log_and_can_be_undone(catalog: Catalog, tmp_path: Path) -> None:
    samples = [build_sample(f"{label}{i}", "train", f"{label}{i}") for label in "ab" for i in "123"]
    samples += [build_sample(f"{label}4", "test", f"{label}4") for label in "ab"]
    samples += [build_sample("a5", "test", "a1")]
    data_set = catalog.add(build_data_set("x", tmp_path), samples)
    cleaning = make_clean_split(catalog, data_set)
    assert (cleaning.moved, cleaning.is_drawn_anew) == (1, False)
    assert catalog.count_leaks(cleaning.data_set) == 0
    assert cleaning.data_set.draws == data_set.draws
    (edit,) = list_edits(catalog, cleaning.data_set)
    assert (edit.name, edit.before, edit.after, edit.reason) == ("a1", "train", "test", REASON)
    assert make_clean_split(catalog, cleaning.data_set).moved == 0
    undo_edit(catalog, cleaning.data_set, edit.id)
    assert catalog.count_leaks(data_set) == 1


def test_a_split_that_would_lose_most_of_its_images_is_drawn_anew(
    catalog: Catalog, tmp_path: Path
) -> None:
    # As a random split of images leaves patients: each has most of his or her images in training.
    samples = [
        build_sample(f"{label}{p}{i}", "test" if i == "4" else "train", f"{label}{p}{i}", label + p)
        for label in "ab"
        for p in "123456"
        for i in "1234"
    ]
    data_set = catalog.add(build_data_set("x", tmp_path), samples)
    cleaning = make_clean_split(catalog, data_set)
    assert cleaning.is_drawn_anew
    assert "drawn anew" in cleaning.describe()
    assert catalog.count_leaks(cleaning.data_set, "patient") == 0
    counts = catalog.count_classes(cleaning.data_set)
    assert all(counts["test"].values())


def test_a_class_is_never_moved_out_of_a_split(catalog: Catalog, tmp_path: Path) -> None:
    # The only training image of b has a copy in the test split.
    samples = [build_sample(f"a{i}", "train", f"a{i}") for i in range(8)]
    samples += [build_sample("b1", "train", "b"), build_sample("b2", "test", "b")]
    samples += [build_sample("b3", "test", "b3"), build_sample("a9", "test", "a9")]
    data_set = catalog.add(build_data_set("x", tmp_path), samples)
    cleaning = make_clean_split(catalog, data_set)
    assert cleaning.is_drawn_anew
    assert catalog.count_classes(cleaning.data_set)["train"]["b"] >= 1
