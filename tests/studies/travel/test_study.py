"""Whether a run's model travels: the whole way, with a real run."""

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import Trained, write_bands
from PIL import Image, ImageOps

import medapp
from medapp.errors import DataError, RunError
from medapp.runs.making import create_run
from medapp.session import Session
from medapp.studies.folds import list_studies
from medapp.studies.travel.record import NOT_READ, OWN_LABELS, READ, find_travel, list_travels
from medapp.training.recipe import build_recipe

OWN = 16  # images a class that the run has


@pytest.fixture
def session(trained: Trained) -> Session:
    return medapp.open(trained.workspace.root)


def write_elsewhere(folder: Path, names: dict[str, str] | None = None) -> Path:
    """New images of the same kind, 24 a class, which the run has not.

    Args:
        names: of the folders "above" and "below".
    """
    write_bands(folder, OWN + 24)
    for label in ("above", "below"):
        for number in range(OWN):
            (folder / label / f"p{number:02d}.png").unlink()
    for old, new in (names or {}).items():
        (folder / old).rename(folder / f"{new}.new")
    for path in folder.glob("*.new"):
        path.rename(path.with_suffix(""))
    return folder


def invert(folder: Path) -> Path:
    for path in folder.glob("*/*.png"):
        ImageOps.invert(Image.open(path)).save(path)
    return folder


def test_the_same_kind_of_images_go(session: Session, tmp_path: Path) -> None:
    session.add_data(write_elsewhere(tmp_path / "there"), patient_pattern=r"p\d\d")
    found = session.travel("probe", "there")
    assert found.verdict == "go"
    assert found.distance < 0.4
    assert found.images == 48
    assert found.target_labels_read == READ
    # The model as it is has the figures that an evaluation there gives.
    evaluation = session.evaluate("probe", data="there")
    assert found.source_only is not None
    assert found.source_only.balanced_accuracy == pytest.approx(evaluation.balanced_accuracy)
    assert found.source_only.interval == pytest.approx(evaluation.intervals["balanced_accuracy"])
    assert found.methods is not None
    assert set(found.methods) | set(found.closed) == {
        "refit",
        "standardise",
        "coral",
        "batch-norm",
        "label-shift",
    }
    assert set(found.methods) >= {"refit", "standardise", "coral", "batch-norm"}
    assert all(f.gain is not None for f in found.methods.values())
    assert [count for count, _ in found.curve] == [0, 20]


def test_images_of_another_kind_do_not_go(session: Session, tmp_path: Path) -> None:
    session.add_data(invert(write_elsewhere(tmp_path / "there")))
    found = session.travel("probe", "there")
    assert found.verdict != "go"
    assert found.site_auroc is not None
    assert found.site_auroc > 0.95
    assert "patients-unknown" in {note.code for note in found.notes}


def test_the_verdict_needs_no_label(session: Session, tmp_path: Path) -> None:
    """Labels that are swapped change the figures and nothing else."""
    session.add_data(write_elsewhere(tmp_path / "there"))
    swapped = write_elsewhere(tmp_path / "swapped", {"above": "below", "below": "above"})
    session.add_data(swapped)
    one, other = (session.travel("probe", name) for name in ("there", "swapped"))
    assert other.distance == pytest.approx(one.distance)
    assert other.verdict == one.verdict
    assert one.source_only is not None
    assert other.source_only is not None
    assert other.source_only.balanced_accuracy == pytest.approx(
        1 - one.source_only.balanced_accuracy
    )
    for key, scores in one.scores.items():
        assert other.scores[key].confidence == pytest.approx(scores.confidence, abs=1e-3)


def test_without_a_common_class_there_is_a_verdict_and_no_figure(
    session: Session, tmp_path: Path
) -> None:
    session.add_data(write_elsewhere(tmp_path / "there", {"above": "x", "below": "y"}))
    found = session.travel("probe", "there")
    assert found.verdict == "go"
    assert found.source_only is found.methods is found.own_labels is None
    assert found.target_labels_read == NOT_READ
    assert "no-labels" in {note.code for note in found.notes}
    with pytest.raises(DataError, match="no class in common"):
        session.travel("probe", "there", labelled=20)
    told = session.travel("probe", "there", mapping={"x": "above", "y": "below"})
    assert told.mapping == {"x": "above", "y": "below"}
    assert told.source_only is not None
    assert told.source_only.balanced_accuracy > 0.8


def test_copies_of_the_runs_own_images_and_foreign_classes_are_left_out(
    session: Session, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "there", OWN + 24)
    shutil.copytree(write_elsewhere(tmp_path / "other") / "above", folder / "zebra")
    session.add_data(invert_some(folder))
    found = session.travel("probe", "there")
    assert found.images == 48
    assert found.left_out == {
        "they are copies of the run's own images": 2 * OWN,
        "they are of a class that the run does not know": 24,
    }


def invert_some(folder: Path) -> Path:
    """Make the pictures of the foreign class others than those of the known ones."""
    for path in (folder / "zebra").glob("*.png"):
        ImageOps.invert(Image.open(path)).rotate(90).save(path)
    return folder


def test_labelled_images_choose_and_others_judge(session: Session, tmp_path: Path) -> None:
    """Where both classes mean the reverse, only a head that learned there is right."""
    folder = write_elsewhere(tmp_path / "there", {"above": "below", "below": "above"})
    session.add_data(folder, patient_pattern=r"p\d\d")
    declared = session.travel("probe", "there", labelled=20).declared
    assert declared is not None
    assert declared.images == 20
    assert declared.chosen == OWN_LABELS
    assert declared.judged == 28  # 48 less the images of ten patients
    assert declared.figure is not None
    assert declared.figure.balanced_accuracy > 0.8
    with pytest.raises(DataError, match="cannot be declared"):
        session.travel("probe", "there", labelled=48)


def test_what_was_found_is_kept(session: Session, tmp_path: Path) -> None:
    session.add_data(write_elsewhere(tmp_path / "there"))
    found = session.travel("probe", "there", labelled=10)
    assert find_travel(session.workspace, found.id) == found
    assert list_travels(session.workspace, session.find_run("probe")) == [found]
    assert list_studies(session.workspace) == []  # cross-validations are others
    folder = session.workspace.studies_folder / found.id
    rows = pq.read_table(folder / "predictions.parquet").to_pylist()
    assert len(rows) == found.images
    assert {row["source-only: prediction"] for row in rows} <= {"above", "below"}
    (folder / "study.json").write_text("{")
    assert list_travels(session.workspace) == []
    with pytest.raises(RunError, match="no study"):
        find_travel(session.workspace, found.id)


def test_what_cannot_be_asked_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"0 images that can be compared.*copies"):
        session.travel("probe", "bands")
    small = write_elsewhere(tmp_path / "small")
    for path in sorted(small.glob("*/*.png"))[5:]:
        path.unlink()
    shutil.copytree(small / "above", small / "below", dirs_exist_ok=True)
    session.add_data(small)
    with pytest.raises(DataError, match="at least 20"):
        session.travel("probe", "small")
    other = session.add_data(write_elsewhere(tmp_path / "there"))
    recipe = build_recipe({"data": "bands", "strategy": "linear-probe", "image_size": 32})
    waiting = create_run(session.workspace, recipe, name="waiting")
    with pytest.raises(RunError, match="no model yet"):
        session.travel(waiting, other)
    with pytest.raises(DataError, match="several findings"):
        session.travel("probe", replace(other, task="multi-label"))
