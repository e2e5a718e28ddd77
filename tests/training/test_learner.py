"""A network under a strategy: the cut, the rates, the inputs, and the weights that come out."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from medapp.models.network import Network, to_input
from medapp.models.normalisation import Normalisation
from medapp.models.reading import read_weights
from medapp.models.weights import load_backbone, load_network
from medapp.training.augment import augment
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.batch import Mix
from medapp.training.examples import Inputs
from medapp.training.learner import Learner, cut_network
from medapp.training.recipe.groups import Optimisation, StrategyChoice
from medapp.training.strategies import STRATEGIES

LIGHT = AUGMENTATIONS["light"]


def build_learner(
    strategy: str,
    augmentation: str = "none",
    seed: int = 0,
    choice: StrategyChoice | None = None,
) -> Learner:
    torch.manual_seed(seed)
    network = Network("resnet18", ("a", "b", "c"))
    fabric = Fabric(accelerator="cpu")
    return Learner(network, STRATEGIES[strategy], AUGMENTATIONS[augmentation], fabric, choice)


def draw_pixels(n: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (n, 32, 32, 1), generator=generator, dtype=torch.uint8)


@pytest.mark.parametrize("name", STRATEGIES)
def test_prefix_then_suffix_is_the_network(name: str) -> None:
    network = Network("resnet18", ("a", "b", "c")).eval()
    x = torch.randn(2, 3, 64, 64)
    prefix, suffix = cut_network(network, STRATEGIES[name])
    with torch.no_grad():
        assert torch.equal(suffix(x if prefix is None else prefix(x)), network(x))


@pytest.mark.parametrize(
    ("name", "learning"),
    [
        ("linear-probe", 513 * 3),
        ("last-stage", 8_393_728 + 513 * 3),
        ("fine-tune", 11_176_512 + 513 * 3),
    ],
)
def test_only_the_suffix_learns(name: str, learning: int) -> None:
    network = Network("resnet18", ("a", "b", "c"))
    prefix, suffix = cut_network(network, STRATEGIES[name])
    assert sum(p.numel() for p in suffix.parameters()) == learning
    assert sum(p.numel() for p in network.parameters() if p.requires_grad) == learning
    assert prefix is None or not prefix.training


def test_head_and_backbone_learn_at_their_own_rates() -> None:
    learner = build_learner("fine-tune")
    settings = Optimisation(learning_rate=0.01, backbone_rate=0.1, weight_decay=0.5)
    groups = learner.group_parameters(settings)
    rate = {id(p): group["lr"] for group in groups for p in group["params"]}
    decay = {id(p): group["weight_decay"] for group in groups for p in group["params"]}
    network = learner.network
    assert len(rate) == len(list(network.parameters()))
    assert rate[id(network.head.weight)] == 0.01
    assert rate[id(network.model.conv1.weight)] == pytest.approx(0.001)
    assert decay[id(network.model.conv1.weight)] == 0.5
    assert decay[id(network.model.bn1.weight)] == decay[id(network.head.bias)] == 0.0


def test_each_stage_may_learn_at_a_share_of_the_next_ones_rate() -> None:
    """ResNet-18 has five stages: by hand, .01 · .5 for the last, and half as much for each."""
    learner = build_learner("fine-tune")
    settings = Optimisation(learning_rate=0.01, backbone_rate=0.5, stage_rate=0.5)
    groups = learner.group_parameters(settings)
    rate = {id(p): group["peak"] for group in groups for p in group["params"]}
    model = learner.network.model
    assert len(rate) == len(list(model.parameters()))
    found = [
        rate[id(model.get_parameter(name))]
        for name in (
            "fc.weight",
            "layer4.0.conv1.weight",
            "layer3.0.bn1.bias",
            "layer2.0.conv1.weight",
            "layer1.0.conv1.weight",
            "conv1.weight",
        )
    ]
    assert found == pytest.approx([0.01, 0.005, 0.0025, 0.00125, 0.000625, 0.0003125])
    assert groups[0]["params"] == [learner.network.head.weight]


def test_stages_count_from_the_first_that_learns() -> None:
    settings = Optimisation(learning_rate=0.01, backbone_rate=0.5, stage_rate=0.1)
    groups = build_learner("last-stage").group_parameters(settings)
    assert sorted({group["peak"] for group in groups}) == pytest.approx([0.005, 0.01])


def test_stages_alike_make_the_groups_that_earlier_checkpoints_hold() -> None:
    learner = build_learner("fine-tune")
    sizes = [len(group["params"]) for group in learner.group_parameters(Optimisation())]
    # Head and backbone, in each what decays first: 20 convolutions, 20 norms of two.
    assert sizes == [1, 1, 20, 40]


def test_what_joins_later_is_a_stage_of_the_network() -> None:
    learner = build_learner("fine-tune", choice=StrategyChoice(unfreezing=0.5))
    model = learner.network.model
    learner.train(0.1)  # the first of five stages joins at a tenth
    learns = {name for name, p in model.named_parameters() if p.requires_grad}
    assert {name.split(".")[0] for name in learns} == {"layer4", "fc"}
    assert [model.get_submodule(n).training for n in ("bn1", "layer3.0.bn1", "layer4.0.bn1")] == [
        False,
        False,
        True,
    ]
    learner.train(0.5)
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize(
    ("optimiser", "head"), [("adamw", 0.001), ("adam", 0.001), ("lamb", 0.01), ("sgd", 0.02)]
)
def test_rates_of_zero_are_the_default_of_strategy_and_optimiser(
    optimiser: str, head: float
) -> None:
    groups = build_learner("fine-tune").group_parameters(Optimisation(optimiser=optimiser))
    assert sorted({group["peak"] for group in groups}) == pytest.approx([head / 2, head])


def test_features_can_be_kept_where_nothing_varies_before_what_learns() -> None:
    assert build_learner("linear-probe").can_keep_features()
    assert build_learner("last-stage").can_keep_features()
    assert not build_learner("last-stage", "light").can_keep_features()
    assert not build_learner("fine-tune").can_keep_features()


@pytest.mark.parametrize("strategy", ["fine-tune", "last-stage"])
def test_pixels_become_what_the_suffix_takes(strategy: str) -> None:
    learner = build_learner(strategy)
    pixels = draw_pixels(3)
    images = to_input(pixels, learner.network.normalisation)
    wanted = images if learner.prefix is None else learner.prefix(images)
    assert torch.equal(learner.prepare(pixels.numpy()), wanted)
    assert torch.equal(learner.prepare(pixels), wanted)


def test_pixels_are_augmented_by_their_seeds_alone() -> None:
    learner = build_learner("fine-tune", "light")
    pixels, seeds = draw_pixels(2), torch.tensor([7, 8])
    wanted = to_input(pixels, learner.network.normalisation, lambda x: augment(x, LIGHT, seeds))
    assert torch.equal(learner.prepare(pixels, seeds), wanted)
    assert not torch.equal(learner.prepare(pixels), wanted)


def test_pixels_are_fed_as_the_weights_were_trained() -> None:
    learner = build_learner("fine-tune")
    learner.network.normalisation = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    white = torch.full((1, 32, 32, 1), 255, dtype=torch.uint8)
    assert learner.prepare(white).unique().tolist() == [1.0]


def test_kept_features_are_standardised_by_the_training_split() -> None:
    learner = build_learner("linear-probe")
    learner.keeps_features = True
    features = torch.randn(200, 512, generator=torch.Generator().manual_seed(1)) * 9 + 50
    learner.standardise(Inputs(features.numpy(), torch.arange(200).numpy()))
    prepared = learner.prepare(features.numpy())
    assert torch.allclose(prepared.mean(0), torch.zeros(512), atol=1e-4)
    assert torch.allclose(prepared.std(0, unbiased=False), torch.ones(512), atol=1e-3)


def test_kept_maps_are_taken_as_they_are() -> None:
    learner = build_learner("last-stage")
    learner.keeps_features = True
    maps = torch.randn(4, 256, 2, 2)
    learner.standardise(Inputs(maps.numpy(), torch.arange(4).numpy()))  # this strategy does not
    assert torch.equal(learner.prepare(maps.numpy()), maps)


def test_saved_weights_are_those_that_were_given_and_the_present_ones_stay(tmp_path: Path) -> None:
    learner = build_learner("last-stage")
    learned = {name: tensor + 1 for name, tensor in learner.suffix.state_dict().items()}
    before = {name: tensor.clone() for name, tensor in learner.suffix.state_dict().items()}
    learner.save(tmp_path / "model.safetensors", learned, {"epoch": "3"})
    for name, tensor in learner.suffix.state_dict().items():
        assert torch.equal(tensor, before[name])
    network, metadata = load_network(tmp_path / "model.safetensors")
    assert metadata["epoch"] == "3"
    assert torch.equal(network.head.bias, learner.network.head.bias + 1)
    assert torch.equal(network.model.conv1.weight, learner.network.model.conv1.weight)


def test_a_saved_probe_takes_plain_images_and_says_what_it_said_of_its_features(
    tmp_path: Path,
) -> None:
    learner = build_learner("linear-probe")
    learner.network.eval()
    pixels = draw_pixels(40)
    assert learner.prefix is not None
    with torch.no_grad():
        features = learner.prefix(to_input(pixels, learner.network.normalisation))
        learner.keeps_features = True
        learner.standardise(Inputs(features.numpy(), torch.arange(40).numpy()))
        wanted = learner.suffix(learner.prepare(features.numpy()))
        learner.save(tmp_path / "model.safetensors", learner.suffix.state_dict(), {})
        network, _ = load_network(tmp_path / "model.safetensors")
        assert torch.allclose(network(to_input(pixels, network.normalisation)), wanted, atol=1e-3)
        learner.load(tmp_path / "model.safetensors")
        assert torch.allclose(learner.suffix(learner.prepare(features.numpy())), wanted, atol=1e-3)


def test_a_probe_goes_on_from_a_saved_one_with_the_very_same_logits(tmp_path: Path) -> None:
    """The head in a file is for plain features; on standardised ones it must say the same."""
    first = build_learner("linear-probe")
    features = torch.randn(60, 512, generator=torch.Generator().manual_seed(1)) * 3 + 5
    rows = Inputs(features.numpy(), torch.arange(60).numpy())
    first.keeps_features = True
    first.standardise(rows)
    with torch.no_grad():
        wanted = first.suffix(first.prepare(features.numpy()))
    first.save(path := tmp_path / "model.safetensors", first.suffix.state_dict(), {})
    later = build_learner("linear-probe", seed=5)
    tensors, _ = read_weights(path)
    later.network.loaded = load_backbone(later.network, tensors, "it", later.network.classes)
    later.keeps_features = True
    later.standardise(rows)
    with torch.no_grad():
        assert torch.allclose(later.suffix(later.prepare(features.numpy())), wanted, atol=1e-3)


def test_frozen_batchnorm_stays_as_it_was() -> None:
    learner = build_learner("last-stage")
    learner.network.train()
    assert learner.prefix is not None
    norms = [part for part in learner.prefix.modules() if isinstance(part, nn.BatchNorm2d)]
    before = [norm.running_mean.clone() for norm in norms if norm.running_mean is not None]
    learner.prepare(draw_pixels(4))
    after = [norm.running_mean for norm in norms if norm.running_mean is not None]
    assert len(before) > 10
    assert all(torch.equal(*pair) for pair in zip(before, after, strict=True))


@pytest.mark.parametrize("strategy", ["fine-tune", "last-stage"])
def test_images_are_mixed_as_they_are_augmented_and_before_anything_sees_them(
    strategy: str,
) -> None:
    learner = build_learner(strategy, "strong")
    pixels = draw_pixels(6)
    seeds = torch.arange(3)
    own, others = pixels[:3], pixels[3:]
    mix = Mix(others, torch.zeros(3), seeds + 7, 0.75)
    mixed = learner.prepare(own, seeds, mix)
    norm = learner.network.normalisation
    augmentation = AUGMENTATIONS["strong"]
    one = to_input(own, norm, lambda x: augment(x, augmentation, seeds))
    other = to_input(others, norm, lambda x: augment(x, augmentation, seeds + 7))
    wanted = 0.75 * one + 0.25 * other
    if learner.prefix is not None:
        wanted = learner.prefix(wanted)
    assert torch.allclose(mixed, wanted, atol=1e-6)


def test_features_of_images_that_are_mixed_are_not_kept() -> None:
    network = build_learner("last-stage").network
    for mixup, keeps in ((0.0, True), (0.2, False)):
        variation = replace(AUGMENTATIONS["none"], mixup=mixup)
        row = STRATEGIES["last-stage"]
        learner = Learner(network, row, variation, Fabric(accelerator="cpu"))
        assert learner.can_keep_features() == keeps
