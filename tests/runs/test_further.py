"""Which further data sets a run can learn from, and what is refused in words."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_bands
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import UNLABELLED
from medapp.errors import RecipeError
from medapp.runs.making import create_run
from medapp.runs.plan import plan_run
from medapp.runs.sitting import Sitting
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.training.objectives.table import list_adaptations
from medapp.training.recipe.command import write_command


def write_coloured(folder: Path, strength: int) -> Path:
    """Images that are stored as RGB; the red channel is brighter by `strength`."""
    generator = np.random.default_rng(3)
    for label in ("above", "below"):
        (folder / label).mkdir(parents=True)
        for number in range(15):
            grey = generator.integers(0, 120, (32, 32, 1)).astype(np.uint8)
            pixels = np.repeat(grey, 3, 2) + np.array([strength, 0, 0], np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}.png")
    return folder


def write_grey(folder: Path) -> Path:
    for path in write_coloured(folder, 0).rglob("*.png"):
        Image.open(path).convert("L").save(path)
    return folder


@pytest.fixture
def session(workspace: Workspace, tmp_path: Path) -> Session:
    add_folder(workspace, write_bands(tmp_path / "here"), name="here")
    add_folder(workspace, write_bands(tmp_path / "there", seed=5), name="there")
    return Session(workspace)


@pytest.mark.parametrize("method", list_adaptations())
def test_each_method_has_a_plan(session: Session, method: str) -> None:
    assert session.plan("here", target="there", adaptation=method).seconds > 0


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"target": "there"}, "'Supervised' does not learn from there as target. .* deep-coral"),
        ({"adaptation": "dann"}, "'DANN' lacks a target"),
        ({"target": "there", "adaptation": "magic"}, "no method of adaptation 'magic'. .* mcc"),
        ({"target": "here", "adaptation": "dann"}, "here is named twice"),
        (
            {"target": "there", "adaptation": "mcc", "objective": "adversarial"},
            "objective adversarial and the adaptation mcc were asked for",
        ),
        (
            {"target": "there", "adaptation": "dann", "sources": ["there"]},
            "'DANN' does not learn from there as source",
        ),
        (
            {"target": "there", "adaptation": "dan", "strategy": "linear-probe"},
            "In 'Linear probe' the backbone does not learn",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    session: Session, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(RecipeError, match=words):
        session.plan("here", **asked)


def test_what_else_is_asked_of_the_objective_stays(session: Session) -> None:
    both = {"target": "there", "adaptation": "dan"}
    weighed = session.build_settings("here", **both, objective={"class_weights": True})[0]
    assert (weighed.objective.name, weighed.objective.class_weights) == ("dan", True)
    assert session.build_settings("here", **both, objective="dan")[0].objective.name == "dan"


def test_a_target_of_five_images_is_refused(session: Session, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "few", 3)
    next(folder.rglob("*.png")).unlink()
    add_folder(session.workspace, folder, name="few")
    with pytest.raises(RecipeError, match=r"few has \d images? to learn from, .* at least 20"):
        session.plan("here", target="few", adaptation="deep-coral")


def test_one_target_is_enough(session: Session) -> None:
    recipe, _ = session.build_settings("here", target="there", adaptation="dan")
    twice = (*recipe.data.choices, recipe.data.choices[1])
    data = recipe.data.model_copy(update={"choices": twice})
    with pytest.raises(RecipeError, match="adapted to one target, and not to 2"):
        plan_run(session.workspace, recipe.model_copy(update={"data": data}))


def test_colour_and_grey_have_no_common_channels(session: Session, tmp_path: Path) -> None:
    for name, strength in (("red", 60), ("grey as RGB", 0)):
        add_folder(session.workspace, write_coloured(tmp_path / name, strength), name=name)
    add_folder(session.workspace, write_grey(tmp_path / "grey"), name="grey")
    for one, other in (("red", "grey"), ("grey", "red")):
        with pytest.raises(RecipeError, match="red are in colour and those of grey are grey"):
            session.plan(one, target=other, adaptation="deep-coral")
    # Grey images that are stored as RGB are grey.
    assert session.plan("grey", target="grey as RGB", adaptation="deep-coral").seconds > 0


def test_confusion_of_classes_is_for_one_label(session: Session, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "several", seed=9)
    several = add_folder(session.workspace, folder, name="several").data_set
    Catalog(session.workspace).set_task(several, "multi-label")
    with pytest.raises(RecipeError, match=r"'MCC' is for one label an image.*deep-coral, dan"):
        session.plan("several", target="there", adaptation="mcc")


def test_a_target_without_labels_and_split_is_enough(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    for number, path in enumerate(sorted(write_bands(tmp_path / "x", seed=7).rglob("*.png"))):
        path.rename(folder / f"{number}.png")
    choice = ImportChoice(layout=UNLABELLED)
    add_folder(session.workspace, folder, name="plain", choice=choice)
    assert session.plan("here", target="plain", adaptation="mcc").seconds > 0


def test_the_run_is_named_and_told_as_a_command(session: Session) -> None:
    recipe, machine = session.build_settings(
        "here", target="there", adaptation="dann", adaptation_weight=0.5
    )
    run = create_run(session.workspace, recipe, machine)
    assert run.name == "Fine-tune on here, adapted to there"
    command = write_command(run.recipe, run.machine, "here")
    assert command.startswith("medapp train --data here --target there --adaptation dann")
    sources = session.build_settings("here", sources=("there",))
    assert create_run(session.workspace, *sources).name == "Fine-tune on here and there"
    assert command.endswith("--set adaptation_weight=0.5")


def test_colour_and_grey_cannot_be_learned_together_either(
    session: Session, tmp_path: Path
) -> None:
    for name, strength in (("red", 60), ("grey as RGB", 0)):
        add_folder(session.workspace, write_coloured(tmp_path / name, strength), name=name)
    add_folder(session.workspace, write_grey(tmp_path / "grey"), name="grey")
    for one, other in (("red", "grey"), ("grey", "red")):
        with pytest.raises(RecipeError, match="red are in colour and those of grey") as caught:
            session.plan(one, sources=[other], strategy="fine-tune")
        assert caught.value.setting == "sources"
    # Images of both kinds have channels in common with each.
    assert session.plan("grey", sources=["grey as RGB"], strategy="fine-tune").further > 0


def test_a_source_of_five_images_is_learned_with_a_warning(
    session: Session, tmp_path: Path
) -> None:
    few = write_bands(tmp_path / "few", 3)
    next(few.rglob("*.png")).unlink()
    add_folder(session.workspace, few, name="few")
    plan = session.plan("here", sources=["few", "there"], strategy="fine-tune")
    own = Catalog(session.workspace).count_splits(Catalog(session.workspace).find_data_set("few"))[
        "train"
    ]
    (scarce,) = [note for note in plan.notes if note.code == "scarce-source"]
    assert scarce.level == "caution"
    assert scarce.text.startswith(f"few has {own} image")
    # What a data set to train on is warned of, a source is too, by its name.
    chance = [note.text for note in plan.notes if note.code in ("few-groups", "no-test")]
    assert any(text.startswith("few: ") for text in chance)
    assert not any(text.startswith("there: Patients") for text in chance)
    alone = session.plan("here", sources=["there"], strategy="fine-tune")
    assert "scarce-source" not in {note.code for note in alone.notes}


def test_a_source_without_training_images_is_refused(session: Session, tmp_path: Path) -> None:
    write_bands(tmp_path / "judged" / "test", 12, seed=4)
    added = add_folder(session.workspace, tmp_path / "judged", name="judged").data_set
    assert Catalog(session.workspace).count_splits(added)["train"] == 0
    with pytest.raises(RecipeError, match="judged has no training images") as caught:
        session.plan("here", sources=["judged"], strategy="fine-tune")
    assert caught.value.setting == "sources"


def test_a_source_of_16_bits_is_learned_beside_one_of_8(session: Session, tmp_path: Path) -> None:
    deep = write_bands(tmp_path / "deep", 20, seed=6)
    for path in deep.rglob("*.png"):
        grey = np.asarray(Image.open(path).convert("L"), np.uint16) * 257
        Image.fromarray(grey).save(path)
    add_folder(session.workspace, deep, name="deep")
    settings = {"strategy": "fine-tune", "image_size": 32, "epochs": 8, "batch_size": 8}
    machine = {"precision": "float32", "threads": 1, "augmentation": "none"}
    made = session.build_settings("here", sources=["deep"], **settings, **machine)
    run = create_run(session.workspace, *made)
    assert Sitting(session.workspace, run, lambda: False).do()
    figures = session.load_figures(run)["deep"]
    assert figures is not None
    # The bands are as easy to tell as in 8 bits: nothing was cut or made dark.
    assert figures.balanced_accuracy > 0.8
    samples = Catalog(session.workspace).load_samples(
        Catalog(session.workspace).find_data_set("deep")
    )
    assert {sample.mode for sample in samples} == {"16-bit grey"}
