from pathlib import Path

import pytest
from conftest import Trained, write_bands

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.samples import SPLITS
from medapp.errors import DataError, RecipeError
from medapp.imaging.preprocess import Preprocess
from medapp.models.backbones import BACKBONES
from medapp.runs.evaluate import evaluate_run
from medapp.runs.making import find_run
from medapp.runs.plan import FIT_SECONDS, START_SECONDS, Plan, plan_preset, plan_run
from medapp.runs.registry import find_registry
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_recipe, build_settings


def plan(workspace: Workspace, data: str = "bands", **settings: object) -> Plan:
    return plan_run(workspace, *build_settings({"data": data, **settings}))


def test_plan_counts_the_splits(trained: Trained) -> None:
    counts = plan(trained.workspace).counts
    assert sum(counts.values()) == 32
    assert counts["train"] > counts["test"] > 0


def test_more_work_takes_longer(trained: Trained) -> None:
    def estimate(**settings: object) -> float:
        return plan(trained.workspace, **settings).seconds

    assert estimate(epochs=20) > estimate(epochs=10)
    assert estimate(image_size=256) > estimate(image_size=128)
    assert (
        estimate(strategy="fine-tune")
        > estimate(strategy="last-stage")
        > estimate(strategy="linear-probe")
    )
    (trained.workspace.weights_folder / BACKBONES["resnet50"].file_name).write_bytes(
        b"put there by hand"
    )
    assert estimate(source="resnet50") > estimate(source="bundled")


def test_fine_tuning_is_proposed_and_where_it_takes_too_long_the_probe(trained: Trained) -> None:
    (data_set,) = Catalog(trained.workspace).list_data_sets()
    preprocess = Preprocess(resize="pad")
    advice = plan_preset(trained.workspace, data_set, preprocess)
    assert advice.preset == "balanced"
    assert advice.recipe.strategy.name == "fine-tune"
    assert advice.recipe.data.train.id == data_set.uid
    assert advice.recipe.preprocess == preprocess
    assert advice.plan.seconds == plan_run(trained.workspace, advice.recipe).seconds
    # A machine that computes 0.1 gigaflops a second.
    (trained.workspace.root / "machine.json").write_text('{"slow": {"float32": 0.1}}')
    assert plan_preset(trained.workspace, data_set).preset == "quick-look"


