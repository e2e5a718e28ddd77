"""Images with annotations of objects, from files to the catalog, in place and out of a zip."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.updating import update
from medapp.imaging.geometry import Box
from medapp.store.workspace import Workspace

VOC = (
    "<annotation><object><name>{0}</name><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>20</xmax>"
    "<ymax>21</ymax></bndbox></object></annotation>"
)


def write(folder: Path, number: int, label: str) -> None:
    for name in ("JPEGImages", "Annotations"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 255, (30, 40), np.uint8)
    Image.fromarray(pixels).save(folder / "JPEGImages" / f"{number}.png")
    (folder / "Annotations" / f"{number}.xml").write_text(VOC.format(label))


@pytest.mark.parametrize("is_packed", [False, True])
def test_labels_and_boxes_reach_the_catalog(
    workspace: Workspace, tmp_path: Path, is_packed: bool
) -> None:
    folder = tmp_path / "voc"
    for number in range(6):
        write(folder, number, "cyst" if number % 2 else "tumor")
    path = folder
    if is_packed:
        path = tmp_path / "voc.zip"
        with zipfile.ZipFile(path, "w") as packed:
            for file in sorted(folder.rglob("*.*")):
                packed.write(file, file.relative_to(tmp_path))
    report = add_path(workspace, path)
    assert report.data_set.classes == ("cyst", "tumor")
    assert report.unreadable == ()
    samples = Catalog(workspace).load_samples(report.data_set)
    assert {s.boxes for s in samples if s.label == "cyst"} == {(Box("cyst", 2, 3, 20, 21),)}
    assert len([s for s in samples if s.boxes]) == 6


def test_a_new_image_with_its_annotation_is_taken_in(workspace: Workspace, tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / "voc", number, "cyst" if number % 2 else "tumor")
    data_set = add_path(workspace, tmp_path / "voc").data_set
    write(tmp_path / "voc", 9, "cyst")
    catalog = Catalog(workspace)
    assert update(catalog, data_set).new == ("JPEGImages/9.png",)
    new = next(s for s in catalog.load_samples(data_set) if s.name == "JPEGImages/9.png")
    assert (new.label, new.boxes) == ("cyst", (Box("cyst", 2, 3, 20, 21),))


@pytest.mark.parametrize("source", ["boxes.csv", "table", "voc"])
def test_one_rule_for_boxes_wherever_they_come_from(
    workspace: Workspace, tmp_path: Path, source: str
) -> None:
    boxes = {0: (2, 3, 20, 21), 1: (30, 3, 50, 21), 2: (2, 3, 40.5, 30.5), 3: (90, 90, 99, 99)}
    rows = []
    for number, (x0, y0, x1, y1) in boxes.items():
        write(tmp_path / "set", number, "cyst" if number % 2 else "tumor")
        file = tmp_path / "set" / "Annotations" / f"{number}.xml"
        place = f"<xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax>"
        text = re.sub("<xmin>.*</ymax>", place, file.read_text())
        file.write_text(text) if source == "voc" else file.unlink()
        label = "cyst" if number % 2 else "tumor"
        rows.append(f"JPEGImages/{number}.png,{label},{x0},{y0},{x1},{y1}\n")
    images = tmp_path / "set"
    if source == "boxes.csv":
        for number in boxes:
            target = images / ("b" if number % 2 else "a") / f"{number}.png"
            target.parent.mkdir(exist_ok=True)
            (images / "JPEGImages" / f"{number}.png").rename(target)
            rows[number] = rows[number].replace("JPEGImages", target.parent.name)
    if source != "voc":
        name, ends = (
            ("boxes.csv", "x0,y0,x1,y1")
            if source == "boxes.csv"
            else (
                "labels.csv",
                "xmin,ymin,xmax,ymax",
            )
        )
        (images / name).write_text(f"image,label,{ends}\n{''.join(rows)}")
    report = add_path(workspace, images)
    samples = Catalog(workspace).load_samples(report.data_set)
    found = {Path(s.name).stem: [(b.x0, b.y0, b.x1, b.y1) for b in s.boxes] for s in samples}
    assert found == {"0": [(2, 3, 20, 21)], "1": [], "2": [(2, 3, 40, 30)], "3": []}
    reason = "it does not lie on its image of 40 × 30 px: not used"
    said = [name for name, why in report.unreadable if why == reason]
    assert [name.rpartition("box ")[2] for name in said] == ["30, 3 to 50, 21", "90, 90 to 99, 99"]
