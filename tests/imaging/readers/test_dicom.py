"""A DICOM comes as a viewer shows it: rescaled, windowed, upright, padding left out."""

import contextlib
import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from make_dicom import GREY, build_dicom
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.pixels import get_decoder
from pydicom.uid import UID

from medapp.errors import ImageError
from medapp.imaging.image import count_frames, decode_image, read_picture
from medapp.imaging.preprocess import Preprocess, render_square

RGB = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 14


def read_dicom(*args: Any, **facts: Any) -> tuple[list[Any], str]:
    found, told = decode_image(build_dicom(*args, **facts), ".dcm")
    assert told.format == "DICOM"
    return found.tolist(), told.mode


def test_a_dicom_of_eight_bits_is_as_stored() -> None:
    assert read_dicom(GREY) == (GREY.tolist(), "8-bit grey (stored as 8 bits)")
    assert read_dicom(GREY, "MONOCHROME1")[0] == (255 - GREY).tolist()


def test_a_dicom_is_rescaled_and_windowed() -> None:
    stored = np.array(
        [[0, 1024, 1064, 1104, 4000]], np.int16
    )  # CT numbers −1024, 0, 40, 80, 2976 with a window of 0 to 80
    found, mode = read_dicom(
        stored,
        RescaleSlope=1,
        RescaleIntercept=-1024,
        WindowCenter=[40.5, 500],
        WindowWidth=[81, 2000],
    )
    assert found == [[0, 0, 32768, 65535, 65535]]
    assert mode == "16-bit grey (stored as 16 bits, window 40.5/81 of the file)"
    inverted, _ = read_dicom(
        stored,
        "MONOCHROME1",
        RescaleSlope=1,
        RescaleIntercept=-1024,
        WindowCenter=40.5,
        WindowWidth=81,
    )
    assert inverted == [[65535, 65535, 32767, 0, 0]]


def test_a_dicom_without_a_window_fills_the_range() -> None:
    stored = np.linspace(-1000, 1000, 2001).astype(np.int16)[None]
    found, mode = read_dicom(stored, Modality="CT", RescaleSlope=1, RescaleIntercept=0)
    assert mode == "16-bit grey (stored as 16 bits, 0.5 to 99.5 percentile, -990 to 990 HU)"
    assert (found[0][0], found[0][1000], found[0][-1]) == (0, 32768, 65535)
    turned, _ = read_dicom(stored, "MONOCHROME1")
    assert np.abs(np.add(turned[0], found[0]) - 65535).max() <= 1
    scaled, mode = read_dicom(stored, RescaleSlope=2, RescaleIntercept=-1)
    assert np.abs(np.subtract(scaled, found)).max() <= 1
    assert "-1981 to 1979" in mode
    falling, _ = read_dicom(stored, RescaleSlope=-1, RescaleIntercept=0)
    assert np.abs(np.subtract(falling, turned)).max() <= 1


def test_a_window_is_seen_as_a_viewer_shows_it() -> None:
    """PS3.3 C.11.2.1.2.1: ((x - (40 - 0.5)) / (400 - 1) + 0.5) · 255; 30 HU is 121, 50 HU 134."""
    stored = np.array([[0, 994, 1024 + 30, 1024 + 50, 4095]], np.uint16)
    content = build_dicom(
        stored, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=40, WindowWidth=400
    )
    found, facts = decode_image(content, ".dcm")
    assert np.rint(found / 257).tolist() == [[0, 83, 121, 134, 255]]
    assert "window 40/400 of the file" in facts.mode
    square = render_square(np.repeat(found, 5, 0), Preprocess(image_size=32)).pixels
    assert square.max() == 255
    only_tissue, _ = decode_image(
        build_dicom(
            stored[:, 2:4],
            RescaleSlope=1,
            RescaleIntercept=-1024,
            WindowCenter=40,
            WindowWidth=400,
        ),
        ".dcm",
    )
    square = render_square(only_tissue, Preprocess(image_size=32)).pixels
    assert (square.min(), square.max()) == (121, 134)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LINEAR", [0, 64, 128, 192, 255]),  # (x - 99.5) / 199 + 0.5, of 255
        ("LINEAR_EXACT", [0, 64, 128, 191, 255]),  # (x - 100) / 200 + 0.5
        ("SIGMOID", [30, 69, 128, 186, 225]),  # 1 / (1 + exp(-4 (x - 100) / 200))
    ],
)
def test_each_function_of_a_window(name: str, expected: list[int]) -> None:
    stored = np.array([[0, 50, 100, 150, 200]], np.uint16)
    found, facts = decode_image(
        build_dicom(stored, WindowCenter=100, WindowWidth=200, VOILUTFunction=name), ".dcm"
    )
    assert np.abs(found / 257 - expected).max() < 1
    assert facts.mode.endswith(f", {name})") == (name != "LINEAR")


