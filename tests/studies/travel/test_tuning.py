"""A short fine-tune there learns by the rules that the run learned by."""

import numpy as np
import pytest
import torch

from medapp.models.network import Network
from medapp.studies.travel.tuning import BATCH, EPOCHS, build_feed, build_loss, write_recipe
from medapp.task import find_task
from medapp.training.examples import Examples, Inputs
from medapp.training.learner import Learner
from medapp.training.machine.devices import open_fabric
from medapp.training.recipe import build_recipe
from medapp.training.strategies import STRATEGIES

LABELS = np.array([0] * 15 + [1] * 5)


def build_examples() -> Examples:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1)).astype(np.uint8)
    return Examples(Inputs(pixels, np.arange(20)), LABELS)


@pytest.mark.parametrize("mixup", [0.0, 0.4])
def test_images_are_mixed_where_the_run_mixed_them(mixup: float) -> None:
    recipe = write_recipe(build_recipe({"data": "here", "mixup": mixup}), seed=3)
    batches = list(build_feed(recipe, build_examples()).batches(0, 0, len))
    assert sum(len(batch.targets) for batch in batches) == 20
    assert [batch.mix is not None for batch in batches] == [mixup > 0] * 2
    assert recipe.find_variation().mixup == mixup


def test_balanced_sampling_and_the_loss_are_those_of_the_run() -> None:
    asked = {"data": "here", "class_weights": True, "label_smoothing": 0.1}
    recipe = write_recipe(build_recipe(asked), seed=3)
    network = Network("resnet18", ("a", "b"), find_task("single-label"))
    fabric = open_fabric("cpu", "float32", 1)
    learner = Learner(network, STRATEGIES["fine-tune"], recipe.find_variation(), fabric)
    loss = build_loss(recipe, build_examples(), learner)
    assert loss.label_smoothing == 0.1
    # Each class weighs as much as the other, and an image one on average.
    assert loss.class_weights is not None
    torch.testing.assert_close(loss.class_weights, torch.tensor([20 / 30, 20 / 10]))
    plain = write_recipe(build_recipe({"data": "here"}), seed=3)
    assert build_loss(plain, build_examples(), learner).class_weights is None
    balanced = write_recipe(build_recipe({"data": "here", "balanced_sampling": True}), seed=3)
    seen = [batch.targets for batch in build_feed(balanced, build_examples()).batches(0, 0, len)]
    assert np.bincount(np.concatenate(seen)).tolist() == [10, 10]


def test_the_run_decides_neither_how_long_nor_with_what_batches() -> None:
    recipe = write_recipe(build_recipe({"data": "here", "epochs": 3, "batch_size": 7}), seed=3)
    assert (recipe.count_epochs(), recipe.optimisation.batch_size) == (EPOCHS, BATCH)
