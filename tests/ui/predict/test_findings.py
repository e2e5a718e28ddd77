"""What is said of a heatmap and the boxes of its image: for the class that the map explains."""

from pathlib import Path

import numpy as np
import pytest

from medapp.explanation.explain import Heatmap
from medapp.imaging.geometry import Box, View
from medapp.prediction.files import Prediction
from medapp.ui.predict.findings import describe_boxes, write_share


def build_prediction(class_index: int, strength: float = 1.0) -> Prediction:
    """A map over 10 × 10 px that is hot in the upper left corner."""
    values = np.zeros((10, 10), np.float32)
    values[1, 1] = 1
    heatmap = Heatmap(values, None, np.ones(2, np.float32), class_index, strength)
    return Prediction(
        Path("x.png"),
        "glioma",
        {"glioma": 0.9, "pituitary": 0.1},
        view=View(0, 0, 10, 10),
        image_size=(10, 10),
        heatmap=heatmap,
    )


GLIOMA = Box("glioma", 0, 0, 4, 5)


def test_the_box_of_the_explained_class_is_compared() -> None:
    assert describe_boxes(build_prediction(0), [GLIOMA]) == [
        "The map for glioma peaks inside the marked glioma, which covers 20% of the image."
    ]
    far = Box("glioma", 6, 6, 10, 10)
    assert "peaks outside the marked glioma" in describe_boxes(build_prediction(0), [far])[0]


def test_a_map_for_one_class_says_nothing_of_another_ones_box() -> None:
    (sentence,) = describe_boxes(build_prediction(1), [GLIOMA])
    assert sentence == "The box marks glioma, and this map is for pituitary: they need not agree."
    both = [GLIOMA, Box("pituitary", 6, 6, 10, 10)]
    (sentence,) = describe_boxes(build_prediction(1), both)
    assert sentence.startswith("The map for pituitary peaks outside the marked pituitary")


def test_a_box_whose_name_is_no_class_concerns_every_class() -> None:
    (sentence,) = describe_boxes(build_prediction(1), [Box("lesion", 0, 0, 4, 5)])
    assert sentence.startswith("The map for pituitary peaks inside the marked lesion")


def test_a_map_that_carries_nothing_points_nowhere() -> None:
    (sentence,) = describe_boxes(build_prediction(0, strength=0.01), [GLIOMA])
    assert sentence == "The map for glioma is too weak to point anywhere."


def test_no_box_needs_no_sentence() -> None:
    assert describe_boxes(build_prediction(0), []) == []


@pytest.mark.parametrize(
    ("share", "words"), [(0.0001, "less than 0.1%"), (0.004, "0.4%"), (0.2, "20%")]
)
def test_a_share_in_words(share: float, words: str) -> None:
    assert write_share(share) == words
