"""Samples become pixels or features, which stay on disk as long as a run reads them."""

import gc
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import write_bands
from lightning_fabric import Fabric

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.samples import Sample
from medapp.models.network import Network, to_input
from medapp.runs.inputs import InputLoader
from medapp.runs.learned import Learned
from medapp.runs.making import create_run
from medapp.runs.reporter import Reporter
from medapp.store.cache import Cache
from medapp.store.workspace import Workspace
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.features import to_tensor
from medapp.training.learner import Learner
from medapp.training.recipe import build_settings
from medapp.training.strategies import STRATEGIES


@pytest.fixture
def samples(workspace: Workspace, tmp_path: Path) -> list[Sample]:
    data_set = add_folder(workspace, write_bands(tmp_path / "bands", 4), name="bands").data_set
    return Catalog(workspace).load_samples(data_set)


def build_loader(
    workspace: Workspace,
    samples: list[Sample],
    strategy: str,
    augmentation: str = "none",
    limit_bytes: int = 10**9,
) -> InputLoader:
    settings = {"strategy": strategy, "augmentation": augmentation, "image_size": 32}
    recipe, machine = build_settings({"data": "bands", **settings})
    run = create_run(workspace, recipe, machine)
    torch.manual_seed(0)
    network = Network("resnet18", ("above", "below"))
    fabric = Fabric(accelerator="cpu")
    learner = Learner(network, STRATEGIES[strategy], AUGMENTATIONS[augmentation], fabric)
    cache = Cache(workspace.cache_folder, limit_bytes)
    home = Learned(Catalog(workspace).find_data_set("bands"), "train", samples)
    return InputLoader(recipe, learner, [home], cache, Reporter(run, lambda: False))


def test_features_are_those_of_the_pixels_and_targets_of_the_labels(
    workspace: Workspace, samples: list[Sample]
) -> None:
    pixels = build_loader(workspace, samples, "fine-tune").load(samples, "train")
    loader = build_loader(workspace, samples, "linear-probe")
    features = loader.load(samples[::-1], "train")
    assert features.targets.tolist() == pixels.targets.tolist()[::-1]
    assert (loader.passes, loader.learner.keeps_features) == (len(samples), True)
    learner = loader.learner
    assert learner.prefix is not None
    images = torch.from_numpy(np.array(pixels.inputs.take(slice(None))))
    with torch.no_grad():
        wanted = learner.prefix(to_input(images, learner.network.normalisation))
    found = to_tensor(features.inputs.take(slice(None)))
    torch.testing.assert_close(found, wanted.flip(0), atol=1e-4, rtol=1e-4)
    some = loader.load(samples[2:5], "test")  # kept by now
    assert loader.passes == len(samples)
    again = to_tensor(some.inputs.take(slice(None)))
    torch.testing.assert_close(again, wanted[2:5], atol=1e-4, rtol=1e-4)


def test_what_a_run_reads_stays_when_the_cache_is_cleared(
    workspace: Workspace, samples: list[Sample]
) -> None:
    loader = build_loader(workspace, samples, "linear-probe")
    examples = loader.load(samples, "train")
    gc.collect()
    loader.cache.clear()
    again = build_loader(workspace, samples, "linear-probe")
    again.load(samples, "train")
    assert again.passes == 0
    assert len(examples) == len(samples)


@pytest.mark.parametrize(
    ("strategy", "augmentation", "limit_bytes", "are_kept"),
    [
        ("last-stage", "none", 10**9, True),
        ("last-stage", "none", 10**4, False),  # they would fill the cache
        ("last-stage", "light", 10**9, False),  # images vary
        ("fine-tune", "none", 10**9, False),  # nothing is frozen
        ("linear-probe", "none", 10**4, True),  # there is no other way
    ],
)
def test_features_are_kept_where_that_helps(
    workspace: Workspace,
    samples: list[Sample],
    strategy: str,
    augmentation: str,
    limit_bytes: int,
    are_kept: bool,
) -> None:
    loader = build_loader(workspace, samples, strategy, augmentation, limit_bytes)
    assert loader.learner.keeps_features is are_kept
