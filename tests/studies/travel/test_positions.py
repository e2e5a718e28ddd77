"""The map of both hospitals, kept beside an answer."""

from pathlib import Path

import numpy as np

from medapp.store.workspace import Workspace
from medapp.studies.travel.positions import MOST, find_positions, place_images, save_positions


def test_two_clouds_lie_apart_and_come_back_as_they_were(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    home = random.normal(size=(30, 8)).astype(np.float32)
    there = random.normal(size=(20, 8)).astype(np.float32) + 9
    names = ([f"h{row}" for row in range(30)], [f"t{row}" for row in range(20)])
    found = place_images(home, there, *names)
    assert found.is_there.tolist() == [False] * 30 + [True] * 20
    assert found.names == (*names[0], *names[1])
    first = found.places[:, 0]
    assert abs(first[:30].mean() - first[30:].mean()) > 5 * first[:30].std()
    assert found.shares[0] > 0.9
    workspace = Workspace(tmp_path)
    folder = workspace.studies_folder / "one"
    folder.mkdir(parents=True)
    assert find_positions(workspace, "one") is None
    save_positions(folder, found)
    kept = find_positions(workspace, "one")
    assert kept is not None
    np.testing.assert_array_equal(kept.places, found.places)
    assert (kept.shares, kept.names) == (found.shares, found.names)
    (folder / "map.parquet").write_bytes(b"no table")
    assert find_positions(workspace, "one") is None


def test_of_many_images_so_many_are_placed_as_fit() -> None:
    home = np.random.default_rng(1).normal(size=(2 * MOST + 5, 3)).astype(np.float32)
    names = [str(row) for row in range(len(home))]
    found = place_images(home, home[:10], names, names[:10])
    assert 10 < len(found.places) <= MOST + 10
    assert found.is_there.sum() == 10
