"""Copies in other data sets are found with their labels; derived sets are no other sets."""

from pathlib import Path

import numpy as np
from audit.conftest import Plant, list_names
from conftest import draw_picture

from medapp.audit.elsewhere import find_in_other_sets, find_public_sets
from medapp.audit.ground import open_ground
from medapp.data.copies.public import save_fingerprints
from medapp.data.deriving import Derivation, derive


def test_copies_in_another_set_are_found_with_contrary_labels_first(plant: Plant) -> None:
    other = {f"{'xy'[i // 8]}/{i}.png": draw_picture(i) for i in range(16)}
    plant(other, "other")
    mine = {f"{'ab'[i // 8]}/{i}.png": draw_picture(i) for i in range(1, 16)}
    mine["b/mirrored 0.png"] = np.ascontiguousarray(draw_picture(0)[:, ::-1])
    mine["a/new.png"] = draw_picture(50)
    ground = plant(mine)
    (finding,) = find_in_other_sets(ground, lambda done, total: None)
    assert (finding.kind, finding.severity, finding.count) == ("other_data_set", "caution", 16)
    first = finding.groups[0]
    assert [member.name for member in first.members] == ["b/mirrored 0.png", "other:x/0.png"]
    assert first.text == "mirrored, b here, x there"
    assert "16 of 17 images also stand in other, 1 of them with another label" in finding.summary
    assert [group.text for group in finding.groups[1:]] == [""] * 15


def test_a_set_and_what_is_derived_from_it_share_images_on_purpose(plant: Plant) -> None:
    ground = plant({f"a/{i}.png": draw_picture(i) for i in range(4)})
    derived = derive(ground.catalog, "half", Derivation((ground.data_set.uid,), count=2))
    for data_set in (ground.data_set, derived):
        assert list_names(find_in_other_sets, open_ground(ground.workspace, data_set)) == {}


def test_images_of_a_public_set_are_listed(plant: Plant, tmp_path: Path) -> None:
    ground = plant({f"{'ab'[i % 2]}/{i}.png": draw_picture(i) for i in range(12)})
    path = ground.workspace.fingerprints_folder / "x.parquet"
    save_fingerprints(path, ground.data_set, ground.samples, "set 7", "Doe 2020", "CC0")
    mine = {f"{'xy'[i % 2]}/{i}.png": draw_picture(i) for i in range(11)}
    mine["y/10.png"] = mine.pop("x/10.png")  # six of x are a there, of y five b and one a
    (finding,) = find_public_sets(plant(mine, "mine"), lambda done, total: None)
    assert (finding.kind, finding.severity) == ("public_set", "caution")
    assert finding.summary == (
        "11 images are of a public data set, set 7 (Doe 2020), 1 of them with another label."
    )
    assert finding.groups[0].members[0].name == "y/10.png"
    assert finding.groups[0].text == "y here, a there"
