"""Planted markers and dates are found where they stand; organs, noise and blanks have none."""

from pathlib import Path

import numpy as np
import pytest
from conftest import draw_picture
from imaging.test_corner_text import draw_organ
from PIL import Image, ImageDraw, ImageFont

from medapp.imaging.burnt_in import find_marks
from medapp.phantom.render import CLASSES, generate_phantom

PLACES = ("top left", "top right", "bottom left", "bottom right")


def write(
    image: np.ndarray, text: str, place: str, size: int = 20, ink: int = 255
) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """The image with text in a corner, and the box around its ink."""
    picture = Image.fromarray(image)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    x0, y0, x1, y1 = draw.textbbox((0, 0), text, font=font)
    x = 8 - x0 if "left" in place else picture.width - 8 - x1
    y = 8 - y0 if "top" in place else picture.height - 8 - y1
    draw.text((x, y), text, fill=ink, font=font)
    return np.asarray(picture), draw.textbbox((x, y), text, font=font)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", ["L", "R", "27.11.2026"])
def test_planted_text_is_found_where_it_stands(text: str, place: str) -> None:
    image, (x0, y0, x1, y1) = write(draw_organ(), text, place)
    found = find_marks(image)
    assert found
    # Every piece lies on the text, up to the margin of 3 px.
    for box in found:
        assert x0 - 5 <= box.x0 < box.x1 <= x1 + 5
        assert y0 - 5 <= box.y0 < box.y1 <= y1 + 5
    assert max(b.x1 for b in found) - min(b.x0 for b in found) > 0.6 * (x1 - x0)


def test_dark_text_on_a_bright_ground_deep_values_and_colours_are_seen_alike() -> None:
    bright, _ = write(draw_organ(), "L", "top left")
    wanted = find_marks(bright)
    assert wanted
    assert find_marks(255 - bright) == wanted
    assert find_marks(bright.astype(np.uint16) * 200) == wanted
    assert len(find_marks(np.stack([bright] * 3, axis=2))) == len(wanted)


def test_a_large_image_is_searched_smaller_and_its_marks_lie_in_its_own_pixels() -> None:
    small, _ = write(draw_organ(), "L", "bottom right")
    large = np.asarray(Image.fromarray(small).resize((1600, 1600), Image.Resampling.LANCZOS))
    (found,) = find_marks(large)
    (wanted,) = find_marks(small)
    for own, other in ((found.x0, wanted.x0), (found.y1, wanted.y1)):
        assert own == pytest.approx(5 * other, abs=20)


def test_a_letter_in_the_middle_is_no_mark_of_the_rim() -> None:
    picture = Image.fromarray(np.full((320, 320), 20, np.uint8))
    ImageDraw.Draw(picture).text((150, 150), "L", fill=255, font=ImageFont.load_default(20))
    assert not find_marks(np.asarray(picture))


@pytest.mark.parametrize("seed", range(20))
def test_pictures_and_noise_have_no_mark(seed: int) -> None:
    random = np.random.default_rng(seed)
    assert not find_marks(draw_picture(seed))
    assert not find_marks(random.integers(0, 256, (200, 200)).astype(np.uint8))


def test_organs_blanks_and_tiny_images_have_no_mark() -> None:
    assert not find_marks(draw_organ())
    assert not find_marks(np.full((64, 64), 7, np.uint8))
    assert not find_marks(np.array([[0, 255], [255, 0]], np.uint8))
    assert not find_marks(np.array([[3]], np.uint8))


def test_most_marks_planted_in_the_phantom_are_found(tmp_path: Path) -> None:
    """The phantom has a side marker of its own besides, and uneven ground hides some."""
    shortcut = dict.fromkeys(CLASSES, 1.0)
    made = generate_phantom(tmp_path, patients=12, shortcut=shortcut)
    hits = []
    for each in made:
        assert each.mark is not None
        x, y = (each.mark.x0 + each.mark.x1) / 2, (each.mark.y0 + each.mark.y1) / 2
        found = find_marks(np.asarray(Image.open(tmp_path / each.name)))
        hits.append(any(b.x0 <= x < b.x1 and b.y0 <= y < b.y1 for b in found))
    assert np.mean(hits) > 0.5
