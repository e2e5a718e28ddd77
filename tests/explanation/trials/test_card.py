"""The card of one map: where it lies, whether it stays."""

from dataclasses import replace

import numpy as np
import pytest

from medapp.explanation.trials.card import Card, draw_up_card, judge_card
from medapp.imaging.geometry import Box

SIZE = 32
WHOLE = Box("", 0, 0, SIZE, SIZE)
AREAS = {"corner": 0.016, "borders": 0.23}


def follow(pixels: np.ndarray, picks: np.ndarray) -> np.ndarray:
    """A map that is the image itself, of the class that is asked for."""
    assert picks.tolist() == [2]
    return pixels[..., 0].astype(np.float32) / 255


def draw_image() -> np.ndarray:
    image = np.random.default_rng(0).integers(40, 200, (SIZE, SIZE, 1)).astype(np.uint8)
    image[:4, :4] = 255
    return image


def test_mass_and_stability_are_those_of_the_map() -> None:
    image = draw_image()
    map_ = follow(image[None], np.array([2]))[0]
    card = draw_up_card(follow, image, map_, 2, WHOLE)
    assert card is not None
    assert card.corner == "top left"
    assert card.areas == {"corner": 16 / 1024, "borders": 1 - 28 * 28 / 1024}
    assert card.mass["corner"] == pytest.approx(map_[:4, :4].sum() / map_.sum())
    assert card.shift == pytest.approx(1)
    assert card.noise is not None
    assert 0.99 < card.noise < 1


def test_a_blank_map_has_no_card() -> None:
    assert draw_up_card(follow, draw_image(), np.zeros((SIZE, SIZE)), 2, WHOLE) is None


def test_what_lies_on_text_is_the_share_in_its_boxes() -> None:
    image = draw_image()
    map_ = follow(image[None], np.array([2]))[0]
    marks = [Box("mark", -1, -1, 4, 4), Box("mark", 3, 3, 5, 4)]  # 16 pixels, and one more
    card = draw_up_card(follow, image, map_, 2, WHOLE, marks)
    assert card is not None
    assert card.areas["text"] == 17 / 1024
    assert card.mass["text"] == pytest.approx((map_[:4, :4].sum() + map_[3, 4]) / map_.sum())
    assert card.marks == 2
    without = draw_up_card(follow, image, map_, 2, WHOLE, [])
    assert without is not None
    assert "text" not in without.mass
    assert without.marks == 0


def test_text_is_judged_by_the_rule_of_the_corners_and_none_is_said() -> None:
    areas = {**AREAS, "text": 0.01}
    mass = {"corner": 0.01, "borders": 0.2}
    for share, level in ((0.02, "grave"), (0.019, "info")):
        card = Card("top left", {**mass, "text": share}, areas, 0.9, 0.98, 1)
        (note,) = [note for note in judge_card(card) if note.code == "map-text"]
        assert note.level == level
        assert ("Do not interpret it." in note.text) == (level == "grave")
        assert f"{share:.1%} of the map lies on what looks like burnt-in text" in note.text
    none = judge_card(Card("top left", mass, AREAS, 0.9, 0.98, 0))
    assert "No burnt-in text or marker was found" in " ".join(note.text for note in none)
    not_asked = judge_card(Card("top left", mass, AREAS, 0.9, 0.98))
    assert "map-text" not in {note.code for note in not_asked}


def test_a_map_that_does_not_stay_is_not_to_be_interpreted() -> None:
    calm = Card("top left", {"corner": 0.01, "borders": 0.2}, AREAS, 0.9, 0.98)
    assert {note.level for note in judge_card(calm)} == {"info"}
    for shift, noise in ((0.3, 0.9), (0.9, 0.3), (None, 0.9)):
        notes = judge_card(replace(calm, shift=shift, noise=noise))
        assert notes[0].level == "grave"
        assert "Do not interpret" in notes[0].text


def test_a_map_in_a_corner_is_to_be_looked_at() -> None:
    card = Card("bottom right", {"corner": 0.3, "borders": 0.2}, AREAS, 0.9, 0.98)
    first = judge_card(card)[0]
    assert first.level == "caution"
    assert first.text.startswith(
        "30.0% of the map lies in the bottom right corner, 1.6% of the image"
    )
    assert card.to_dict()["says"][0]["text"] == first.text
