"""Every format and mode gives the array that was put in."""

import contextlib
import io
import random
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from medapp.errors import ImageError
from medapp.imaging.image import decode_image
from medapp.imaging.readers.picture import stretch

GREY = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
DEEP = np.array([[0, 1, 300], [4000, 40_000, 65_535]], np.uint16)
RGB = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 14


def encode(image: Image.Image, format: str, **settings: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP"])
@pytest.mark.parametrize(("pixels", "mode"), [(GREY, "8-bit grey"), (RGB, "8-bit RGB")])
def test_eight_bits_without_loss(format: str, pixels: NDArray[Any], mode: str) -> None:
    found, facts = decode_image(encode(Image.fromarray(pixels), format), f".{format.lower()}")
    np.testing.assert_array_equal(found, pixels)
    assert (facts.width, facts.height, facts.mode, facts.format) == (3, 2, mode, format)


def test_lossless_webp_and_nearly_lossless_jpeg() -> None:
    np.testing.assert_array_equal(
        decode_image(encode(Image.fromarray(RGB), "WEBP", lossless=True), ".webp")[0], RGB
    )
    smooth = np.linspace(0, 255, 64).astype(np.uint8).reshape(1, 64).repeat(16, 0)
    assert (
        np.abs(
            decode_image(encode(Image.fromarray(smooth), "JPEG", quality=95), ".jpg")[0]
            - smooth.astype(int)
        ).max()
        < 4
    )


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_stay(format: str) -> None:
    found, facts = decode_image(encode(Image.fromarray(DEEP), format), f".{format.lower()}")
    np.testing.assert_array_equal(found, DEEP)
    assert found.dtype == np.uint16
    assert facts.mode == "16-bit grey"


def test_the_content_counts_and_not_the_suffix() -> None:
    assert decode_image(encode(Image.fromarray(GREY), "PNG"), ".JPG")[1].format == "PNG"


def test_a_palette_becomes_its_colours() -> None:
    image = Image.fromarray(RGB).quantize(6)
    found, facts = decode_image(encode(image, "PNG"), ".png")
    np.testing.assert_array_equal(found, np.asarray(image.convert("RGB")))
    assert facts.mode == "8-bit RGB (stored as palette)"


def test_cmyk_becomes_rgb() -> None:
    found, facts = decode_image(encode(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "TIFF"), ".tif")
    assert found[0, 0].tolist() == [255, 0, 0]
    assert facts.mode == "8-bit RGB (stored as CMYK)"


def test_one_bit_is_black_and_white() -> None:
    found, facts = decode_image(encode(Image.fromarray(np.array([[True, False]])), "PNG"), ".png")
    assert found.tolist() == [[255, 0]]
    assert facts.mode == "8-bit grey (stored as 1 bit)"


def test_transparent_pixels_lie_on_black() -> None:
    rgba = np.array([[[200, 100, 50, 255], [200, 100, 50, 0], [200, 100, 50, 51]]], np.uint8)
    found, facts = decode_image(encode(Image.fromarray(rgba), "PNG"), ".png")
    assert found.tolist() == [[[200, 100, 50], [0, 0, 0], [40, 20, 10]]]
    assert facts.mode == "8-bit RGB (stored as RGBA)"
    grey = Image.fromarray(GREY)
    assert decode_image(encode(grey, "PNG", transparency=80), ".png")[0].tolist() == [
        [0, 40, 0],
        [120, 160, 200],
    ]


def test_equal_channels_become_grey() -> None:
    found, facts = decode_image(encode(Image.fromarray(GREY).convert("RGB"), "PNG"), ".png")
    np.testing.assert_array_equal(found, GREY)
    assert facts.mode == "8-bit grey (stored as RGB)"


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [[1, 2, 3], [4, 5, 6]]),
        (2, [[3, 2, 1], [6, 5, 4]]),
        (3, [[6, 5, 4], [3, 2, 1]]),
        (4, [[4, 5, 6], [1, 2, 3]]),
        (5, [[1, 4], [2, 5], [3, 6]]),
        (6, [[4, 1], [5, 2], [6, 3]]),
        (7, [[6, 3], [5, 2], [4, 1]]),
        (8, [[3, 6], [2, 5], [1, 4]]),
    ],
)
@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_images_are_upright(
    orientation: int, expected: list[list[int]], format: str, dtype: type
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.array([[1, 2, 3], [4, 5, 6]], dtype))
    found, facts = decode_image(encode(stored, format, exif=exif), f".{format.lower()}")
    assert found.tolist() == expected
    assert (facts.width, facts.height) == (len(expected[0]), len(expected))


def test_floating_point_is_stretched_and_no_numbers_are_black() -> None:
    values = np.array([[-1.0, 0.0, 1.0], [np.nan, np.inf, -np.inf]], np.float32)
    found, facts = decode_image(encode(Image.fromarray(values), "TIFF"), ".tif")
    assert found.tolist() == [[0, 32768, 65535], [0, 65535, 0]]
    assert facts.mode == "16-bit grey (stored as floating point)"
    whole = np.array([[0, 7, 4095]], np.int32)
    assert decode_image(encode(Image.fromarray(whole), "TIFF"), ".tif")[0].tolist() == [
        [0, 7, 4095]
    ]


def test_of_several_pages_the_first_is_taken_and_that_is_said() -> None:
    pages = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    found, facts = decode_image(
        encode(pages[0], "TIFF", save_all=True, append_images=pages[1:]), ".tiff"
    )
    np.testing.assert_array_equal(found, GREY)
    assert facts.mode == "8-bit grey (stored as page 1 of 2)"


def test_stretch_cuts_beyond_its_ends() -> None:
    assert stretch(np.array([-5.0, 0.0, 5.0, 10.0, 99.0]), 0, 10).tolist() == [
        0,
        0,
        32768,
        65535,
        65535,
    ]
    assert stretch(np.array([3.0, 3.0]), 3, 3).tolist() == [0, 0]


def build_dicom(pixels: NDArray[Any], photometric: str = "MONOCHROME2", **facts: Any) -> bytes:
    dicom = pydicom.Dataset()
    dicom.file_meta = FileMetaDataset()
    dicom.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dicom.file_meta.MediaStorageSOPClassUID = dicom.SOPClassUID = SecondaryCaptureImageStorage
    dicom.file_meta.MediaStorageSOPInstanceUID = dicom.SOPInstanceUID = generate_uid()
    is_colour = pixels.shape[-1] == 3 and photometric == "RGB"
    dicom.Rows, dicom.Columns = pixels.shape[-3:-1] if is_colour else pixels.shape[-2:]
    dicom.SamplesPerPixel, dicom.PhotometricInterpretation = 3 if is_colour else 1, photometric
    if is_colour:
        dicom.PlanarConfiguration = 0
    dicom.BitsAllocated = dicom.BitsStored = 8 * pixels.itemsize
    dicom.HighBit, dicom.PixelRepresentation = dicom.BitsStored - 1, int(pixels.dtype.kind == "i")
    for name, value in facts.items():
        setattr(dicom, name, value)
    dicom.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    file = io.BytesIO()
    pydicom.dcmwrite(file, dicom, enforce_file_format=True)
    return file.getvalue()


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
    assert mode == "16-bit grey (stored as 16 bits)"
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
    assert read_dicom(np.array([[-1000, 0, 1000]], np.int16))[0] == [[0, 32768, 65535]]


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
