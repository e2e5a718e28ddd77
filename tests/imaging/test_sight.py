"""What a model sees of an image, in words."""

import pytest

from medapp.imaging.preprocess import Preprocess
from medapp.imaging.sight import describe_sight


@pytest.mark.parametrize(
    ("settings", "is_windowed", "words"),
    [
        ({"windows": "lung"}, True, "lung window −600/1500 HU; at 64 × 64 px"),
        (
            {"windows": "lung, 40/400"},
            True,
            "lung window −600/1500 HU, window 40/400 HU in red, green and blue; at 64 × 64 px",
        ),
        (
            {"windows": "lung"},
            False,
            "the picture as its file says, without its windows (lung), as there are no CT numbers;"
            " at 64 × 64 px",
        ),
        (
            {"value_range": "image", "percentile_clip": 1.0, "clahe": 2.0},
            True,
            "from the darkest to the brightest pixel, 1% cut at both ends, local contrast (CLAHE)"
            " 2; at 64 × 64 px",
        ),
    ],
)
def test_what_the_model_sees_in_words(
    settings: dict[str, object], is_windowed: bool, words: str
) -> None:
    assert describe_sight(Preprocess(image_size=64, **settings), is_windowed) == words
