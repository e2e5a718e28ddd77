"""Folders with tables in the forms that published data sets have."""

from pathlib import Path

import pytest

from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.roles import Asked, TableChoice, load_choice
from medapp.errors import DataError
from medapp.imaging.geometry import Box


def make(root: Path, table: str, *names: str, file: str = "labels.csv") -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at")
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(table, "utf-8")
    return root


def scan(root: Path, *tables: str, **asked: object) -> Layout:
    choice = TableChoice(tuple(map(str, tables)), Asked(**asked))  # type: ignore[arg-type]
    return scan_folder(root, choice=choice)


def show(layout: Layout) -> dict[str, str]:
    assert not layout.question, layout.question
    return {file.name: file.label for file in layout.files}


def test_a_table_beside_flat_images_is_taken_by_itself(tmp_path: Path) -> None:
    text = "image_id,dx,patient,age\nimg_0,mel,P0,50\nimg_1,nv,P0,51\nimg_2,nv,P1,\n"
    found = scan(make(tmp_path, text, "img_0.jpg", "img_1.jpg", "img_2.jpg"))
    assert show(found) == {"img_0.jpg": "mel", "img_1.jpg": "nv", "img_2.jpg": "nv"}
    assert [file.patient for file in found.files] == ["P0", "P0", "P1"]
    assert [dict(file.attributes) for file in found.files] == [{"age": "50"}, {"age": "51"}, {}]
    assert found.left_out == ()
    assert found.bad_rows == ()
    assert "The column 'dx' is called like labels." in found.describe()


def test_the_column_that_names_most_images_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    text = "file,what,dx\n1.png,1.png,a\n2.png,2.png,b\ngone.png,3.png,a\n"
    found = scan(make(tmp_path, text, "1.png", "2.png", "3.png"))
    assert found.table is not None
    assert found.table.roles.image == "what"


def test_of_columns_that_name_as_many_images_one_that_is_called_so_is_taken(tmp_path: Path) -> None:
    text = "what,file,other,dx\n1.png,1.png,1.png,a\n2.png,2.png,2.png,b\n"
    found = scan(make(tmp_path, text, "1.png", "2.png"))
    assert found.table is not None
    assert found.table.roles.image == "file"


def test_a_column_of_files_goes_before_one_of_their_folders(tmp_path: Path) -> None:
    text = "image,shown,dx\np1,a.png,a\np2,b.png,b\np2,c.png,a\n"
    found = scan(make(tmp_path, text, "p1/a.png", "p2/b.png", "p2/c.png"))
    assert found.table is not None
    assert found.table.roles.image == "shown"


def test_dermatoscopy_lesions_stand_for_patients(tmp_path: Path) -> None:
    text = (
        "lesion_id,image_id,dx,dx_type,age,sex,localization\n"
        "HAM_1,ISIC_1,bkl,histo,80.0,male,scalp\nHAM_1,ISIC_2,bkl,histo,80.0,male,scalp\n"
        "HAM_2,ISIC_3,nv,follow_up,45.0,female,back\n"
    )
    parts = ["HAM10000_images_part_1", "HAM10000_images_part_2"]
    names = [f"{parts[0]}/ISIC_1.jpg", f"{parts[0]}/ISIC_2.jpg", f"{parts[1]}/ISIC_3.jpg"]
    found = scan(make(tmp_path, text, *names, file="HAM10000_metadata.csv"))
    assert show(found) == dict(zip(names, ["bkl", "bkl", "nv"], strict=True))
    assert [file.patient for file in found.files] == ["HAM_1", "HAM_1", "HAM_2"]
    assert found.files[0].attributes["localization"] == "scalp"


def test_one_hot_columns_are_one_label_where_each_row_has_one(tmp_path: Path) -> None:
    text = "image,MEL,NV,BCC\nISIC_1,0.0,1.0,0.0\nISIC_2,1.0,0.0,0.0\nISIC_3,0.0,0.0,1.0\n"
    found = scan(make(tmp_path, text, "ISIC_1.jpg", "ISIC_2.jpg", "ISIC_3.jpg"))
    assert show(found) == {"ISIC_1.jpg": "NV", "ISIC_2.jpg": "MEL", "ISIC_3.jpg": "BCC"}
    assert found.task == "single-label"


