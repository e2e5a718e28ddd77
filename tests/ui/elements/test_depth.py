"""What a reader can set a window on: CT numbers, or 16 bits of grey."""

import base64

import numpy as np
from make_dicom import build_dicom

from medapp.imaging.image import decode_image, decode_measured
from medapp.imaging.readers.picture import Measured
from medapp.ui.elements.depth import LONGEST, build_depth


def test_ct_numbers_are_sent_as_they_are() -> None:
    hounsfield = np.array([[-1000, 0, 40], [400, 1500, 3000]])
    facts = {"Modality": "CT", "RescaleSlope": 2, "RescaleIntercept": -1000}
    stored = ((hounsfield + 1000) // 2).astype(np.uint16)
    content = build_dicom(stored, WindowCenter=40, WindowWidth=400, **facts)
    depth = build_depth(decode_image(content, "")[0], decode_measured(content, ""))
    assert depth is not None
    assert depth.values.tolist() == hounsfield.tolist()
    assert (depth.unit, depth.level, depth.range, depth.offset) == ("HU", 40, 400, 0)
    sent = depth.to_dict()
    assert np.frombuffer(base64.b64decode(sent["values"]), "<i2").tolist() == [
        *hounsfield[0],
        *hounsfield[1],
    ]
    assert sent["presets"][0] == {"name": "lung −600/1500", "level": -600, "range": 1500}


def test_sixteen_bits_without_a_unit_are_moved_to_fit() -> None:
    depth = build_depth(np.array([[0, 65535, 300]], np.uint16), None)
    assert depth is not None
    assert (depth.values.astype(int) + depth.offset).tolist() == [[0, 65535, 300]]
    assert (depth.unit, depth.level, depth.range, depth.presets) == ("", 32768, 65536, {})


def test_what_a_screen_shows_whole_has_no_window() -> None:
    assert build_depth(np.zeros((4, 4), np.uint8), None) is None
    assert build_depth(np.zeros((4, 4, 3), np.uint16), None) is None


def test_of_a_large_image_every_nth_value_is_sent() -> None:
    values = np.arange(3000 * 10, dtype=np.int32).reshape(3000, 10) % 2000
    depth = build_depth(np.zeros((3000, 10), np.uint16), Measured(values, 1, -1000))
    assert depth is not None
    assert depth.step == 3
    assert max(depth.values.shape) <= LONGEST
    assert depth.values[7, 2] == values[21, 6] - 1000
