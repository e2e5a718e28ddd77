"""How a run learned, as its epochs tell: how many, which one was kept, whether it overfitted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from statistics import median_low
from typing import Any

from medapp.evaluation.words import write_figure
from medapp.notes import Note
from medapp.runs.events import (
    ACTIVE,
    EpochFinished,
    Event,
    PlanMade,
    StateChanged,
    WorkerReady,
    merge_events,
)

# A validation loss that rises by less counts as level.
RISE = 0.1
# The least gap between training and validation accuracy that is worth a word.
GAP = 0.1
# Standard errors that the gap must exceed: of 95%.
ERRORS = 1.96


@dataclass(frozen=True)
class Learning:
    """How a run learned.

    Attributes:
        started: when its first event was written, in seconds since 1970; 0 where nothing was.
        seconds: of work, over all sittings that have ended.
        epochs, asked: epochs that were finished, and how many were asked for.
        best_epoch: the epoch whose weights are kept; 0 before the first.
        n: validation images.
        figures: on the validation split after the best epoch, such as "balanced_accuracy".
    """

    started: float = 0.0
    seconds: float = 0.0
    epochs: int = 0
    asked: int = 0
    best_epoch: int = 0
    n: int = 0
    figures: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Learning":
        """From plain values, as `dataclasses.asdict` gives them."""
        return cls(**{f.name: values[f.name] for f in fields(cls)})


def count_seconds(events: Sequence[Event]) -> float:
    """Seconds of work, over all sittings that have ended, without the start of processes."""
    total = 0.0
    begun: float | None = None
    for event in events:
        if isinstance(event, WorkerReady):
            begun = event.time
        elif isinstance(event, StateChanged) and event.state not in ACTIVE:
            # A clock that was set back takes no time away.
            total += max(0.0, event.time - begun) if begun is not None else 0.0
            begun = None
    return round(total, 3)


def read_learning(events: Sequence[Event], asked: int) -> Learning:
    """How a run learned, from all of its events.

    Args:
        asked: epochs asked for.
    """
    events = merge_events(events)
    epochs = list_epochs(events)
    best = find_best(epochs)
    names = ("validation_loss", "accuracy", "balanced_accuracy", "macro_auroc", "quadratic_kappa")
    said = {name: getattr(best, name, None) for name in names}
    return Learning(
        started=events[0].time if events else 0.0,
        seconds=count_seconds(events),
        epochs=len(epochs),
        asked=asked,
        best_epoch=best.epoch if best else 0,
        n=count_choosing(events),
        figures={name: value for name, value in said.items() if value is not None},
    )


def count_choosing(events: Sequence[Event]) -> int:
    """How many validation images chose the epoch, as the run's last plan says."""
    plans = [event for event in events if isinstance(event, PlanMade)]
    return plans[-1].validation if plans else 0


def list_epochs(events: Sequence[Event]) -> list[EpochFinished]:
    """The epochs that a run finished, in order, each once."""
    return [event for event in merge_events(events) if isinstance(event, EpochFinished)]


def find_best(epochs: Sequence[EpochFinished]) -> EpochFinished | None:
    """The epoch whose weights are kept, so far."""
    return next((epoch for epoch in reversed(epochs) if epoch.is_best), None)


def state_overfitting(epochs: Sequence[EpochFinished]) -> str | None:
    """What a chart says where validation loss rose after the best epoch while training loss fell.

    None where it did not, or where nothing tells. The rise must be that of most of the epochs in
    the second half of those after the best one, so that a single jump is none.
    """
    best = find_best(epochs)
    if best is None or not best.validation_loss:
        return None
    later = [e for e in epochs if e.epoch > best.epoch and e.validation_loss is not None]
    losses = [e.validation_loss or 0.0 for e in later[len(later) // 2 :]]
    if not losses or min(median_low(losses), losses[-1]) < (1 + RISE) * best.validation_loss:
        return None
    if later[-1].train_loss >= best.train_loss:
        return None
    return (
        f"Overfitting after epoch {best.epoch}: validation loss rose from"
        f" {best.validation_loss:.3f} to {losses[-1]:.3f} while training loss fell"
    )


def state_by_heart(epochs: Sequence[EpochFinished]) -> str:
    """From when on a network learned by heart, and what is kept; empty where nothing tells so."""
    best = find_best(epochs)
    if best is None or state_overfitting(epochs) is None:
        return ""
    return f"Learned by heart after epoch {best.epoch}; the model of epoch {best.epoch} is kept."


def note_learning(epochs: Sequence[EpochFinished], n: int) -> list[Note]:
    """What a reader must know of how a run learned.

    Args:
        n: validation images.
    """
    best = find_best(epochs)
    if best is None:
        return []
    if best.validation_loss is None:
        text = (
            "There are no validation images: nothing says which epoch was best, nor whether the"
            " network was overfitting. The weights of the last epoch are kept."
        )
        return [Note("no-validation", text, remedy="Use a data set with a validation split.")]
    notes = []
    stated = state_overfitting(epochs)
    if stated:
        text = f"{stated}; the weights of epoch {best.epoch} are kept."
        notes.append(Note("overfitting", text, "info"))
    gap = _find_gap(best, n)
    # A fit has one epoch, of which there is nothing to say.
    kept = f"at epoch {best.epoch}, whose weights are kept, " if len(epochs) > 1 else ""
    if gap is not None:
        notes.append(
            Note(
                "by-heart",
                f"Learned by heart in part: {kept}accuracy was"
                f" {write_figure(best.train_accuracy)} on the training images and"
                f" {write_figure(best.accuracy)} on {n:,} validation images.",
                remedy="More patients, stronger augmentation or fewer layers that learn help.",
            )
        )
    return notes


def _find_gap(best: EpochFinished, n: int) -> float | None:
    """How much better the training images were decided, where that is more than chance explains."""
    if best.train_accuracy is None or best.accuracy is None or not n:
        return None
    gap = best.train_accuracy - best.accuracy
    error = math.sqrt(max(best.accuracy * (1 - best.accuracy), 1 / n) / n)
    return gap if gap > max(GAP, ERRORS * error) else None