CHEXPERT = (
    "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Cardiomegaly,Edema,Fracture\n"
    "CheXpert/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,0.0,\n"
    "CheXpert/train/patient00002/study1/view1_frontal.jpg,Male,50,Frontal,AP,,-1.0,1.0,1.0\n"
    "CheXpert/train/patient00002/study2/view1_frontal.jpg,Male,50,Frontal,AP,,0.0,,\n"
)
PATHS = (
    "train/patient00001/study1/view1_frontal.jpg",
    "train/patient00002/study1/view1_frontal.jpg",
    "train/patient00002/study2/view1_frontal.jpg",
)


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        # Cardiomegaly and Edema say 0, so that an empty cell is unknown; Fracture never does.
        ({}, ["?Cardiomegaly", "?Cardiomegaly|Edema|Fracture", "?Edema"]),
        ({"uncertain": "present"}, ["?Cardiomegaly", "Cardiomegaly|Edema|Fracture", "?Edema"]),
        ({"uncertain": "absent"}, ["?Cardiomegaly", "Edema|Fracture", "?Edema"]),
        ({"blank": "absent"}, ["", "?Cardiomegaly|Edema|Fracture", ""]),
        (
            {"blank": "unknown", "uncertain": "absent"},
            ["?Cardiomegaly|?Fracture", "Edema|Fracture", "?Edema|?Fracture"],
        ),
    ],
)
def test_uncertain_and_empty_cells_are_kept_apart_and_count_as_the_user_says(
    tmp_path: Path, asked: dict[str, str], labels: list[str]
) -> None:
    found = scan(make(tmp_path, CHEXPERT, *PATHS, file="train.csv"), **asked)
    assert list(show(found).values()) == labels
    assert found.task == "multi-label"
    assert found.classes == ("Cardiomegaly", "Edema", "Fracture")
    assert [f.patient for f in found.files] == ["patient00001", "patient00002", "patient00002"]
    assert found.files[0].attributes["No Finding"] == "1.0"


def test_what_unclear_cells_count_as_is_said(tmp_path: Path) -> None:
    said = scan(make(tmp_path, CHEXPERT, *PATHS, file="train.csv")).describe()
    assert "Uncertain (-1): 1 cell, as unknown." in said
    assert "An empty cell in 'Fracture' counts as absent as the column never says 0." in said
    assert "An empty cell in 2 columns of findings counts as unknown." in said


def test_findings_in_one_cell(tmp_path: Path) -> None:
    text = (
        "Image Index,Finding Labels,Follow-up #,Patient ID,OriginalImage[Width,Height],\n"
        "1.png,Cardiomegaly|Emphysema,0,7,2682,2749,\n2.png,No Finding,1,7,2682,2749,\n"
        "3.png,Effusion,0,8,2682,2749,\n"
    )
    found = scan(make(tmp_path, text, "images/1.png", "images/2.png", "images/3.png"))
    assert list(show(found).values()) == ["Cardiomegaly|Emphysema", "", "Effusion"]
    assert found.task == "multi-label"
    assert found.classes == ("Cardiomegaly", "Effusion", "Emphysema")
    assert [file.patient for file in found.files] == ["7", "7", "8"]


def test_findings_may_stand_together_otherwise_in_each_image(tmp_path: Path) -> None:
    kinds = [f"kind{n}" for n in range(8)]
    joined = ["|".join(kinds[k] for k in range(8) if n >> k & 1) for n in range(1, 61)]
    rows = "".join(f"{n}.png,{label}\n" for n, label in enumerate(joined))
    names = [f"{n}.png" for n in range(60)]
    found = scan(make(tmp_path, f"image,findings\n{rows}", *names))
    assert (found.task, found.classes) == ("multi-label", tuple(kinds[:6]))


def test_lists_in_brackets_are_findings(tmp_path: Path) -> None:
    text = (
        "ImageID;PatientID;Labels\n1.png;a;['pneumonia', 'pleural effusion']\n"
        "2.png;b;['normal']\n3.png;c;[]\n4.png;c;\n"
    )
    found = scan(make(tmp_path, text, "1.png", "2.png", "3.png", "4.png"))
    assert show(found) == {"1.png": "pneumonia|pleural effusion", "2.png": "normal", "3.png": ""}
    assert found.left_out == (("4.png", "no label"),)
    assert [(row.row, row.reason) for row in found.bad_rows] == [(5, "no label")]


