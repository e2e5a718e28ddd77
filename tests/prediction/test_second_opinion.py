import numpy as np
import pytest
import torch
from conftest import Trained

from medapp.prediction.files import predict_files
from medapp.prediction.model import load_model
from medapp.prediction.second_opinion import TIMES, SecondOpinion, ask_again
from medapp.runs.making import find_run


def test_a_clear_image_is_decided_alike_again(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    (plain,) = predict_files(model, [trained.folder / "above" / "p00.png"], answers_all=True)
    assert plain.pixels is not None
    found = ask_again(model, plain.pixels)
    assert (found.label, found.times) == (plain.label, TIMES)
    assert found.is_stable
    assert 0.5 < found.lowest <= found.highest <= 1
    # The copies are the same ones each time.
    assert ask_again(model, plain.pixels) == found


def test_the_copies_are_changed(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    # So unsure that no probability is rounded to 1.
    model.network.rescale(torch.full((2,), 0.01), torch.zeros(2))
    square = np.random.default_rng(0).integers(0, 190, (32, 32), np.uint8)
    found = ask_again(model, square)
    assert found.lowest < found.highest


def test_a_blank_image_is_the_same_however_it_is_turned(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    black = np.zeros((32, 32), np.uint8)
    found = ask_again(model, black)
    colour = ask_again(model, np.zeros((32, 32, 3), np.uint8))
    assert found.same >= 1
    assert (found.lowest, found.highest) == pytest.approx((colour.lowest, colour.highest), abs=1e-5)


def test_words_say_how_many_and_how_sure() -> None:
    stable = SecondOpinion("pneumonia", 12, 12, 0.91, 0.985)
    assert stable.describe() == (
        "Asked again about slightly changed copies: 12 of 12 say pneumonia too, with a probability"
        " of 0.91 to 0.98."
    )
    doubtful = SecondOpinion("pneumonia", 1, 12, 0.2, 0.6)
    assert doubtful.describe() == (
        "Not stable: of slightly changed copies only 1 of 12 says pneumonia too, with a probability"
        " of 0.20 to 0.60."
    )
