"""Volumes of NIfTI: each slice from the right place, the right way round, with the right values."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from medapp.data.catalog import Catalog
from medapp.data.containers import Container, SliceChoice, open_container
from medapp.data.importing.adding import add_path, inspect
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.previewing import load_sheet, preview
from medapp.data.samples import Sample
from medapp.errors import DataError
from medapp.imaging.image import load_image
from medapp.store.workspace import Workspace

nibabel = pytest.importorskip("nibabel")


def write(
    path: Path, voxels: np.ndarray, affine: np.ndarray | None = None, **header: float
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nibabel.Nifti1Image(voxels, np.eye(4) if affine is None else affine)
    if "slope" in header:
        image.header.set_slope_inter(header["slope"], header["inter"])
    nibabel.save(image, path)
    return path


def add(workspace: Workspace, path: Path, name: str = "set", **choice: str) -> list[Sample]:
    report = add_path(workspace, path, name, choice=ImportChoice(slices=SliceChoice(**choice)))
    return Catalog(workspace).load_samples(report.data_set)


def build_body() -> np.ndarray:
    """Voxels (6, 8, 10) along the body's axes, whose values say where they are."""
    x, y, z = np.indices((6, 8, 10))
    return (100 * x + 10 * y + z).astype(np.int16)


def expect_slice(plane: str, number: int) -> np.ndarray:
    """What a radiologist sees: the patient's right on the left, or the front; the head above."""
    body = build_body()
    rows = {
        "axial": [[body[x, y, number] for x in range(5, -1, -1)] for y in range(7, -1, -1)],
        "coronal": [[body[x, number, z] for x in range(5, -1, -1)] for z in range(9, -1, -1)],
        "sagittal": [[body[number, y, z] for y in range(7, -1, -1)] for z in range(9, -1, -1)],
    }
    return np.array(rows[plane], np.float64)


TURNS = {
    "RAS": (build_body(), np.diag([1.0, 1, 1, 1])),
    "LPS": (build_body()[::-1, ::-1], np.diag([-1.0, -1, 1, 1])),
    "SRP": (
        build_body()[:, ::-1].transpose(2, 0, 1),
        np.array([[0, 1, 0, 0], [0, 0, -1, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]]),
    ),
}


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("stored", TURNS)
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_slices_lie_as_the_header_says(
    workspace: Workspace, tmp_path: Path, stored: str, plane: str, suffix: str
) -> None:
    path = write(tmp_path / f"head{suffix}", *TURNS[stored])
    samples = add(workspace, path, plane=plane, slices="3-4")
    assert [s.name for s in samples] == ["head-003.png", "head-004.png"]
    low, high = np.percentile(build_body(), (0.5, 99.5))
    for sample, number in zip(samples, (2, 3), strict=True):
        expected = np.clip((expect_slice(plane, number) - low) / (high - low), 0, 1) * 65535
        np.testing.assert_array_equal(load_image(sample.path), np.rint(expected))


def test_the_headers_slope_gives_hounsfield_units(workspace: Workspace, tmp_path: Path) -> None:
    stored = np.full((10, 10, 10), 512, np.int16)  # 512 · 2 - 1024 = 0 HU, water
    stored[:5] = 12  # -1000 HU, air
    stored[9] = 1500  # 1976 HU, bone
    path = write(tmp_path / "ct.nii.gz", stored, slope=2.0, inter=-1024.0)
    sample = add(workspace, path, slices="middle")[0]
    pixels = load_image(sample.path)
    assert pixels[0].tolist() == [65535] + [32768] * 4 + [0] * 5
    assert sample.attributes["window"] == "CT, -1000 to 1000 HU"