def test_a_comma_divides_findings_only_where_its_parts_repeat(tmp_path: Path) -> None:
    names = ["1.png", "2.png", "3.png"]
    several = '\nimage,label\n1,"a, b"\n2,b\n3,a\n'
    assert list(show(scan(make(tmp_path / "x", several, *names))).values()) == ["a|b", "b", "a"]
    one = 'image,label\n1,"carcinoma, left"\n2,"sarcoma, right"\n3,"sarcoma, right"\n'
    found = scan(make(tmp_path / "y", one, *names))
    assert set(show(found).values()) == {"carcinoma, left", "sarcoma, right"}


def test_grades_are_guessed_by_name_and_taken_when_said(tmp_path: Path) -> None:
    rows = "\n".join(f"{i:x},{i % 5}" for i in range(10, 16))
    names = [f"{i:x}.png" for i in range(10, 16)]
    found = scan(make(tmp_path / "a", f"id_code,diagnosis\n{rows}\n", *names))
    assert (found.task, found.classes) == ("single-label", ("0", "1", "2", "3", "4"))
    said = scan(tmp_path / "a", kind="ordinal")
    assert (said.task, said.classes) == ("ordinal", ("0", "1", "2", "3", "4"))
    named = scan(make(tmp_path / "b", f"image,level\n{rows}\n", *names))
    assert named.task == "ordinal"


def test_numbers_after_one_word_are_grades_and_after_several_are_not(tmp_path: Path) -> None:
    names = [f"{i}.png" for i in range(6)]

    def tell(folder: str, *words: str) -> Layout:
        rows = "".join(f"{i},{words[i % len(words)]}{i % 3}\n" for i in range(6))
        return scan(make(tmp_path / folder, f"image,KL grade\n{rows}", *names))

    assert (tell("a", "KL").task, tell("a", "KL").classes) == ("ordinal", ("KL0", "KL1", "KL2"))
    assert tell("b", "Grade ").task == "ordinal"
    assert tell("c", "T", "N").task == "single-label"


def test_grades_whose_names_tell_no_order_are_named_once_they_are_added(tmp_path: Path) -> None:
    make(tmp_path, "image,Befund\n1,keine\n2,leicht\n3,schwer\n", "1.png", "2.png", "3.png")
    with pytest.raises(DataError, match="do not tell which grade") as caught:
        scan(tmp_path, labels=("Befund",), kind="ordinal")
    assert "medapp data task" in caught.value.in_shell


def test_lines_of_json_beside_the_images_are_taken_by_themselves(tmp_path: Path) -> None:
    text = '{"file_name": "a/1.png", "label": "x"}\n{"file_name": "a/2.png", "label": "y"}\n'
    found = scan(make(tmp_path, text, "a/1.png", "a/2.png", file="metadata.jsonl"))
    assert show(found) == {"a/1.png": "x", "a/2.png": "y"}


def test_a_table_that_names_no_image_says_how_it_was_read(tmp_path: Path) -> None:
    make(tmp_path, "image;label\n8;x\n9;y\n", "1.png", "2.png")
    with pytest.raises(DataError, match=r"image that is there\. labels.csv: .* by semicolons"):
        scan(tmp_path, "labels.csv")


def test_boxes_of_several_rows(tmp_path: Path) -> None:
    text = (
        "patientId,x,y,width,height,Target\n"
        "a,264.0,152.0,213.0,379.0,1\na,562.0,152.0,256.0,453.0,1\nb,,,,,0\nc,9,9,0,5,1\n"
    )
    found = scan(make(tmp_path, text, "img/a.dcm", "img/b.dcm", "img/c.dcm"))
    assert show(found) == {"img/a.dcm": "1", "img/b.dcm": "0", "img/c.dcm": "1"}
    assert found.boxes == {
        "img/a.dcm": (Box("1", 264, 152, 477, 531), Box("1", 562, 152, 818, 605))
    }
    assert [(row.row, row.reason) for row in found.bad_rows] == [
        (5, "its box is none in pixels; the image is used")
    ]
    assert [file.patient for file in found.files] == ["a", "b", "c"]


