"""Data sets as researchers publish them: small copies of their files' names and their tables.

Each comes in right at once, or is asked about with the right answer among those offered.
"""

from collections import Counter
from pathlib import Path

import pytest

from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.roles import TableChoice
from medapp.errors import DataError


def make(root: Path, *names: str) -> None:
    """Files without content: names alone tell layouts."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def show(found: Layout) -> dict[str, tuple[str, str | None, str | None]]:
    """Each file's name to its label, split and patient."""
    assert found.question == ""
    return {Path(f.name).stem: (f.label, f.split, f.patient) for f in found.files}


def test_isic_one_hot_columns_and_names_without_suffix(tmp_path: Path) -> None:
    classes = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")
    make(tmp_path, *(f"ISIC_2019_Training_Input/ISIC_{i:07d}.jpg" for i in range(16)))
    rows = [
        ",".join([f"ISIC_{i:07d}", *(str(float(i % 8 == c)) for c in range(8))]) for i in range(16)
    ]
    write(tmp_path / "ISIC_2019_Training_GroundTruth.csv", ",".join(("image", *classes)), *rows)
    facts = [f"ISIC_{i:07d},55,{'' if i == 3 else f'BCN_{i // 4}'},female" for i in range(16)]
    header = "image,age_approx,lesion_id,sex"
    write(tmp_path / "ISIC_2019_Training_Metadata.csv", header, *facts)
    found = scan_folder(tmp_path)
    assert found.task == "single-label"
    shown = show(found)
    assert shown["ISIC_0000009"] == ("NV", None, "BCN_2")
    assert shown["ISIC_0000003"] == ("AK", None, None)


def test_aptos_a_form_for_predictions_is_no_truth(tmp_path: Path) -> None:
    make(tmp_path, *(f"train_images/a{i}.png" for i in range(10)))
    make(tmp_path, *(f"test_images/b{i}.png" for i in range(4)))
    write(tmp_path / "train.csv", "id_code,diagnosis", *(f"a{i},{i % 5}" for i in range(10)))
    write(tmp_path / "test.csv", "id_code", *(f"b{i}" for i in range(4)))
    write(tmp_path / "sample_submission.csv", "id_code,diagnosis", *(f"b{i},0" for i in range(4)))
    found = scan_folder(tmp_path)
    assert found.count_classes() == {str(grade): 2 for grade in range(5)}
    assert {Path(name).stem for name, _ in found.left_out} == {"b0", "b1", "b2", "b3"}
    said = " ".join(found.describe())
    assert "sample_submission.csv is called like a form for predictions" in said
    assert "test.csv names 4 images of which no table says what they show." in said
    assert "if they are grades, say so." in said


def test_cbis_ddsm_paths_of_dicom_and_several_views_a_patient(tmp_path: Path) -> None:
    header = "patient_id,image view,pathology,image file path,cropped image file path"
    for split, patients in (("train", range(1, 5)), ("test", range(50, 52))):
        rows = []
        for p in patients:
            for view in ("CC", "MLO"):
                base = f"Mass-{split}_P_{p:05d}_LEFT_{view}"
                study = f"1.2.{p}.{len(view)}"
                full = f"{base}/{study}.1/1.3/000000.dcm"
                crop = f"{base}_1/{study}.2/1.4/000000.dcm"
                make(tmp_path / "CBIS-DDSM", full, crop)
                grade = "MALIGNANT" if p % 2 else "BENIGN"
                rows.append(f"P_{p:05d},{view},{grade},{full},{crop}")
        write(tmp_path / f"mass_case_description_{split}_set.csv", header, *rows)
    found = scan_folder(tmp_path)
    facts = Counter((file.label, file.split, file.patient) for file in found.files)
    assert facts["MALIGNANT", "train", "P_00001"] == facts["BENIGN", "test", "P_00050"] == 2
    assert len(facts) == 6
    assert len(found.left_out) == 12  # crops, which no cell of the column of images names


NIH = [f"{p:08d}_{k:03d}.png" for p in range(1, 7) for k in range(2)]