def test_one_class_is_refused_before_the_start(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands")
    for file in (folder / "below").iterdir():
        file.unlink()
    add_folder(workspace, folder, name="one")
    with pytest.raises(RecipeError, match="second class"):
        plan(workspace, "one")


def test_an_external_test_set_is_evaluated_on_and_not_trained_on(
    trained: Trained, tmp_path: Path
) -> None:
    write_bands(tmp_path / "elsewhere" / "test", 6)
    report = add_folder(trained.workspace, tmp_path / "elsewhere", name="elsewhere")
    assert report.splits == {"train": 0, "validation": 0, "test": 12}
    with pytest.raises(RecipeError, match="no training images") as refused:
        plan(trained.workspace, "elsewhere")
    assert 'medapp evaluate RUN --data "elsewhere"' in refused.value.in_shell
    assert "under Another data set" in refused.value.remedy
    run = find_run(trained.workspace, trained.run)
    assert evaluate_run(trained.workspace, run, dataset="elsewhere").n == 12


def test_batch_of_one_is_refused_where_batchnorm_learns(trained: Trained) -> None:
    with pytest.raises(RecipeError, match="2 or more"):
        plan(trained.workspace, batch_size=1)
    plan(trained.workspace, batch_size=1, strategy="linear-probe")
    plan(trained.workspace, batch_size=1, norms="keep")


def test_more_devices_than_a_batch_has_images_are_refused(trained: Trained) -> None:
    plan(trained.workspace, batch_size=4, devices=2)
    with pytest.raises(RecipeError, match="3 devices cannot share a batch of 2"):
        plan(trained.workspace, batch_size=2, devices=3)


def test_unknown_data_set_is_said(workspace: Workspace) -> None:
    with pytest.raises(DataError):
        plan(workspace, "nowhere")


def test_an_estimate_comes_from_an_earlier_run_like_it(trained: Trained) -> None:
    assert plan(trained.workspace, strategy="head-by-steps", image_size=32).is_measured
    assert not plan(trained.workspace, strategy="head-by-steps", image_size=64).is_measured


def test_learning_from_kept_features_is_part_of_the_estimate(trained: Trained) -> None:
    found = plan(trained.workspace, strategy="head-by-steps", image_size=32, epochs=7)
    (run,) = find_registry(trained.workspace).list_summaries()
    assert run.head_seconds > 0
    counts = found.counts
    features = sum(counts.values()) / (run.forwards_per_second or 0)
    learning = run.head_seconds * 7 * (counts["train"] + counts["validation"])
    # Fewer training images than are drawn, so that the model looks at all of them once more.
    finishing = (counts["train"] + counts["validation"]) / (run.forwards_per_second or 0)
    assert found.seconds == pytest.approx(START_SECONDS + features + learning + finishing)
    assert found.shared_seconds == pytest.approx(features)


def test_a_fit_takes_time_before_any_run_was_timed(trained: Trained) -> None:
    fitted = plan(trained.workspace, strategy="linear-probe", image_size=64)
    by_steps = plan(trained.workspace, strategy="head-by-steps", image_size=64)
    counts = fitted.counts
    learned = counts["train"] + counts["validation"]
    assert not fitted.is_measured
    assert fitted.seconds - by_steps.seconds == pytest.approx(FIT_SECONDS * learned)


@pytest.mark.parametrize(("folds", "seconds"), [(0, 20.0), (1, 20.0), (3, 44.0)])
def test_folds_compute_shared_features_once(folds: int, seconds: float) -> None:
    # 20 s for the first; of these 8 for features, which each further fold finds.
    assert Plan({}, 20.0, True, 0, 0, shared_seconds=8.0).estimate_folds(folds) == seconds


def test_folds_share_nothing_where_the_backbone_learns(trained: Trained) -> None:
    assert plan(trained.workspace, strategy="fine-tune").shared_seconds == 0


def test_memory_is_stated_and_grows_with_the_batch(trained: Trained) -> None:
    small, large = (plan(trained.workspace, image_size=224, batch_size=batch) for batch in (8, 64))
    assert large.memory_bytes - small.memory_bytes == pytest.approx(
        56 * 21.2 * 2**20, rel=0.1
    )  # float32, until the machine was probed
    assert 0 < large.free_bytes < 2**50


def test_only_the_chosen_samples_are_counted(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    samples = catalog.load_samples(catalog.find_data_set("bands"))
    first = next(s.patient for s in samples if s.split == "train")
    some = {first, *(s.patient for s in samples if s.split != "train")}
    choice = {"name": "bands", "only": {"patient": sorted(some)}}
    counts = plan_run(trained.workspace, build_recipe({"data": {"choices": [choice]}})).counts
    chosen = [s.split for s in samples if s.patient in some]
    assert counts == {split: chosen.count(split) for split in SPLITS}
    assert 0 < counts["train"] < [s.split for s in samples].count("train")


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (["train", "external"], "'Supervised' does not learn from bands as external"),
        (["train", "train"], "one data set to train on"),
    ],
)
def test_data_sets_that_no_run_would_read_are_refused(
    trained: Trained, roles: list[str], words: str
) -> None:
    choices = [{"name": "bands", "role": role} for role in roles]
    with pytest.raises(RecipeError, match=words):
        plan_run(trained.workspace, build_recipe({"data": {"choices": choices}}))


def test_folds_are_told_nothing_of_a_split_that_they_do_not_use(trained: Trained) -> None:
    assert "few-groups" in {note.code for note in plan(trained.workspace).notes}
    assert "few-groups" not in {note.code for note in plan(trained.workspace, folds=3).notes}


def test_windows_on_images_that_are_no_ct_are_said(trained: Trained) -> None:
    assert "windows-idle" not in {note.code for note in plan(trained.workspace).notes}
    notes = {note.code: note.text for note in plan(trained.workspace, windows="lung").notes}
    assert notes["windows-idle"].startswith("None of 32 images is CT")
