"""A network seen by a training: what is frozen, what learns, at which rate, from which inputs."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from medapp.models.network import Network, to_input
from medapp.models.reading import read_weights
from medapp.models.thresholds import read_thresholds
from medapp.models.weights import save_network
from medapp.training.augment import augment
from medapp.training.augmentation import Augmentation
from medapp.training.batch import Mix
from medapp.training.examples import Inputs, JoinedInputs
from medapp.training.features import fold_scale, measure_scale, to_tensor, unfold_scale
from medapp.training.freezing import Freezing
from medapp.training.optimisers import OPTIMISERS
from medapp.training.recipe.groups import Optimisation, StrategyChoice
from medapp.training.strategies import Strategy


def cut_network(network: Network, strategy: Strategy) -> tuple[nn.Module | None, nn.Module]:
    """The frozen prefix and the learning suffix of a network.

    The prefix takes images to features, the suffix features to logits. The prefix stays in
    evaluation mode: its BatchNorm statistics are frozen too, so that its output for an image never
    changes.

    Returns:
        Prefix and suffix; the prefix is None where nothing is frozen.
    """
    if strategy.learning_stages is None:
        return None, network
    stages = [stage for _, stage in network.stages]
    at = len(stages) - strategy.learning_stages
    frozen = stages[:at]
    learning = [*stages[at:], network.pool, network.head]
    if strategy.learning_stages == 0:
        frozen = [*stages, network.pool]
        learning = [network.head]
    return nn.Sequential(*frozen).eval().requires_grad_(False), nn.Sequential(*learning)


class Learner:
    """A network under one strategy.

    Attributes:
        prefix: the frozen part, or None.
        suffix: what learns.
        keeps_features: inputs are the prefix's features, not pixels.
    """

    def __init__(
        self,
        network: Network,
        strategy: Strategy,
        augmentation: Augmentation,
        fabric: Any,
        choice: StrategyChoice | None = None,
    ) -> None:
        self.network = network
        self.strategy = strategy
        self.augmentation = augmentation
        self.fabric = fabric
        self.prefix, self.suffix = cut_network(network, strategy)
        self._freezing = Freezing(self.suffix, self._list_stages(), choice or StrategyChoice())
        self.keeps_features = False
        # Mean and spread of the training features, where they are standardised.
        self._scale: tuple[Tensor, Tensor] | None = None
        network.to(fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _list_stages(self) -> list[nn.Module]:
        """The network's stages that learn, first to last."""
        stages = [stage for _, stage in self.network.stages]
        count = self.strategy.learning_stages
        return stages if count is None else stages[len(stages) - count :]

    def train(self, done: float) -> None:
        """Bring the suffix into training mode, but for what is frozen at this moment.

        Args:
            done: the share of all steps that were taken, 0 to 1.
        """
        self._freezing.set(done)

    def can_keep_features(self) -> bool:
        """Whether the prefix gives the same for an image each time: images do not vary."""
        return self.prefix is not None and not self.augmentation.varies

    def standardise(self, features: Inputs | JoinedInputs) -> None:
        """Take mean and spread of the training features, where the strategy asks for that.

        A head that was loaded still says what it said of plain features.
        """
        if self.strategy.standardises_features:
            scale = measure_scale(features.take(slice(None)))
            self._scale = (scale[0].to(self.fabric.device), scale[1].to(self.fabric.device))
            loaded = self.network.loaded
            if loaded is not None and loaded.has_head:
                unfold_scale(self.network.head, *scale)

    def prepare(self, inputs: Any, seeds: Tensor | None = None, mix: Mix | None = None) -> Tensor:
        """Rows of pixels or features to what the suffix takes, on the device.

        Args:
            seeds: (n,) each image is augmented by its own; without seeds no image is.
            mix: what the images are mixed with, each as it is augmented itself.
        """
        there = to_tensor(inputs).to(self.fabric.device)
        if self._scale is not None:
            return (there.float() - self._scale[0]) / self._scale[1]
        if self.keeps_features:
            return there.float()
        x = self._vary(there, seeds)
        if mix is not None:
            others = self._vary(to_tensor(mix.inputs).to(self.fabric.device), mix.seeds)
            x = mix.share * x + (1 - mix.share) * others
        if self.prefix is None:
            return x
        with torch.no_grad(), self.fabric.autocast():
            frozen: Tensor = self.prefix.eval()(x)
        return frozen.float()

    def _vary(self, pixels: Tensor, seeds: Tensor | None) -> Tensor:
        """Pixels on the device to the network's input, augmented where there are seeds."""
        change = None if seeds is None else _Augmenting(self.augmentation, seeds)
        return to_input(pixels, self.network.normalisation, change)

    def group_parameters(self, settings: Optimisation) -> list[dict[str, Any]]:
        """Groups of the parameters that learn, as an optimiser takes them.

        Head and backbone have their own rates, and each stage may have a share of the next one's
        (discriminative fine-tuning, Howard & Ruder 2018, arXiv 1801.06146, section 3.1); biases and
        norms have no weight decay. The `peak` of a group is the highest that its rate gets.
        """
        factor = OPTIMISERS[settings.optimiser].rate_factor
        rate = settings.learning_rate or self.strategy.learning_rate * factor
        share = settings.backbone_rate or self.strategy.backbone_rate
        depths = self._measure_depths() if settings.stage_rate < 1 else {}
        in_head = {id(parameter) for parameter in self.network.head.parameters()}
        members: dict[tuple[bool, int, bool], list[nn.Parameter]] = {}
        for parameter in self.suffix.parameters():
            depth = depths.get(id(parameter), 0)
            key = (id(parameter) in in_head, -depth, parameter.ndim > 1)
            members.setdefault(key, []).append(parameter)
        groups = []
        # The head first, then the last stage; in each, what decays first. A checkpoint relies on
        # this order.
        for (is_head, depth, decays), chosen in sorted(
            members.items(), key=lambda item: item[0], reverse=True
        ):
            peak = rate if is_head else rate * share * settings.stage_rate**-depth
            decay = settings.weight_decay if decays else 0.0
            groups.append({"params": chosen, "lr": peak, "peak": peak, "weight_decay": decay})
        return groups

    def _measure_depths(self) -> dict[int, int]:
        """How many stages come after that of each parameter, by the parameter's id."""
        stages = reversed(self._list_stages())
        return {id(p): depth for depth, stage in enumerate(stages) for p in stage.parameters()}

    def settle_scale(self) -> None:
        """Fold the scale into the head, which then takes plain features."""
        if self._scale is not None:
            fold_scale(self.network.head, *self._scale)
            self._scale = None

    def save(self, path: Path, learned: dict[str, Tensor], facts: dict[str, str]) -> None:
        """Write the whole network, with the suffix as `learned` says; the present one stays."""
        now = {name: tensor.detach().clone() for name, tensor in self.suffix.state_dict().items()}
        self.suffix.load_state_dict(learned)
        if self._scale is not None:
            fold_scale(self.network.head, *self._scale)
        save_network(self.network, path, facts)
        self.suffix.load_state_dict(now)

    def load(self, path: Path) -> None:
        """Take over weights and thresholds of a file; a scale is folded into its head."""
        tensors, metadata = read_weights(path)
        self.network.model.load_state_dict(tensors, strict=False)
        classes = len(self.network.classes)
        self.network.thresholds = read_thresholds(metadata, path.name, classes)
        self._scale = None


class _Augmenting:
    """An augmentation with the seeds of one batch, as a function from images to images."""

    def __init__(self, augmentation: Augmentation, seeds: Tensor) -> None:
        self.augmentation = augmentation
        self.seeds = seeds

    def __call__(self, images: Tensor) -> Tensor:
        return augment(images, self.augmentation, self.seeds)
