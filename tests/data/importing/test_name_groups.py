"""Names that may hold patients are told from names that are only numbered."""

import re
from pathlib import Path

import pytest

from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.name_groups import find_name_groups
from medapp.data.importing.previewing import preview


@pytest.mark.parametrize(
    ("form", "pattern", "group"),
    [
        ("train/CNV/CNV-{p}-{k}.jpeg", "^[^-]*-([^-]+)", "1000001"),
        ("images/{p}_{k:03d}.png", "^([^_]+)", "1000001"),
        ("a/person{p}_bacteria_{k}.jpeg", "^([^_]+)", "person1000001"),
        ("a/SOB_B_A-14-{p}AB-{k}.png", "^[^-]*-[^-]*-([^-]+)", "1000001AB"),
    ],
)
def test_a_part_that_several_names_share_is_found(form: str, pattern: str, group: str) -> None:
    names = [form.format(p=1000001 + p, k=k) for p in range(5) for k in range(2)]
    found = find_name_groups(names)
    assert found is not None
    assert (found.pattern, found.count, found.group) == (pattern, 5, group)
    match = re.search(found.pattern, names[-1].rpartition("/")[2])
    assert match is not None
    assert match[1] == group.replace("1000001", "1000005")


@pytest.mark.parametrize(
    "form",
    ["ISIC_{n:07d}.jpg", "covid_{n}.png", "img-{n:04d}-final.png", "{n:08d}.png", "Te-gl_{n}"],
)
def test_names_that_are_only_numbered_hold_no_groups(form: str) -> None:
    assert find_name_groups([form.format(n=n) for n in range(200)]) is None


def test_no_name_and_few_groups_are_none() -> None:
    assert find_name_groups([]) is None
    assert find_name_groups([f"2017_{n}.png" for n in range(9)]) is None


def test_a_preview_says_it_until_patients_are_known(tmp_path: Path) -> None:
    for label in ("CNV", "DME"):
        (tmp_path / label).mkdir()
        for patient in range(1001, 1005):
            for k in (1, 2):
                (tmp_path / label / f"{label}-{patient}-{k}.png").touch()
    (note,) = [note for note in preview(tmp_path).notes if note.code == "patients-in-names"]
    assert (note.level, "'^[^-]*-([^-]+)'" in note.in_shell) == ("info", True)
    known = preview(tmp_path, ImportChoice(patient_pattern="^[^-]*-([^-]+)"))
    assert known.patients == 4
    assert "patients-in-names" not in {note.code for note in known.notes}
