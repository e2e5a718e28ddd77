"""The whole way of a run in this process: what a row or a setting promises is what happens."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from conftest import write_bands
from safetensors.torch import load_file
from torch import nn

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.pixels import count_channels, load_pixels
from medapp.data.samples import SPLITS, DataSet
from medapp.evaluation.words import write_figure
from medapp.models import architectures
from medapp.models.architectures import Architecture
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.weights import load_network, read_weights
from medapp.prediction.model import load_model
from medapp.runs.evaluate import evaluate_run
from medapp.runs.events import (
    EpochFinished,
    MessageSaid,
    PenaltyTried,
    PlanMade,
    StageAdvanced,
    StepTaken,
    merge_events,
)
from medapp.runs.making import create_run
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.runs.split_table import load_split
from medapp.runs.summary import summarise
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace
from medapp.task import TASKS
from medapp.task.single_label import SingleLabel
from medapp.training.augmentation import AUGMENTATIONS, Augmentation
from medapp.training.batch import Batch
from medapp.training.objectives import table
from medapp.training.objectives.objective import Loss, Position
from medapp.training.objectives.supervised import Supervised
from medapp.training.recipe import build_settings
from medapp.training.recipe.presets import PRESETS, Preset
from medapp.training.strategies import STRATEGIES

SMALL = {"image_size": 32, "epochs": 1, "batch_size": 8, "precision": "float32", "threads": 1}


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> DataSet:
    """The data set `bands` with patients, in a workspace without runs."""
    folder = write_bands(tmp_path / "bands")
    return add_folder(workspace, folder, choice=ImportChoice(patient_pattern=r"p\d\d")).data_set


def sit(workspace: Workspace, data: str = "bands", **settings: object) -> Run:
    """A run that was trained to its end."""
    run = create_run(workspace, *build_settings({"data": data, **SMALL, **settings}))
    sit_again(workspace, run)
    return run


def sit_again(workspace: Workspace, run: Run) -> None:
    with run.lock():
        assert Sitting(workspace, run, lambda: False).do()
        run.set_state("done")


def find_plan(run: Run) -> PlanMade:
    return next(event for event in run.list_events() if isinstance(event, PlanMade))


def list_stages(run: Run) -> set[str]:
    return {event.text for event in run.list_events() if isinstance(event, StageAdvanced)}


# A row is enough


def test_a_row_of_strategies_is_enough(
    workspace: Workspace, bands: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = replace(STRATEGIES["last-stage"], title="Last two stages", learning_stages=2)
    monkeypatch.setitem(STRATEGIES, "last-two-stages", row)
    run = sit(workspace, strategy="last-two-stages")
    assert run.name == "Last two stages on bands"
    last = find_plan(sit(workspace, strategy="last-stage")).parameters
    whole = find_plan(sit(workspace, strategy="fine-tune")).parameters
    assert last < find_plan(run).parameters < whole
    assert evaluate_run(workspace, run).n > 0


def test_a_row_of_augmentations_is_enough(
    workspace: Workspace, bands: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(AUGMENTATIONS, "mirrored", Augmentation(flip=1.0))
    run = sit(workspace, augmentation="mirrored")
    assert load_model(run.model_path).recipe.find_augmentation() == "mirrored"


class Halved(Supervised):
    """The task's loss, half as large."""

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        whole = super().loss(network, batch, position)
        return replace(whole, total=whole.total / 2)


