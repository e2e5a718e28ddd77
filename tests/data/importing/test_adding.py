"""From files to a data set, and what is said about it."""

import functools
import hashlib
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from make_dicom import build_dicom
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import (
    add_files,
    add_folder,
    add_path,
    add_zip,
    inspect,
)
from medapp.data.importing.batch import Batch, import_batch
from medapp.data.importing.choice import ImportChoice
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.pixels import load_pixels
from medapp.data.removing import remove
from medapp.errors import ArchiveError, DataError, WorkspaceError
from medapp.imaging.geometry import Box
from medapp.imaging.preprocess import Preprocess
from medapp.imaging.thumbnails import load_thumbnail
from medapp.phantom import render as phantom
from medapp.phantom.data_set import add_phantom, refuse_shortcut
from medapp.store.cache import open_cache
from medapp.store.files import expand_path
from medapp.store.workspace import Workspace


def save(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (6, 8)).astype(np.uint8)).save(
        path
    )
    return path


def make_folder(root: Path, count: int = 10) -> Path:
    for i, label in enumerate(("b", "a")):
        for j in range(count):
            save(root / label / f"p{j // 2}_{j}.png", 100 * i + j)
    return root


def pack(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for file in folder.rglob("*"):
            packed.write(file, file.relative_to(folder))
    return path


def list_tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_folder_is_registered_in_place_and_not_touched(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = make_folder(tmp_path / "Köpfe")
    (root / "boxes.csv").write_text(
        "image,label,x0,y0,x1,y1\na/p0_0.png,x,1,2,3,4\n", encoding="utf-8"
    )
    before, seen = list_tree(root), []
    report = add_folder(
        workspace,
        root,
        on_progress=lambda *done: seen.append(done),
        choice=ImportChoice(patient_pattern=r"p(\d)_"),
    )
    assert list_tree(root) == before
    assert list(workspace.data_folder.iterdir()) == []
    data_set, catalog = report.data_set, Catalog(workspace)
    assert (data_set.name, data_set.root, data_set.origin, data_set.classes) == (
        "Köpfe",
        root,
        "registered",
        ("a", "b"),
    )
    assert (data_set.has_patients, data_set.patient_pattern, data_set.is_synthetic) == (
        True,
        r"p(\d)_",
        False,
    )
    assert (report.images, sum(report.splits.values()), report.unreadable, report.leaks) == (
        20,
        20,
        (),
        0,
    )
    assert seen[-1] == (20, 20)
    sample = next(s for s in catalog.load_samples(data_set) if s.name == "a/p0_0.png")
    assert sample.content_hash == hashlib.sha256(sample.path.read_bytes()).hexdigest()
    assert (sample.patient, sample.width, sample.height, sample.mode) == ("0", 8, 6, "8-bit grey")
    assert sample.boxes == (Box("x", 1, 2, 3, 4),)


def test_a_patient_in_two_classes_stays_on_one_side(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_folder(
        workspace, make_folder(tmp_path / "x"), choice=ImportChoice(patient_pattern=r"p\d")
    ).data_set
    splits: dict[str | None, set[str]] = {}
    for sample in Catalog(workspace).load_samples(data_set):
        splits.setdefault(sample.patient, set()).add(sample.split)
    assert sorted(map(str, splits)) == ["p0", "p1", "p2", "p3", "p4"]
    assert all(len(of_patient) == 1 for of_patient in splits.values())


def test_a_broken_image_is_listed_and_the_rest_goes_on(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = make_folder(tmp_path / "x", 3)
    (root / "a" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not an image")
    (root / "a" / "cut.png").write_bytes((root / "a" / "p0_0.png").read_bytes()[:60])
    (root / "loose.png").write_bytes(b"x")
    report = add_folder(workspace, root)
    assert report.images == 6
    assert [file for file, _ in report.unreadable] == ["loose.png", "a/broken.jpg", "a/cut.png"]
    assert report.unreadable[1][1] == "it is damaged or of an unknown variant (Truncated File Read)"
    assert report.unreadable[2][1] == "the file is cut short"
    assert Catalog(workspace).list_unreadable(report.data_set) == list(report.unreadable)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="a superuser may read everything"
)
def test_a_file_without_permission_is_listed(workspace: Workspace, tmp_path: Path) -> None:
    root = make_folder(tmp_path / "x", 3)
    (root / "a" / "p0_0.png").chmod(0)
    assert add_folder(workspace, root).unreadable == (
        ("a/p0_0.png", "it cannot be opened (Permission denied)"),
    )


def test_nothing_that_can_be_read_is_an_error(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x" / "a").mkdir(parents=True)
    (tmp_path / "x" / "a" / "1.png").write_bytes(b"")
    with pytest.raises(
        DataError, match=r"None of 1 images can be read \(a/1\.png: the file is empty\)"
    ):
        add_folder(workspace, tmp_path / "x")
    assert Catalog(workspace).list_data_sets() == []


def test_a_published_split_with_copies_counts_its_leak(
    workspace: Workspace, tmp_path: Path
) -> None:
    for split, seeds in (("Training", range(20)), ("Testing", range(17, 25))):
        for seed in seeds:
            save(tmp_path / "x" / split / "ab"[seed % 2] / f"{seed}.png", seed)
    report = add_folder(workspace, tmp_path / "x")
    assert report.splits == {"train": 17, "validation": 3, "test": 8}
    assert report.leaks == 3


def test_names(workspace: Workspace, tmp_path: Path) -> None:
    root = make_folder(tmp_path / "x", 3)
    assert [add_folder(workspace, root).data_set.name for _ in range(3)] == ["x", "x 2", "x 3"]
    assert add_folder(workspace, root, name="  mine ").data_set.name == "mine"
    with pytest.raises(DataError, match="There is a data set 'mine' already"):
        add_folder(workspace, root, name="mine")
    for name in ("", "  ", "a\nb", "x" * 101):
        with pytest.raises(DataError, match="cannot be a data set's name"):
            add_folder(workspace, root, name=name)


def test_a_broken_pattern_is_said_before_any_work(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'\(x' is no regular expression: .*first eight"):
        add_folder(workspace, tmp_path / "nowhere", choice=ImportChoice(patient_pattern="(x"))


def test_a_zip_is_copied_into_the_workspace_and_removed_with_the_data_set(
    workspace: Workspace, tmp_path: Path
) -> None:
    make_folder(tmp_path / "source" / "wrapped" / "set", 3)
    (tmp_path / "source" / "wrapped" / "set" / "boxes.csv").write_text(
        "image,label,x0,y0,x1,y1\na/p0_0.png,x,1,2,3,4\n", encoding="utf-8"
    )
    path = pack(tmp_path / "source", tmp_path / "Mein Zip.zip")
    report = add_zip(workspace, path)
    assert (report.data_set.name, report.data_set.origin, report.images) == (
        "Mein Zip",
        "uploaded",
        6,
    )
    catalog = Catalog(workspace)
    samples = catalog.load_samples(report.data_set)
    assert [s.name for s in samples][:1] == ["a/p0_0.png"]
    assert all(s.path.is_relative_to(workspace.data_folder) and s.path.is_file() for s in samples)
    assert sum(len(s.boxes) for s in samples) == 1
    cache = open_cache(workspace)
    for sample in samples:
        load_thumbnail(sample.path, sample.content_hash, cache)
    load_pixels(samples, Preprocess(image_size=32), 1, cache, report.data_set.uid).source.close()
    assert cache.size_bytes() > 0
    remove(catalog, report.data_set)
    assert list(workspace.data_folder.iterdir()) == []
    assert cache.size_bytes() == 0


def test_a_refused_zip_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    make_folder(tmp_path / "source", 3)
    path = pack(tmp_path / "source", tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("../evil.png", b"x")
    with pytest.raises(ArchiveError):
        add_zip(workspace, path)
    with pytest.raises(DataError, match=r"There is no image in empty\.zip"):
        add_zip(workspace, pack(tmp_path / "home", tmp_path / "empty.zip"))
    assert list(workspace.data_folder.iterdir()) == []
    assert Catalog(workspace).list_data_sets() == []


def test_loose_files_by_class(workspace: Workspace, tmp_path: Path) -> None:
    same = [save(tmp_path / str(i) / "1.png", i) for i in range(3)]
    report = add_files(
        workspace, {"train": same, "Ödem": [save(tmp_path / "2.png", 9)]}, "loose files"
    )
    samples = Catalog(workspace).load_samples(report.data_set)
    assert [(s.name, s.label) for s in samples] == [
        ("train/1.png", "train"),
        ("train/1 2.png", "train"),
        ("train/1 3.png", "train"),
        ("Ödem/2.png", "Ödem"),
    ]
    assert [s.path.read_bytes() for s in samples[:3]] == [path.read_bytes() for path in same]
    assert report.data_set.root == workspace.data_folder / "loose-files"


@pytest.mark.parametrize("label", ["", "a/b", "..", "a\\b", "c:", " x", "x.", "a\0"])
def test_a_class_that_cannot_be_a_folder_is_refused(
    workspace: Workspace, tmp_path: Path, label: str
) -> None:
    with pytest.raises(DataError, match="cannot be a class"):
        add_files(workspace, {label: [save(tmp_path / "1.png", 1)]}, "x")
    assert list(workspace.data_folder.iterdir()) == []


def test_no_files_and_missing_files(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no files to add"):
        add_files(workspace, {"a": []}, "x")
    with pytest.raises(WorkspaceError, match=r"gone\.png could not be copied: No such file"):
        add_files(workspace, {"a": [tmp_path / "gone.png"]}, "x")
    assert list(workspace.data_folder.iterdir()) == []


def test_a_stop_in_the_middle_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_zip(
            workspace, pack(make_folder(tmp_path / "source"), tmp_path / "x.zip"), on_progress=stop
        )
    assert list(workspace.data_folder.iterdir()) == []
    assert Catalog(workspace).list_data_sets() == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_folder_whose_own_name_is_no_text_is_said(workspace: Workspace, tmp_path: Path) -> None:
    root = make_folder(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")), 2)
    with pytest.raises(DataError, match="is not valid Unicode"):
        add_folder(workspace, root)


def test_the_phantom_is_made_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        phantom, "generate_phantom", functools.partial(phantom.generate_phantom, patients=12)
    )  # the whole takes 12 s
    report = add_phantom(workspace)
    data_set = report.data_set
    assert (data_set.name, data_set.origin, data_set.is_synthetic, data_set.has_patients) == (
        "Phantom",
        "built-in",
        True,
        True,
    )
    samples = Catalog(workspace).load_samples(data_set)
    assert {s.site is not None and s.patient is not None for s in samples} == {True}
    assert {s.label for s in samples if s.boxes} == {"cardiomegaly", "effusion", "nodule"}
    assert add_phantom(workspace).data_set == data_set


def test_what_is_planted_in_the_phantom_is_recorded(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        phantom, "generate_phantom", functools.partial(phantom.generate_phantom, patients=12)
    )
    data_set = add_phantom(workspace, shortcut={"effusion": 1.0}).data_set
    assert data_set.name == "Phantom with a shortcut"
    assert data_set.reading["shortcut"] == {"effusion": 1.0}
    assert "100% of effusion" in data_set.reading["sentences"][0]
    for sample in Catalog(workspace).load_samples(data_set):
        is_marked = sample.label == "effusion"
        assert sample.attributes["planted mark"] == ("yes" if is_marked else "no")
        assert ("px" in sample.attributes.get("planted mark, place", "")) == is_marked
    assert add_phantom(workspace, shortcut={"effusion": 1.0}).data_set == data_set
    with pytest.raises(DataError, match="already"):
        add_phantom(workspace, shortcut={"effusion": 0.5})


def test_nothing_is_planted_in_images_of_people() -> None:
    refuse_shortcut({})
    with pytest.raises(DataError, match="never changed"):
        refuse_shortcut({"effusion": 0.9})


def save_dicom(path: Path, patient: str, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = pydicom.Dataset()
    facts.PatientID = patient
    facts.Rows, facts.Columns, facts.SamplesPerPixel = 6, 8, 1
    facts.BitsAllocated = facts.BitsStored = 8
    facts.HighBit, facts.PixelRepresentation = 7, 0
    facts.PhotometricInterpretation = "MONOCHROME2"
    facts.SOPClassUID, facts.SOPInstanceUID = pydicom.uid.CTImageStorage, f"1.2.{seed + 1}"
    pixels = np.random.default_rng(seed).integers(0, 255, (6, 8)).astype(np.uint8)
    facts.PixelData = pixels.tobytes()
    facts.file_meta = pydicom.dataset.FileMetaDataset()
    facts.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    facts.save_as(path, enforce_file_format=True)


def test_the_patient_of_a_dicom_header_is_kept_as_a_hash(
    workspace: Workspace, tmp_path: Path
) -> None:
    for i in range(12):
        save_dicom(tmp_path / "x" / "ab"[i % 2] / f"IM{i:04d}", f"Doe^{i // 3}", i)
    report = add_folder(workspace, tmp_path / "x")
    said = "Patients from DICOM headers (hashed): 4. Names and dates of birth are not kept."
    assert said in report.sentences
    samples = Catalog(workspace).load_samples(report.data_set)
    assert {len(sample.patient or "") for sample in samples} == {16}
    assert len({sample.patient for sample in samples}) == 4
    splits = {(sample.patient, sample.split) for sample in samples}
    assert len(splits) == 4
    assert b"Doe" not in workspace.catalog_path.read_bytes()


def test_a_zip_is_asked_about_like_a_folder_and_answered(
    workspace: Workspace, tmp_path: Path
) -> None:
    for i, (place, label) in enumerate((p, c) for p in ("Bonn", "Leipzig") for c in "ab"):
        save(tmp_path / "x" / place / label / "1.png", i)
    path = pack(tmp_path / "x", tmp_path / "x.zip")
    with pytest.raises(DataError, match="either may be the classes"):
        add_zip(workspace, path)
    report = add_zip(workspace, path, choice=ImportChoice(layout="{site}/{label}"))
    samples = Catalog(workspace).load_samples(report.data_set)
    assert sorted((s.name, s.label, s.site) for s in samples)[0] == ("Bonn/a/1.png", "a", "Bonn")
    assert {s.path.is_file() for s in samples} == {True}
    assert inspect(path, ImportChoice(layout="{any}/{label}")).classes == ("a", "b")


def test_several_findings_and_their_order_are_kept(workspace: Workspace, tmp_path: Path) -> None:
    labels = ["nodule|?effusion", "", "effusion"]
    files = [
        FoundFile(save(tmp_path / f"{i}.png", i), f"{i}.png", label, None)
        for i, label in enumerate(labels)
    ]
    batch = Batch(tmp_path, "registered", files, task="multi-label", order=("nodule", "effusion"))
    data_set = import_batch(workspace, batch, "findings", None).data_set
    assert (data_set.task, data_set.classes) == ("multi-label", ("nodule", "effusion"))
    assert [s.label for s in Catalog(workspace).load_samples(data_set)] == labels


def test_a_layout_counts_the_findings_and_not_their_combinations(tmp_path: Path) -> None:
    files = tuple(
        FoundFile(tmp_path / name, name, label, None)
        for name, label in (("1.png", "b|a"), ("2.png", "a|?b"), ("3.png", ""))
    )
    layout = Layout(tmp_path, "", files, (), task="multi-label", sentences=("Read so.",))
    assert layout.describe() == ("Read so.", "Findings: a 2, b 1.")
    assert layout.to_dict()["classes"] == {"b": 1, "a": 2}


def test_the_columns_of_a_dicom_header_come_with_its_image(
    workspace: Workspace, tmp_path: Path
) -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(6, 10)
    for i in range(2):
        path = tmp_path / "x" / "ab"[i] / "1.dcm"
        path.parent.mkdir(parents=True)
        series = f"1.2.{i}"
        content = build_dicom(
            pixels + i, Modality="DX", PatientAge="045Y", SeriesInstanceUID=series
        )
        path.write_bytes(content)
    report = add_folder(workspace, tmp_path / "x")
    first, second = Catalog(workspace).load_samples(report.data_set)
    assert {**first.attributes, "series": ""} == {"modality": "DX", "age": "45", "series": ""}
    assert first.attributes["series"] != second.attributes["series"]
    assert len(first.attributes["series"]) == 16


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("https://example.org/a b.zip", "https://example.org/a b.zip is an address of the web"),
        ("s3://bucket/folder", "s3://bucket/folder is an address of the web"),
        ("gone.zip", "There is no folder or file .*gone.zip"),
        ("gone.npz", "There is no folder or file .*gone.npz"),
        ("gone", "There is no folder .*gone"),
        ("x" * 300 + ".zip", "File name too long"),
    ],
)
def test_what_is_not_there_is_said(workspace: Workspace, path: str, words: str) -> None:
    for look in (inspect, functools.partial(add_path, workspace)):
        with pytest.raises(DataError, match=words):
            look(expand_path(path))


def test_a_segmentation_among_dicom_images_is_left_out(
    workspace: Workspace, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (4, 16, 16)).astype(np.uint8)
    for i, modality in enumerate(("CT", "SEG", "RTDOSE", "MR")):
        path = tmp_path / "x" / "ab"[i % 2] / f"{modality}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_dicom(pixels[i], Modality=modality))
    report = add_folder(workspace, tmp_path / "x")
    assert report.images == 2
    of_others = "of other images, and no image of a patient"
    assert dict(report.unreadable) == {
        "b/SEG.dcm": f"this DICOM file holds a segmentation (SEG) {of_others}",
        "a/RTDOSE.dcm": f"this DICOM file holds doses (RTDOSE) {of_others}",
    }