def make_nih(root: Path) -> Path:
    """Twelve radiographs of six patients, as ChestX-ray14 keeps them."""
    for place, name in enumerate(NIH):
        make(root, f"images_{1 + place // 6:03d}/images/{name}")
    labels = ("Cardiomegaly|Effusion", "No Finding", "Effusion")
    rows = [f"{name},{labels[i % 3]},0,{i // 2 + 1},PA" for i, name in enumerate(NIH)]
    header = "Image Index,Finding Labels,Follow-up #,Patient ID,View Position"
    write(root / "Data_Entry_2017.csv", header, *rows)
    outlines = [f"{NIH[0]},Cardiomegaly,10,20,30,40,,,", f"{NIH[2]},Effusion,1,2,3,4,,,"]
    write(root / "BBox_List_2017.csv", "Image Index,Finding Label,Bbox [x,y,w,h],,,", *outlines)
    write(root / "train_val_list.txt", *NIH[:8])
    write(root / "test_list.txt", *NIH[8:])
    return root


def test_chest_xray14_findings_lists_of_the_split_and_a_table_of_boxes(tmp_path: Path) -> None:
    found = scan_folder(make_nih(tmp_path))
    assert found.task == "multi-label"
    shown = show(found)
    assert shown["00000001_000"] == ("Cardiomegaly|Effusion", "train", "1")
    assert shown["00000005_001"] == ("Cardiomegaly|Effusion", "test", "5")
    assert Counter(split for _, split, _ in shown.values()) == {"train": 8, "test": 4}
    assert [(b.label, b.x1, b.y1) for boxes in found.boxes.values() for b in boxes] == [
        ("Cardiomegaly", 40, 60),
        ("Effusion", 4, 6),
    ]
    assert not found.passed_over
    assert found.table is not None
    again = scan_folder(tmp_path, choice=found.table.choose_again())
    assert (again.files, again.boxes) == (found.files, found.boxes)


def test_a_list_of_training_and_validation_is_not_read_where_each_has_its_own(
    tmp_path: Path,
) -> None:
    make_nih(tmp_path)
    write(tmp_path / "train_list.txt", *NIH[:6])
    write(tmp_path / "val_list.txt", *NIH[6:8])
    splits = Counter(file.split for file in scan_folder(tmp_path).files)
    assert splits == {"train": 6, "validation": 2, "test": 4}


def test_chexpert_unclear_findings_and_the_data_sets_own_folder_in_paths(tmp_path: Path) -> None:
    root = tmp_path / "CheXpert-v1.0-small"
    header = "Path,Sex,Age,Frontal/Lateral,No Finding,Edema,Fracture"
    for split, patients, marks in (
        ("train", range(1, 5), (",1.0,", ",0.0,-1.0", "1.0,,0.0", ",,1.0")),
        ("valid", range(64541, 64543), ("0.0,1.0,0.0", "1.0,0.0,0.0")),
    ):
        rows = []
        for patient, said in zip(patients, marks, strict=True):
            path = f"{split}/patient{patient:05d}/study1/view1_frontal.jpg"
            make(root, path)
            rows.append(f"CheXpert-v1.0-small/{path},Male,60,Frontal,{said}")
        write(root / f"{split}.csv", header, *rows)
    found = scan_folder(tmp_path)
    facts = {f.patient: (f.label, f.split) for f in found.files}
    assert facts["patient00001"] == ("Edema|?Fracture", "train")
    assert facts["patient00002"] == ("?Fracture", "train")
    assert facts["patient64541"] == ("Edema", "validation")
    assert facts["patient64542"] == ("", "validation")


def make_rsna(root: Path) -> Path:
    make(root, *(f"stage_2_train_images/{p:04x}-aa.dcm" for p in range(6)))
    make(root, *(f"stage_2_test_images/{p:04x}-aa.dcm" for p in (90, 91)))
    rows = ["0000-aa,10.0,12.0,9.0,30.0,1", "0000-aa,40.0,12.0,9.0,30.0,1"]
    rows += [f"{p:04x}-aa,,,,,0" for p in range(1, 6)]
    write(root / "stage_2_train_labels.csv", "patientId,x,y,width,height,Target", *rows)
    kinds = ["0000-aa,Lung Opacity", "0000-aa,Lung Opacity"]
    kinds += [f"{p:04x}-aa,{'Normal' if p % 2 else 'Not Normal'}" for p in range(1, 6)]
    write(root / "stage_2_detailed_class_info.csv", "patientId,class", *kinds)
    form = ("patientId,PredictionString", "005a-aa,0.5 0 0 9 9", "005b-aa,0.5 0 0 9 9")
    write(root / "stage_2_sample_submission.csv", *form)
    return root


