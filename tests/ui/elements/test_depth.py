"""What a reader can set a window on, and reads under the pointer: the values that a file means."""

import base64

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from make_dicom import build_dicom

from medapp.imaging.image import read_picture
from medapp.imaging.png import Calibration, Remarks, encode_png
from medapp.imaging.readers.picture import Measured
from medapp.ui.elements.depth import LONGEST, NOTHING, Depth, build_depth


def read_back(depth: Depth) -> list[list[float]]:
    """The values that the browser makes of what is sent."""
    return (depth.values * depth.scale + depth.offset).tolist()


def test_ct_numbers_are_sent_as_they_are() -> None:
    hounsfield = np.array([[-1000, 0, 40], [400, 1500, 3000]])
    facts = {"Modality": "CT", "RescaleSlope": 2, "RescaleIntercept": -1000}
    stored = ((hounsfield + 1000) // 2).astype(np.uint16)
    content = build_dicom(stored, WindowCenter=40, WindowWidth=400, **facts)
    depth = build_depth(read_picture(content, "").measured)
    assert depth is not None
    assert depth.values.tolist() == hounsfield.tolist()
    assert (depth.unit, depth.level, depth.range, depth.offset) == ("HU", 40, 400, 0)
    sent = depth.to_dict()
    assert np.frombuffer(base64.b64decode(sent["values"]), "<i2").tolist() == [
        *hounsfield[0],
        *hounsfield[1],
    ]
    assert sent["presets"][0] == {"name": "lung −600/1500", "level": -600, "range": 1500}


def test_mr_values_have_windows_of_their_own() -> None:
    stored = np.arange(1000, dtype=np.uint16).reshape(20, 50)
    depth = build_depth(read_picture(build_dicom(stored, Modality="MR"), "").measured)
    assert depth is not None
    assert read_back(depth) == stored.tolist()
    # Of 0, 1, … 999 the percentile p is 9.99 p: 5 to 994, with 990 values between.
    assert (depth.unit, depth.level, depth.range) == ("", 500, 990)
    assert depth.presets == {
        "least to largest": (500, 1000),
        "0.5 to 99.5 percentile": (500, 990),
        "5 to 95 percentile": (500, 900),
    }


def test_sixteen_bits_are_moved_to_fit() -> None:
    content = encode_png(np.array([[0, 65535, 300]], np.uint16))
    depth = build_depth(read_picture(content, ".png").measured)
    assert depth is not None
    assert read_back(depth) == [[0, 65535, 300]]
    assert (depth.unit, depth.level, depth.range) == ("", 32768, 65536)


def test_a_slice_of_a_volume_keeps_its_values_and_says_where_it_was_cut() -> None:
    said = Remarks(16, Calibration(-1000, 1000, "HU", is_cut=True))
    content = encode_png(np.array([[0, 32768, 65535]], np.uint16), said)
    depth = build_depth(read_picture(content, ".png").measured)
    assert depth is not None
    np.testing.assert_allclose(read_back(depth), [[-1000, 1000 / 65535, 1000]], atol=0.02)
    assert (depth.unit, depth.limits, depth.presets["lung"]) == ("HU", (-1000, 1000), (-600, 1500))
    assert (depth.level, depth.range) == (0, 2000)


def test_fractions_and_what_is_no_number() -> None:
    depth = build_depth(Measured(np.array([[0.25, np.nan], [0.5, 1.0]]), ends=(0, 1)))
    assert depth is not None
    assert depth.has_gaps
    assert depth.values[0, 1] == NOTHING
    assert (
        np.abs(np.array(read_back(depth)) - [[0.25, np.nan], [0.5, 1.0]])[
            [0, 1, 1], [0, 0, 1]
        ].max()
        < 1e-4
    )
    assert (depth.level, depth.range) == (0.5, 1)
    assert depth.to_dict()["nothing"] == NOTHING


@given(
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=8),
    st.integers(-(2**31), 2**31 - 1),
)
def test_whole_numbers_come_back(values: list[int], padding: int) -> None:
    stored = np.array([values])
    depth = build_depth(Measured(stored, padding=(padding, padding)))
    known = stored[stored != padding]
    if not known.size:
        assert depth is None
        return
    assert depth is not None
    off = np.abs(np.array(read_back(depth)) - stored)[stored != padding].max()
    spread = int(known.max()) - int(known.min())
    assert off <= (0 if spread < 65535 else 0.51 * spread / 65534)
    assert ((depth.values == NOTHING) >= (stored == padding)).all()


def test_what_a_screen_shows_whole_has_no_window() -> None:
    for pixels in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.uint16)):
        assert build_depth(read_picture(encode_png(pixels), ".png").measured) is None


def test_of_a_large_image_every_nth_value_is_sent() -> None:
    values = np.arange(3000 * 10, dtype=np.int32).reshape(3000, 10) % 2000
    depth = build_depth(Measured(values, 1, -1000))
    assert depth is not None
    assert depth.step == 3
    assert max(depth.values.shape) <= LONGEST
    assert depth.values[7, 2] == values[21, 6] - 1000
