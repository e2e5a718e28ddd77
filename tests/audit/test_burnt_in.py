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