def test_boxes_of_several_readers_and_findings(tmp_path: Path) -> None:
    text = (
        "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n"
        "a,Nodule,8,R1,10,10,20,20\na,Nodule,8,R2,11,10,20,20\na,Effusion,10,R1,30,30,50,60\n"
        "b,No finding,14,R1,,,,\nb,No finding,14,R2,,,,\n"
    )
    found = scan(make(tmp_path, text, "a.png", "b.png"))
    assert show(found) == {"a.png": "Nodule|Effusion", "b.png": ""}
    assert [box.label for box in found.boxes["a.png"]] == ["Nodule", "Nodule", "Effusion"]
    assert found.files[0].attributes["rad_id"] == "R1 | R2"


@pytest.mark.parametrize(
    ("column", "cells", "boxes", "said"),
    [
        (
            "bbox",
            ['"[10, 20, 5, 6.5]"', '"[1,2,3,4]"'],
            [(10, 20, 15, 26.5), (1, 2, 4, 6)],
            "The boxes in 'bbox' are read as [x, y, width, height].",
        ),
        (
            "bbox",
            ['"[1, 2, 30, 40]"', "(3 4 5 6)"],
            [(1, 2, 31, 42), (3, 4, 8, 10)],
            "The boxes in 'bbox' are read as [x, y, width, height]; if they are [x0, y0, x1, y1],"
            " call the column bbox_xyxy.",
        ),
        (
            "bbox_xyxy",
            ["1|2|30|40", "3;4;5;6"],
            [(1, 2, 30, 40), (3, 4, 5, 6)],
            "The boxes in 'bbox_xyxy' are read as [x0, y0, x1, y1], as its name says.",
        ),
        (
            "bbox_xywh",
            ['"1,2,30,40"', ""],
            [(1, 2, 31, 42)],
            "The boxes in 'bbox_xywh' are read as [x, y, width, height].",
        ),
    ],
)
def test_four_numbers_in_one_cell_are_a_box_and_how_they_are_read_is_said(
    tmp_path: Path,
    column: str,
    cells: list[str],
    boxes: list[tuple[float, float, float, float]],
    said: str,
) -> None:
    text = f"image,label,{column}\n1.png,a,{cells[0]}\n2.png,b,{cells[1]}\n"
    found = scan(make(tmp_path, text, "1.png", "2.png"))
    read = [(b.x0, b.y0, b.x1, b.y1) for of_image in found.boxes.values() for b in of_image]
    assert read == boxes
    assert [box.label for box in found.boxes["1.png"]] == ["a"]
    assert said in found.describe()
    assert column not in found.files[0].attributes
    assert found.bad_rows == ()


def test_several_boxes_in_one_cell_and_cells_that_are_none(tmp_path: Path) -> None:
    text = (
        "image,label,bbox\n"
        '1.png,a,"[[1, 2, 3, 4], [5, 6, 7, 8], [1, 2, 3, 4]]"\n'
        '2.png,b,"[]"\n3.png,b,"[1, 2, 0, 4]"\n4.png,a,none drawn\n5.png,a,"[9, 9, 1, 1]"\n'
    )
    found = scan(make(tmp_path, text, *(f"{i}.png" for i in range(1, 6))))
    assert found.boxes == {
        "1.png": (Box("a", 1, 2, 4, 6), Box("a", 5, 6, 12, 14)),
        "5.png": (Box("a", 9, 9, 10, 10),),
    }
    assert [(row.row, row.reason) for row in found.bad_rows] == [
        (4, "its box is none in pixels; the image is used"),
        (5, "its box is none in pixels; the image is used"),
    ]
    assert len(found.files) == 5


def test_boxes_that_are_shares_of_the_image_are_not_read_and_said(tmp_path: Path) -> None:
    text = 'image,label,bbox\n1.png,a,"[0.1, 0.2, 0.3, 0.4]"\n2.png,b,"[0.5, 0.5, 0.1, 1]"\n'
    found = scan(make(tmp_path, text, "1.png", "2.png"))
    assert found.boxes == {}
    said = "'bbox' holds shares of an image and no pixels: no box is read."
    assert said in found.describe()
    assert found.files[0].attributes["bbox"] == "[0.1, 0.2, 0.3, 0.4]"


def test_a_column_called_like_a_box_that_holds_other_things_is_an_attribute(tmp_path: Path) -> None:
    text = "image,label,box\n1.png,a,B 17\n2.png,b,B 18\n"
    found = scan(make(tmp_path, text, "1.png", "2.png"))
    assert found.boxes == {}
    assert [file.attributes["box"] for file in found.files] == ["B 17", "B 18"]


