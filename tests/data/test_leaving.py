"""Leaving out much is asked for first: more than a tenth, or the last images of a class."""

from pathlib import Path

from conftest import write_bands

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, TAKE_BACK, Change, apply_edits
from medapp.data.importing.adding import add_folder
from medapp.data.leaving import Remainder, count_labels, foresee_leaving
from medapp.data.notes import describe
from medapp.store.workspace import Workspace
from medapp.task import TASKS

SINGLE, SEVERAL = TASKS["single-label"], TASKS["multi-label"]


def test_a_tenth_is_little_and_one_more_is_much() -> None:
    used = {"a": 60, "b": 40}
    assert not foresee_leaving(SINGLE, ["a"] * 10, used).is_large
    much = foresee_leaving(SINGLE, ["a"] * 11, used)
    assert much == Remainder(11, 100, ())
    assert much.is_large
    assert much.describe() == "11 of 100 images (11%) would be left out."


def test_one_image_of_a_few_is_little() -> None:
    assert not foresee_leaving(SINGLE, ["a"], {"a": 3, "b": 3}).is_large
    assert foresee_leaving(SINGLE, ["a", "b"], {"a": 3, "b": 3}).is_large


def test_the_last_images_of_a_class_are_much_however_few() -> None:
    found = foresee_leaving(SINGLE, ["rare", "rare"], {"rare": 2, "common": 98})
    assert found == Remainder(2, 100, ("rare",))
    assert found.is_large
    assert found.describe() == (
        "2 of 100 images (2%) would be left out, and none would show rare any more."
    )


def test_a_finding_ends_only_where_no_other_image_shows_it() -> None:
    used = {"effusion|nodule": 1, "effusion": 30, "": 30}
    assert foresee_leaving(SEVERAL, ["effusion|nodule"], used).ended == ("nodule",)


def test_nothing_left_is_said() -> None:
    found = foresee_leaving(SINGLE, ["a", "b"], {"a": 1, "b": 1})
    assert found.describe() == "All 2 images would be left out: nothing would be left to use."


def test_an_emptied_data_set_says_so_and_how_to_go_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    catalog = Catalog(workspace)
    data_set = add_folder(workspace, write_bands(tmp_path / "x", 4)).data_set
    ids = [sample.id for sample in catalog.load_samples(data_set)]
    assert count_labels(catalog, data_set) == {"above": 4, "below": 4}
    emptied = apply_edits(catalog, data_set, [Change(id, LEAVE_OUT) for id in ids])
    (note,) = describe(emptied, catalog)
    assert (note.code, note.level) == ("emptied", "grave")
    assert note.text.startswith("All 8 images are left out")
    full = apply_edits(catalog, emptied, [Change(id, TAKE_BACK) for id in ids[:1]])
    assert "emptied" not in {note.code for note in describe(full, catalog)}
