"""Text in images is a warning: where a header says so, and where a corner looks like it."""

from dataclasses import replace

import numpy as np
from audit.conftest import Plant, list_names
from imaging.test_corner_text import draw_organ, write

from medapp.audit.burnt_in import find_burnt_in


def test_text_is_found_in_headers_and_in_corners(plant: Plant) -> None:
    images = {f"a/{i}.png": np.roll(draw_organ(), i, axis=0) for i in range(3)}
    images["b/text.png"] = np.asarray(write(draw_organ(), "DOE JANE 1957", (6, 6)))
    ground = plant(images)
    assert list_names(find_burnt_in, ground) == {"burnt_in": [["b/text.png"]]}
    samples = [
        replace(s, attributes={"burned_in_text": "yes"}) if s.name != "a/1.png" else s
        for s in ground.samples
    ]
    (finding,) = find_burnt_in(replace(ground, samples=samples), lambda done, total: None)
    names = [(group.members[0].name, group.text) for group in finding.groups]
    assert names == [(name, "says its header") for name in ("a/0.png", "a/2.png", "b/text.png")]
    assert finding.severity == "caution"


def test_a_set_without_text_has_no_finding(plant: Plant) -> None:
    assert list_names(find_burnt_in, plant({"a/0.png": draw_organ()})) == {}


def test_text_that_stands_with_one_class_is_a_shortcut_as_well(plant: Plant) -> None:
    images = {f"b/{i}.png": np.roll(draw_organ(), i, axis=0) for i in range(12)}
    for i in range(12):
        text = f"DOE JANE 19{i + 40}" if i < 10 else ""
        images[f"a/{i}.png"] = np.asarray(write(np.roll(draw_organ(), i, axis=1), text, (6, 6)))
    images["b/0.png"] = np.asarray(write(draw_organ(), "DOE JOHN 1977", (6, 6)))
    (finding,) = find_burnt_in(plant(images), lambda done, total: None)
    assert finding.count == 11
    assert finding.summary.startswith(
        "11 images seem to hold a line of text: 10 of 12 of a, 1 of 12 of b. The text tells a from"
        " the rest, so it is a shortcut as well"
    )


def test_text_in_few_images_of_each_class_is_no_shortcut(plant: Plant) -> None:
    images = {f"{c}/{i}.png": np.roll(draw_organ(), i, axis=0) for c in "ab" for i in range(12)}
    for i in range(3):
        images[f"a/{i}.png"] = np.asarray(write(draw_organ(), f"DOE JOHN 197{i}", (6, 6)))
    (finding,) = find_burnt_in(plant(images), lambda done, total: None)
    assert finding.summary == "3 images seem to hold a line of text: 3 of 12 of a, 0 of 12 of b."