def test_volumes_are_labelled_by_their_folders_and_stay_in_one_split(
    workspace: Workspace, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    for label in ("ill", "healthy"):
        for number in range(4):
            voxels = random.integers(0, 500, (8, 8, 6)).astype(np.int16)
            write(tmp_path / "set" / label / f"sub-{number}_T1w.nii.gz", voxels)
    voxels[..., 4:] = 0
    write(tmp_path / "set" / "ill" / "sub-9_T1w.nii.gz", voxels)
    write(tmp_path / "set" / "ill" / "sub-9_T1w_mask.nii.gz", voxels)
    (tmp_path / "set" / "ill" / "broken.nii.gz").write_bytes(gzip.compress(b"no volume" * 99))
    (tmp_path / "set" / "notes.txt").write_text("x")
    samples = add(workspace, tmp_path / "set", slices="")
    assert len(samples) == 8 * 6 + 4
    by_volume: dict[str, set[tuple[str, str]]] = {}
    for sample in samples:
        by_volume.setdefault(sample.attributes["volume"], set()).add((sample.label, sample.split))
    assert all(len(found) == 1 for found in by_volume.values())
    assert {s.patient for s in samples if s.label == "ill"} >= {"ill/sub-0_T1w", "ill/sub-9_T1w"}
    said = Catalog(workspace).find_data_set("set").reading["sentences"]
    assert "Patients from volumes, whose slices stay together: 9." in said
    left_out = dict(Catalog(workspace).list_unreadable(Catalog(workspace).find_data_set("set")))
    assert left_out["ill/sub-9_T1w-005.png"] == "the slice is nearly empty"
    assert left_out["ill/sub-9_T1w_mask.nii"] == "a mask, and no image"
    assert "no volume of NIfTI" in left_out["ill/broken.nii"]


def test_thick_slices_become_square_pixels(workspace: Workspace, tmp_path: Path) -> None:
    voxels = np.random.default_rng(1).integers(0, 500, (10, 12, 4)).astype(np.int16)
    path = write(tmp_path / "x.nii", voxels, np.diag([1.0, 1, 5, 1]))
    coronal = add(workspace, path, "coronal", plane="coronal", slices="middle")[0]
    assert (coronal.width, coronal.height) == (10, 20)
    axial = add(workspace, path, "axial", plane="axial", slices="middle")[0]
    assert (axial.width, axial.height) == (10, 12)
    assert "Pixels that are not square are interpolated to squares." in (
        inspect(path, ImportChoice(slices=SliceChoice("coronal"))).describe()
    )


def test_colours_and_several_volumes_in_a_file(workspace: Workspace, tmp_path: Path) -> None:
    values = np.random.default_rng(2).integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)
    kind = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
    colours = np.ascontiguousarray(values).view(kind).reshape(5, 6, 7)
    sample = add(workspace, write(tmp_path / "rgb.nii", colours), "rgb", slices="middle")[0]
    expected = values[::-1, ::-1, 3].swapaxes(0, 1)
    np.testing.assert_array_equal(load_image(sample.path), expected)
    series = np.stack([build_body(), 7 * build_body()], axis=-1)
    path = write(tmp_path / "fmri.nii.gz", series)
    first = add(workspace, path, "fmri", slices="middle")[0]
    alone = add(workspace, write(tmp_path / "one.nii", build_body()), "one", slices="middle")[0]
    np.testing.assert_array_equal(load_image(first.path), load_image(alone.path))
    assert "1 file with several volumes" in " ".join(inspect(path).describe())


def test_what_the_header_leaves_open_is_said(tmp_path: Path) -> None:
    angle = np.radians(20)
    turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    affine = np.eye(4)
    affine[:3, :3] = turn
    said = " ".join(inspect(write(tmp_path / "tilted.nii", build_body(), affine)).describe())
    assert "Of 1 volume the slices are up to 20° oblique to the body, and stay so." in said
    assert "come in without labels" in said
    image = nibabel.Nifti1Image(build_body(), None)
    nibabel.save(image, tmp_path / "nowhere.nii")
    said = " ".join(inspect(tmp_path / "nowhere.nii").describe())
    assert "1 volume without a place in the body" in said


def test_a_volume_without_the_slices_is_left_out(workspace: Workspace, tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "set" / "ab"[number % 2] / f"{number}.nii", build_body())
    write(tmp_path / "set" / "a" / "short.nii", build_body()[..., :3])
    layout = inspect(tmp_path / "set", ImportChoice(slices=SliceChoice(slices="8-9")))
    assert len(layout.files) == 6
    assert layout.left_out == (("a/short.nii", "There are no slices 8-9: the volume has 3."),)


def test_volumes_in_no_class_folder_are_asked_about(workspace: Workspace, tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "flat" / f"{number}.nii", build_body())
    assert inspect(tmp_path / "flat").question
    with pytest.raises(DataError, match="class"):
        add_path(workspace, tmp_path / "flat")
    assert list(workspace.data_folder.iterdir()) == []


def edit_header(path: Path, offset: int, content: bytes) -> Path:
    stored = bytearray(path.read_bytes())
    stored[offset : offset + len(content)] = content
    path.write_bytes(stored)
    return path


