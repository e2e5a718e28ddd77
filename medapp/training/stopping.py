"""Early stopping: when the validation loss no longer falls, and how a training then ends.

A validation loss jumps while the learning rate is high, and falls most where the rate falls. So a
single epoch without a lower loss says little, and an end at once throws away the part of a training
that pays most. What is judged is the smoothed loss. Once that has not fallen for as many epochs as
the recipe waits, what the schedule says falls evenly to nothing over a fifth of the whole training,
as in a cooldown after a constant rate (Hägele et al. 2024, arXiv:2405.18392, section 3), and then
the training ends.

All is told by the losses of the epochs so far, so that a training that goes on from a checkpoint
ends as it would have ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from medapp.training.smoothing import smooth

SMOOTHING = 0.5  # that an earlier epoch's loss weighs beside the next one's
TAIL = 4  # epochs before the fall, over those of the fall


@dataclass(frozen=True)
class Fall:
    """The end of a training that is stopped early: the rate falls from epoch `start` to `end`.

    Both count complete epochs; after `end` the training is over.
    """

    start: int
    end: int

    def find_share(self, step: int, steps_per_epoch: int) -> float:
        """What is left of the schedule's rate at a step (from 0) of the run; 1 before the fall."""
        ahead = self.end * steps_per_epoch - step
        return min(1.0, max(0.0, ahead / ((self.end - self.start) * steps_per_epoch)))


def find_fall(losses: Sequence[float], patience: int, epochs: int, joined: int = 0) -> Fall | None:
    """How a training ends early; None while it goes on, or where its own schedule ends no later.

    Args:
        losses: on the validation images, after each epoch so far.
        patience: epochs in a row whose smoothed loss is no lower than before; 0 waits for ever.
        epochs: of the whole schedule.
        joined: the epoch after which all learns that will; no waiting before counts.
    """
    best, lowest = 0, float("inf")
    for epoch, loss in enumerate(smooth(losses, SMOOTHING), start=1):
        if loss < lowest:
            best, lowest = epoch, loss
        elif patience and epoch - max(best, joined) >= patience:
            end = epoch + -(-epoch // TAIL)
            return Fall(epoch, end) if end < epochs else None
    return None
