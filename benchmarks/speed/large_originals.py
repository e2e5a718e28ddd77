"""How long do large originals take, beside their bare decoders, and do threads help?

    python -m benchmarks.speed.large_originals

Radiographs of 3,000 × 3,000 px are made: 8-bit JPEG and PNG, 16-bit PNG and TIFF (12 of 16 bits
used), DICOM of 16 bits stored as they are. Ways alternate: the bare decoder (Pillow, torchvision,
pydicom) to an array; MedApp from the file to the array with its facts; MedApp from the file to the
network's square of 224 px. Then so many files in threads as an import reads them, in one thread and
in all: the ratio says how far the decoder lets the interpreter go.
"""

import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import torch
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid
from torchvision.io import ImageReadMode, decode_image

from benchmarks.kit.alternate import alternate, ratio, time_way
from benchmarks.kit.options import build_parser
from medapp.imaging.image import read_image
from medapp.imaging.preprocess import Preprocess, render_square

SIDE = 3_000
FILES = 8  # that threads share

Decoders = list[tuple[str, Callable[[Path], object]]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False, repeats=5)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print("file, MB, bare s (decoder), array / bare, square / bare, threads")
    with tempfile.TemporaryDirectory() as temporary:
        for name, path, decoders in write_files(Path(temporary)):
            megabytes = path.stat().st_size / 1e6
            print(f"{name}, {megabytes:.1f}, {measure(path, decoders, options.repeats)}")


def measure(path: Path, decoders: Decoders, repeats: int) -> str:
    """The rest of a file's line."""
    bare = {tool: time_way(lambda d=decode: d(path)) for tool, decode in decoders}
    ways = {
        **bare,
        "array": time_way(lambda: read_image(path)),
        "square": time_way(lambda: render_square(read_image(path)[0], Preprocess())),
    }
    seconds = alternate(ways, repeats)
    fastest = min(bare, key=lambda tool: statistics.median(seconds[tool]))
    return (
        f"{statistics.median(seconds[fastest]):.3f} ({fastest}),"
        f" {ratio(seconds['array'], seconds[fastest]):.2f},"
        f" {ratio(seconds['square'], seconds[fastest]):.2f}, {measure_threads(path, repeats):.2f}"
    )


def measure_threads(path: Path, repeats: int) -> float:
    """How many times as fast all threads read the same number of files as one thread."""
    cores = os.cpu_count() or 1

    def read_with(threads: int) -> Callable[[], float]:
        def read() -> float:
            before = time.perf_counter()
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(read_image, [path] * FILES))
            return time.perf_counter() - before

        return read

    seconds = alternate({"one": read_with(1), "all": read_with(cores)}, repeats)
    return ratio(seconds["one"], seconds["all"])


def write_files(folder: Path) -> list[tuple[str, Path, Decoders]]:
    """The files, each with what decodes it barely."""
    deep = draw_radiograph()
    bytes_ = (deep >> 4).astype(np.uint8)
    paths = {
        "8-bit JPEG": folder / "a.jpg",
        "8-bit PNG": folder / "a.png",
        "16-bit PNG": folder / "deep.png",
        "16-bit TIFF": folder / "deep.tif",
        "16-bit DICOM": folder / "deep.dcm",
    }
    Image.fromarray(bytes_).save(paths["8-bit JPEG"], quality=90)
    Image.fromarray(bytes_).save(paths["8-bit PNG"], compress_level=4)
    Image.fromarray(deep).save(paths["16-bit PNG"], compress_level=4)
    Image.fromarray(deep).save(paths["16-bit TIFF"])
    paths["16-bit DICOM"].write_bytes(write_dicom(deep))
    pillow = ("Pillow", lambda path: np.asarray(Image.open(path)))
    torchvision = ("torchvision", decode_with_torchvision)
    decoders: dict[str, Decoders] = {
        "8-bit JPEG": [pillow, torchvision],
        "8-bit PNG": [pillow, torchvision],
        "16-bit PNG": [pillow, torchvision],
        "16-bit TIFF": [pillow],
        "16-bit DICOM": [("pydicom", lambda path: pydicom.dcmread(path).pixel_array)],
    }
    return [(name, path, decoders[name]) for name, path in paths.items()]


def decode_with_torchvision(path: Path) -> torch.Tensor:
    content = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8)
    return decode_image(content, ImageReadMode.UNCHANGED)


def draw_radiograph() -> NDArray[np.uint16]:
    """Smooth shades with the noise of a detector, 12 bits (H, W)."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    smooth = 2_000 + 1_500 * np.sin(5 * down) * np.cos(4 * across)
    noise = np.random.default_rng(0).normal(0, 25, (SIDE, SIDE))
    return np.clip(smooth + noise, 0, 4_095).astype(np.uint16)


def write_dicom(pixels: NDArray[Any]) -> bytes:
    facts = pydicom.Dataset()
    facts.file_meta = FileMetaDataset()
    facts.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    facts.SOPClassUID = DigitalXRayImageStorageForPresentation
    facts.file_meta.MediaStorageSOPClassUID = facts.SOPClassUID
    facts.SOPInstanceUID = facts.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    facts.Rows, facts.Columns = pixels.shape
    facts.SamplesPerPixel = 1
    facts.PhotometricInterpretation = "MONOCHROME2"
    facts.BitsAllocated = 16
    facts.BitsStored = 12
    facts.HighBit = 11
    facts.PixelRepresentation = 0
    facts.WindowCenter = "2048"
    facts.WindowWidth = "4096"
    facts.PixelData = pixels.tobytes()
    file = io.BytesIO()
    pydicom.dcmwrite(file, facts, enforce_file_format=True)
    return file.getvalue()


if __name__ == "__main__":
    main()
