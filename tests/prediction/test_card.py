"""Maps as a trial asks for them are those of a prediction, and so is the card's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Trained
from PIL import Image, ImageDraw, ImageFont

from medapp.prediction.card import build_explain, describe_map
from medapp.prediction.files import predict_files, to_batch
from medapp.prediction.model import load_model
from medapp.runs.making import find_run


def test_maps_are_of_the_class_asked_for_in_the_order_of_the_images(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").model_path)
    files = sorted(trained.folder.rglob("p0[0-3].png"))
    read = list(predict_files(model, files, "hirescam"))
    pixels = to_batch([each.pixels for each in read if each.pixels is not None])
    picks = np.array([0, 1, 1, 0, 0, 1, 0, 1])
    found = build_explain(model, "hirescam")(pixels, picks)
    for map_, square, pick in zip(found, pixels, picks, strict=True):
        _, (wanted,) = model.explain(square[None], "hirescam", model.classes[pick])
        assert np.allclose(map_, wanted.values, atol=1e-5)


def test_a_prediction_without_a_map_or_with_a_blank_one_has_no_card(trained: Trained) -> None:
    """At 32 px the network sees the image as one place, so that its map is blank."""
    model = load_model(find_run(trained.workspace, "probe").model_path)
    file = trained.folder / "above" / "p00.png"
    assert describe_map(model, next(predict_files(model, [file])), "gradcam") is None
    blank = next(predict_files(model, [file], "gradcam"))
    assert describe_map(model, blank, "gradcam") is None
    fine = next(predict_files(model, [file], "layercam"))
    card = describe_map(model, fine, "layercam")
    assert card is not None
    assert 0 <= card.mass["corner"] <= 1
    assert card.noise is not None


def test_the_card_of_a_chosen_stage_asks_for_maps_of_that_stage(trained: Trained) -> None:
    """Had it compared the last stage's map, which is blank here, nothing would be left of it."""
    model = load_model(find_run(trained.workspace, "probe").model_path)
    file = trained.folder / "above" / "p00.png"
    (found,) = predict_files(model, [file], "gradcam", stage="layer1")
    card = describe_map(model, found, "gradcam")
    assert card is not None
    assert card.noise is not None
    assert card.noise > 0.5


def test_text_is_found_on_the_image_and_measured_on_the_square(
    trained: Trained, tmp_path: Path
) -> None:
    """An image ten times as large as the network's square, with a letter in its upper left."""
    model = load_model(find_run(trained.workspace, "probe").model_path)
    picture = Image.new("L", (320, 320), 30)
    ImageDraw.Draw(picture).rectangle((0, 200, 320, 320), fill=180)
    ImageDraw.Draw(picture).text((12, 12), "R", fill=255, font=ImageFont.load_default(30))
    picture.save(tmp_path / "marked.png")
    (found,) = predict_files(model, [tmp_path / "marked.png"], "layercam", answers_all=True)
    assert found.heatmap is not None
    even = replace(found, heatmap=replace(found.heatmap, values=np.ones((32, 32), np.float32)))
    card = describe_map(model, even, "layercam")
    assert card is not None
    assert card.marks == 1
    # The letter is about 20 by 22 px, with a margin of 3 px around: 26 × 28 of 320 × 320 px.
    assert card.mass["text"] == pytest.approx(card.areas["text"])
    assert 0.004 < card.areas["text"] < 0.012
