"""Text files beside images: tables as Excel's "Unicode text", lists of a split, and notes."""

from pathlib import Path

import pytest

from medapp.data.layouts.folder import scan_folder


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at")
    return root


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "cp1252"])
@pytest.mark.parametrize("name", ["Tabelle1.txt", "labels.txt", "Liste.csv"])
def test_a_table_that_a_spreadsheet_saved_as_text(tmp_path: Path, name: str, encoding: str) -> None:
    make(tmp_path, "1.png", "2.png", "3.png")
    text = "Datei\tBefund\r\n1.png\tÖdem\r\n2.png\tkein Ödem\r\n3.png\tÖdem\r\n"
    (tmp_path / name).write_bytes(text.encode(encoding))
    found = scan_folder(tmp_path)
    assert [file.label for file in found.files] == ["Ödem", "kein Ödem", "Ödem"]
    assert found.passed_over == ()


def test_a_text_table_beside_class_folders_says_patients(tmp_path: Path) -> None:
    make(tmp_path, "a/1.png", "a/2.png", "b/3.png")
    text = "Datei\tPatientennummer\tAlter\r\n1.png\t7\t50\r\n2.png\t7\t50\r\n3.png\t8\t\r\n"
    (tmp_path / "Liste.txt").write_bytes(text.encode("utf-16"))
    found = scan_folder(tmp_path)
    assert [(file.label, file.patient) for file in found.files] == [
        ("a", "7"),
        ("a", "7"),
        ("b", "8"),
    ]
    assert found.files[0].attributes == {"Alter": "50"}


def test_lists_of_a_split_with_numbers_of_classes(tmp_path: Path) -> None:
    make(tmp_path, *(f"images/{i}.png" for i in range(8)))
    (tmp_path / "train.txt").write_text("".join(f"images/{i}.png {i % 2}\n" for i in range(6)))
    (tmp_path / "val.txt").write_text("images/6.png 0\nimages/7.png 1\n")
    found = scan_folder(tmp_path)
    assert not found.question
    assert [file.label for file in found.files] == ["0", "1"] * 4
    assert [file.split for file in found.files] == ["train"] * 6 + ["validation"] * 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.txt", "These images were taken in 2019.\nSee 1.png for an artefact.\n"),
        ("notes.txt", "1.png\n"),
        ("train.txt", "a/1.png 0\na/2.png 0\nb/3.png 1\nb/4.png 1\n"),
        ("LICENSE.txt", "CC BY 4.0"),
        ("classes.txt", "a\nb\n"),
    ],
)
def test_notes_and_lists_beside_class_folders_change_nothing(
    tmp_path: Path, name: str, text: str
) -> None:
    make(tmp_path, "a/1.png", "a/2.png", "b/3.png", "b/4.png")
    (tmp_path / name).write_text(text)
    found = scan_folder(tmp_path)
    assert [file.label for file in found.files] == ["a", "a", "b", "b"]
    assert found.remarks == ()
    assert [(rest.kind, rest.example) for rest in found.passed_over] == [(".txt", name)]


def test_notes_beside_flat_images_are_not_spoken_of(tmp_path: Path) -> None:
    make(tmp_path, *(f"{i}.png" for i in range(6)))
    (tmp_path / "README.txt").write_text("Taken in 2019.\n1.png has an artefact.\n")
    found = scan_folder(tmp_path)
    assert found.question == "There is no class folder; images without one: 6."
    assert found.remarks == ()


def test_names_of_numbered_classes_in_utf_16(tmp_path: Path) -> None:
    make(tmp_path, "0/1.png", "1/2.png")
    (tmp_path / "labels.txt").write_bytes("0 Ödem\r\n1 gesund\r\n".encode("utf-16"))
    assert scan_folder(tmp_path).classes == ("Ödem", "gesund")


def test_a_json_file_that_names_the_images_is_their_table_and_others_are_not_spoken_of(
    tmp_path: Path,
) -> None:
    make(tmp_path, *(f"images/{i}.png" for i in range(4)))
    (tmp_path / "dataset_description.json").write_text('{"Name": "set", "BIDSVersion": "1.8"}')
    (tmp_path / "images" / "0.json").write_text('{"EchoTime": 0.1}')
    (tmp_path / "labels.json").write_text('{"0.png": "x", "1.png": "y", "2": "x", "3.png": "y"}')
    found = scan_folder(tmp_path)
    assert not found.question
    assert [file.label for file in found.files] == ["x", "y", "x", "y"]
    assert found.table is not None
    assert found.table.tables == ("labels.json",)
    assert not any("dataset_description" in text for text in found.remarks)


def test_a_group_of_participants_is_their_label(tmp_path: Path) -> None:
    make(tmp_path, *(f"sub-{i:02}/anat/{k}.png" for i in range(6) for k in range(2)))
    rows = "".join(f"sub-{i:02}\t{60 + i}\t{('control', 'patient')[i % 2]}\n" for i in range(6))
    (tmp_path / "participants.tsv").write_text(f"participant_id\tage\tgroup\n{rows}")
    found = scan_folder(tmp_path)
    assert not found.question
    assert [file.label for file in found.files] == [*["control"] * 2, *["patient"] * 2] * 3
    assert {file.patient for file in found.files} == {f"sub-{i:02}" for i in range(6)}
