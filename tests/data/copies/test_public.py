"""Public sets are known by fingerprints alone: written, read, matched, or refused in words."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import draw_picture
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.copies.public import PublicSet, list_public_sets, match_public, save_fingerprints
from medapp.data.importing.adding import add_folder
from medapp.data.notes import describe
from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.imaging.fingerprint import compute_fingerprint
from medapp.store.shipped import ASSETS
from medapp.store.workspace import Workspace


def add_pictures(workspace: Workspace, folder: Path, seeds: range, label: str = "a") -> DataSet:
    for seed in seeds:
        path = folder / label / f"secret {seed}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(seed)).save(path)
    return add_folder(workspace, folder).data_set


def publish(workspace: Workspace, data_set: DataSet) -> Path:
    path = workspace.fingerprints_folder / "x.parquet"
    samples = Catalog(workspace).load_samples(data_set)
    assert save_fingerprints(path, data_set, samples, "set 7", "Doe 2020", "CC0") == len(samples)
    return path


def test_images_of_a_public_set_are_told_when_they_come_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    publish(workspace, add_pictures(workspace, tmp_path / "public", range(6)))
    other = add_pictures(workspace, tmp_path / "mine", range(2, 9), "b")
    notes = {note.code: note.text for note in describe(other, Catalog(workspace))}
    assert notes["public-set"] == "4 images are of a public data set, set 7 (Doe 2020)."
    apart = add_pictures(workspace, tmp_path / "apart", range(20, 30))
    assert "public-set" not in {note.code for note in describe(apart, Catalog(workspace))}


def test_a_file_of_fingerprints_names_no_image(workspace: Workspace, tmp_path: Path) -> None:
    path = publish(workspace, add_pictures(workspace, tmp_path / "public", range(4)))
    table = pq.read_table(path)
    assert table.column_names == ["fingerprint", "label"]
    assert b"secret" not in path.read_bytes()
    (found,) = [known for known in list_public_sets(workspace) if known.title == "set 7"]
    assert (found.source, found.terms, found.labels) == ("Doe 2020", "CC0", ("a",) * 4)


def test_labels_that_differ_from_the_public_ones_are_counted() -> None:
    prints = tuple(compute_fingerprint(draw_picture(seed)) for seed in range(10))
    public = PublicSet("set 7", "Doe 2020", "CC0", prints, ("ill",) * 9 + ("well",))
    marks = (("", "A"), (None, "A"), *((mark, "A") for mark in prints))
    (match,) = match_public((public,), marks)
    assert match.contrary == (11,)
    assert match.describe().endswith("set 7 (Doe 2020), 1 of them with another label.")
    (match,) = match_public((public,), marks, is_single_label=False)
    assert match.contrary == ()


def test_a_few_images_make_no_public_set() -> None:
    prints = tuple(compute_fingerprint(draw_picture(seed)) for seed in range(10))
    public = PublicSet("set 7", "Doe 2020", "CC0", prints, ("ill",) * 10)
    assert match_public((public,), (*((mark, "A") for mark in prints[:2]), ("", "A"))) == ()
    few = tuple((mark, "A") for mark in prints[:3])
    assert len(match_public((public,), few)) == 1
    assert match_public((public,), (*few, *[("", "A")] * 400)) == ()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no table at all"])
def test_a_damaged_file_is_named(workspace: Workspace, content: bytes) -> None:
    workspace.fingerprints_folder.mkdir()
    (workspace.fingerprints_folder / "broken.parquet").write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.parquet cannot be read"):
        list_public_sets(workspace)


def test_the_sets_that_come_with_medapp_are_small_and_say_their_terms(
    workspace: Workspace,
) -> None:
    for path in (ASSETS / "fingerprints").glob("*.parquet"):
        assert path.stat().st_size < 200_000, path.name
    for known in list_public_sets(workspace):
        assert known.title
        assert known.source
        assert known.terms
        assert len(known.fingerprints) >= 40


def test_a_file_that_went_away_is_named(workspace: Workspace) -> None:
    workspace.fingerprints_folder.mkdir()
    (workspace.fingerprints_folder / "gone.parquet").symlink_to("nowhere.parquet")
    with pytest.raises(DataError, match=r"gone\.parquet cannot be read"):
        list_public_sets(workspace)
