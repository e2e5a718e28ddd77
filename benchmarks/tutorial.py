"""The plain loop, as the tutorials write it: ImageFolder, DataLoader, float32, Adam. The reference of the claims of speed; it stays so."""

import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, models, transforms

from medapp.models.network import MEAN, STD


def build_loaders(folder: Path, size_px: int, batch: int, workers: int, train: list[int], test: list[int]) -> tuple[DataLoader, DataLoader]:  # type: ignore[type-arg]
    """Loaders over the images at these places of `ImageFolder(folder)`."""
    change = [transforms.Resize((size_px, size_px)), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    augmented = transforms.Compose([transforms.RandomHorizontalFlip(), transforms.RandomAffine(5, (0.04, 0.04), (0.95, 1.05)), *change])
    train_set = Subset(datasets.ImageFolder(str(folder), augmented), train)
    test_set = Subset(datasets.ImageFolder(str(folder), transforms.Compose(change)), test)
    return (
        DataLoader(train_set, batch, shuffle=True, num_workers=workers, persistent_workers=workers > 0),
        DataLoader(test_set, batch, num_workers=workers),
    )


def build_model(weights: dict[str, torch.Tensor], classes: int, is_frozen: bool) -> nn.Module:
    """ResNet-18 with these weights and a new head."""
    model = models.resnet18()
    model.load_state_dict({k: v for k, v in weights.items() if not k.startswith("fc.")}, strict=False)
    for p in model.parameters():
        p.requires_grad = not is_frozen
    model.fc = nn.Linear(model.fc.in_features, classes)
    return model


def train(model: nn.Module, loader: DataLoader, epochs: int, rate: float) -> Iterator[tuple[int, float]]:  # type: ignore[type-arg]
    """Adam and cross-entropy; after each step the number of images in it and its seconds, the loading included."""
    optimiser, criterion = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=rate), nn.CrossEntropyLoss()
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


def predict(model: nn.Module, loader: DataLoader) -> tuple[torch.Tensor, torch.Tensor]:  # type: ignore[type-arg]
    """Probabilities (N, K) and labels (N,)."""
    model.eval()
    with torch.no_grad():
        pairs = [(torch.softmax(model(images), 1), labels) for images, labels in loader]
    return torch.cat([p for p, _ in pairs]), torch.cat([y for _, y in pairs])
