"""The cards of a run."""

from streamlit.testing.v1 import AppTest


def _draw_cards() -> None:
    import streamlit as st

    from medapp.runs.events import EpochFinished, PenaltyTried, StepTaken
    from medapp.runs.progress import Standing
    from medapp.ui.train.cards import draw_cards

    first = EpochFinished(
        epoch=1, train_loss=0.6, validation_loss=0.5, balanced_accuracy=0.8, is_best=True
    )
    last = EpochFinished(
        epoch=2, train_loss=0.1, validation_loss=0.9, balanced_accuracy=0.7, is_best=False
    )
    step = StepTaken(epoch=2, step=9, loss=0.1, rate=6.3e-8, images_per_second=1.0)
    standing = Standing(epochs=[first, last], last_step=step)
    if st.session_state.get("is-fit"):
        tried = PenaltyTried(number=1, count=13, penalty=0.1, held_out_loss=0.4)
        standing = Standing(epochs=[first], penalties=[tried])
    draw_cards(standing, 30, st.session_state["is-under-way"])


def read_cards(is_under_way: bool) -> dict[str, tuple[str, str]]:
    app = AppTest.from_function(_draw_cards)
    app.session_state["is-under-way"] = is_under_way
    return {card.label: (card.value, card.delta) for card in app.run().metric}


def test_cards_tell_the_epoch_that_the_legends_tell() -> None:
    ended = read_cards(is_under_way=False)
    assert ended["Validation balanced accuracy"] == ("0.800", "epoch 1")
    assert ended["Training loss"] == ("0.600", "epoch 1")
    assert ended["Best epoch"] == ("1", "of 30")
    running = read_cards(is_under_way=True)
    assert running["Validation balanced accuracy"] == ("0.700", "-0.100")
    assert running["Validation AUROC"] == ("–", "epoch 2")


def test_a_fit_has_a_penalty_and_no_epoch() -> None:
    app = AppTest.from_function(_draw_cards)
    app.session_state["is-under-way"] = False
    app.session_state["is-fit"] = True
    cards = {card.label: (card.value, card.delta) for card in app.run().metric}
    assert cards["Penalty"] == ("0.1", "by cross-validation")
    assert cards["Validation loss"] == ("0.500", "of the fitted head")
    assert "Best epoch" not in cards


def test_a_learning_rate_is_no_headline() -> None:
    assert "Learning rate" not in read_cards(is_under_way=True)