def test_rsna_two_tables_of_labels_are_the_answers_and_split_folders_are_none(
    tmp_path: Path,
) -> None:
    found = scan_folder(make_rsna(tmp_path))
    assert found.question.startswith("Several tables say what the images show")
    assert [(way.tables, way.classes) for way in found.candidates] == [
        (("stage_2_detailed_class_info.csv",), ("Lung Opacity", "Normal", "Not Normal")),
        (("stage_2_train_labels.csv",), ("0", "1")),
    ]


def test_rsna_several_rows_of_a_patient_are_boxes(tmp_path: Path) -> None:
    choice = TableChoice(("stage_2_train_labels.csv",))
    found = scan_folder(make_rsna(tmp_path), choice=choice)
    assert show(found)["0000-aa"] == ("1", None, "0000-aa")
    assert found.count_classes() == {"0": 5, "1": 1}
    assert [(b.x0, b.x1) for b in found.boxes["stage_2_train_images/0000-aa.dcm"]] == [
        (10, 19),
        (40, 49),
    ]


def test_ham10000_lesions_stand_for_patients(tmp_path: Path) -> None:
    names = [f"ISIC_{24306 + i:07d}" for i in range(8)]
    for place, name in enumerate(names):
        make(tmp_path, f"HAM10000_images_part_{1 + place // 4}/{name}.jpg")
    rows = [f"HAM_{i // 2:07d},{name},{'nv' if i < 4 else 'mel'}" for i, name in enumerate(names)]
    write(tmp_path / "HAM10000_metadata.csv", "lesion_id,image_id,dx", *rows)
    pixels = ["pixel0,pixel1,label", *(f"{i},9,4" for i in range(8))]
    write(tmp_path / "hmnist_8_8_L.csv", *pixels)
    shown = show(scan_folder(tmp_path))
    assert shown["ISIC_0024307"] == ("nv", None, "HAM_0000000")
    assert len({patient for _, _, patient in shown.values()}) == 4


def test_patch_camelyon_is_refused_with_what_to_do(tmp_path: Path) -> None:
    make(tmp_path, *(f"camelyonpatch_level_2_split_{s}_x.h5" for s in ("train", "valid", "test")))
    with pytest.raises(DataError, match=r"no image .*3 \.h5.*HDF5") as refused:
        scan_folder(tmp_path)
    assert "numpy.savez" in refused.value.remedy


def test_mura_labels_of_studies_are_asked_about_beside_body_parts(tmp_path: Path) -> None:
    root = tmp_path / "MURA-v1.1"
    for split, first in (("train", 1), ("valid", 11)):
        studies, paths = [], []
        for p in range(first, first + 6):
            part = "XR_ELBOW" if p % 3 else "XR_WRIST"
            kind = "positive" if p % 2 else "negative"
            study = f"{split}/{part}/patient{p:05d}/study1_{kind}"
            make(root, f"{study}/image1.png", f"{study}/image2.png")
            studies.append(f"MURA-v1.1/{study}/,{p % 2}")
            paths += [f"MURA-v1.1/{study}/image{k}.png" for k in (1, 2)]
        write(root / f"{split}_labeled_studies.csv", *studies)
        write(root / f"{split}_image_paths.csv", *paths)
    found = scan_folder(tmp_path)
    assert "say what the images show, and differ" in found.question
    folders, tables = found.candidates
    assert folders.classes == ("XR_ELBOW", "XR_WRIST")
    assert (tables.classes, tables.images) == (("0", "1"), 24)
    answered = scan_folder(tmp_path, choice=TableChoice(tables.tables))
    facts = Counter((f.label, f.split, f.patient) for f in answered.files)
    assert facts["1", "train", "patient00003"] == facts["0", "validation", "patient00012"] == 2
    assert len(facts) == 12


