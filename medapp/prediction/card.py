"""What draws a model's maps for a trial or a card, and the card of one prediction's map."""

import numpy as np
from numpy.typing import NDArray

from medapp.explanation.trials.card import Card, draw_up_card
from medapp.explanation.trials.stability import Explain
from medapp.imaging.burnt_in import find_marks
from medapp.imaging.geometry import Box
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.prediction.files import Prediction, to_batch
from medapp.prediction.model import BATCH, Model


def build_explain(
    model: Model, method: str, against: str | None = None, stage: str | None = None
) -> Explain:
    """What draws a model's maps, of any number of images, for a class of each.

    Args:
        against: another class that all are contrasted with.
        stage: that they are read from; the method's own for None.
    """

    def explain(pixels: NDArray[np.uint8], picks: NDArray[np.intp]) -> NDArray[np.float32]:
        maps = np.zeros(pixels.shape[:3], np.float32)
        for index in np.unique(picks):
            rows = np.flatnonzero(picks == index)
            for start in range(0, len(rows), BATCH):
                part = rows[start : start + BATCH]
                _, found = model.explain(pixels[part], method, model.classes[index], against, stage)
                maps[part] = np.stack([heatmap.values for heatmap in found])
        return maps

    return explain


def describe_map(model: Model, prediction: Prediction, method: str) -> Card | None:
    """The report card of a prediction's map; None where there is no map, or it is blank.

    Burnt-in text is looked for on the image at its own size, where letters are larger.

    Raises:
        ImageError: the file cannot be read any more.
    """
    heatmap, view, pixels = prediction.heatmap, prediction.view, prediction.pixels
    if heatmap is None or view is None or pixels is None:
        return None
    content = view.to_square(Box("", 0, 0, *prediction.image_size), len(pixels))
    (image,) = to_batch([pixels])
    explain = build_explain(model, method, prediction.against, heatmap.stage)
    shown = render_full(load_image(prediction.file, frame=prediction.frame))
    marks = [view.to_square(box, len(pixels)) for box in find_marks(shown)]
    return draw_up_card(explain, image, heatmap.values, heatmap.class_index, content, marks)
