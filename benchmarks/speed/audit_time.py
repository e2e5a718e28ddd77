"""How long does an audit without a network take, and how much memory, by the number of images?

    python -m benchmarks.speed.audit_time FOLDER [--images 100000]

Images of the folder are cut at random, so that they are alike and no copies, and saved as JPEG in
two classes and two splits; one in a hundred is saved once more. The data set is registered, then
audited by the shell command's own function in this process; the second audit finds everything
measured. Memory is the most that the process has held.
"""

import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.kit.options import build_parser
from medapp.audit.audit import run_audit
from medapp.data.importing.adding import add_folder
from medapp.data.layouts.listing import list_images
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.store.threads import map_threaded
from medapp.store.workspace import open_workspace

SIDE_PX = 224
KNOWN = 2_000  # originals that are held in memory


def write_images(source: Path, folder: Path, count: int) -> None:
    """Save so many images, cut from those of `source`, below `folder`."""
    paths = [Path(path) for path in list_images(source)[:KNOWN]]
    originals = [render_full(load_image(path)) for path in paths]
    for split in ("train", "test"):
        for label in "ab":
            (folder / split / label).mkdir(parents=True)

    def write(number: int) -> None:
        # One in a hundred is the one before again.
        seed = number - 1 if number % 100 == 99 else number
        random = np.random.default_rng(seed)
        image = originals[int(random.integers(len(originals)))]
        top, left = (int(random.integers(0, side // 4)) for side in image.shape[:2])
        cut = Image.fromarray(image[top : top + image.shape[0] * 3 // 4, left:])
        place = folder / ("train" if number % 5 else "test") / "ab"[number % 2]
        cut.resize((SIDE_PX, SIDE_PX)).save(place / f"{number}.jpg", quality=85)

    for _ in map_threaded(write, range(count)):
        pass


def say(what: str, started: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {time.monotonic() - started:.1f} s, at most {peak:,.0f} MiB so far", flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, images=100_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.monotonic()
        write_images(options.folder, folder / "images", options.images)
        say(f"{options.images:,} images written", started)
        workspace = open_workspace(folder / "home")
        started = time.monotonic()
        data_set = add_folder(workspace, folder / "images").data_set
        say("registered", started)
        for words in ("audited", "audited again"):
            steps: dict[str, float] = {}

            def tell(title: str, done: int, total: int, steps: dict[str, float] = steps) -> None:
                steps.setdefault(title, time.monotonic())

            started = time.monotonic()
            found = run_audit(workspace, data_set, tell, with_features=False)
            say(words, started)
            ends = [*list(steps.values())[1:], time.monotonic()]
            for (title, begun), end in zip(steps.items(), ends, strict=True):
                print(f"  {title}: {end - begun:.1f} s")
        for finding in found.findings:
            print(f"  {finding.kind}: {finding.count:,}. {finding.summary}")


if __name__ == "__main__":
    main()
