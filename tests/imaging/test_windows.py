"""Windows on CT numbers: their values by the standard's formula, their channels, their words."""

from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_dicom import GREY, build_dicom
from pydicom.pixels.processing import apply_windowing

from medapp.imaging.image import decode_image
from medapp.imaging.preprocess import Preprocess, render_square
from medapp.imaging.windows import NAMED, note_share, parse_windows, write_windows

HU = np.array([[-1000, -600, -129, 0, 40, 65, 194, 400, 1000]])
STORED = (HU + 1024).astype(np.uint16)
CT = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}


def decode(windows: str, pixels: Any = STORED, **facts: Any) -> tuple[Any, Any]:
    return decode_image(build_dicom(pixels, **{**CT, **facts}), "", windows=windows)


def test_the_vector_of_a_viewer() -> None:
    """Level 40 and width 400: ((x - 39.5) / 399 + 0.5) · 255, PS3.3 C.11.2.1.2.1."""
    found, facts = decode("soft tissue")
    assert np.rint(found / 257).tolist() == [[0, 0, 20, 102, 128, 144, 226, 255, 255]]
    assert facts.mode == "16-bit grey (stored as 16 bits, window soft tissue 40/400 HU)"


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize(("slope", "intercept"), [(1, -4000), (2, -3000), (-0.5, 4000)])
def test_each_window_is_that_of_pydicom(name: str, slope: float, intercept: float) -> None:
    stored = np.arange(0, 16_000, 7, dtype=np.uint16)[None]
    found, _ = decode(name, stored, RescaleSlope=slope, RescaleIntercept=intercept)
    facts = pydicom.Dataset()
    facts.PhotometricInterpretation = "MONOCHROME2"
    facts.BitsStored = 16
    facts.PixelRepresentation = 0
    facts.WindowCenter, facts.WindowWidth = NAMED[name]
    wanted = apply_windowing(stored.astype(np.float64) * slope + intercept, facts)
    # The values reach beyond both ends, so that pydicom's least and largest are black and white.
    scaled = (wanted - wanted.min()) / np.ptp(wanted) * 65535
    np.testing.assert_allclose(found, scaled, atol=1)


def test_windows_are_channels() -> None:
    one, lung_facts = decode("lung")
    two, _ = decode("lung, 40/80")
    three, facts = decode("bone, lung, 40/80")
    assert (one.ndim, two.shape, three.shape) == (2, (1, 9, 3), (1, 9, 3))
    assert two[..., 0].tolist() == three[..., 1].tolist() == one.tolist()
    assert two[..., 1].tolist() == three[..., 2].tolist() == decode("brain")[0].tolist()
    assert not two[..., 2].any()
    assert facts.mode == (
        "16-bit RGB (stored as 16 bits, windows bone 400/1800 | lung -600/1500 | 40/80 HU)"
    )
    assert lung_facts.notes == ()
    preprocess = Preprocess(image_size=32, windows="bone, lung, 40/80")
    assert render_square(three, preprocess).pixels.shape == (32, 32, 3)


def test_a_window_goes_before_that_of_the_file_and_air_outside_is_black() -> None:
    plain, _ = decode("bone")
    own, facts = decode("bone", WindowCenter=0, WindowWidth=10)
    assert own.tolist() == plain.tolist()
    assert "of the file" not in facts.mode
    padded, _ = decode("bone", PixelPaddingValue=int(STORED[0, -1]))
    assert padded[0, -1] == 0
    assert padded[0, :-1].tolist() == plain[0, :-1].tolist()


@pytest.mark.parametrize(
    "facts",
    [
        {"Modality": "MR"},
        {"RescaleType": "US"},
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"RescaleSlope": None, "RescaleIntercept": None, "Modality": "DX"},
    ],
)
def test_what_has_no_ct_numbers_is_as_the_file_says_with_a_note(facts: dict[str, Any]) -> None:
    found, told = decode("lung", **facts)
    wanted, _ = decode("", **facts)
    assert found.tolist() == wanted.tolist()
    assert [note.code for note in told.notes] == ["no-hounsfield"]
    assert "(lung)" in told.notes[0].text


def test_a_picture_that_is_no_dicom_has_a_note_too() -> None:
    assert not decode("brain", Modality="PT", RescaleType="HU")[1].notes
    found, told = decode_image(build_dicom(GREY), "", windows="lung, bone")
    assert (found.tolist(), len(told.notes)) == (GREY.tolist(), 1)


def test_windows_in_words() -> None:
    lung, own = parse_windows("Lung,  -50.5 / 350")
    assert (str(lung), lung.level, lung.width) == ("lung", -600, 1500)
    assert (str(own), own.level, own.width) == ("-50.5/350", -50.5, 350)
    assert write_windows("soft-tissue,BONE, ,40/ 400.0") == "soft tissue, bone, 40/400"
    assert parse_windows("") == ()
    for wrong in ("liver", "40", "40/0", "40/-3", "1e9/3", "40/400/3", "nan/3"):
        with pytest.raises(ValueError, match="or a level and a width in HU"):
            parse_windows(wrong)
    for wrong in ("lung, bone, brain, 1/2", "lung, Lung"):
        with pytest.raises(ValueError, match="at most 3 windows, each once"):
            parse_windows(wrong)


@given(st.lists(st.sampled_from([*NAMED, "40/400", "-3.5/20"]), max_size=3, unique=True))
def test_windows_are_written_as_they_are_read(names: list[str]) -> None:
    assert write_windows(write_windows(",".join(names))) == ", ".join(names)


def test_windows_that_do_little_are_said() -> None:
    assert note_share("", 0, 10) == ()
    assert note_share("lung", 10, 10) == ()
    (none,) = note_share("lung", 0, 10)
    assert none.text.startswith("None of 10 images is CT")
    (some,) = note_share("lung, 40/80", 3, 10)
    assert some.text.startswith("3 of 10 images are CT")
    assert "without the windows lung, 40/80" in some.text
