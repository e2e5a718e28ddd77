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
from typing import Any

import pyarrow.parquet as pq
import torch
from torchvision import datasets

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.pixels import Table, count_channels, load_pixels
from medapp.data.samples import DataSet, Sample
from medapp.imaging.preprocess import Preprocess
from medapp.phantom.data_set import add_phantom
from medapp.runs.making import create_run
from medapp.runs.run import Run
from medapp.store.cache import Cache, open_cache
from medapp.store.workspace import Workspace, find_workspace
from medapp.training.recipe import build_settings


@dataclass(frozen=True)
class Setting:
    """Where a benchmark works. `folder` holds the data set's images, a subfolder for each class."""

    workspace: Workspace
    folder: Path
    data: DataSet

    def find_rows(self, run: Run, split: str) -> list[int]:
        """Where the images of one split of a run stand in `ImageFolder`."""
        rows = pq.read_table(run.folder / "split.parquet").to_pylist()
        names = {row["name"] for row in rows if row["split"] == split}
        files = [Path(path) for path, _ in datasets.ImageFolder(str(self.folder)).samples]
        return [i for i, p in enumerate(files) if p.relative_to(self.folder).as_posix() in names]

    def load_samples(self) -> list[Sample]:
        """All images, in the catalog's order."""
        return Catalog(self.workspace).load_samples(self.data)

    def load_pixels(self, size_px: int, cache: Cache | None = None) -> Table:
        """The squares of all images with the default settings, kept in the workspace's cache or in
        another one.
        """
        samples = self.load_samples()
        kept = cache or open_cache(self.workspace)
        preprocess = Preprocess(image_size=size_px)
        return load_pixels(
            samples, preprocess, count_channels(samples, preprocess), kept, self.data.uid
        )


def ask_for_run(workspace: Workspace, data: str, name: str | None = None, **settings: Any) -> Run:
    """A run of a data set that waits for a supervisor; settings by their short names."""
    recipe, machine = build_settings({"data": data, **settings})
    return create_run(workspace, recipe, machine, name)


@contextmanager
def open_setting(
    folder: Path | None, images: int = 0, threads: int = 0, patient_pattern: str | None = None
) -> Iterator[Setting]:
    """All images of a folder, or a random choice with the classes in proportion; without a folder
    those of the phantom.

    A pattern finds the patients in the files' names, who then stay in one split.

    This process computes with as many threads as said, 0 for all cores, and is put back as it was.
    """
    known, before = os.environ.get("MEDAPP_HOME"), torch.get_num_threads()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["MEDAPP_HOME"] = str(Path(temporary) / "home")
        torch.set_num_threads(threads or os.cpu_count() or 1)
        try:
            workspace = find_workspace()
            if folder is None:
                report = add_phantom(workspace)
            else:
                if images:
                    folder = choose_images(folder, Path(temporary) / "images", images)
                report = add_folder(
                    workspace, folder, choice=ImportChoice(patient_pattern=patient_pattern)
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
        inner.name: sorted(p for p in inner.rglob("*") if p.is_file())
        for inner in sorted(folder.iterdir())
        if inner.is_dir()
    }
    share = min(1.0, images / sum(map(len, by_class.values())))
    for label, files in by_class.items():
        (target / label).mkdir(parents=True)
        for file in random.Random(0).sample(files, round(share * len(files))):
            shutil.copyfile(file, target / label / file.name)
    return target