@pytest.mark.parametrize(
    ("offset", "content", "message"),
    [
        (42, b"\xff\x7f" * 3, "claims 35,180,077,121,536 voxels|claims .* voxels"),
        (42, b"\x00\x02\x00\x02\x00\x02", "claims 268,435,456 bytes of voxels"),
        (42, b"\xff\xff", "it has the dimensions|damaged"),
        (40, b"\x01\x00", "it has the dimensions"),
        (40, b"\x63\x63", "damaged"),
        (70, b"\x20\x00\x40\x00", "complex64, and no grey levels"),
        (70, b"\x77\x77", "damaged"),
    ],
)
def test_a_header_is_not_believed(
    tmp_path: Path, offset: int, content: bytes, message: str
) -> None:
    path = edit_header(write(tmp_path / "x.nii", build_body()), offset, content)
    with pytest.raises(DataError, match=message):
        open_container(path)


def test_another_use_of_the_suffix_is_said(tmp_path: Path) -> None:
    """A connectivity matrix of CIFTI-2 lies in a file of NIfTI-2 and has no place in a body."""
    axis = nibabel.cifti2.ScalarAxis(["a"])
    parts = nibabel.cifti2.BrainModelAxis.from_mask(np.ones((2, 2, 2)), affine=np.eye(4))
    image = nibabel.Cifti2Image(np.zeros((1, 8), np.float32), header=(axis, parts))
    nibabel.save(image, tmp_path / "x.dscalar.nii")
    with pytest.raises(DataError, match="No volume can be read"):
        open_container(tmp_path / "x.dscalar.nii")


def test_a_volume_that_inflates_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "bomb.nii.gz", np.zeros((420, 420, 420), np.uint8))
    with pytest.raises(DataError, match="times its size, as bombs do"):
        open_container(tmp_path / "bomb.nii.gz")


def test_a_volume_that_ends_early_is_left_out(workspace: Workspace, tmp_path: Path) -> None:
    write(tmp_path / "set" / "a" / "good.nii.gz", build_body())
    bad = write(tmp_path / "set" / "b" / "bad.nii.gz", build_body())
    bad.write_bytes(bad.read_bytes()[:-40])
    add(workspace, tmp_path / "set", slices="middle")
    left_out = Catalog(workspace).list_unreadable(Catalog(workspace).find_data_set("set"))
    assert [name for name, _ in left_out] == ["b/bad-006.png"]
    assert "damaged or cut short" in left_out[0][1]


def test_a_preview_shows_volumes_of_each_class(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path / "set" / "ab"[number % 2] / f"{number}.nii.gz", build_body())
    sheet = load_sheet(preview(tmp_path / "set"))
    assert {image.file.label for image in sheet} == {"a", "b"}
    assert len({image.file.attributes["volume"] for image in sheet}) > 3


def test_images_of_some_numbers_are_those_of_all(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "set" / "ab"[number % 2] / f"{number}.nii", build_body() + number)
    container = open_container(tmp_path / "set")
    assert container is not None
    everything = list(container.read())
    places = [0, 1, 9, 10, 25, 29]
    assert list(container.read_some(places)) == [everything[place] for place in places]
    plain = Container("x", container.layout, container.read)
    assert list(plain.read_some(places)) == [everything[place] for place in places]
    assert list(plain.read_some([])) == []


def test_segmentations_of_a_decathlon_are_no_class(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "set" / "imagesTr" / f"lung_{number}.nii.gz", build_body())
        write(tmp_path / "set" / "labelsTr" / f"lung_{number}.nii.gz", build_body())
    write(tmp_path / "set" / "imagesTs" / "lung_9.nii.gz", build_body())
    layout = inspect(tmp_path / "set")
    assert layout.question
    assert "labelsTr" not in " ".join(layout.classes)
    assert [reason for _, reason in layout.left_out] == ["a mask, and no image"] * 3


def test_a_table_says_what_volumes_show(workspace: Workspace, tmp_path: Path) -> None:
    rows = []
    for number in range(6):
        name = f"sub-{number:02d}"
        write(tmp_path / "set" / name / "anat" / f"{name}_T1w.nii.gz", build_body() + number)
        rows.append(
            f"{name}/anat/{name}_T1w.nii.gz\t{'ill' if number % 2 else 'well'}\t{30 + number}"
        )
    table = tmp_path / "set" / "volumes.tsv"
    table.write_text("image\tdiagnosis\tage\n" + "\n".join(rows) + "\n")
    report = add_path(
        workspace, tmp_path / "set", choice=ImportChoice(slices=SliceChoice(slices="middle"))
    )
    samples = Catalog(workspace).load_samples(report.data_set)
    assert [s.label for s in samples] == ["well", "ill"] * 3
    assert samples[3].attributes["age"] == "33"
    assert len({s.patient for s in samples}) == 6