def test_rows_that_contradict_one_another_are_left_out_unless_there_are_several_labels(
    tmp_path: Path,
) -> None:
    text = "image,label\n1,a\n1,a\n2,a\n2,b\n3,b\n"
    root = make(tmp_path, text, "1.png", "2.png", "3.png")
    found = scan(root)
    assert show(found) == {"1.png": "a", "3.png": "b"}
    assert found.left_out == (("2.png", "its rows contradict one another (a, b)"),)
    assert [row.row for row in found.bad_rows] == [4, 5]
    assert show(scan(root, kind="several"))["2.png"] == "a|b"


def test_studies_are_folders_and_a_table_may_name_no_columns(tmp_path: Path) -> None:
    text = (
        "MURA/train/XR_WRIST/patient00001/study1_positive/,1\n"
        "MURA/train/XR_WRIST/patient00002/study1_negative/,0\n"
    )
    names = [
        "XR_WRIST/patient00001/study1_positive/image1.png",
        "XR_WRIST/patient00001/study1_positive/image2.png",
        "XR_WRIST/patient00002/study1_negative/image1.png",
    ]
    found = scan(make(tmp_path, text, *names), "labels.csv")
    assert show(found) == dict(zip(names, ["1", "1", "0"], strict=True))
    assert [f.patient for f in found.files] == ["patient00001", "patient00001", "patient00002"]


def test_a_number_means_the_file_with_zeros_before_it(tmp_path: Path) -> None:
    found = scan(
        make(tmp_path, "id, hemorrhage\n0,1\n1,0\n2,1\n", "head_ct/000.png", "head_ct/001.png")
    )
    assert show(found) == {"head_ct/000.png": "hemorrhage", "head_ct/001.png": "no hemorrhage"}
    assert [(row.row, row.image, row.reason) for row in found.bad_rows] == [
        (4, "2", "no such image")
    ]
    assert "Rows without an image: 1 (row 4: 2)." in found.describe()


def test_images_without_a_row_are_listed(tmp_path: Path) -> None:
    found = scan(make(tmp_path, "image,label\n1,a\n2,b\n", "1.png", "2.png", "3.png"))
    assert found.left_out == (("3.png", "no row names it"),)
    assert "Images without a row, which do not come in: 1." in found.describe()


def test_a_split_column_is_read_and_another_word_in_it_is_refused(tmp_path: Path) -> None:
    text = "file,label,set\n1.png,a,Training\n2.png,b,val\n3.png,a,TEST\n4.png,b,\n"
    found = scan(make(tmp_path, text, *(f"{i}.png" for i in range(1, 5))))
    assert [file.split for file in found.files] == ["train", "validation", "test", None]
    asked = text.replace("4.png,b,", "4.png,b,later")
    later = scan(make(tmp_path, asked), split="set")
    assert later.left_out == (("4.png", "its split 'later' is none of train, validation, test"),)


@pytest.mark.parametrize(
    ("header", "rows", "splits", "said"),
    [
        (
            "is_train",
            ["1", "0", "1.0", ""],
            ["train", "test", "train", None],
            "1 in 'is_train' is train; the others are test.",
        ),
        (
            "isTest",
            ["True", "False", "false", "true"],
            ["test", "train", "train", "test"],
            "1 in 'isTest' is test; the others are train.",
        ),
        (
            "is_training_image",
            ["1", "0", "1", "1"],
            ["train", "test", "train", "train"],
            "1 in 'is_training_image' is train; the others are test.",
        ),
        (
            "is_val",
            ["1", "0", "0", "0"],
            ["validation", "train", "train", "train"],
            "1 in 'is_val' is validation; the others are train.",
        ),
        (
            "is_train,is_test",
            ["1,0", "0,1", "0,0", "1,0"],
            ["train", "test", "validation", "train"],
            "1 in 'is_train' is train, 1 in 'is_test' is test; the others are validation.",
        ),
        (
            "train,valid,test",
            ["1,0,0", "0,1,0", "0,0,1", ",,"],
            ["train", "validation", "test", None],
            "1 in 'train' is train, 1 in 'valid' is validation, 1 in 'test' is test.",
        ),
    ],
)
def test_columns_of_0_and_1_say_the_split(
    tmp_path: Path, header: str, rows: list[str], splits: list[str | None], said: str
) -> None:
    lines = [f"{i}.png,{'ab'[i % 2]},{row}" for i, row in enumerate(rows)]
    text = "\n".join([f"image,label,{header}", *lines])
    found = scan(make(tmp_path, text, *(f"{i}.png" for i in range(len(rows)))))
    assert [file.split for file in found.files] == splits
    assert said in found.describe()
    assert found.classes == ("a", "b")
    assert found.table is not None
    again = scan_folder(tmp_path, choice=load_choice(found.table.to_dict()))
    assert again.files == found.files


