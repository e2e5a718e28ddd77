"""Sources are asked of training and validation images alone, and what cannot be told is not."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import Trained, draw_picture, write_bands
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.removing import remove
from medapp.data.samples import DataSet
from medapp.errors import DataError, ImageError, WeightsError
from medapp.imaging.preprocess import Preprocess
from medapp.models.architectures import ARCHITECTURES
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.studies.ranking.computing import _choose, rank_sources
from medapp.studies.ranking.conclusion import conclude
from medapp.studies.ranking.ranking import find_ranking

PATIENT = r"p\d\d"


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> DataSet:
    folder = write_bands(tmp_path / "images")
    return add_folder(
        workspace, folder, name="bands", choice=ImportChoice(patient_pattern=PATIENT)
    ).data_set


def test_the_test_split_is_not_read(workspace: Workspace, bands: DataSet) -> None:
    samples = Catalog(workspace).load_samples(bands)
    tests = [sample for sample in samples if sample.split == "test"]
    assert tests
    for sample in tests:
        sample.path.unlink()
    ranking = rank_sources(workspace, bands, image_size=32)
    assert ranking.images == len(samples) - len(tests)
    assert {row.source for row in ranking.rows} == {"bundled", "none", "pixels"}
    next(s for s in samples if s.split == "train").path.unlink()
    with pytest.raises(ImageError):
        rank_sources(workspace, bands, image_size=64)


def test_what_pixels_tell_needs_no_network(workspace: Workspace, bands: DataSet) -> None:
    # Bright above or bright below: half of the small pixels says it.
    ranking = rank_sources(workspace, bands, image_size=32)
    rows = {row.source: row for row in ranking.rows}
    assert rows["pixels"].value == 1
    low, high = rows["pixels"].interval
    # Thirteen patients cannot show that a figure is 1.
    assert low < 0.9
    assert high == 1
    assert not ranking.is_told_apart(rows["bundled"])
    assert any("cannot be told that transfer helps" in said for said in conclude(ranking))
    assert set(rows["bundled"].scores) == {"probe", "neighbours", "logme", "h_score", "leep"}
    assert set(rows["pixels"].scores) == {"probe", "neighbours", "logme", "h_score"}


def test_images_are_asked_as_they_are_prepared_for_training(
    workspace: Workspace, bands: DataSet
) -> None:
    plain = rank_sources(workspace, bands, ["none"], image_size=32)
    kept = Catalog(workspace).set_preprocess(bands, Preprocess(percentile_clip=20.0))
    clipped = rank_sources(workspace, kept, ["none"], image_size=32)
    assert clipped.image_size == plain.image_size == 32
    assert clipped.rows[0].scores["logme"] != plain.rows[0].scores["logme"]


def test_a_ranking_is_kept_until_its_data_set_goes(workspace: Workspace, bands: DataSet) -> None:
    assert find_ranking(workspace, bands) is None
    ranking = rank_sources(workspace, bands, image_size=32)
    assert find_ranking(workspace, bands) == ranking
    again = rank_sources(workspace, bands, image_size=32)
    assert again.rows == ranking.rows
    path = workspace.find_ranking_path(bands.uid)
    path.write_text("[1", encoding="utf-8")
    assert find_ranking(workspace, bands) is None
    remove(Catalog(workspace), bands)
    assert not path.exists()


def test_a_model_that_has_learned_from_the_images_has_no_place(trained: Trained) -> None:
    session = Session(trained.workspace)
    ranking = session.rank("bands", ["probe"], image_size=32)
    run = session.find_run("probe")
    row = next(row for row in ranking.rows if row.source == f"run:{run.id}")
    assert "It has learned from" in row.reason
    assert row not in ranking.ranked
    assert not row.scores
    assert not ranking.is_told_apart(row)


def test_a_model_that_has_learned_from_the_test_images_has_no_place(
    trained: Trained, tmp_path: Path
) -> None:
    session = Session(trained.workspace)
    learned = Catalog(trained.workspace).load_samples(session.find_data("bands"))
    learned = [sample for sample in learned if sample.split == "train"][:4]
    # Other images, and a test split that is made of what the model has learned from.
    folder = tmp_path / "other"
    for part in ("train", "val"):
        write_bands(folder / part, 10 if part == "train" else 6, seed=7 + len(part))
    for sample in learned:
        to = folder / "test" / sample.label / sample.path.name
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(sample.path.read_bytes())
    other = session.add_data(folder, "other")
    ranking = session.rank(other, ["probe"], image_size=32)
    row = next(row for row in ranking.rows if row.title == "probe")
    assert (
        f"4 of these {32 + 4} images or their patients, 4 of them in the test split" in row.reason
    )
    assert "a test figure would flatter it" in row.reason


def test_images_of_one_class_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "one")
    for path in (folder / "below").iterdir():
        path.unlink()
    (folder / "below").rmdir()
    one = add_folder(workspace, folder, name="one").data_set
    with pytest.raises(DataError, match="too few images") as refused:
        rank_sources(workspace, one)
    assert "two classes" in refused.value.remedy


def test_a_source_that_takes_more_channels_is_not_ranked(
    workspace: Workspace, bands: DataSet, tmp_path: Path
) -> None:
    tensors = ARCHITECTURES["resnet18"].build().state_dict()
    path = tmp_path / "four.pth"
    torch.save({**tensors, "conv1.weight": torch.zeros(64, 4, 7, 7)}, path)
    ranking = rank_sources(workspace, bands, [str(path)], image_size=32)
    four = next(row for row in ranking.rows if row.title == "four.pth")
    assert "conv1.weight must be (64, 3, 7, 7), not (64, 4, 7, 7)" in four.reason
    assert len(ranking.ranked) == 3


def test_a_run_that_was_deleted_is_refused(workspace: Workspace, bands: DataSet) -> None:
    with pytest.raises(WeightsError, match="was deleted"):
        rank_sources(workspace, bands, ["run:20200101-000000-001"])


def test_a_model_of_other_images_is_asked_and_its_head_too(
    trained: Trained, tmp_path: Path
) -> None:
    session = Session(trained.workspace)
    folder = tmp_path / "other"
    for shade, label in enumerate(("light", "dark"), 1):
        (folder / label).mkdir(parents=True)
        for i in range(12):
            picture = draw_picture(100 * shade + i, 40, 40) // shade
            Image.fromarray(picture).save(folder / label / f"{i}.png")
    other = session.add_data(folder, "other")
    ranking = session.rank(other, ["probe"], image_size=32)
    rows = {row.title: row for row in ranking.ranked}
    assert rows["probe"].trained_on == "bands"
    assert "leep" in rows["probe"].scores
    assert ranking.counted == "images"


def test_too_few_images_are_said_to_be_too_few(workspace: Workspace, tmp_path: Path) -> None:
    few = add_folder(workspace, write_bands(tmp_path / "few", 4), name="few").data_set
    with pytest.raises(DataError, match="too few images") as refused:
        rank_sources(workspace, few)
    assert "five patients" in refused.value.remedy


def test_a_source_that_is_not_there_is_refused(workspace: Workspace, bands: DataSet) -> None:
    with pytest.raises(WeightsError, match="nothing to start from"):
        rank_sources(workspace, bands, ["no-such-source"])


def test_a_damaged_file_is_not_ranked_and_the_others_are(
    workspace: Workspace, bands: DataSet, tmp_path: Path
) -> None:
    path = tmp_path / "broken.pth"
    path.write_bytes(b"no weights")
    ranking = rank_sources(workspace, bands, [str(path)], image_size=32)
    broken = next(row for row in ranking.rows if row.title == "broken.pth")
    assert "cannot be read as weights" in broken.reason or "refused" in broken.reason
    assert len(ranking.ranked) == 3


def test_a_part_of_the_images_is_of_all_patients_and_labels(
    workspace: Workspace, bands: DataSet
) -> None:
    one = Catalog(workspace).load_samples(bands)[0]
    samples = [
        replace(one, id=i, content_hash=str(i), copy_group="", patient=f"P{i // 40}", label=label)
        for i, label in enumerate((["rare"] * 4 + ["common"] * 36) * 30)
    ]
    chosen = _choose(samples, 300)
    # Of 30 patients with 40 images each: 270 common ones, nine of each, and one rare one of each.
    assert len(chosen) == 300
    for label, each in (("common", 9), ("rare", 1)):
        counts = Counter(sample.patient for sample in chosen if sample.label == label)
        assert counts == {f"P{number}": each for number in range(30)}
    assert _choose(samples, 300) == chosen
    few = Counter(sample.label for sample in _choose(samples, 50))
    assert few == {"common": 45, "rare": 20}


def test_findings_are_asked_one_by_one(workspace: Workspace, tmp_path: Path) -> None:
    from test_multi_label import write_findings

    data = Session(workspace).add_data(write_findings(tmp_path / "findings", 12), "findings")
    data = Catalog(workspace).set_task(data, "multi-label")
    ranking = rank_sources(workspace, data, image_size=32)
    rows = {row.source: row for row in ranking.rows}
    assert rows["pixels"].value > 0.95
    assert rows["pixels"].scores["neighbours"][0] > 0.9
