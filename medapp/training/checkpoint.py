"""Where a training stands, on disk: written aside and renamed, read without running anything."""

import math
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from medapp.errors import RunError
from medapp.models.reading import DAMAGE
from medapp.store.files import open_replacing


@dataclass
class TrainingState:
    """Where a training stands; what a checkpoint holds beside the tensors.

    Attributes:
        epoch: complete epochs.
        step: complete steps of the epoch under way.
        loss_sum: over the images of the epoch under way.
        terms: what the loss of the epoch under way is the sum of, by name, over its images.
        right: images of the epoch under way that were decided as labelled, as they were augmented.
        micro_batches: parts that a batch is computed in; doubled when memory runs out.
        seconds: of training, over all sittings.
        history: a row for each complete epoch.
    """

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    terms: dict[str, float] = field(default_factory=dict)
    right: int = 0
    best_loss: float = math.inf
    best_epoch: int = 0
    micro_batches: int = 1
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


def copy_state(module: nn.Module) -> dict[str, Tensor]:
    """A module's state as it is now, on the CPU."""
    return {name: t.detach().cpu().clone() for name, t in module.state_dict().items()}


def save_checkpoint(
    path: Path,
    learning: nn.Module,
    extra: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    state: TrainingState,
) -> None:
    """Write what learns, its optimiser and where the training stands.

    Args:
        learning: of the network.
        extra: of the objective.
        average: of the weights, see `averaging`.

    Raises:
        WorkspaceError: the disk is full.
    """
    values = {
        "suffix": learning.state_dict(),
        "objective": extra.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "progress": vars(state),
    }
    with open_replacing(path) as file:
        try:
            torch.save(values, file)
        except RuntimeError as error:
            # torch raises this where it closes a file that the disk did not take.
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise


def load_checkpoint(
    path: Path,
    learning: nn.Module,
    extra: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
) -> TrainingState | None:
    """Put back what a checkpoint holds, see `save_checkpoint`; None where there is none.

    Raises:
        RunError: the checkpoint is damaged; what learns is then as it was before.
    """
    if not path.exists():
        return None
    modules = (learning, extra, average)
    before = [{k: tensor.clone() for k, tensor in m.state_dict().items()} for m in modules]
    try:
        with zipfile.ZipFile(path) as archive:
            # torch does not look at the checksums.
            if archive.testzip() is not None:
                raise zipfile.BadZipFile
        values: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        state = TrainingState(**values["progress"])
        learning.load_state_dict(values["suffix"])
        # Version 0.1.0 knew no objective with weights, and no average.
        extra.load_state_dict(values.get("objective", {}))
        average.load_state_dict(values.get("average", {}))
        optimiser.load_state_dict(values["optimiser"])
    except DAMAGE as error:
        # Some of the damaged tensors may have been taken over.
        for module, tensors in zip(modules, before, strict=True):
            module.load_state_dict(tensors)
        raise RunError(
            f"The checkpoint cannot be read ({type(error).__name__}): it is damaged."
        ) from error
    return state
