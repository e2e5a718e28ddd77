"""Maps as a trial asks for them are those of a prediction, and so is the card's."""

import numpy as np
from conftest import Trained

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