def test_oct2017_splits_of_classes(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        for label in ("CNV", "DME", "DRUSEN", "NORMAL"):
            make(tmp_path / "OCT2017 ", f"{split}/{label}/{label}-1001{len(split)}-1.jpeg")
    assert show(scan_folder(tmp_path))["DME-10013-1"][:2] == ("DME", "validation")


def test_breakhis_deep_folders_are_asked_about_with_slides_as_patients(tmp_path: Path) -> None:
    for label, kinds in (("benign", "adenosis fibroadenoma"), ("malignant", "ductal lobular")):
        for kind in kinds.split():
            for slide in ("14-22549AB", "14-29960CD"):
                folder = f"breast/{label}/SOB/{kind}/SOB_{label[0]}_{kind[0]}_{slide}"
                make(tmp_path, *(f"{folder}/{zoom}X/{slide}-{zoom}.png" for zoom in (40, 400)))
    found = scan_folder(tmp_path)
    assert [(way.template, way.classes) for way in found.candidates] == [
        ("{label}/{any}/{any}/{patient}", ("benign", "malignant")),
        ("{any}/{any}/{label}/{patient}", ("adenosis", "ductal", "fibroadenoma", "lobular")),
    ]
    answered = scan_folder(tmp_path, found.candidates[0].template)
    assert len({file.patient for file in answered.files}) == 8


def test_kvasir_classes_with_signs_in_their_names(tmp_path: Path) -> None:
    make(tmp_path, *(f"kvasir-dataset-v2/{c}/1c96d5b3.jpg" for c in ("normal-z-line", "polyps")))
    assert scan_folder(tmp_path).count_classes() == {"normal-z-line": 1, "polyps": 1}


def test_brats_subjects_of_several_sequences_with_a_mask_each(tmp_path: Path) -> None:
    subjects = [f"BraTS20_Training_{p:03d}" for p in range(1, 5)]
    for subject in subjects:
        names = (f"{subject}_{sequence}.png" for sequence in ("flair", "t1", "t1ce", "t2", "seg"))
        make(tmp_path, *(f"{subject}/{name}" for name in names))
    rows = [f"{'HGG' if p < 2 else 'LGG'},NA,{subject}" for p, subject in enumerate(subjects)]
    header = "Grade,BraTS_2019_subject_ID,BraTS_2020_subject_ID"
    write(tmp_path / "name_mapping.csv", header, *rows)
    shown = show(scan_folder(tmp_path))
    assert len(shown) == 16
    assert shown["BraTS20_Training_001_t1ce"] == ("HGG", None, "BraTS20_Training_001")
    assert {Path(name).stem[-3:] for name, _ in scan_folder(tmp_path).left_out} == {"seg"}


def make_covid(root: Path, *kinds: str) -> None:
    for split in ("Train", "Val", "Test"):
        for label in ("COVID-19", "Non-COVID", "Normal"):
            for kind in ("images", *kinds):
                make(root, *(f"{split}/{label}/{kind}/{label} ({i}).png" for i in range(2)))


def test_covid_qu_ex_masks_beside_images(tmp_path: Path) -> None:
    make_covid(tmp_path, "lung masks")
    found = scan_folder(tmp_path)
    assert Counter((f.label, f.split) for f in found.files)["Non-COVID", "validation"] == 2
    assert (len(found.files), len(found.left_out)) == (18, 18)


def test_covid_qu_ex_two_sets_in_folders_of_their_own_name(tmp_path: Path) -> None:
    for name in ("Infection Data", "Lung Data"):
        make_covid(tmp_path / name / name, "lung masks", "infection masks")
    found = scan_folder(tmp_path)
    assert "they may be several data sets" in found.question
    first, *_ = found.candidates
    assert first.template == "Infection Data/{any}/{split}/{label}"
    assert (first.images, first.classes) == (18, ("COVID-19", "Non-COVID", "Normal"))