def test_a_window_of_no_width_is_none() -> None:
    stored = np.arange(1000, dtype=np.uint16).reshape(20, 50)
    wanted, _ = read_dicom(stored)
    for width in (0, -3, 0.5):
        found, mode = read_dicom(stored, WindowCenter=500, WindowWidth=width)
        assert found == wanted
        assert "percentile" in mode


@pytest.mark.parametrize("padding", [-2000, 32_000])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("is_windowed", [False, True])
def test_padding_is_black_and_has_no_part_in_the_range(
    padding: int, photometric: str, is_windowed: bool
) -> None:
    stored = np.arange(-500, 500, dtype=np.int16).reshape(20, 50)
    window = {"WindowCenter": 0, "WindowWidth": 800} if is_windowed else {}
    plain = np.array(read_dicom(stored[10:], photometric, **window)[0])
    padded = stored.copy()
    padded[:10] = padding
    found = np.array(read_dicom(padded, photometric, PixelPaddingValue=padding, **window)[0])
    assert not found[:10].any()
    np.testing.assert_array_equal(found[10:], plain)
    ranged = np.where(padded == padding, padding + 3, padded).astype(np.int16)
    found = np.array(
        read_dicom(
            ranged,
            photometric,
            PixelPaddingValue=padding,
            PixelPaddingRangeLimit=padding + 9,
            **window,
        )[0]
    )
    assert not found[:10].any()


@pytest.mark.parametrize("bits", [1, 4, 7])
def test_few_bits_fill_the_range(bits: int) -> None:
    stored = np.arange(2**bits, dtype=np.uint8)[None]
    found, mode = read_dicom(stored, BitsStored=bits, HighBit=bits - 1)
    assert (found[0][0], found[0][-1]) == (0, 65535)
    assert f"stored as {bits} bit" in mode


def test_twelve_bits_of_colour_fill_the_range() -> None:
    stored = np.arange(30, dtype=np.uint16).reshape(2, 5, 3) * 140
    found, mode = read_dicom(stored, "RGB", BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(found, np.rint(stored * (65535 / 4095)))
    assert mode == "16-bit RGB (stored as 12 bits)"


def test_frames_that_show_nothing_are_passed_over() -> None:
    frames = np.stack([GREY * 0, GREY * 0 + 7, GREY, GREY * 0])
    found, mode = read_dicom(frames, NumberOfFrames=4)
    assert (found, mode) == (GREY.tolist(), "8-bit grey (stored as 8 bits, frame 3 of 4)")


def test_big_endian_is_read_as_little_endian() -> None:
    little = decode_image(Path(str(get_testdata_file("MR_small.dcm"))).read_bytes(), "")
    big = decode_image(Path(str(get_testdata_file("MR_small_bigendian.dcm"))).read_bytes(), "")
    np.testing.assert_array_equal(big[0], little[0])


@pytest.mark.parametrize(
    ("uid", "way"),
    [
        ("1.2.840.10008.1.2.4.70", "installed MedApp can add python-gdcm"),
        ("1.2.840.10008.1.2.4.80", "installed MedApp can add pyjpegls"),
        ("1.2.840.10008.1.2.4.91", "can add pylibjpeg and pylibjpeg-openjpeg"),
        ("1.2.840.10008.1.2.4.201", "can add pylibjpeg and pylibjpeg-openjpeg"),
        ("1.2.840.10008.1.2.4.100", "MPEG2 .* no package is known to"),
    ],
)
def test_a_missing_decoder_is_named_with_what_brings_it(uid: str, way: str) -> None:
    dicom = pydicom.dcmread(io.BytesIO(build_dicom(GREY)))
    dicom.PixelData = encapsulate([bytes(8)])
    dicom["PixelData"].is_undefined_length = True
    with without_plugins(UID(uid)), pytest.raises(ImageError, match=way):
        decode_image(write(dicom, uid), ".dcm")


@contextlib.contextmanager
def without_plugins(uid: UID) -> Iterator[None]:
    """As if nothing were installed that decodes this transfer syntax."""
    try:
        available = get_decoder(uid)._available
    except NotImplementedError:
        yield
        return
    kept = dict(available)
    available.clear()
    try:
        yield
    finally:
        available.update(kept)


def write(dicom: pydicom.Dataset, syntax: str) -> bytes:
    dicom.file_meta.TransferSyntaxUID = UID(syntax)
    file = io.BytesIO()
    pydicom.dcmwrite(file, dicom)
    return file.getvalue()


def test_a_dicom_without_an_image_says_what_it_is() -> None:
    file = io.BytesIO()
    dicom = pydicom.dcmread(io.BytesIO(build_dicom(GREY, Modality="RTSTRUCT")))
    del dicom.PixelData
    pydicom.dcmwrite(file, dicom)
    with pytest.raises(ImageError, match="holds no image, but RTSTRUCT"):
        decode_image(file.getvalue(), ".dcm")


def test_a_dicom_in_colour_and_of_several_frames() -> None:
    assert read_dicom(RGB, "RGB")[0] == RGB.tolist()
    frames = np.stack([GREY, 255 - GREY])
    assert read_dicom(frames, NumberOfFrames=2) == (
        GREY.tolist(),
        "8-bit grey (stored as 8 bits, frame 1 of 2)",
    )


def test_damaged_dicom_files_are_read_or_refused() -> None:
    whole, chance, taken = build_dicom(GREY, WindowCenter=40, WindowWidth=80), random.Random(0), 0
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 4, 30))):
            content[chance.randrange(128, len(content))] = chance.randrange(256)
        with contextlib.suppress(ImageError):
            decode_image(
                bytes(content[: chance.choice((len(content), chance.randrange(len(content))))]),
                ".dcm",
            )
            taken += 1
    assert 0 < taken < 150  # anything but an ImageError is a crash


