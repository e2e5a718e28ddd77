"""Frames of DICOM files and pages of TIFF become images; those of one file stay together."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.containers import SliceChoice
from medapp.data.importing.adding import add_folder, add_path, inspect
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.frames import FrameCount, count_all_frames, find_file_name, take_frames
from medapp.data.importing.opening import open_files
from medapp.data.importing.previewing import load_sheet, preview
from medapp.data.importing.updating import update
from medapp.data.layouts.layout import FoundFile
from medapp.errors import DataError
from medapp.imaging.image import load_image
from medapp.store.workspace import Workspace

NOISE = np.random.default_rng(0).integers(0, 255, (40, 16, 16)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cine of 7 frames, a TIFF of 3 pages and a picture, in two classes."""
    root = tmp_path / "cines"
    (root / "a").mkdir(parents=True)
    (root / "b").mkdir()
    (root / "a" / "cine").write_bytes(build_dicom(NOISE[:7], NumberOfFrames=7))
    pages = [Image.fromarray(page) for page in NOISE[7:10]]
    pages[0].save(root / "b" / "pages.tif", save_all=True, append_images=pages[1:])
    Image.fromarray(NOISE[10]).save(root / "b" / "one.png")
    return root


@pytest.mark.parametrize(
    ("slices", "cine", "pages"),
    [
        ("all", [1, 2, 3, 4, 5, 6, 7], [1, 2, 3]),
        ("middle", [4], [2]),
        ("every:3", [2, 5], [2]),
        ("2", [2], [2]),
        ("2-3", [2, 3], [2, 3]),
        ("5", [5], []),
    ],
)
def test_the_frames_that_are_asked_for(
    workspace: Workspace, folder: Path, slices: str, cine: list[int], pages: list[int]
) -> None:
    report = add_folder(workspace, folder, choice=ImportChoice(slices=SliceChoice(slices=slices)))
    samples = Catalog(workspace).load_samples(report.data_set)
    wanted = [f"a/cine#{n}" for n in cine] + ["b/one.png"] + [f"b/pages.tif#{n}" for n in pages]
    assert sorted(sample.name for sample in samples) == wanted
    assert len({sample.content_hash for sample in samples}) == len(samples)
    for sample in samples:
        shown = load_image(sample.path, frame=sample.frame)
        number = int(sample.name.rpartition("#")[2]) - 1 if sample.frame is not None else 0
        first = {"a/cine": 0, "b/pages.tif": 7, "b/one.png": 10}[sample.name.partition("#")[0]]
        assert shown.tolist() == NOISE[first + number].tolist()
    left_out = [] if pages else [("b/pages.tif", "it holds 3 frames, and none that is asked for")]
    assert list(report.unreadable) == left_out


def test_frames_of_one_file_are_in_one_split(workspace: Workspace, tmp_path: Path) -> None:
    for i in range(6):
        path = tmp_path / "x" / "ab"[i % 2] / f"{i}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_dicom(NOISE[5 * i : 5 * i + 5], NumberOfFrames=5))
    report = add_folder(
        workspace, tmp_path / "x", choice=ImportChoice(slices=SliceChoice(slices="all"))
    )
    samples = Catalog(workspace).load_samples(report.data_set)
    assert len(samples) == 30
    assert len({sample.split for sample in samples}) > 1
    assert len({(str(sample.path), sample.split) for sample in samples}) == 6
    assert "Patients from files, whose frames stay together: 6." in report.sentences


def test_without_a_choice_a_file_is_one_image(workspace: Workspace, folder: Path) -> None:
    report = add_folder(workspace, folder)
    samples = Catalog(workspace).load_samples(report.data_set)
    assert [(s.name, s.frame) for s in samples] == [
        ("a/cine", None),
        ("b/one.png", None),
        ("b/pages.tif", None),
    ]


def test_an_update_takes_the_same_frames(workspace: Workspace, folder: Path) -> None:
    data_set = add_folder(
        workspace, folder, choice=ImportChoice(slices=SliceChoice(slices="middle"))
    ).data_set
    assert update(Catalog(workspace), data_set).is_none
    (folder / "b" / "new.dcm").write_bytes(build_dicom(NOISE[20:23], NumberOfFrames=3))
    assert update(Catalog(workspace), data_set).new == ("b/new.dcm#2",)


def test_a_look_says_which_frames_would_come_in(folder: Path) -> None:
    found = inspect(folder, ImportChoice(slices=SliceChoice(slices="every:3")))
    said = "Of files with several frames or pages: one of 3 frames of each file. 3 files, 4 images."
    assert said in found.describe()
    assert [file.name for file in found.files] == [
        *("a/cine#2", "a/cine#5", "b/one.png", "b/pages.tif#2"),
    ]


@pytest.mark.parametrize("is_zipped", [False, True])
def test_frames_are_counted_before_they_come_in(
    workspace: Workspace, folder: Path, is_zipped: bool
) -> None:
    path = Path(shutil.make_archive(str(folder), "zip", folder)) if is_zipped else folder
    with open_files(path) as read:
        counted = count_all_frames(inspect(path).files, read)
    assert counted == FrameCount(files=3, images=11)
    choice = ImportChoice(slices=SliceChoice(slices="all"))
    shown = preview(path, choice)
    assert shown.count_classes() == {"": {"a": 7, "b": 4}}
    assert all(image.jpeg for image in load_sheet(shown, choice))
    assert add_path(workspace, path, choice=choice).images == 11


def test_a_header_that_claims_a_million_frames_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.dcm"
    path.write_bytes(build_dicom(NOISE[:2], NumberOfFrames=1_000_000))
    files, left_out = take_frames([FoundFile(path, "x.dcm", "a", None)], SliceChoice(slices="all"))
    assert files == []
    assert left_out == [("x.dcm", "it holds 1,000,000 frames, and none that is asked for")]


def test_what_is_no_choice_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be told"):
        SliceChoice(slices="0")


def test_the_file_of_a_frame() -> None:
    assert find_file_name(FoundFile(Path("x"), "a/x#1.dcm#12", "a", None, frame=11)) == "a/x#1.dcm"
    assert find_file_name(FoundFile(Path("x"), "a/x#1.dcm", "a", None)) == "a/x#1.dcm"


def test_frames_that_did_not_come_in_are_said(workspace: Workspace, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pictures = [Image.fromarray(random.integers(0, 255, (8, 8), np.uint8)) for _ in range(6)]
    for number, label in enumerate("ab"):
        (tmp_path / "x" / label).mkdir(parents=True)
        pictures[number].save(tmp_path / "x" / label / "one.png")
    rest = {"save_all": True, "append_images": pictures[3:5]}
    pictures[2].save(tmp_path / "x" / "a" / "three.gif", **rest)
    said = " ".join(add_folder(workspace, tmp_path / "x").sentences)
    assert (
        "1 file holds several frames or pages (a/three.gif: 3); of each one image came in" in said
    )
    (tmp_path / "x" / "a" / "three.gif").unlink()
    said = " ".join(add_folder(workspace, tmp_path / "x", name="y").sentences)
    assert "several frames" not in said
