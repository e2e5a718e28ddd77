"""Whether a run's model travels: the whole way, with a real run."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import Trained, write_bands
from PIL import Image, ImageOps

import medapp
from medapp.data.catalog import Catalog
from medapp.errors import DataError, MedAppError, RecipeError, RunError
from medapp.runs.making import create_run
from medapp.runs.split_table import name_table, save_split
from medapp.session import Session
from medapp.studies.folds import list_studies
from medapp.studies.travel.record import (
    NOT_READ,
    OWN_LABELS,
    READ,
    Travel,
    find_travel,
    list_travels,
)
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
        "tent",
    }
    assert set(found.methods) >= {"refit", "standardise", "coral", "batch-norm", "tent"}
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
    assert len(set(declared.names)) == 20
    patients = {name[-7:-4] for name in declared.names}
    assert len(patients) == 10  # both images of each
    assert declared.figure is not None
    assert declared.figure.balanced_accuracy > 0.8
    with pytest.raises(DataError, match="cannot be declared"):
        session.travel("probe", "there", labelled=48)


@pytest.fixture(scope="module")
def answered_once(
    trained_once: Trained, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Travel]:
    """A workspace where it was asked with ten labelled images, and the answer."""
    home = tmp_path_factory.mktemp("answered")
    shutil.copytree(trained_once.workspace.root, home / "home")
    session = medapp.open(home / "home")
    session.add_data(write_elsewhere(home / "there"))
    return home / "home", session.travel("probe", "there", labelled=10)


@pytest.fixture
def answered(
    answered_once: tuple[Path, Travel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Session, Travel]:
    """The same in a workspace of the test's own."""
    shutil.copytree(answered_once[0], tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return medapp.open(tmp_path / "home"), answered_once[1]


def test_what_was_found_is_kept(answered: tuple[Session, Travel]) -> None:
    session, found = answered
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
    with pytest.raises(
        DataError, match=r"0 images that can be compared.*copies.*the run has not seen"
    ):
        session.travel("probe", "bands")
    small = write_elsewhere(tmp_path / "small")
    for path in sorted(small.glob("*/*.png"))[5:]:
        path.unlink()
    shutil.copytree(small / "above", small / "below", dirs_exist_ok=True)
    session.add_data(small)
    with pytest.raises(DataError, match=r"at least 20.*Add images of that hospital"):
        session.travel("probe", "small")
    # Classes that are not the run's are not mended by more images.
    apart = write_elsewhere(tmp_path / "apart", {"below": "sideways"})
    for path in sorted((apart / "above").glob("*.png"))[5:]:
        path.unlink()
    session.add_data(apart)
    with pytest.raises(DataError, match=r"5 images that.*above, below") as caught:
        session.travel("probe", "apart")
    assert "--map THEIRS=OURS" in caught.value.in_shell
    assert "--map" not in str(caught.value)
    with pytest.raises(RecipeError, match="takes minutes above 0"):
        session.travel("probe", "apart", minutes=float("nan"))
    other = session.add_data(write_elsewhere(tmp_path / "there"))
    recipe = build_recipe({"data": "bands", "strategy": "linear-probe", "image_size": 32})
    waiting = create_run(session.workspace, recipe, name="waiting")
    with pytest.raises(RunError, match="no model yet"):
        session.travel(waiting, other)
    with pytest.raises(DataError, match="several findings"):
        session.travel("probe", replace(other, task="multi-label"))


def test_fine_tuning_on_labels_there_is_measured(session: Session, tmp_path: Path) -> None:
    """Where both classes mean the reverse, the network learns that from labels."""
    folder = write_elsewhere(tmp_path / "there", {"above": "below", "below": "above"})
    session.add_data(folder, patient_pattern=r"p\d\d")
    found = session.travel("probe", "there", minutes=10)
    assert found.tuned is not None
    assert found.tuned.trainings == 3  # the half that is drawn from holds 20, and not 50
    assert [count for count, _ in found.tuned.curve] == [0, 20]
    (_, start), (_, learned) = found.tuned.curve
    assert start.balanced_accuracy < 0.2
    assert learned.balanced_accuracy > 0.8
    assert find_travel(session.workspace, found.id) == found


def test_without_time_nothing_is_fine_tuned(session: Session, tmp_path: Path) -> None:
    session.add_data(write_elsewhere(tmp_path / "there"))
    found = session.travel("probe", "there", minutes=1e-9)
    assert found.tuned is not None
    assert found.tuned.trainings == 0
    assert [count for count, _ in found.tuned.curve] == [0]


def copy_run(session: Session, name: str, targets: list[dict[str, str]]) -> None:
    """A run like "probe" whose recipe names further data sets."""
    original = session.find_run("probe").folder
    folder = original.with_name(f"20990101-000000-{name}")
    shutil.copytree(original, folder)
    (folder / "name.txt").write_text(name)
    recipe = json.loads((folder / "recipe.json").read_text())
    recipe["data"]["choices"] += targets
    (folder / "recipe.json").write_text(json.dumps(recipe))


def test_runs_that_learned_with_images_there_are_judged_beside_it(
    session: Session, tmp_path: Path
) -> None:
    there = session.add_data(write_elsewhere(tmp_path / "there"))
    copy_run(session, "adapted", [{"id": there.uid, "name": "there", "role": "target"}])
    samples = [replace(s, split="train") for s in Catalog(session.workspace).load_samples(there)]
    save_split(session.find_run("adapted").folder / name_table(1), samples, there.classes)
    copy_run(session, "elsewhere", [{"id": "1234", "name": "other", "role": "target"}])
    copy_run(session, "plain", [])
    found = session.travel("probe", "there")
    assert list(found.runs) == ["run adapted"]
    assert found.methods is not None
    assert found.source_only is not None
    # The copy has the same weights, so it says the same of each image.
    figure = found.methods["run adapted"]
    assert figure.balanced_accuracy == found.source_only.balanced_accuracy
    assert found.scores["run adapted"].agreement == 1
    own = found.scores["source-only"]
    assert found.scores["run adapted"].expected_accuracy == own.expected_accuracy
    # That it saw these images without labels does not leave them out, and is said.
    itself = session.travel("adapted", "there")
    assert itself.images == 48
    assert "adapted" in {note.code for note in itself.notes}


def test_colour_against_grey_and_one_class_alone(session: Session, tmp_path: Path) -> None:
    folder = write_elsewhere(tmp_path / "there")
    shutil.rmtree(folder / "below")
    (folder / "spare").mkdir()  # a data set has two classes at least; this one will be left out
    for number, path in enumerate(sorted(folder.glob("above/*.png"))):
        image = Image.open(path).convert("RGB")
        image.putpixel((0, 0), (255, 0, 0))
        image.save(path)
        if number < 3:
            path.rename(folder / "spare" / path.name)
    session.add_data(folder)
    found = session.travel("probe", "there", mapping={"spare": ""})
    assert found.images == 21
    assert found.mapping == {"above": "above"}
    assert "one-class" in {note.code for note in found.notes}
    assert found.source_only is not None
    assert found.own_labels is None
    assert found.curve == ()


def test_images_without_labels_get_a_verdict(session: Session, tmp_path: Path) -> None:
    folder = write_elsewhere(tmp_path / "there")
    loose = tmp_path / "loose"
    loose.mkdir()
    for path in folder.glob("*/*.png"):
        shutil.copy(path, loose / f"{path.parent.name}-{path.name}")
    session.add_data(loose, layout="unlabelled")
    found = session.travel("probe", "loose")
    assert found.verdict == "go"
    assert found.source_only is None
    assert found.target_labels_read == NOT_READ
    (note,) = [note for note in found.notes if note.code == "no-labels"]
    assert note.text.startswith("loose has no labels")
    with pytest.raises(DataError, match="no labels, so none can be declared"):
        session.travel("probe", "loose", labelled=30)


def test_a_data_set_that_changed_meanwhile_is_refused_in_words(
    session: Session, tmp_path: Path
) -> None:
    folder = write_elsewhere(tmp_path / "there")
    session.add_data(folder)
    Image.new("L", (32, 32), 7).save(folder / "above" / "p20.png")
    with pytest.raises(MedAppError, match=r"p20\.png.*has changed since") as raised:
        session.travel("probe", "there")
    assert raised.value.remedy
    (folder / "above" / "p20.png").unlink()
    with pytest.raises(MedAppError, match=r"p20\.png"):
        session.travel("probe", "there")
    assert list_travels(session.workspace) == []


def test_an_answer_of_an_earlier_version_opens(answered: tuple[Session, Travel]) -> None:
    session, found = answered
    path = session.workspace.studies_folder / found.id / "study.json"
    facts = json.loads(path.read_text())
    for key in ("tuned", "runs"):
        del facts[key]
    del facts["declared"]["names"]
    for scores in facts["scores"].values():
        del scores["evenness"], scores["circular"]
    path.write_text(json.dumps(facts))
    old = find_travel(session.workspace, found.id)
    assert old.source_only == found.source_only
    assert old.tuned is None
    assert old.declared is not None
    assert old.declared.names == ()
    assert old.scores["coral"].circular is None