@pytest.mark.parametrize(
    ("facts", "scale"),
    [
        ({"PixelSpacing": [0.7, 0.35]}, "0.7 × 0.35 mm a pixel"),
        ({"ImagerPixelSpacing": [0.143, 0.143]}, "0.143 × 0.143 mm a pixel, at the detector"),
        ({"NominalScannedPixelSpacing": [0.1, 0.1]}, "0.1 × 0.1 mm a pixel, on the film"),
        # PS3.3 10.7.1.3: equal to the detector's, and not calibrated.
        (
            {"PixelSpacing": [0.143, 0.143], "ImagerPixelSpacing": [0.143, 0.143]},
            "0.143 × 0.143 mm a pixel, at the detector",
        ),
        (
            {
                "PixelSpacing": [0.143, 0.143],
                "ImagerPixelSpacing": [0.143, 0.143],
                "PixelSpacingCalibrationType": "FIDUCIAL",
            },
            "0.143 × 0.143 mm a pixel",
        ),
        (
            {"PixelSpacing": [0.1, 0.1], "ImagerPixelSpacing": [0.143, 0.143]},
            "0.1 × 0.1 mm a pixel",
        ),
        ({"PixelSpacing": [0, 0]}, None),
        ({}, None),
    ],
)
def test_the_size_of_a_pixel_is_said_where_the_file_says_it(
    facts: dict[str, Any], scale: str | None
) -> None:
    spacing = decode_image(build_dicom(GREY, **facts), ".dcm")[1].spacing
    assert (spacing.describe() if spacing else None) == scale


def test_grey_values_stand_for_what_the_file_means() -> None:
    stored = np.array([[0, 100, 400]], np.uint16)
    facts = {"Modality": "MR", "RescaleSlope": 2, "RescaleIntercept": -10}
    measured = read_picture(build_dicom(stored, **facts), "").measured
    assert measured is not None
    assert measured.compute().tolist() == [[-10, 190, 790]]
    assert (measured.unit, measured.is_hounsfield) == ("", False)
    low, high = measured.ends or (0, 0)
    # The 0.5 and 99.5 percentile of 0, 100, 400: 0 + 0.01 · 100 and 100 + 0.99 · 300, rescaled.
    assert (round(low), round(high)) == (-8, 784)
    windowed = build_dicom(stored, WindowCenter=100, WindowWidth=50, **facts)
    assert read_picture(windowed, "").measured.window == (100, 50)  # type: ignore[union-attr]
    pet = {"Modality": "PT", "Units": "BQML", "RescaleSlope": 0.5, "RescaleIntercept": 0}
    measured = read_picture(build_dicom(stored, **pet), "").measured
    assert measured is not None
    assert (measured.unit, measured.compute().tolist()) == ("Bq/ml", [[0, 50, 200]])


def test_a_negative_is_one_in_its_values_too() -> None:
    stored = np.array([[0, 100, 4000]], np.uint16)
    content = build_dicom(stored, "MONOCHROME1", Modality="DX", PixelPaddingValue=4000)
    measured = read_picture(content, "").measured
    assert measured is not None
    assert measured.is_inverted
    assert measured.find_padding().tolist() == [[False, False, True]]


def test_one_frame_is_read_where_it_is_asked_for() -> None:
    frames = np.stack([GREY * 0, GREY, 255 - GREY])
    content = build_dicom(frames, NumberOfFrames=3)
    assert count_frames(content, "") == 3
    assert count_frames(build_dicom(GREY), "") == 1
    for number, frame in enumerate(frames):
        found, facts = decode_image(content, ".dcm", frame=number)
        assert found.tolist() == frame.tolist()
        assert facts.mode == f"8-bit grey (stored as 8 bits, frame {number + 1} of 3)"
        assert facts.frames == (number, 3)
    with pytest.raises(ImageError, match="it holds 3 frames, and frame 4 was asked for"):
        decode_image(content, ".dcm", frame=3)
    with pytest.raises(ImageError, match="it holds 1 frame, and frame 2 was asked for"):
        decode_image(build_dicom(GREY), ".dcm", frame=1)
