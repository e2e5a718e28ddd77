"""The plain loop, as the tutorials write it: ImageFolder, DataLoader, float32, Adam.

The reference of the claims of speed; it stays so.
"""

import copy
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, models, transforms

from benchmarks.kit.setting import Setting
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.models.normalisation import IMAGENET
from medapp.runs.run import Run

Loader = DataLoader[tuple[torch.Tensor, torch.Tensor]]


def build_loaders(
    folder: Path, size_px: int, batch: int, workers: int, train: list[int], test: list[int]
) -> tuple[Loader, Loader]:
    """Loaders over the images at these rows of `ImageFolder(folder)`."""
    change = [
        transforms.Resize((size_px, size_px)),
        transforms.ToTensor(),
        transforms.Normalize(IMAGENET.mean, IMAGENET.std),
    ]
    augmented = transforms.Compose(
        [
            transforms.RandomHorizontalFlip(),
            transforms.RandomAffine(5, (0.04, 0.04), (0.95, 1.05)),
            *change,
        ]
    )
    train_set = Subset(datasets.ImageFolder(str(folder), augmented), train)
    test_set = Subset(datasets.ImageFolder(str(folder), transforms.Compose(change)), test)
    return (
        DataLoader(
            train_set, batch, shuffle=True, num_workers=workers, persistent_workers=workers > 0
        ),
        DataLoader(test_set, batch, num_workers=workers),
    )


def build_model(
    weights: dict[str, torch.Tensor], classes: int, is_frozen: bool, architecture: str = "resnet18"
) -> nn.Module:
    """A ResNet with these weights and a new head."""
    model = models.get_model(architecture)
    model.load_state_dict(
        {k: v for k, v in weights.items() if not k.startswith("fc.")}, strict=False
    )
    for p in model.parameters():
        p.requires_grad = not is_frozen
    model.fc = nn.Linear(model.fc.in_features, classes)
    return model


def train(
    model: nn.Module, loader: Loader, epochs: int, rate: float
) -> Iterator[tuple[int, float]]:
    """Adam and cross-entropy; after each step the number of images in it and its seconds, the
    loading included.
    """
    optimiser = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=rate)
    criterion = nn.CrossEntropyLoss()
    for _ in range(epochs):
        model.train()
        before = time.perf_counter()
        for images, labels in loader:
            optimiser.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimiser.step()
            now = time.perf_counter()
            yield len(labels), now - before
            before = now


def predict(model: nn.Module, loader: Loader) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities (N, K) and labels (N,)."""
    model.eval()
    with torch.no_grad():
        pairs = [(torch.softmax(model(images), 1), labels) for images, labels in loader]
    return torch.cat([p for p, _ in pairs]), torch.cat([y for _, y in pairs])


@dataclass
class Feeding:
    """How many loader workers and threads of arithmetic suit the loop on this machine; `with` sets
    the threads.
    """

    workers: int
    threads: int
    _before: int = field(default=0, repr=False)

    def __enter__(self) -> None:
        self._before = torch.get_num_threads()
        torch.set_num_threads(self.threads)

    def __exit__(self, *problem: object) -> None:
        torch.set_num_threads(self._before)


def find_best_feeding(
    model: nn.Module,
    folder: Path,
    size_px: int,
    batch: int,
    train_rows: list[int],
    steps: int = 8,
) -> Feeding:
    """The fastest of some, by a few steps of each on a copy of the model; the first step, in which
    workers start, is not counted.
    """
    cores, found = os.cpu_count() or 1, []
    for workers, threads in product(sorted({0, 1, cores}), sorted({max(1, cores // 2), cores})):
        loader, _ = build_loaders(folder, size_px, batch, workers, train_rows, train_rows[:1])
        feeding = Feeding(workers, threads)
        with feeding:
            taken = list(islice(train(copy.deepcopy(model), loader, 1, 1e-3), steps))[1:]
        found.append((statistics.median([s / n for n, s in taken] or [0.0]), workers, feeding))
    return min(found, key=lambda row: row[:2])[2]


@dataclass
class Reference:
    """The loop, ready to learn from the training images of a run and to be judged on its test
    images.
    """

    model: nn.Module
    loader: Loader
    test_loader: Loader
    feeding: Feeding
    classes: tuple[str, ...]

    def take_steps(self, epochs: int) -> Iterator[tuple[int, float]]:
        """As `train`, at the tutorials' rate."""
        return train(self.model, self.loader, epochs, 1e-3)

    def evaluate(self) -> Evaluation:
        """Our figures of its predictions of the test images."""
        probabilities, labels = predict(self.model, self.test_loader)
        return evaluate(probabilities.numpy(), labels.numpy(), self.classes)


def build_reference(
    setting: Setting,
    run: Run,
    weights: dict[str, torch.Tensor],
    size_px: int,
    batch: int,
    *,
    is_frozen: bool = False,
    architecture: str = "resnet18",
) -> Reference:
    """The loop on the same images as a run that has its split, fed as it is fastest."""
    rows, test_rows = (setting.find_rows(run, split) for split in ("train", "test"))
    model = build_model(weights, len(setting.data.classes), is_frozen, architecture)
    feeding = find_best_feeding(model, setting.folder, size_px, batch, rows)
    loaders = build_loaders(setting.folder, size_px, batch, feeding.workers, rows, test_rows)
    return Reference(model, *loaders, feeding, setting.data.classes)
