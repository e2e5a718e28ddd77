"""A map shows every image that can be read, and one by t-SNE is kept with what it was made of."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import draw_picture
from PIL import Image

from medapp.audit.map import MOST, choose_samples, find_map, make_map
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.removing import remove
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError
from medapp.store.workspace import Workspace


def ignore(title: str, done: int, total: int) -> None:
    """Nothing is done with what is told."""


def refuse(title: str, done: int, total: int) -> None:
    raise AssertionError("nothing was to be computed")


@pytest.fixture
def pictures(workspace: Workspace, tmp_path: Path) -> DataSet:
    """Fourteen pictures, of which two are one file twice."""
    for i in range(13):
        path = tmp_path / "set" / "ab"[i % 2] / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(i, 40, 40)).save(path)
    (tmp_path / "set" / "b" / "same.png").write_bytes((tmp_path / "set/a/00.png").read_bytes())
    return add_folder(workspace, tmp_path / "set").data_set


def load(workspace: Workspace, data_set: DataSet) -> Sequence[Sample]:
    return Catalog(workspace).load_samples(data_set)


def test_principal_components_are_found_as_soon_as_the_images_were_read(
    workspace: Workspace, pictures: DataSet
) -> None:
    samples = load(workspace, pictures)
    assert find_map(workspace, pictures, samples, "pca") is None
    made = make_map(workspace, pictures, samples, "pca", ignore)
    found = find_map(workspace, pictures, samples, "pca")
    assert found is not None
    assert found.ids == made.ids == [sample.id for sample in samples]
    assert np.array_equal(found.positions, made.positions)
    assert made.shares is not None
    assert made.shares[0] >= made.shares[1] > 0


def test_a_map_by_t_sne_is_kept_until_its_images_go(
    workspace: Workspace, pictures: DataSet
) -> None:
    samples = load(workspace, pictures)
    made = make_map(workspace, pictures, samples, "tsne", ignore)
    places = dict(zip((s.name for s in samples), made.positions.tolist(), strict=True))
    assert places["a/00.png"] == places["b/same.png"]
    assert len({tuple(place) for place in places.values()}) == 13
    again = make_map(workspace, pictures, samples, "tsne", refuse)
    assert np.array_equal(again.positions, made.positions)
    found = find_map(workspace, pictures, samples[::-1], "tsne")
    assert found is not None
    assert np.array_equal(found.positions, made.positions[::-1])
    # Another choice of images has another map.
    assert find_map(workspace, pictures, samples[2:], "tsne") is None
    remove(Catalog(workspace), pictures)
    assert not list(workspace.cache_folder.glob("maps/*/*"))


def test_files_that_are_gone_are_counted_and_the_rest_is_shown(
    workspace: Workspace, pictures: DataSet
) -> None:
    samples = load(workspace, pictures)
    gone, changed = samples[1], samples[2]
    gone.path.unlink()
    changed.path.write_bytes(b"something else")
    made = make_map(workspace, pictures, samples, "pca", ignore)
    assert made.ids == [sample.id for sample in samples if sample not in (gone, changed)]
    assert made.unread == 2
    with pytest.raises(DataError, match="takes 10 images, and 9 can be read"):
        make_map(workspace, pictures, samples[:11], "tsne", ignore)


def test_copies_alone_have_no_neighbours(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "set" / "a").mkdir(parents=True)
    for i in range(12):
        Image.fromarray(draw_picture(i % 3, 40, 40)).save(tmp_path / "set" / "a" / f"{i}.png")
    data_set = add_folder(workspace, tmp_path / "set").data_set
    with pytest.raises(DataError, match="10 images that differ, and there are 3"):
        make_map(workspace, data_set, load(workspace, data_set), "tsne", ignore)


def test_of_more_images_than_a_map_can_hold_some_are_chosen_evenly() -> None:
    samples: list[Sample] = [None] * (2 * MOST["tsne"] + 1)  # type: ignore[list-item]
    assert len(choose_samples(samples, "tsne")) == MOST["tsne"] * 2 // 3 + 1
    assert choose_samples(samples[:5], "pca") == samples[:5]
