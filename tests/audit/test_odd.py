"""An image unlike the rest is found; a set of unlike images has no exceptions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from audit.conftest import Plant, list_names
from conftest import draw_picture
from numpy.typing import NDArray

from medapp.audit.odd import find_odd

Image = NDArray[Any]


def draw_organ(seed: int) -> Image:
    """One thing seen in one way: a bright disc, a little different in each image."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:120j, -1:1:100j]
    disc = 40 + 160 / (1 + np.exp(20 * (np.hypot(x, y) - random.uniform(0.5, 0.7))))
    return np.clip(disc + random.normal(0, 6, disc.shape), 0, 255).astype(np.uint8)


def draw_mask(image: Image) -> Image:
    return np.where(image > 150, 255, 0).astype(np.uint8)


def draw_page(image: Image) -> Image:
    """Text with smooth edges on paper with a little noise, as a photograph of a letter has."""
    random = np.random.default_rng(0)
    page = random.normal(235, 2, image.shape)
    page[10:100:9, 10:90] = random.uniform(20, 230, page[10:100:9, 10:90].shape)
    return page.astype(np.uint8)


ODD: dict[str, Callable[[Image], Image]] = {
    "much smaller": lambda image: image[::5, ::5],
    "far longer than wide": lambda image: np.tile(image, (5, 1)),
    "saturated": lambda image: np.where(image > 42, 255, image).astype(np.uint8),
    "black nearly everywhere": lambda image: np.pad(image, 600),
    "looks like a mask, a drawing or a page of text": draw_page,
    "looks like a mask": draw_mask,
    "perhaps inverted": lambda image: 255 - image,
    "is 8-bit RGB, the rest 8-bit grey": lambda image: np.stack(
        [image, image // 2, image // 3], axis=2
    ),
    "is 16-bit grey, the rest 8-bit grey": lambda image: image.astype(np.uint16) * 250,
}


@pytest.mark.parametrize("words", ODD)
def test_an_odd_image_is_found_and_what_is_odd_is_said(plant: Plant, words: str) -> None:
    images = {f"a/{i}.png": draw_organ(i) for i in range(12)}
    images["b/odd.png"] = ODD[words](draw_organ(20))
    ground = plant(images)
    found = find_odd(ground, lambda done, total: None)
    (finding,) = [finding for finding in found if words in finding.summary]
    assert [group.members[0].name for group in finding.groups] == ["b/odd.png"]
    names = {tuple(names) for names in list_names(find_odd, ground)["odd"]}
    assert names == {("b/odd.png",)}


def test_images_that_are_alike_and_images_that_all_differ_have_no_exceptions(plant: Plant) -> None:
    assert list_names(find_odd, plant({f"a/{i}.png": draw_organ(i) for i in range(12)})) == {}
    mixed = {f"a/{i}.png": draw_picture(i, 40 + 60 * i, 60) for i in range(8)}
    assert list_names(find_odd, plant(mixed, "mixed")) == {}


def test_a_fifth_that_is_inverted_is_found(plant: Plant) -> None:
    images = {f"a/{i}.png": draw_organ(i) for i in range(16)}
    images |= {f"b/{i}.png": 255 - draw_organ(20 + i) for i in range(4)}
    assert list_names(find_odd, plant(images)) == {"odd": [[f"b/{i}.png"] for i in range(4)]}


def test_half_of_a_set_is_no_exception(plant: Plant) -> None:
    images = {f"a/{i}.png": draw_organ(i) for i in range(8)}
    images |= {f"b/{i}.png": np.tile(draw_organ(i), (5, 1)) for i in range(4)}
    assert list_names(find_odd, plant(images)) == {}
