"""A workspace of a benchmark's own, gone at its end, with a data set of as many images as are
wanted.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import torch
from torchvision import datasets

from medapp.data.importing import add_folder
from medapp.data.samples import DataSet
from medapp.phantom.data_set import add_phantom
from medapp.runs.run import Run
from medapp.store.workspace import Workspace, find_workspace


@dataclass(frozen=True)
class Setting:
    """Where a benchmark works. `folder` holds the data set's images, a subfolder for each class."""

    workspace: Workspace
    folder: Path
    data: DataSet

    def find_places(self, run: Run, side: str) -> list[int]:
        """Where the images of one side of a run stand in `ImageFolder`."""
        rows = pq.read_table(run.folder / "split.parquet").to_pylist()
        names = {row["name"] for row in rows if row["split"] == side}
        files = datasets.ImageFolder(str(self.folder)).samples
        return [
            i
            for i, (path, _) in enumerate(files)
            if Path(path).relative_to(self.folder).as_posix() in names
        ]


@contextmanager
def open_setting(
    folder: Path | None, images: int = 0, threads: int = 0, patient_pattern: str | None = None
) -> Iterator[Setting]:
    """All images of a folder, or a random choice with the classes in proportion; without a folder
    those of the phantom.

    A pattern finds the patients in the files' names, who then stay on one side of the split.

    This process computes with as many threads as said, 0 for all cores, and is put back as it was.
    """
    known, before = os.environ.get("MEDAPP_HOME"), torch.get_num_threads()
    with tempfile.TemporaryDirectory() as place:
        os.environ["MEDAPP_HOME"] = str(Path(place) / "home")
        torch.set_num_threads(threads or os.cpu_count() or 1)
        try:
            workspace = find_workspace()
            chosen = (
                choose_images(folder, Path(place) / "images", images)
                if folder is not None and images
                else folder
            )
            report = (
                add_phantom(workspace)
                if chosen is None
                else add_folder(workspace, chosen, patient_pattern=patient_pattern)
            )
            data = report.data_set
            yield Setting(workspace, data.root, data)
        finally:
            torch.set_num_threads(before)
            os.environ.pop("MEDAPP_HOME")
            if known is not None:
                os.environ["MEDAPP_HOME"] = known


def choose_images(folder: Path, target: Path, images: int) -> Path:
    """Copy a random choice, the same each time, of the images in class folders."""
    by_class = {
        place: sorted(p for p in place.rglob("*") if p.is_file())
        for place in sorted(folder.iterdir())
        if place.is_dir()
    }
    share = min(1.0, images / sum(map(len, by_class.values())))
    for place, files in by_class.items():
        (target / place.name).mkdir(parents=True)
        for file in random.Random(0).sample(files, round(share * len(files))):
            shutil.copyfile(file, target / place.name / file.name)
    return target
