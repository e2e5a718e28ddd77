"""Annotations beside images: Pascal VOC, COCO, YOLO, by way of the folder they lie in."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.roles import Asked, TableChoice, load_choice
from medapp.imaging.geometry import Box

WIDTH, HEIGHT = 40, 30
Object = tuple[str, int, int, int, int]

ASTRAY = "it does not lie on its image of 40 × 30 px: not used"


def draw(path: Path, turned: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8))
    exif = Image.Exif()
    if turned:
        exif[0x0112] = 6
    image.save(path, exif=exif)


def write_voc(
    path: Path,
    objects: Sequence[Object],
    size: tuple[int, int] = (WIDTH, HEIGHT),
    filename: str | None = None,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    inner = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax>"
        f"<ymax>{y1}</ymax></bndbox></object>"
        for name, x0, y0, x1, y1 in objects
    )
    path.write_text(
        f"<annotation><filename>{filename or path.stem + '.png'}</filename><size><width>{size[0]}"
        f"</width><height>{size[1]}</height><depth>1</depth></size>{inner}</annotation>"
    )


def show(layout: Layout) -> dict[str, str]:
    return {file.name: file.label for file in layout.files}


def test_objects_are_labels_where_no_folder_tells_classes(tmp_path: Path) -> None:
    for name, label in (("1", "cyst"), ("2", "tumor"), ("3", "cyst")):
        draw(tmp_path / "JPEGImages" / f"{name}.png")
        write_voc(tmp_path / "Annotations" / f"{name}.xml", [(label, 1, 2, 11, 12)])
    layout = scan_folder(tmp_path)
    assert layout.question == ""
    assert layout.task == "single-label"
    assert show(layout) == {
        "JPEGImages/1.png": "cyst",
        "JPEGImages/2.png": "tumor",
        "JPEGImages/3.png": "cyst",
    }
    assert layout.boxes["JPEGImages/2.png"] == (Box("tumor", 1, 2, 11, 12),)
    assert "Objects: cyst 2, tumor 1." in layout.sentences
    assert layout.passed_over == ()


def test_images_of_several_objects_have_several_findings(tmp_path: Path) -> None:
    draw(tmp_path / "1.png")
    draw(tmp_path / "2.png")
    draw(tmp_path / "3.png")
    write_voc(tmp_path / "1.xml", [("cyst", 1, 2, 11, 12), ("tumor", 0, 0, 5, 5)])
    write_voc(tmp_path / "2.xml", [("cyst", 1, 2, 11, 12), ("cyst", 3, 3, 9, 9)])
    write_voc(tmp_path / "3.xml", [])
    layout = scan_folder(tmp_path)
    assert layout.task == "multi-label"
    assert [layout.list_labels(file) for file in layout.files] == [("cyst", "tumor"), ("cyst",), ()]
    assert "Images have boxes of several findings." in layout.sentences
    assert [len(boxes) for boxes in layout.boxes.values()] == [2, 2]


def test_an_image_without_an_object_of_the_one_kind_is_a_class_of_its_own(tmp_path: Path) -> None:
    for name, objects in (("1", [("nodule", 1, 1, 9, 9)]), ("2", [])):
        draw(tmp_path / f"{name}.png")
        write_voc(tmp_path / f"{name}.xml", objects)
    layout = scan_folder(tmp_path)
    assert show(layout) == {"1.png": "nodule", "2.png": "no nodule"}
    said = "1 image has an annotation without an object, which counts as 'no nodule'."
    assert said in layout.sentences


def test_folders_tell_classes_and_annotations_give_boxes(tmp_path: Path) -> None:
    for label in ("benign", "malignant"):
        draw(tmp_path / "set" / label / "1.png")
        write_voc(tmp_path / "set" / label / "1.xml", [("mass", 1, 1, 9, 9)])
    layout = scan_folder(tmp_path)
    assert show(layout) == {"benign/1.png": "benign", "malignant/1.png": "malignant"}
    assert layout.boxes == {
        "benign/1.png": (Box("mass", 1, 1, 9, 9),),
        "malignant/1.png": (Box("mass", 1, 1, 9, 9),),
    }
    assert any(said.startswith("Boxes are those of the annotations") for said in layout.describe())


def test_names_of_files_are_asked_about_where_objects_are_of_one_kind(tmp_path: Path) -> None:
    for name in ("benign_1", "benign_2", "malignant_1", "malignant_2"):
        draw(tmp_path / f"{name}.png")
        write_voc(tmp_path / f"{name}.xml", [("mass", 1, 1, 9, 9)])
    layout = scan_folder(tmp_path)
    assert layout.candidates[0].classes == ("benign", "malignant")
    answered = scan_folder(tmp_path, layout.candidates[0].template)
    assert len(answered.boxes) == 4


def test_a_table_of_patients_joins_the_objects(tmp_path: Path) -> None:
    for name, label in (("1", "cyst"), ("2", "tumor")):
        draw(tmp_path / f"{name}.png")
        write_voc(tmp_path / f"{name}.xml", [(label, 1, 2, 11, 12)])
    (tmp_path / "list.csv").write_text("image,patient\n1.png,p7\n2.png,p8\n")
    layout = scan_folder(tmp_path)
    assert [(file.label, file.patient) for file in layout.files] == [
        ("cyst", "p7"),
        ("tumor", "p8"),
    ]


def test_published_lists_are_the_split(tmp_path: Path) -> None:
    for name, label in (("1", "cyst"), ("2", "tumor"), ("3", "tumor")):
        draw(tmp_path / "JPEGImages" / f"{name}.png")
        write_voc(tmp_path / "Annotations" / f"{name}.xml", [(label, 1, 2, 11, 12)])
    lists = tmp_path / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("1\n9\n")
    (lists / "val.txt").write_text("2\n")
    (lists / "trainval.txt").write_text("1\n2\n")
    (lists / "test.txt").write_text("3\n")
    layout = scan_folder(tmp_path)
    assert [file.split for file in layout.files] == ["train", "validation", "test"]


@pytest.mark.parametrize(
    ("size", "objects", "faults"),
    [
        (
            (80, 60),
            [("a", 1, 1, 9, 9)],
            {"1.xml": "it is of an image of 80 × 60 px, and the image has 40 × 30: no box is used"},
        ),
        ((40, 30), [("a", 1, 1, 9, 90)], {"1.xml, box 1, 1 to 9, 90": ASTRAY}),
        ((40, 30), [("a", 9, 1, 9, 9)], {"1.xml, box 9, 1 to 9, 9": ASTRAY}),
        (
            (40, 30),
            [("a", -5, 1, 9, 9), ("a", 1, 1, 99, 9)],
            {"1.xml, box -5, 1 to 9, 9": ASTRAY, "1.xml, box 1, 1 to 99, 9": ASTRAY},
        ),
    ],
)
def test_a_box_that_cannot_be_is_not_used_and_said(
    tmp_path: Path, size: tuple[int, int], objects: list[Object], faults: dict[str, str]
) -> None:
    draw(tmp_path / "1.png")
    draw(tmp_path / "2.png")
    write_voc(tmp_path / "1.xml", objects, size)
    write_voc(tmp_path / "2.xml", [("b", 1, 1, 41, 31)])
    layout = scan_folder(tmp_path)
    assert show(layout) == {"1.png": "a", "2.png": "b"}
    assert layout.boxes == {"2.png": (Box("b", 1, 1, 40, 30),)}
    assert dict(layout.left_out) == faults


def test_the_size_is_that_of_the_image_as_it_is_seen(tmp_path: Path) -> None:
    draw(tmp_path / "1.jpg", turned=True)
    draw(tmp_path / "2.jpg")
    write_voc(tmp_path / "1.xml", [("a", 1, 1, 29, 39)], (HEIGHT, WIDTH))
    write_voc(tmp_path / "2.xml", [("b", 1, 1, 9, 9)], (0, 0))
    assert list(scan_folder(tmp_path).boxes) == ["1.jpg", "2.jpg"]


def test_a_file_that_names_another_image_is_not_believed(tmp_path: Path) -> None:
    for name in ("1", "2", "3"):
        draw(tmp_path / f"{name}.png")
        write_voc(tmp_path / f"{name}.xml", [(f"of {name}", 1, 1, 9, 9)])
    write_voc(tmp_path / "1.xml", [("of 2", 1, 1, 9, 9)], filename="2.png")
    write_voc(tmp_path / "3.xml", [("of 3", 1, 1, 9, 9)], filename="renamed since.png")
    layout = scan_folder(tmp_path)
    assert show(layout) == {"2.png": "of 2", "3.png": "of 3"}
    assert (
        dict(layout.left_out)["1.xml"] == "no annotation: it is called like 1.png and names 2.png"
    )


def test_a_file_of_another_name_is_of_the_image_that_it_names(tmp_path: Path) -> None:
    for name in ("1", "2"):
        draw(tmp_path / "images" / f"{name}.png")
        write_voc(tmp_path / "xml" / f"ann{name}.xml", [(name * 2, 1, 1, 9, 9)], filename=f"{name}")
    assert show(scan_folder(tmp_path)) == {"images/1.png": "11", "images/2.png": "22"}


def test_a_damaged_file_is_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    for name in ("1", "2", "3"):
        draw(tmp_path / f"{name}.png")
        write_voc(tmp_path / f"{name}.xml", [(name * 2, 1, 1, 9, 9)])
    (tmp_path / "3.xml").write_text("<annotation><object>")
    layout = scan_folder(tmp_path)
    assert show(layout) == {"1.png": "11", "2.png": "22"}
    assert dict(layout.left_out)["3.xml"].startswith("no annotation: is no XML")
    assert dict(layout.left_out)["3.png"] == "no row names it"


def test_other_xml_is_passed_over(tmp_path: Path) -> None:
    for label in ("a", "b"):
        draw(tmp_path / label / "1.png")
        (tmp_path / label / "1.xml").write_text("<settings><camera>7</camera></settings>")
    layout = scan_folder(tmp_path)
    assert layout.boxes == {}
    assert [(found.kind, found.count) for found in layout.passed_over] == [(".xml", 2)]


def test_what_was_read_is_read_again_the_same_way(tmp_path: Path) -> None:
    for name, label in (("1", "cyst"), ("2", "tumor")):
        draw(tmp_path / f"{name}.png")
        write_voc(tmp_path / f"{name}.xml", [(label, 1, 2, 11, 12)])
    several = scan_folder(tmp_path, None, TableChoice((), Asked(kind="several")))
    assert several.task == "multi-label"
    assert several.table is not None
    again = scan_folder(tmp_path, None, load_choice(several.table.to_dict()))
    assert (again.files, again.boxes, again.task) == (several.files, several.boxes, "multi-label")


def test_coco_names_images_below_its_own_folder(tmp_path: Path) -> None:
    for split, label in (("train", 1), ("valid", 2)):
        draw(tmp_path / split / "1.png")
        draw(tmp_path / split / "2.png")
        (tmp_path / split / "_annotations.coco.json").write_text(
            json.dumps(
                {
                    "info": {},
                    "categories": [{"id": 1, "name": "cyst"}, {"id": 2, "name": "tumor"}],
                    "images": [
                        {"id": 0, "file_name": "1.png", "width": 40, "height": 30},
                        {"id": 1, "file_name": "2.png", "width": 40, "height": 30},
                    ],
                    "annotations": [
                        {"image_id": 0, "category_id": label, "bbox": [1, 2, 10, 12.5]},
                        {"image_id": 1, "category_id": 3 - label},
                    ],
                }
            )
        )
    layout = scan_folder(tmp_path)
    assert [(file.name, file.label, file.split) for file in layout.files] == [
        ("train/1.png", "cyst", "train"),
        ("train/2.png", "tumor", "train"),
        ("valid/1.png", "tumor", "validation"),
        ("valid/2.png", "cyst", "validation"),
    ]
    assert layout.boxes["valid/1.png"] == (Box("tumor", 1, 2, 11, 14.5),)
    assert layout.passed_over == ()


@pytest.mark.parametrize(
    "text",
    ['{"images": [', '{"images": [{"id": 1}], "annotations": [], "categories": []}', "[" * 5000],
)
def test_damaged_coco_is_no_annotation(tmp_path: Path, text: str) -> None:
    for label in ("a", "b"):
        draw(tmp_path / label / "1.png")
    (tmp_path / "all.json").write_text(text)
    layout = scan_folder(tmp_path)
    assert show(layout) == {"a/1.png": "a", "b/1.png": "b"}
    assert [found.kind for found in layout.passed_over] == [".json"]


def test_yolo_shares_become_pixels(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "train" / "1.png")
    draw(tmp_path / "images" / "val" / "1.png")
    for split, line in (("train", "1 0.5 0.5 0.5 0.2"), ("val", "0 0.25 0 0.5 0 0.5 0.5")):
        (tmp_path / "labels" / split).mkdir(parents=True)
        (tmp_path / "labels" / split / "1.txt").write_text(line)
    (tmp_path / "data.yaml").write_text("train: images/train\nnc: 2\nnames: ['cyst', \"tumor\"]\n")
    layout = scan_folder(tmp_path)
    assert [(file.name, file.label, file.split) for file in layout.files] == [
        ("images/train/1.png", "tumor", "train"),
        ("images/val/1.png", "cyst", "validation"),
    ]
    # 40 x 30 px: the centre at (20, 15), 20 wide and 6 high; the polygon's rim.
    assert layout.boxes["images/train/1.png"] == (Box("tumor", 10, 12, 30, 18),)
    assert layout.boxes["images/val/1.png"] == (Box("cyst", 10, 0, 20, 15),)
    assert layout.passed_over == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", "cyst\ntumor\n"),
        ("data.yaml", "names:\n  0: cyst\n  1: tumor\n"),
        ("data.yaml", "nc: 2\nnames:\n- cyst\n- 'tumor'\npath: x\n"),
    ],
)
def test_names_of_yolo_classes(tmp_path: Path, name: str, text: str) -> None:
    for number in (0, 1):
        draw(tmp_path / f"{number}.png")
        (tmp_path / f"{number}.txt").write_text(f"{number} 0.5 0.5 0.5 0.2\n")
    (tmp_path / name).write_text(text)
    assert show(scan_folder(tmp_path)) == {"0.png": "cyst", "1.png": "tumor"}


def test_yolo_without_names_says_numbers(tmp_path: Path) -> None:
    for number in (0, 1):
        draw(tmp_path / f"{number}.png")
        (tmp_path / f"{number}.txt").write_text(f"{number} 0.5 0.5 0.5 0.2\n")
    assert show(scan_folder(tmp_path)) == {"0.png": "class 0", "1.png": "class 1"}


def test_predictions_and_other_text_are_no_yolo(tmp_path: Path) -> None:
    for number in range(5):
        draw(tmp_path / f"{number}.png")
        (tmp_path / f"{number}.txt").write_text(f"{number % 2} 0.5 0.5 0.5 0.2\n")
    (tmp_path / "1.txt").write_text("1 0.5 0.5 0.5 0.2 0.93\n")
    (tmp_path / "2.txt").write_text("a remark on the image\n")
    layout = scan_folder(tmp_path)
    assert show(layout) == {"0.png": "class 0", "3.png": "class 1", "4.png": "class 0"}
    reasons = dict(layout.left_out)
    assert reasons["1.txt"] == "its lines end in a confidence, as a model's predictions do"
    assert reasons["2.txt"] == "no annotation: a line is no class with the shares of a box"


def test_remarks_beside_images_are_no_annotations(tmp_path: Path) -> None:
    for label in ("a", "b"):
        draw(tmp_path / label / "1.png")
        (tmp_path / label / "1.txt").write_text("seen by 2 readers")
    layout = scan_folder(tmp_path)
    assert layout.boxes == {}
    assert layout.left_out == ()
