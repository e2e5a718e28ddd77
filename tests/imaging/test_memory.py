"""What a small file may claim takes a bounded memory: each is read in a process of its own."""

import io
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
    generate_uid,
)

from medapp.errors import ImageError
from medapp.imaging.image import decode_image

GIB = 2**30
SCRIPT = """
import resource, sys
from pathlib import Path
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import Preprocess, render_square
import pydicom.pixels

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
image = load_image(Path(sys.argv[1]))
square = render_square(image, Preprocess(resize=sys.argv[2])).pixels
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024, square.max())
"""


def build_png(mode: str, width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), 128 if mode == "L" else (200, 20, 90, 128)).save(file, "PNG")
    return file.getvalue()


def build_deflated(rows: int, columns: int, more_bytes: int = 0) -> bytes:
    dicom = pydicom.Dataset()
    dicom.file_meta = FileMetaDataset()
    dicom.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dicom.file_meta.MediaStorageSOPClassUID = dicom.SOPClassUID = SecondaryCaptureImageStorage
    dicom.file_meta.MediaStorageSOPInstanceUID = dicom.SOPInstanceUID = generate_uid()
    dicom.Rows = rows
    dicom.Columns = columns
    dicom.SamplesPerPixel = 1
    dicom.PhotometricInterpretation = "MONOCHROME2"
    dicom.BitsAllocated = dicom.BitsStored = 16
    dicom.HighBit = 15
    dicom.PixelRepresentation = 0
    pixels = np.zeros((rows, columns), np.uint16)
    pixels[: rows // 2] = 1000
    dicom.PixelData = pixels.tobytes() + bytes(more_bytes)
    file = io.BytesIO()
    pydicom.dcmwrite(file, dicom, enforce_file_format=True)
    return file.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="resource is of Unix")
@pytest.mark.parametrize(
    ("build", "resize", "most"),
    [
        (lambda: build_png("L", 100_000, 20), "pad", 0.1),
        (lambda: build_png("L", 20, 100_000), "pad", 0.1),
        (lambda: build_png("RGBA", 8000, 8000), "squash", 1.2),
        (lambda: build_deflated(8000, 8000), "squash", 1.2),
    ],
    ids=["wide", "tall", "transparent", "deflated"],
)
def test_a_small_file_takes_little_memory(
    tmp_path: Path, build: Callable[[], bytes], resize: str, most: float
) -> None:
    content = build()
    assert len(content) < 2**20
    path = tmp_path / "image"
    path.write_bytes(content)
    args = [sys.executable, "-c", SCRIPT, str(path), resize]
    done = subprocess.run(args, capture_output=True, text=True, check=True)
    peak, brightest = (int(word) for word in done.stdout.split())
    assert peak < most * GIB
    assert brightest > 0


def test_what_inflates_beyond_any_image_is_refused() -> None:
    content = build_deflated(10, 10)
    start = content.index(b"1.2.840.10008.1.2.1.99")
    assert start > 0
    deflater = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = b"".join(deflater.compress(bytes(2**20)) for _ in range(400)) + deflater.flush()
    length = int.from_bytes(content[140:144], "little")
    with pytest.raises(ImageError, match="more than 300 MB when they are inflated"):
        decode_image(content[: 144 + length] + bomb, ".dcm")
