"""A run over several labelled data sets: a head each, a model for each."""

import shutil
from pathlib import Path

import pytest
import torch
from conftest import write_bands
from safetensors.torch import load_file

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.errors import MedAppError, RecipeError, RunError
from medapp.prediction.model import load_model
from medapp.runs.events import EpochFinished
from medapp.runs.heads import find_head, list_heads
from medapp.runs.making import create_run
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.runs.transfer import export_run, import_run
from medapp.session import Session
from medapp.store.workspace import Workspace

SMALL = {
    "image_size": 32,
    "epochs": 8,
    "batch_size": 8,
    "precision": "float32",
    "threads": 1,
    "augmentation": "none",
}


@pytest.fixture
def session(workspace: Workspace, tmp_path: Path) -> Session:
    add_folder(workspace, write_bands(tmp_path / "here", 20), name="here")
    there = write_bands(tmp_path / "there", 20, seed=5)
    # Of the same classes by other names, so that a head of one is of no use to the other.
    (there / "above").rename(there / "upper")
    (there / "below").rename(there / "lower")
    add_folder(workspace, there, name="there, too")
    return Session(workspace)


def sit(session: Session, **settings: object) -> Run:
    made = session.build_settings("here", sources=["there, too"], **{**SMALL, **settings})
    run = create_run(session.workspace, *made)
    assert Sitting(session.workspace, run, lambda: False).do()
    run.set_state("done")
    return run


def test_each_data_set_has_a_model_with_its_own_classes_and_one_backbone(session: Session) -> None:
    run = sit(session, strategy="fine-tune", anchor=0.1, class_weights=True)
    heads = list_heads(run)
    assert list(heads) == ["here", "there, too"]
    models = {name: head.model_path for name, head in heads.items()}
    own, other = (load_model(path) for path in models.values())
    assert own.classes == ("above", "below")
    assert other.classes == ("lower", "upper")
    first, second = (load_file(path) for path in models.values())
    same = {name for name in first if torch.equal(first[name], second[name])}
    assert set(first) - same == {"fc.weight", "fc.bias"}
    # The file says what it was trained on.
    assert other.recipe.data.train.name == "there, too"
    assert [c.name for c in other.recipe.data.choices if c.role == "source"] == ["here"]
    # The heads have learned: each finds the band in images that nobody has seen.
    folder = Path(session.workspace.root) / "new"
    write_bands(folder, 6, seed=9)
    for head, names in ((None, ("above", "below")), ("there, too", ("upper", "lower"))):
        right = 0
        for asked, wanted in zip(("above", "below"), names, strict=True):
            said = session.predict(run, sorted((folder / asked).iterdir()), head=head)
            right += sum(prediction.label == wanted for prediction in said)
        assert right >= 10
    with pytest.raises(RunError, match="no head for 'elsewhere'"):
        find_head(run, "elsewhere")
    # A model travels with its run.
    taken = import_run(session.workspace, export_run(run, folder / "run.zip"))
    assert [head.model_path.name for head in list_heads(taken).values()] == [
        "model.safetensors",
        "model-1.safetensors",
    ]


def test_the_heads_kept_are_those_of_the_best_epoch_also_after_a_stop(session: Session) -> None:
    settings = {**SMALL, "epochs": 3, "strategy": "fine-tune"}
    made = session.build_settings("here", sources=["there, too"], **settings)
    whole, halved = (create_run(session.workspace, *made) for _ in range(2))
    assert Sitting(session.workspace, whole, lambda: False).do()

    def has_an_epoch() -> bool:
        return any(isinstance(event, EpochFinished) for event in halved.list_events())

    assert not Sitting(session.workspace, halved, has_an_epoch).do()
    assert Sitting(session.workspace, halved, lambda: False).do()
    for one, two in zip(list_heads(whole).values(), list_heads(halved).values(), strict=True):
        tensors, again = load_file(one.model_path), load_file(two.model_path)
        assert all(torch.equal(tensors[name], again[name]) for name in tensors)


@pytest.mark.parametrize(
    ("sources", "settings", "words"),
    [
        (["here"], {}, "here is named twice"),
        (["there, too", "there, too"], {}, "there, too is named twice"),
        (["there, too"], {"strategy": "linear-probe"}, "the backbone does not learn"),
        (["there, too"], {"objective": "supervised"}, "does not learn from there, too as source"),
        (["nowhere"], {}, "no data set"),
        (["alone"], {}, "one class"),
        (["blank"], {}, "images without labels"),
        (["findings"], {}, "one label an image"),
        ([], {"objective": "several-tasks"}, "lacks a source"),
    ],
)
def test_what_cannot_be_learned_is_refused_in_words(
    session: Session, tmp_path: Path, sources: list[str], settings: dict[str, object], words: str
) -> None:
    for name in {"alone", "blank", "findings"}.intersection(sources):
        add_other(session.workspace, tmp_path / "others", name)
    with pytest.raises(MedAppError) as caught:
        session.plan("here", sources=sources, **{**SMALL, **settings})
    assert words in str(caught.value)


def add_other(workspace: Workspace, folder: Path, name: str) -> None:
    """A data set of one class alone, of images without labels, or of findings."""
    bands = write_bands(folder / name, 12, seed=7)
    if name == "blank":
        for path in list(bands.glob("*/*")):
            path.rename(bands / f"{path.parent.name}{path.name}")
    if name != "findings":
        shutil.rmtree(bands / "below")
    if name == "blank":
        shutil.rmtree(bands / "above")
    layout = {"alone": "{label}", "blank": "unlabelled"}.get(name)
    added = add_folder(workspace, bands, name, ImportChoice(layout=layout)).data_set
    if name == "findings":
        Session(workspace).set_task(added, "multi-label")


def test_random_weights_have_no_features_to_hold_to(session: Session) -> None:
    with pytest.raises(RecipeError, match="no features worth holding to"):
        session.build_settings("here", strategy="scratch", anchor=1.0)


def test_an_anchor_costs_a_forward_pass(session: Session) -> None:
    plain, _ = session.build_settings("here", strategy="fine-tune")
    held, _ = session.build_settings("here", strategy="fine-tune", anchor=1.0)
    assert held.count_passes() == plain.count_passes() + 1
