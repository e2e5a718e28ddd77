"""How does the gallery bear a large data set? Thumbnails, filters, memory and disk at 1,000, 10,000
and 100,000 images.

    python -m benchmarks.browser.gallery

The images are noise of 48 px, drawn for the purpose. The page is asked for through the websocket,
as a browser does it: warm means that the thumbnails of this page were made before, cold that they
were not. A filter is the same page with a class, a split and a search.
"""

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from benchmarks.kit.claims import Claim
from benchmarks.kit.client import Client
from benchmarks.kit.options import build_parser
from benchmarks.kit.serving import start_server
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.store.workspace import Workspace

SIDE_PX = 48


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, takes_folder=False, repeats=15)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument(
        "--settle",
        type=float,
        default=12,
        help="seconds in which the server imports torch behind its first page",
    )
    options = parser.parse_args(arguments)
    found = [measure(size, options.repeats, options.settle) for size in options.sizes]
    claims = []
    for size, figures in zip(options.sizes, found, strict=True):
        for way, what, aim in (
            ("warm", "first thumbnails, warm", 1.0),
            ("filter", "filter by class, split and text", 0.3),
        ):
            what = f"gallery of {size:,} images: {what}"
            claims.append(Claim("11", what, "", figures[way], aim, "s", is_ceiling=True))
    if len(found) > 1:
        more = options.sizes[-1] / options.sizes[0]
        disk = found[-1]["disk"] / found[0]["disk"] / more
        memory = found[-1]["memory"] / found[0]["memory"]
        what = f"disk for {more:g} × the images, over linear growth"
        claims.append(Claim("11", what, "", disk, 1, is_ceiling=True))
        what = f"the server's memory for {more:g} × the images"
        claims.append(Claim("11", what, "", memory, 1.1, is_ceiling=True))
    return claims


def measure(size: int, repeats: int, settle_seconds: float) -> dict[str, float]:
    """Seconds, and MiB, for a data set of so many images on a server of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace(Path(temporary) / "home")
        workspace.runs_folder.mkdir(parents=True)
        draw_noise(Path(temporary) / "noise", size)
        before = time.perf_counter()
        data = add_folder(
            workspace, Path(temporary) / "noise", choice=ImportChoice(patient_pattern=r"\d{5}")
        ).data_set
        added = time.perf_counter() - before
        disk = (
            sum(path.stat().st_size for path in workspace.root.rglob("*") if path.is_file()) / 2**20
        )
        server = start_server(workspace.root)
        try:
            address = f"data_sets?set={data.id}"
            with Client(server.url, address) as client:
                cold = client.rerun()[0]
            time.sleep(settle_seconds)
            figures = {"warm": time_first_pages(server.url, address, repeats)}
            figures |= {"filter": time_filter(server.url, address, repeats), "disk": disk}
            figures["memory"] = psutil.Process(server.process.pid).memory_info().rss / 2**20
        finally:
            server.stop()
    words = ", ".join(f"{name} {value:.3g}" for name, value in figures.items())
    print(
        f"{size:,} images: added in {added:.1f} s, first thumbnails cold {cold:.2f} s; {words}",
        flush=True,
    )
    return figures


def time_first_pages(url: str, address: str, repeats: int) -> float:
    """Median seconds, each time for a browser that comes anew."""
    seconds = []
    for _ in range(repeats):
        with Client(url, address) as client:
            seconds.append(client.rerun()[0])
    return statistics.median(seconds)


def time_filter(url: str, address: str, repeats: int) -> float:
    """Median seconds from the whole set to a filtered one, in one browser."""
    seconds = []
    with Client(url, address) as client:
        whole, filtered = client.query, f"{client.query}&label=b&split=train&find=1"
        for turn in range(2 * repeats + 2):
            client.query = filtered if turn % 2 else whole
            seconds.append(client.rerun()[0])
    return statistics.median(seconds[3::2])


def draw_noise(folder: Path, size: int) -> None:
    """Two classes of PNG files, no two alike, named by a patient of ten images."""
    random = np.random.default_rng(0)
    for label in "ab":
        (folder / label).mkdir(parents=True)
    for i in range(size):
        pixels = random.integers(0, 256, (SIDE_PX, SIDE_PX), np.uint8)
        Image.fromarray(pixels).save(
            folder / "ab"[i % 2] / f"{i // 10:05d}_{i % 10}.png", compress_level=0
        )


if __name__ == "__main__":
    for claim in main():
        print(claim)
