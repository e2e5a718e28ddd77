"""What is most like an image: copies are said to be copies, and nothing is left out in silence."""

from pathlib import Path

import numpy as np
import pytest
from conftest import draw_picture
from PIL import Image

from medapp.audit.features import load_features
from medapp.audit.similarity import compare, find_similar
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, Change, apply_edits
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet, Sample
from medapp.errors import ImageError
from medapp.store.workspace import Workspace


@pytest.fixture
def pictures(workspace: Workspace, tmp_path: Path) -> DataSet:
    """Twelve pictures of six patients; one of them also stands mirrored, and once byte by byte."""
    for i in range(12):
        path = tmp_path / "set" / "ab"[i % 2] / f"p{i // 2}_{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(i, 80, 80)).save(path)
    first = tmp_path / "set" / "a" / "p0_0.png"
    (tmp_path / "set" / "b" / "p7_same.png").write_bytes(first.read_bytes())
    Image.fromarray(draw_picture(0, 80, 80)[:, ::-1]).save(tmp_path / "set" / "b" / "p8_turned.png")
    return add_folder(
        workspace, tmp_path / "set", choice=ImportChoice(patient_pattern=r"p\d+")
    ).data_set


def find_sample(workspace: Workspace, data_set: DataSet, name: str) -> Sample:
    samples = Catalog(workspace).load_samples(data_set, with_left_out=True)
    return next(sample for sample in samples if sample.name == name)


def test_copies_come_first_and_then_the_nearest_by_the_angle_between_features(
    workspace: Workspace, pictures: DataSet
) -> None:
    sample = find_sample(workspace, pictures, "a/p0_0.png")
    assert find_similar(workspace, pictures, sample) is None  # nothing was read yet
    found = compare(workspace, pictures, sample, most=20)
    assert (found.compared, found.unread) == (13, 0)
    assert find_similar(workspace, pictures, sample, most=20) == found
    names = [like.sample.name for like in found.likes]
    assert names[:2] == ["b/p7_same.png", "b/p8_turned.png"]
    assert [like.is_copy for like in found.likes] == [True, True] + [False] * 11
    assert found.likes[0].distance == pytest.approx(0, abs=1e-6)
    assert [like.sample.name for like in found.likes if like.is_same_patient] == ["b/p0_1.png"]
    # The same by another way: the angle of normalised features of all images, in one product.
    samples = Catalog(workspace).load_samples(pictures)
    features = load_features(workspace, pictures, samples)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    row = [s.id for s in samples].index(sample.id)
    expected = {s.id: 1 - float(unit[i] @ unit[row]) for i, s in enumerate(samples)}
    for like in found.likes:
        assert like.distance == pytest.approx(expected[like.sample.id], abs=1e-5)
    others = [like.distance for like in found.likes[2:]]
    assert others == sorted(others)


def test_copies_and_the_same_patient_are_passed_over_where_that_is_asked(
    workspace: Workspace, pictures: DataSet
) -> None:
    sample = find_sample(workspace, pictures, "a/p0_0.png")
    found = compare(workspace, pictures, sample, most=3, with_same_patient=False)
    assert found.compared == 10
    assert len(found.likes) == 3
    assert all(not like.is_copy and like.sample.patient != "p0" for like in found.likes)


def test_an_image_left_out_is_found_no_more_but_can_be_asked_about(
    workspace: Workspace, pictures: DataSet
) -> None:
    turned = find_sample(workspace, pictures, "b/p8_turned.png")
    apply_edits(Catalog(workspace), pictures, [Change(turned.id, LEAVE_OUT)])
    sample = find_sample(workspace, pictures, "a/p0_0.png")
    assert turned.id not in [like.sample.id for like in compare(workspace, pictures, sample).likes]
    asked = compare(workspace, pictures, find_sample(workspace, pictures, turned.name), most=1)
    (copy,) = [like for like in asked.likes if like.is_copy]
    assert copy.sample.name in ("a/p0_0.png", "b/p7_same.png")  # equal pictures, both turned


def test_a_file_that_is_gone_is_passed_over_and_counted(
    workspace: Workspace, pictures: DataSet
) -> None:
    gone = find_sample(workspace, pictures, "b/p1_3.png")
    changed = find_sample(workspace, pictures, "a/p1_2.png")
    gone.path.unlink()
    changed.path.write_bytes(b"something else")
    sample = find_sample(workspace, pictures, "a/p0_0.png")
    found = compare(workspace, pictures, sample, most=20)
    assert (found.compared, found.unread) == (11, 2)
    assert {gone.id, changed.id}.isdisjoint(like.sample.id for like in found.likes)
    with pytest.raises(ImageError, match=r"p1_3\.png cannot be opened"):
        compare(workspace, pictures, gone)