def test_a_row_of_objectives_is_enough(
    workspace: Workspace, bands: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = table.Row("Halved", "Half the loss.", lambda s: Halved(s.task, s.class_weights, 0.0))
    monkeypatch.setitem(table.OBJECTIVES, "halved", row)
    # One step, so that both begin with the same weights.
    plain, halved = (
        sit(workspace, objective=name, batch_size=64, learning_rate=1e-6)
        for name in ("supervised", "halved")
    )
    losses = [
        next(e.train_loss for e in run.list_events() if isinstance(e, EpochFinished))
        for run in (plain, halved)
    ]
    assert losses[1] == pytest.approx(losses[0] / 2, rel=1e-5)


class Tiny(nn.Module):
    """A network of one convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.classify = nn.Linear(4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.classify(self.conv(x).relu().mean((2, 3)))
        return logits


def part_tiny(model: Any) -> tuple[list[tuple[str, nn.Module]], nn.Module]:
    stages = [("conv", nn.Sequential(model.conv, nn.ReLU()))]
    return stages, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def test_a_row_of_architectures_is_enough(
    workspace: Workspace, bands: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Architecture(Tiny, part_tiny, "classify", 162, 0.01, 0.1)
    monkeypatch.setitem(architectures.ARCHITECTURES, "tiny", row)
    run = sit(workspace, source="none", architecture="tiny", strategy="scratch", norms="measure")
    assert find_plan(run).architecture == "tiny"
    said = [event.text for event in run.list_events() if isinstance(event, MessageSaid)]
    assert "Settings without effect on this run: norms." in said  # it has no BatchNorm
    assert find_plan(run).parameters == 3 * 4 * 9 + 4 + 4 * 2 + 2
    pixels = np.zeros((2, 32, 32, 1), np.uint8)
    assert load_model(run.model_path).predict(pixels).shape == (2, 2)


def test_a_row_of_presets_is_enough(
    workspace: Workspace, bands: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = Preset("Mine", "For a test.", {"strategy": "head-by-steps", "epochs": 2})
    monkeypatch.setitem(PRESETS, "mine", preset)
    run = sit(workspace, **PRESETS["mine"].values)
    assert find_plan(run).epochs == 2


@dataclass(frozen=True)
class Shouting(SingleLabel):
    """One label an image, said aloud."""

    name = "shouting"

    def describe(self, decision: Any, classes: Any) -> str:
        return super().describe(decision, classes).upper()


def test_a_row_of_tasks_is_enough(
    workspace: Workspace, bands: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASKS, "shouting", Shouting())
    catalog = Catalog(workspace)
    draft = replace(bands, name="loud", uid="", task="shouting")
    catalog.add(draft, catalog.load_samples(bands))
    run = sit(workspace, "loud", strategy="linear-probe")
    assert {row["prediction"] for row in load_predictions(run)} <= {"ABOVE", "BELOW"}
    evaluation = run.load_evaluation()
    assert evaluation is not None
    assert evaluation.task == load_model(run.model_path).task.name == "shouting"


# Several labels an image


def relabel(label: str, place: int) -> str:
    """Bands above or below; each third image has the other's band "perhaps" as well."""
    other = "below" if label == "above" else "above"
    return f"{label}|?{other}" if place % 3 == 0 else label


@pytest.mark.parametrize("strategy", ["linear-probe", "fine-tune"])
def test_several_labels_an_image_go_the_whole_way(
    workspace: Workspace, bands: DataSet, strategy: str
) -> None:
    catalog = Catalog(workspace)
    samples = [
        replace(sample, label=relabel(sample.label, place))
        for place, sample in enumerate(catalog.load_samples(bands))
    ]
    draft = replace(bands, name="findings", uid="", task="multi-label")
    catalog.add(draft, samples)
    run = sit(workspace, "findings", strategy=strategy, epochs=3, class_weights=True)
    assert run.recipe.data.task == "multi-label"
    evaluation = run.load_evaluation()
    assert evaluation is not None
    assert (evaluation.task, evaluation.confusion) == ("multi-label", ())
    # Of so few images no finding is judged, and none has a threshold of its own.
    assert evaluation.macro_auroc is None
    assert "finding-not-judged" in {note.code for note in evaluation.notes}
    assert evaluation.thresholds == (0.5, 0.5)
    rows = load_predictions(run)
    assert len(rows) == evaluation.n > 0
    for row in rows:
        said = {"above", "below"} & set(row["prediction"].split(", "))
        assert said == {n for n in ("above", "below") if row[f"probability of {n}"] >= 0.5}
    again = evaluate_run(workspace, run, "validation")
    assert (again.task, again.split) == ("multi-label", "validation")


# A fit


def test_a_probe_is_one_fit_whose_penalties_are_told(workspace: Workspace, bands: DataSet) -> None:
    run = sit(workspace, strategy="linear-probe", epochs=7)
    events = run.list_events()
    assert (find_plan(run).epochs, find_plan(run).steps_per_epoch) == (1, 1)
    tried = [event for event in events if isinstance(event, PenaltyTried)]
    assert len(tried) > 2
    (epoch,) = [event for event in events if isinstance(event, EpochFinished)]
    assert epoch.is_best
    assert not any(isinstance(event, StepTaken) for event in events)
    said = [event.text for event in events if isinstance(event, MessageSaid)]
    assert "Settings without effect on this run: batch_size, epochs." in said
    validation = evaluate_run(workspace, run, "validation")
    assert validation.accuracy == pytest.approx(epoch.accuracy)
    summary = summarise(run)
    assert (summary.learning.epochs, summary.learning.asked) == (1, 1)


@pytest.mark.parametrize("strategy", ["linear-probe", "probe-then-fine-tune"])
def test_a_probe_that_was_stopped_is_fitted_again_with_the_same_result(
    workspace: Workspace, bands: DataSet, strategy: str
) -> None:
    whole = sit(workspace, strategy=strategy)
    cut = create_run(workspace, *build_settings({"data": "bands", **SMALL, "strategy": strategy}))

    def has_tried_two() -> bool:
        return sum(isinstance(e, PenaltyTried) for e in cut.list_events()) >= 2

    with cut.lock():
        assert not Sitting(workspace, cut, has_tried_two).do()
        cut.set_state("stopped")
    assert not cut.has_model
    sit_again(workspace, cut)
    assert cut.require_model().read_bytes() == whole.require_model().read_bytes()
    tried = [e.number for e in merge_events(cut.list_events()) if isinstance(e, PenaltyTried)]
    assert tried == list(range(1, len(tried) + 1))


def test_a_probe_starts_from_another_one_of_the_same_classes(
    workspace: Workspace, bands: DataSet
) -> None:
    """There is one optimum, whatever the start."""
    first = sit(workspace, strategy="linear-probe")
    second = sit(workspace, strategy="linear-probe", source=f"run:{first.id}")
    one, other = (load_file(run.require_model()) for run in (first, second))
    for name, tensor in one.items():
        assert torch.allclose(tensor, other[name], rtol=1e-3, atol=1e-5), name
    said = [e.text for e in second.list_events() if isinstance(e, MessageSaid)]
    assert said[0] == (
        "The start is run Linear probe on bands, which learned from bands. 102 tensors were loaded"
        " from model.safetensors; with the head."
    )


def test_a_head_that_is_fitted_first_is_that_of_a_linear_probe(
    workspace: Workspace, bands: DataSet
) -> None:
    """Steps that are next to nothing leave the head as it was fitted."""
    probe = sit(workspace, strategy="linear-probe")
    run = sit(workspace, strategy="probe-then-fine-tune", learning_rate=1e-9)
    fitted, stepped = (load_file(r.require_model()) for r in (probe, run))
    for name in ("fc.weight", "fc.bias"):
        assert torch.allclose(fitted[name], stepped[name], rtol=1e-4, atol=1e-5), name
    validation = evaluate_run(workspace, probe, "validation")
    said = [e.text for e in run.list_events() if isinstance(e, MessageSaid)]
    figure = write_figure(validation.balanced_accuracy)
    assert f"The head is fitted: balanced accuracy {figure} so far. Now everything learns." in said
    assert find_plan(run).parameters == find_plan(sit(workspace)).parameters
    (epoch,) = [event for event in run.list_events() if isinstance(event, EpochFinished)]
    assert epoch.epoch == 1


def test_everything_learns_after_the_head_was_fitted(workspace: Workspace, bands: DataSet) -> None:
    run = sit(workspace, strategy="probe-then-fine-tune", epochs=2)
    learned = load_file(run.require_model())
    before = sit(workspace, strategy="linear-probe")
    frozen = load_file(before.require_model())
    changed = [name for name, tensor in learned.items() if not torch.equal(tensor, frozen[name])]
    assert {"conv1.weight", "layer4.1.conv2.weight", "fc.weight"} <= set(changed)


# What a figure can be traced to


def test_equal_runs_give_equal_files_and_figures_name_them(
    workspace: Workspace, bands: DataSet
) -> None:
    runs = [sit(workspace, strategy="last-stage") for _ in range(2)]
    hashes = [hashlib.sha256(run.require_model().read_bytes()).hexdigest() for run in runs]
    assert hashes[0] == hashes[1]
    for run in runs:
        kept = json.loads((run.folder / "evaluation.json").read_text())["computed"]
        assert kept["model_sha256"] == hashes[0]
        assert (kept["precision"], kept["threads"], kept["device"]) == ("float32", 1, "cpu")
        assert kept["torch"] == str(torch.__version__)
        assert evaluate_run(workspace, run, "validation").computed == kept


def test_what_was_loaded_from_a_person_s_file_is_said(
    workspace: Workspace, bands: DataSet, tmp_path: Path
) -> None:
    model = torchvision.models.resnet18(num_classes=5)
    tensors = {f"module.{name}": tensor for name, tensor in model.state_dict().items()}
    torch.save({"state_dict": tensors}, tmp_path / "theirs.pth")
    said, silent = (
        [e.text for e in sit(workspace, source=source).list_events() if isinstance(e, MessageSaid)]
        for source in (str(tmp_path / "theirs.pth"), "bundled")
    )
    assert said[0] == (
        "100 tensors were loaded from theirs.pth; the head is new. Names were read without"
        " 'module.' before them. Left out: module.fc.weight, module.fc.bias (2 tensors of a head or"
        " of other parts). Nothing says how its images were normalised: ImageNet's mean and spread"
        " are taken. Another normalisation can be chosen, or said by a file theirs.json beside it:"
        ' {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}.'
    )
    assert not any("tensors were loaded" in text for text in silent)


# Data choice


def test_a_run_in_the_queue_finds_its_data_set_after_a_rename(
    workspace: Workspace, bands: DataSet
) -> None:
    asked = build_settings({"data": "bands", **SMALL, "strategy": "linear-probe"})
    run = create_run(workspace, *asked)
    Catalog(workspace).rename(bands, "Streifen")
    sit_again(workspace, run)
    evaluation = run.load_evaluation()
    assert evaluation is not None
    assert evaluation.dataset == "Streifen"


def test_only_the_samples_that_were_chosen_are_used(workspace: Workspace, bands: DataSet) -> None:
    catalog = Catalog(workspace)
    patients = sorted({sample.patient or "" for sample in catalog.load_samples(bands)})
    some = patients[: len(patients) // 2]
    choice: Mapping[str, object] = {"name": "bands", "only": {"patient": some}}
    run = sit(workspace, strategy="linear-probe", **{"data.choices": [choice]})
    rows = load_split(run.folder / "split.parquet", run.name)
    assert {row["patient"] for row in rows} == set(some)
    assert len(rows) == 2 * len(some)


# What is kept


def test_a_second_run_reads_no_image_and_computes_no_feature(
    workspace: Workspace, bands: DataSet
) -> None:
    first = sit(workspace, strategy="linear-probe")
    assert "Reading train images" in list_stages(first)
    assert "Features of train images" in list_stages(first)
    second = sit(workspace, strategy="linear-probe", seed=1)
    assert list_stages(second) == set()


def test_the_same_seed_gives_the_same_weights(workspace: Workspace, bands: DataSet) -> None:
    one, same, other = (
        sit(workspace, strategy="last-stage", seed=seed).model_path for seed in (1, 1, 2)
    )
    pixels = np.random.default_rng(0).integers(0, 255, (4, 32, 32, 1)).astype(np.uint8)
    said = [load_model(path).predict(pixels) for path in (one, same, other)]
    np.testing.assert_array_equal(said[0], said[1])
    assert not np.array_equal(said[0], said[2])


@pytest.mark.parametrize(
    "asked", [{"class_weights": True}, {"label_smoothing": 0.2}, {"augmentation": "strong"}]
)
def test_what_a_recipe_asks_of_the_loss_and_the_images_reaches_the_training(
    workspace: Workspace, bands: DataSet, asked: dict[str, object]
) -> None:
    """The loss of a first step, from the same weights, is another one."""
    catalog = Catalog(workspace)
    samples = catalog.load_samples(bands)
    is_left_out = [s.label == "below" and s.split == "train" and "p0" in s.name for s in samples]
    uneven = [sample for sample, is_out in zip(samples, is_left_out, strict=True) if not is_out]
    catalog.add(replace(bands, name="uneven", uid=""), uneven)
    plain = {"strategy": "last-stage", "batch_size": 64, "augmentation": "none"}
    losses = [
        next(e.train_loss for e in run.list_events() if isinstance(e, EpochFinished))
        for run in (sit(workspace, "uneven", **{**plain, **more}) for more in ({}, {}, asked))
    ]
    assert losses[0] == losses[1]
    assert losses[2] != pytest.approx(losses[0], rel=1e-3)


def test_what_a_recipe_keeps_frozen_is_in_the_model_as_it_was_in_the_source(
    workspace: Workspace, bands: DataSet
) -> None:
    """Statistics that are kept; and the first of five stages, which has nine tenths to wait."""
    source, _ = read_weights(BUNDLED_PATH)
    kept, _ = read_weights(sit(workspace, norms="keep").model_path)
    late, _ = read_weights(sit(workspace, unfreezing=0.9, schedule="constant").model_path)
    for name, tensor in source.items():
        if "running" in name:
            assert torch.equal(kept[name], tensor.float()), name
    assert not torch.equal(kept["layer4.1.bn2.weight"], source["layer4.1.bn2.weight"].float())
    assert not torch.equal(late["layer4.1.conv2.weight"], source["layer4.1.conv2.weight"].float())
    moved = {
        name.split(".")[0]
        for name, tensor in late.items()
        if name in source and not torch.equal(tensor, source[name].float())
    }
    assert "layer4" in moved
    assert not moved & {"conv1", "bn1"}


def test_a_head_that_was_fitted_first_goes_on_with_the_statistics_it_was_fitted_on(
    workspace: Workspace, bands: DataSet
) -> None:
    """With a rate of nearly 0 the model says what the probe says."""
    still = {"learning_rate": 1e-9, "weight_decay": 0.0, "augmentation": "none"}
    probe = sit(workspace, strategy="linear-probe")
    first, batch = (
        sit(workspace, strategy="probe-then-fine-tune", **still, **more)
        for more in ({}, {"norms": "learn"})
    )
    losses = [summarise(r).learning.figures["validation_loss"] for r in (probe, first, batch)]
    assert losses[1] == pytest.approx(losses[0], abs=0.005)
    assert abs(losses[2] - losses[0]) > 0.01


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_model_predicts_at_the_precision_that_it_was_judged_at(
    workspace: Workspace, bands: DataSet, precision: str
) -> None:
    run = sit(workspace, strategy="last-stage", precision=precision)
    model = load_model(run.require_model())
    assert model.precision == precision
    rows = load_predictions(run)
    by_name = {sample.name: sample for sample in Catalog(workspace).load_samples(bands)}
    samples = [by_name[row["name"]] for row in rows]
    preprocess = model.recipe.preprocess
    channels = count_channels(list(by_name.values()), preprocess)
    pixels = load_pixels(samples, preprocess, channels, open_cache(workspace)).take()
    judged = np.array([row["probability of above"] for row in rows])
    other = "float32" if precision == "bfloat16" else "bfloat16"
    same, elsewhere = (
        np.abs(m.predict(pixels)[:, 0] - judged).max()
        for m in (model, replace(model, precision=other))
    )
    assert same < elsewhere / 4


def test_the_model_that_is_judged_and_kept_is_that_of_the_best_epoch(
    workspace: Workspace, bands: DataSet
) -> None:
    """Validation images with the other's label get worse with each epoch: the first is best."""
    catalog = Catalog(workspace)
    swapped = {"above": "below", "below": "above"}
    samples = [
        replace(sample, label=swapped[sample.label]) if sample.split == "validation" else sample
        for sample in catalog.load_samples(bands)
    ]
    catalog.add(replace(bands, name="swapped", uid=""), samples)
    run = sit(workspace, "swapped", strategy="last-stage", epochs=4)
    best = [e.epoch for e in run.list_events() if isinstance(e, EpochFinished) and e.is_best]
    assert best[-1] < 4
    model = load_model(run.require_model())
    judged = load_predictions(run)
    by_name = {sample.name: sample for sample in samples}
    test = [by_name[row["name"]] for row in judged]
    preprocess = model.recipe.preprocess
    channels = count_channels(samples, preprocess)
    pixels = load_pixels(test, preprocess, channels, open_cache(workspace))
    wanted = [row["probability of above"] for row in judged]
    assert model.predict(pixels.take())[:, 0] == pytest.approx(wanted, abs=1e-5)
    assert load_network(run.require_model())[1]["epoch"] == str(best[-1])


def test_test_images_have_no_part_in_the_training(workspace: Workspace, bands: DataSet) -> None:
    """With the other's label on each test image, the weights are the same."""
    catalog = Catalog(workspace)
    swapped = {"above": "below", "below": "above"}
    samples = [
        replace(sample, label=swapped[sample.label]) if sample.split == "test" else sample
        for sample in catalog.load_samples(bands)
    ]
    catalog.add(replace(bands, name="swapped", uid=""), samples)
    runs = [sit(workspace, name, strategy="last-stage", epochs=2) for name in ("bands", "swapped")]
    counts = Counter(sample.split for sample in samples)
    for run in runs:
        plan = find_plan(run)
        assert (plan.train, plan.validation, plan.test) == tuple(counts[split] for split in SPLITS)
    one, other = (load_file(run.require_model()) for run in runs)
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    accuracies = [run.load_evaluation().accuracy for run in runs]  # type: ignore[union-attr]
    assert sum(a or 0.0 for a in accuracies) == pytest.approx(1)


def test_without_test_images_nothing_is_judged_and_that_is_said(
    workspace: Workspace, bands: DataSet
) -> None:
    catalog = Catalog(workspace)
    samples = [
        replace(sample, split="train" if sample.split == "test" else sample.split)
        for sample in catalog.load_samples(bands)
    ]
    catalog.add(replace(bands, name="untested", uid=""), samples)
    run = sit(workspace, "untested", strategy="linear-probe")
    assert run.load_evaluation() is None
    said = [event.text for event in run.list_events() if isinstance(event, MessageSaid)]
    assert any("no test images" in text for text in said)
    assert not [event for event in run.list_events() if event.kind == "test_read"]


def test_figures_of_a_model_that_was_replaced_are_not_kept(
    workspace: Workspace, bands: DataSet
) -> None:
    settings = {"data": bands.name, **SMALL, "strategy": "head-by-steps", "epochs": 9}
    run = create_run(workspace, *build_settings(settings))

    def sit_for_one_epoch() -> None:
        before = count_epochs(run)
        with run.lock():
            assert not Sitting(workspace, run, lambda: count_epochs(run) > before).do()
            run.set_state("stopped")

    sit_for_one_epoch()
    evaluate_run(workspace, run)
    assert run.load_evaluation() is not None
    sit_for_one_epoch()
    epochs = [event for event in run.list_events() if isinstance(event, EpochFinished)]
    assert [epoch.is_best for epoch in epochs] == [True, True]
    assert run.load_evaluation() is None
    assert load_predictions(run) == []


def count_epochs(run: Run) -> int:
    return sum(isinstance(event, EpochFinished) for event in run.list_events())


def test_images_are_mixed_and_classes_seen_equally_often(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "b")
    for number in range(4, 16):
        (folder / "below" / f"p{number:02d}.png").unlink()
    add_folder(workspace, folder, name="bands")
    settings: dict[str, object] = {"mixup": 0.4, "balanced_sampling": True, "augmentation": "none"}
    run = sit(workspace, strategy="last-stage", epochs=2, **settings)
    evaluation = run.load_evaluation()
    assert evaluation is not None
    (said,) = [note.text for note in evaluation.notes if note.code == "balanced"]
    assert "learned with balanced sampling" in said
    # The same recipe again gives the same weights.
    again = sit(workspace, strategy="last-stage", epochs=2, **settings)
    one, other = load_file(run.model_path), load_file(again.model_path)
    assert all(torch.equal(one[name], other[name]) for name in one)
    plain = load_file(sit(workspace, strategy="last-stage", epochs=2).model_path)
    assert not all(torch.equal(one[name], plain[name]) for name in one)
