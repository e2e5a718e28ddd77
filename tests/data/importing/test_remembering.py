"""An import that was stopped goes on where it was, and reads nothing twice."""

import os
from pathlib import Path

import numpy as np
import pytest
from conftest import write_bands
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.remembering import count_remembered, forget, open_memory
from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import FoundFile
from medapp.data.reading import ReadFile, read_file
from medapp.imaging.image import ImageFacts
from medapp.imaging.readers.dicom_header import Header
from medapp.imaging.readers.picture import Spacing
from medapp.notes import Note
from medapp.store.workspace import Workspace


class StoppedError(Exception):
    """What a page or a shell raises to stop."""


def spoil(path: Path) -> None:
    """Other bytes, with the size and the time of those before."""
    stated = path.stat()
    path.write_bytes(bytes(stated.st_size))
    os.utime(path, ns=(stated.st_atime_ns, stated.st_mtime_ns))


def stop_after(files: int) -> object:
    def count(done: int, total: int) -> None:
        if done == files:
            raise StoppedError

    return count


def test_a_stopped_import_goes_on_where_it_was(workspace: Workspace, tmp_path: Path) -> None:
    """The files that were read before the stop could not be read a second time."""
    folder = write_bands(tmp_path / "bands", 16)
    with pytest.raises(StoppedError):
        add_path(workspace, folder, on_progress=stop_after(20))  # type: ignore[arg-type]
    assert Catalog(workspace).list_data_sets() == []
    known = count_remembered(workspace, folder)
    assert known == 20
    for file in scan_folder(folder).files[:known]:
        spoil(file.path)
    report = add_path(workspace, folder)
    assert report.images == 32
    assert count_remembered(workspace, folder) == 0
    assert add_path(workspace, folder, "again").images == 32 - known


def test_a_file_that_changed_since_is_read_again(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 8)
    path = sorted(folder.rglob("*.png"))[0]
    with pytest.raises(StoppedError):
        add_path(workspace, folder, on_progress=stop_after(8))  # type: ignore[arg-type]
    Image.fromarray(np.full((20, 24), 7, np.uint8)).save(path)
    report = add_path(workspace, folder)
    name = path.relative_to(folder).as_posix()
    samples = {s.name: s for s in Catalog(workspace).load_samples(report.data_set)}
    assert (samples[name].width, samples[name].height) == (24, 20)


def test_what_is_kept_comes_back_as_it_was(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.dcm"
    path.write_bytes(b"12345")
    file = FoundFile(path, "x.dcm", "a", None, frame=3)
    facts = ImageFacts(3, 4, "16-bit grey", "DICOM", (Note("blank", "Blank."),), Spacing(1.0, 2.0))
    stated = path.stat()
    header = Header("0123", "4567", None, {"age": "45"})
    read = ReadFile("ab", "cd", facts, stated.st_size, stated.st_mtime_ns, header)
    with open_memory(workspace, tmp_path) as memory:
        assert memory.recall(file) is None
        memory.keep(file, read)
    with open_memory(workspace, tmp_path) as memory:
        assert memory.recall(file) == read
        assert memory.recall(FoundFile(path, "x.dcm", "a", None)) is None


def test_a_line_that_was_cut_off_is_passed_over(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(path)
    file = FoundFile(path, "x.png", "a", None)
    read = read_file(path)
    assert isinstance(read, ReadFile)
    with open_memory(workspace, tmp_path) as memory:
        memory.keep(file, read)
        kept = memory.path
    with kept.open("a", encoding="utf-8") as lines:
        lines.write('["/x/y.png", null, {"content_hash": "ab')
    assert count_remembered(workspace, tmp_path) == 1
    forget(workspace, tmp_path)
    assert count_remembered(workspace, tmp_path) == 0
