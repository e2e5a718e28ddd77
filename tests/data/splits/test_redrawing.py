"""A split drawn again keeps copies together and is counted; old data sets are checked."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from conftest import draw_picture
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.facts import load_facts
from medapp.data.importing.adding import add_folder
from medapp.data.samples import DataSet
from medapp.data.splits.redrawing import find_near_copies, redraw_split
from medapp.store.workspace import Workspace


@pytest.fixture
def leaky(workspace: Workspace, tmp_path: Path) -> DataSet:
    """Published splits in which each test image is the JPEG of a training PNG."""
    for label in "ab":
        for i in range(10):
            picture = Image.fromarray(draw_picture(ord(label) * 100 + i, 60, 60))
            for name in (f"train/{label}/{i}.png", f"test/{label}/{i}.jpg"):
                path = tmp_path / "images" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                picture.save(path)
    return add_folder(workspace, tmp_path / "images").data_set


def test_copies_leave_the_test_split_when_it_is_drawn_again(
    workspace: Workspace, leaky: DataSet
) -> None:
    catalog = Catalog(workspace)
    assert (catalog.count_leaks(leaky), load_facts(catalog, leaky).exact_leaks) == (20, 0)
    drawn = redraw_split(catalog, leaky, seed=4)
    assert (drawn.draws, catalog.count_leaks(drawn)) == (2, 0)
    assert drawn.split_origin.startswith("Drawn by MedApp")
    assert "seed 4" in drawn.split_origin
    counts = catalog.count_classes(drawn)
    assert {split: sum(by.values()) for split, by in counts.items()} == {
        "train": 28,
        "validation": 6,
        "test": 6,
    }
    first = [sample.split for sample in catalog.load_samples(drawn)]
    again = redraw_split(catalog, drawn, seed=5)
    assert again.draws == 3
    assert [sample.split for sample in catalog.load_samples(again)] != first
    redraw_split(catalog, again, seed=4)
    assert [sample.split for sample in catalog.load_samples(again)] == first


def test_an_older_data_set_is_checked(workspace: Workspace, leaky: DataSet) -> None:
    catalog = Catalog(workspace)
    samples = catalog.load_samples(leaky)
    with sqlite3.connect(workspace.catalog_path) as db:
        db.execute("UPDATE samples SET fingerprint = NULL, copy_group = content_hash")
    assert load_facts(catalog, leaky).unchecked == 40
    assert catalog.count_leaks(leaky) == 0
    samples[0].path.unlink()
    samples[1].path.write_bytes(b"another image")
    assert find_near_copies(catalog, leaky) == 2
    assert load_facts(catalog, leaky).unchecked == 2
    assert catalog.count_leaks(leaky) == 18


def test_a_plain_image_is_checked_once(workspace: Workspace, tmp_path: Path) -> None:
    for label in "ab":
        (tmp_path / "plain" / label).mkdir(parents=True)
        for i in range(3):
            image = Image.fromarray(np.full((8, 8), 10 * i + ord(label), np.uint8))
            image.save(tmp_path / "plain" / label / f"{i}.png")
    data_set = add_folder(workspace, tmp_path / "plain").data_set
    facts = load_facts(Catalog(workspace), data_set)
    assert (facts.near_copies, facts.unchecked) == (0, 0)
