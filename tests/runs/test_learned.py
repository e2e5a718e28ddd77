"""A run over several data sets: each gives its share, and a target's labels are not read."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch
from conftest import write_bands
from safetensors.torch import load_file
from torch import nn

from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL, Change
from medapp.data.importing.adding import add_folder
from medapp.data.labelling import edit_samples
from medapp.errors import RecipeError
from medapp.runs.learned import load_samples
from medapp.runs.making import create_run
from medapp.runs.plan import plan_run
from medapp.runs.run import Run
from medapp.runs.seen import UNLABELLED, list_earlier, list_own
from medapp.runs.sitting import Sitting
from medapp.runs.transfer import export_run, import_run
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.training.batch import Batch
from medapp.training.objectives import table
from medapp.training.objectives.objective import Loss, Position, Setting
from medapp.training.objectives.supervised import Supervised
from medapp.training.objectives.table import list_adaptations
from medapp.training.recipe import Machine, Recipe, build_settings

SMALL = {"image_size": 32, "epochs": 1, "batch_size": 8, "precision": "float32", "threads": 1}


class Watched(Supervised):
    """The task's loss, which notes what it was built from and saw."""

    setting: Setting
    batches: list[Batch]

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting.task, setting.class_weights, 0.0)
        type(self).setting = setting
        type(self).batches = []

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        self.batches.append(batch)
        return super().loss(network, batch, position)


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("source", "target"):
        row = table.Row("Watched", "The task's loss.", Watched, takes=role)
        monkeypatch.setitem(table.OBJECTIVES, f"watched-{role}", row)


@pytest.fixture
def sets(workspace: Workspace, tmp_path: Path) -> Workspace:
    add_folder(workspace, write_bands(tmp_path / "here", 12), name="here")
    add_folder(workspace, write_bands(tmp_path / "there", 20, seed=5), name="there")
    return workspace


def build(role: str, **settings: object) -> tuple[Recipe, Machine]:
    choices = [{"name": "here"}, {"name": "there", "role": role}]
    asked = {"data.choices": choices, "objective": f"watched-{role}"}
    return build_settings({**SMALL, **asked, **settings})


def sit(workspace: Workspace, role: str, **settings: object) -> Run:
    run = create_run(workspace, *build(role, **settings))
    assert Sitting(workspace, run, lambda: False).do()
    run.set_state("done")
    return run


@pytest.mark.parametrize("strategy", ["fine-tune", "probe-then-fine-tune"])
def test_each_step_sees_both_data_sets(sets: Workspace, strategy: str) -> None:
    run = sit(sets, "source", strategy=strategy)
    here, there = load_samples(run, Catalog(sets))
    domains = Watched.setting.domains
    assert [domain.name for domain in domains] == ["here", "there"]
    assert domains[1].classes == ("above", "below")
    assert domains[1].images == len(there.list_split("train")) > 0
    assert Watched.setting.features == 512
    shown = torch.cat([batch.domains for batch in Watched.batches if batch.domains is not None])
    ours = len(here.list_split("train"))
    assert torch.bincount(shown).tolist() == [ours, 8 * len(Watched.batches)]
    assert all(batch.labelled is None for batch in Watched.batches)


