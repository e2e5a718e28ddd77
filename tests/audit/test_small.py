"""Classes with few pictures or patients are named, and sizes that are very uneven."""

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.audit.finding import Finding
from medapp.audit.small import find_small_classes
from tests.audit.conftest import Plant


def draw(number: int) -> NDArray[np.uint8]:
    return np.random.default_rng(number).integers(0, 255, (24, 24)).astype(np.uint8)


def find(plant: Plant, sizes: dict[str, int]) -> list[Finding]:
    """What is said of classes of so many different pictures each."""
    names = [f"{label}/{n}.png" for label, size in sizes.items() for n in range(size)]
    images = {name: draw(number) for number, name in enumerate(names)}
    return find_small_classes(plant(images), lambda *_: None)


def test_ten_pictures_of_each_class_are_enough(plant: Plant) -> None:
    assert find(plant, {"a": 10, "b": 10}) == []


def test_nine_pictures_are_few(plant: Plant) -> None:
    [small] = find(plant, {"a": 10, "b": 9})
    assert (small.kind, small.severity) == ("small_class", "caution")
    assert "b (9)" in small.summary
    assert "a (" not in small.summary


def test_copies_of_one_picture_count_once(plant: Plant) -> None:
    images = {f"a/{n}.png": draw(n) for n in range(10)}
    images |= {f"b/{n}.png": draw(100) for n in range(12)}
    [small] = find_small_classes(plant(images), lambda *_: None)
    assert "b (1)" in small.summary


@pytest.mark.parametrize(("most", "is_said"), [(99, False), (100, True)])
def test_ten_times_as_many_images_are_uneven(plant: Plant, most: int, is_said: bool) -> None:
    found = find(plant, {"a": most, "b": 10})
    assert [finding.severity for finding in found] == ["info"] * is_said
    if is_said:
        assert "100 images of a, 10 of b" in found[0].summary
