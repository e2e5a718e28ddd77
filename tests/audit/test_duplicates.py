"""Copies are found by bytes, by pixels and by the picture, however it was turned."""

import numpy as np
from audit.conftest import Plant, list_names
from conftest import draw_picture
from PIL import Image

from medapp.audit.duplicates import find_copies
from medapp.audit.ground import open_ground
from medapp.data.edits import LEAVE_OUT, RELABEL, Change, apply_edits
from medapp.data.facts import load_facts


def test_copies_leaks_and_contradictions_are_told_apart(plant: Plant) -> None:
    pictures = [draw_picture(seed) for seed in range(8)]
    ground = plant(
        {
            "train/a/0.png": pictures[0],
            "train/a/0 again.bmp": pictures[0],  # the same pixels, other bytes
            "train/a/1.png": pictures[1],
            "train/b/2.png": pictures[2],
            "train/b/3.png": pictures[3],
            "val/a/4.png": pictures[4],
            "val/b/mirrored.png": np.ascontiguousarray(pictures[2][:, ::-1]),
            "test/a/5.png": pictures[5],
            "test/b/small.png": np.asarray(Image.fromarray(pictures[1]).resize((80, 100))),
            "test/b/6.png": pictures[6],
        }
    )
    assert list_names(find_copies, ground) == {
        "leak": [["test/b/small.png", "train/a/1.png"], ["train/b/2.png", "val/b/mirrored.png"]],
        "contradiction": [["test/b/small.png", "train/a/1.png"]],
        "copies": [["train/a/0 again.bmp", "train/a/0.png"]],
        "near_copies": [
            ["test/b/small.png", "train/a/1.png"],
            ["train/b/2.png", "val/b/mirrored.png"],
        ],
    }
    leak, contradiction, *_ = find_copies(ground, lambda done, total: None)
    assert leak.severity == "grave"
    assert "1 of 3 test images also stands" in leak.summary
    assert [group.text for group in leak.groups] == ["", "mirrored"]
    assert contradiction.groups[0].text == "a or b"


def test_pixels_that_are_the_same_are_found_also_within_a_group_of_near_copies(
    plant: Plant,
) -> None:
    picture = draw_picture(1)
    ground = plant({"a/1.png": picture, "a/2.bmp": picture, "a/3.png": picture[::2, ::2]})
    found = list_names(find_copies, ground)
    assert found["copies"] == [["a/1.png", "a/2.bmp"]]
    assert found["near_copies"] == [["a/1.png", "a/2.bmp", "a/3.png"]]


def test_what_is_left_out_is_no_copy(plant: Plant) -> None:
    ground = plant({"train/a/1.png": draw_picture(1), "test/a/1.png": draw_picture(1)})
    change = Change(ground.samples[0].id, LEAVE_OUT)
    changed = apply_edits(ground.catalog, ground.data_set, [change])
    assert list_names(find_copies, open_ground(ground.workspace, changed)) == {}


def test_a_label_that_was_corrected_contradicts_the_copy_that_kept_the_old_one(
    plant: Plant,
) -> None:
    picture = draw_picture(1)
    ground = plant(
        {"a/1.png": picture, "a/small.png": picture[::2, ::2], "b/2.png": draw_picture(2)}
    )
    assert "contradiction" not in list_names(find_copies, ground)
    catalog, (first, small, _) = ground.catalog, ground.samples
    corrected = apply_edits(catalog, ground.data_set, [Change(first.id, RELABEL, "b")])
    found = list_names(find_copies, open_ground(ground.workspace, corrected))
    assert found["contradiction"] == [["a/1.png", "a/small.png"]]
    assert load_facts(catalog, corrected).contradictions == 2
    both = apply_edits(catalog, corrected, [Change(small.id, RELABEL, "b")])
    assert "contradiction" not in list_names(find_copies, open_ground(ground.workspace, both))
    assert load_facts(catalog, both).contradictions == 0


def test_a_copy_without_a_label_contradicts_none(plant: Plant) -> None:
    picture = draw_picture(1)
    ground = plant({"a/1.png": picture, "b/2.png": draw_picture(2), "unlabelled/3.png": picture})
    assert set(list_names(find_copies, ground)) == {"copies"}
    assert load_facts(ground.catalog, ground.data_set).contradictions == 0