def test_a_targets_labels_are_not_read(sets: Workspace) -> None:
    before = sit(sets, "target")
    (_, there) = load_samples(before, Catalog(sets))
    assert {sample.label for sample in there.samples} == {""}
    assert there.data_set.classes == ()
    kept = pq.read_table(before.folder / "split-1.parquet")
    assert set(kept["label"].to_pylist()) == {""}
    for batch in Watched.batches:
        assert batch.domains is not None
        assert batch.labelled is not None
        assert set(batch.domains[batch.labelled].tolist()) == {0}
        assert len(batch.targets) == len(batch.labelled) < len(batch)
    # The same weights where the target's labels are others.
    catalog = Catalog(sets)
    data_set = catalog.find_data_set("there")
    other = {"above": "below", "below": "above"}
    samples = catalog.load_samples(data_set)
    edit_samples(catalog, data_set, [Change(s.id, RELABEL, other[s.label]) for s in samples])
    after = sit(sets, "target")
    one, two = load_file(before.model_path), load_file(after.model_path)
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_targets_test_split_is_left_to_judge_on(sets: Workspace) -> None:
    run = sit(sets, "target")
    seen = {image.content_hash: image.split for image in list_own(run)}
    samples = Catalog(sets).load_samples(Catalog(sets).find_data_set("there"))
    for sample in samples:
        wanted = None if sample.split == "test" else UNLABELLED
        assert seen.get(sample.content_hash) == wanted


def test_a_run_over_several_data_sets_travels(sets: Workspace, tmp_path: Path) -> None:
    run = sit(sets, "target")
    wanted = [(image.content_hash, image.split) for image in list_own(run)]
    run_again = import_run(sets, export_run(run, tmp_path / "run.zip"))
    assert [(image.content_hash, image.split) for image in list_own(run_again)] == wanted


def test_the_plan_counts_the_further_images(sets: Workspace) -> None:
    recipe, _ = build("source", epochs=200)
    alone = build_settings({**SMALL, "data": "here", "epochs": 200})[0]
    both, one = plan_run(sets, recipe), plan_run(sets, alone)
    # As many images again in each step.
    assert both.seconds == pytest.approx(2 * one.seconds, rel=0.25)
    assert both.memory_bytes >= one.memory_bytes


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"objective": "supervised"}, "'Supervised' does not learn from there as source"),
        ({"strategy": "linear-probe"}, "the backbone does not learn"),
        ({"data.choices": [{"name": "here"}]}, "lacks a source"),
    ],
)
def test_what_cannot_be_learned_together_is_refused(
    sets: Workspace, asked: dict[str, object], words: str
) -> None:
    with pytest.raises(RecipeError, match=words):
        plan_run(sets, build("source", **asked)[0])


def test_an_interrupted_run_goes_on_with_the_same_images(sets: Workspace) -> None:
    whole = sit(sets, "target", epochs=2, batch_size=4)
    run = create_run(sets, *build("target", epochs=2, batch_size=4))
    asked = iter([False] * 5 + [True] * 50)
    assert not Sitting(sets, run, lambda: next(asked)).do()
    assert Sitting(sets, run, lambda: False).do()
    one, two = load_file(whole.model_path), load_file(run.model_path)
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("method", list_adaptations())
def test_an_adapted_run_says_so(sets: Workspace, method: str) -> None:
    session = Session(sets)
    run = create_run(
        sets, *session.build_settings("here", target="there", adaptation=method, **SMALL)
    )
    assert Sitting(sets, run, lambda: False).do()
    run.set_state("done")
    (_, there) = load_samples(run, Catalog(sets))
    own = {note.code: note for note in session.evaluate(run).notes}
    assert own["adapted"].level == "info"
    assert f"from {len(there.samples)} images of it), and judged on here" in own["adapted"].text
    assert "Does it travel? tells, under Compare" in own["adapted"].remedy
    assert "medapp travel" in own["adapted"].in_shell
    assert "there, whose labels were not read" in own["adapted"].text
    elsewhere = {note.code: note for note in session.evaluate(run, data="there").notes}
    assert "adapted" not in elsewhere
    assert "leak" not in elsewhere
    assert elsewhere["seen-unlabelled"].text.startswith(
        f"{len(there.samples)} of 40 judged images were learned from without labels"
    )
    # A run that goes on from this one has seen them so, too.
    later = create_run(sets, *session.build_settings("here", source=f"run:{run.id}", **SMALL))
    assert {image.split for image in list_earlier(sets, later)} == {
        "train",
        "validation",
        UNLABELLED,
    }