def test_rows_of_no_split_or_of_several_are_left_out(tmp_path: Path) -> None:
    text = "image,label,is_train,is_val,is_test\n1.png,a,1,0,0\n2.png,b,1,0,1\n3.png,b,0,0,0\n"
    found = scan(make(tmp_path, text, "1.png", "2.png", "3.png"))
    assert show(found) == {"1.png": "a"}
    assert found.left_out == (
        ("2.png", "its rows say that it is in several splits (test, train)"),
        ("3.png", "its rows say that it is in no split"),
    )


@pytest.mark.parametrize("column", ["is_valid", "is_valid_image", "test", "is_tested", "valid"])
def test_a_column_that_may_mean_something_else_is_no_split(tmp_path: Path, column: str) -> None:
    text = f"image,label,{column}\n1.png,a,1\n2.png,b,0\n3.png,b,1\n"
    found = scan(make(tmp_path, text, "1.png", "2.png", "3.png"))
    assert {file.split for file in found.files} == {None}
    assert [file.attributes[column] for file in found.files] == ["1", "0", "1"]
    assert found.classes == ("a", "b")


def test_a_column_that_a_user_names_says_the_split_whatever_else_it_may_mean(
    tmp_path: Path,
) -> None:
    text = "image,label,is_valid\n1.png,a,1\n2.png,b,0\n"
    found = scan(make(tmp_path, text, "1.png", "2.png"), split="is_valid")
    assert [file.split for file in found.files] == ["validation", "train"]


def test_columns_that_say_who_trains_are_no_findings(tmp_path: Path) -> None:
    text = "image,nodule,mass,is_train\n1.png,1,1,1\n2.png,0,1,0\n3.png,1,0,1\n"
    found = scan(make(tmp_path, text, "1.png", "2.png", "3.png"))
    assert found.classes == ("nodule", "mass")
    assert [file.split for file in found.files] == ["train", "test", "train"]
    none = scan(tmp_path, split="")
    assert none.classes == ("nodule", "mass")
    assert [file.split for file in none.files] == [None] * 3


def test_two_tables_of_the_same_columns_are_one_with_the_split_of_their_names(
    tmp_path: Path,
) -> None:
    make(tmp_path, "image,label\n1,a\n2,b\n", "i/1.png", "i/2.png", "i/3.png", file="train.csv")
    make(tmp_path, "image,label\n3,a\n4,b\n", file="test_labels.csv")
    found = scan(tmp_path)
    assert [(f.name, f.split) for f in found.files] == [
        ("i/1.png", "train"),
        ("i/2.png", "train"),
        ("i/3.png", "test"),
    ]
    assert [(row.table, row.row) for row in found.bad_rows] == [("test_labels.csv", 3)]


def test_a_second_table_adds_the_split_and_the_patients(tmp_path: Path) -> None:
    make(tmp_path, "image,label\n1,a\n2,b\n", "1.png", "2.png")
    make(tmp_path, "name,patient_id,fold\n2.png,P2,test\n1.png,P1,train\n", file="more.csv")
    found = scan(tmp_path)
    assert show(found) == {"1.png": "a", "2.png": "b"}
    assert [(f.patient, f.split) for f in found.files] == [("P1", "train"), ("P2", "test")]


def test_a_list_of_names_is_a_split(tmp_path: Path) -> None:
    make(tmp_path, "image,label\n1.png,a\n2.png,b\n", "1.png", "2.png")
    make(tmp_path, "1.png\n", file="train_val_list.txt")
    make(tmp_path, "1.png\n", file="train_list.txt")
    make(tmp_path, "2.png\n", file="test_list.txt")
    found = scan(tmp_path, "labels.csv", "train_list.txt", "test_list.txt")
    assert [file.split for file in found.files] == ["train", "test"]


