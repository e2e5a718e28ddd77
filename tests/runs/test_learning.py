"""How a run learned, from epochs written by hand."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from medapp.runs.events import EpochFinished, Event, PlanMade, Resumed, StateChanged, WorkerReady
from medapp.runs.learning import (
    Learning,
    note_learning,
    read_learning,
    state_by_heart,
    state_overfitting,
)


def tell_epochs(
    train: Sequence[float], validation: Sequence[float], **more: float
) -> list[EpochFinished]:
    """Epochs with these losses; an epoch is the best where no loss before was as low."""
    return [
        EpochFinished(
            epoch=i + 1,
            train_loss=train[i],
            validation_loss=validation[i],
            is_best=validation[i] < min(validation[:i], default=9.0),
            **more,
        )
        for i in range(len(train))
    ]


def test_a_validation_loss_that_rises_for_good_is_overfitting() -> None:
    epochs = tell_epochs([0.6, 0.4, 0.3, 0.2, 0.1], [0.5, 0.41, 0.5, 0.7, 0.77])
    assert state_overfitting(epochs) == (
        "Overfitting after epoch 2: validation loss rose from 0.410 to 0.770 while training loss"
        " fell"
    )
    (note,) = note_learning(epochs, 100)
    assert (note.code, note.level) == ("overfitting", "info")
    best = next(epoch.epoch for epoch in reversed(epochs) if epoch.is_best)
    kept = f"the model of epoch {best} is kept."
    assert state_by_heart(epochs) == f"Learned by heart after epoch {best}; {kept}"
    assert state_by_heart(epochs[:best]) == ""
    assert note.text.endswith("; the weights of epoch 2 are kept.")


def test_a_jump_a_small_rise_or_a_training_that_got_worse_is_no_overfitting() -> None:
    jump = tell_epochs([0.6, 0.4, 0.3, 0.2], [0.5, 0.41, 0.9, 0.42])
    late_jump = tell_epochs([0.6, 0.4, 0.3, 0.2, 0.1], [0.5, 0.41, 0.42, 0.42, 0.9])
    level = tell_epochs([0.6, 0.4, 0.3, 0.2], [0.5, 0.41, 0.42, 0.44])
    diverged = tell_epochs([0.6, 0.4, 0.8, 0.9], [0.5, 0.41, 0.8, 0.9])
    falling = tell_epochs([0.6, 0.4], [0.5, 0.41])
    for epochs in (jump, late_jump, level, diverged, falling, []):
        assert state_overfitting(epochs) is None


def test_training_images_known_by_heart_are_told_where_chance_does_not_explain_the_gap() -> None:
    epochs = tell_epochs([0.1], [0.9], train_accuracy=0.99, accuracy=0.70)
    (note,) = note_learning(epochs, 100)
    assert (note.code, note.level) == ("by-heart", "caution")
    assert "0.990 on the training images and 0.700 on 100 validation images" in note.text
    # With eight images 0.29 lies within 1.96 · √(0.7 · 0.3 / 8) = 0.318.
    assert note_learning(epochs, 8) == []
    assert note_learning(tell_epochs([0.1], [0.9], train_accuracy=0.79, accuracy=0.70), 9999) == []


def test_without_validation_images_nothing_tells() -> None:
    (note,) = note_learning([EpochFinished(epoch=1, train_loss=0.5, is_best=True)], 0)
    assert note.code == "no-validation"
    assert note_learning([], 0) == []


def test_epochs_that_were_taken_again_count_once() -> None:
    first, second = tell_epochs([0.6, 0.4], [0.5, 0.4], accuracy=0.8)
    events: list[Event] = [
        StateChanged(state="queued", time=10.0),
        WorkerReady(time=20.0),
        PlanMade(epochs=5, steps_per_epoch=3, classes=["a", "b"], validation=30),
        first,
        second,
        StateChanged(state="stopped", time=50.0),
        WorkerReady(time=70.0),
        Resumed(epoch=1, step=3),
        second,
        StateChanged(state="done", time=75.0),
    ]
    learning = read_learning(events, asked=5)
    assert learning == Learning(10.0, 35.0, 2, 5, 2, 30, {"validation_loss": 0.4, "accuracy": 0.8})
    assert Learning.from_dict(json.loads(json.dumps(asdict(learning)))) == learning