def test_two_tables_that_both_have_labels_are_asked_about(tmp_path: Path) -> None:
    make(tmp_path, "image,label\n1,a\n2,b\n", "1.png", "2.png", file="one.csv")
    make(tmp_path, "image,grade,age\n1,x,5\n2,y,6\n", file="two.csv")
    assert (
        scan(tmp_path).question == "Several tables say what the images show: one.csv and two.csv."
    )
    assert show(scan(tmp_path, "two.csv")) == {"1.png": "x", "2.png": "y"}


def test_folders_and_a_table_that_differ_are_asked_about(tmp_path: Path) -> None:
    root = make(tmp_path, "image,label\n1,x\n2,y\n", "a/1.png", "b/2.png")
    found = scan(root)
    assert found.question.startswith("Both the folders and the table labels.csv say")
    assert [way.option for way in found.candidates] == ["--layout '{label}'", "--labels labels.csv"]
    assert show(scan(root, "labels.csv")) == {"a/1.png": "x", "b/2.png": "y"}
    assert show(scan_folder(root, "{label}")) == {"a/1.png": "a", "b/2.png": "b"}


def test_a_column_that_names_images_and_patients_says_what_counts_as_one(tmp_path: Path) -> None:
    text = "patientid,finding\nC-1,a\nC-2a,b\nC-2b,b\n"
    found = scan(make(tmp_path, text, "C-1.jpg", "C-2a.jpg", "C-2b.jpg"))
    assert [file.patient for file in found.files] == ["C-1", "C-2a", "C-2b"]
    said = "called like a patient too: each of its values counts as a patient of its own."
    assert f"The column 'patientid' is {said}" in found.describe()
    assert [file.patient for file in scan(tmp_path, patient="").files] == [None] * 3


def test_folders_and_a_table_that_agree_are_read_together(tmp_path: Path) -> None:
    text = "image,label,patient\n1,a,P1\n2,b,P2\n"
    found = scan(make(tmp_path, text, "train/a/1.png", "test/b/2.png"))
    assert [(f.label, f.split, f.patient) for f in found.files] == [
        ("b", "test", "P2"),
        ("a", "train", "P1"),
    ]


def test_a_table_without_labels_adds_to_the_folders(tmp_path: Path) -> None:
    text = "image,patient_id,sex,hospital\n1,P1,f,north\n2,P1,m,south\n"
    found = scan(make(tmp_path, text, "a/1.png", "b/2.png"))
    assert show(found) == {"a/1.png": "a", "b/2.png": "b"}
    assert [(f.patient, f.site, f.attributes["sex"]) for f in found.files] == [
        ("P1", "north", "f"),
        ("P1", "south", "m"),
    ]
    assert found.template == "{label}"


def test_a_table_without_a_column_like_labels_is_asked_about(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'pa' if i % 2 else 'ap'},{i * 7}\n" for i in range(8))
    root = make(tmp_path, f"id,projection,weight\n{rows}", *(f"{i}.png" for i in range(8)))
    found = scan(root)
    assert found.question == "No column of labels.csv is called like a label."
    assert "projection (ap, pa)" in found.remedy
    assert found.table is not None
    assert found.table.columns == ("id", "projection", "weight")
    assert show(scan(root, labels=("Projection",)))["1.png"] == "pa"
    with pytest.raises(DataError, match="has no column 'view'"):
        scan(root, labels=("view",))


def test_a_table_may_stand_elsewhere_and_be_read_again(tmp_path: Path) -> None:
    root = make(tmp_path / "images", "other\n", "1.png", "2.png", file="notes.md")
    make(tmp_path, "image,label\n1,a\n2,b\n", file="far.csv")
    found = scan(root, str(tmp_path / "far.csv"))
    assert show(found) == {"1.png": "a", "2.png": "b"}
    assert found.table is not None
    again = scan_folder(root, choice=load_choice(found.table.to_dict()))
    assert again.files == found.files


def test_a_class_among_folders_that_are_called_like_parts_is_asked_about(tmp_path: Path) -> None:
    root = make(tmp_path, "image,label\n1,x\n2,y\n", "part_1/1.png", "normal/2.png")
    assert scan(root).question.startswith("Both the folders and the table")


def test_a_table_that_names_other_images_is_not_taken_and_said(tmp_path: Path) -> None:
    names = [f"{label}/{i}.png" for label in "ab" for i in range(3)]
    found = scan(make(tmp_path, "image,label\nx,a\ny,b\n", *names))
    assert found.template == "{label}"
    assert "labels.csv, which names 0 of 6 images" in " ".join(found.remarks)
