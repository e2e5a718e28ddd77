"""Columns with German, French and Spanish names."""

from pathlib import Path

import pytest

from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.manifest.words import explain_name, is_plain, names_order


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Datei;Befund;Patient", "German for finding"),
        ("Bild;Diagnose;Pat.-Nr.", "German for diagnosis"),
        ("Dateiname;Klasse;Patienten-ID", "German for class"),
        ("Bild-Datei;Hauptdiagnose;Patientennummer", "German for diagnosis"),
        ("fichier;classe;patient", "French for class"),
        ("Nom du fichier;Diagnostic;ID patient", "French for diagnosis"),
        ("image;Étiquette;N° patient", "French for label"),
        ("archivo;clase;paciente", "Spanish for class"),
        ("Nombre del archivo;Diagnóstico;ID Paciente", "Spanish for diagnosis"),
        ("imagen;Hallazgos;Número de paciente", "Spanish for finding"),
    ],
)
def test_roles_are_told_in_other_languages(tmp_path: Path, header: str, meaning: str) -> None:
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(b"not looked at")
    rows = [f"{i}.png;{'ab'[i % 2]};p{i // 2}" for i in range(4)]
    (tmp_path / "table.csv").write_text("\n".join([header, *rows]), "utf-8")
    found = scan_folder(tmp_path)
    assert not found.question, found.question
    assert [(file.label, file.patient) for file in found.files] == [
        ("a", "p0"),
        ("b", "p0"),
        ("a", "p1"),
        ("b", "p1"),
    ]
    image, label, patient = header.split(";")
    assert found.table is not None
    roles = found.table.roles
    assert (roles.image, roles.labels, roles.patient) == (image, (label,), patient)
    assert f"The column {label!r} ({meaning}) is called like labels." in found.sentences


def test_age_and_sex_are_no_labels(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(b"not looked at")
    rows = [f"{i}.png;{'ja' if i % 2 else 'nein'};{i % 2};{40 + i};{i // 2}" for i in range(4)]
    header = "Bild;Befund;Geschlecht;Alter;Raucher"
    (tmp_path / "table.csv").write_text("\n".join([header, *rows]), "utf-8")
    found = scan_folder(tmp_path)
    assert found.classes == ("ja", "nein")
    assert set(found.files[0].attributes) == {"Geschlecht", "Alter", "Raucher"}


def test_words_mean_the_same_with_and_without_accents() -> None:
    assert explain_name("diagnostico") == explain_name("DIAGNÓSTICO") == " (Spanish for diagnosis)"
    assert explain_name("diagnosis") == ""
    assert is_plain("Patientenalter")
    assert is_plain("sexe")
    assert names_order("Schweregrad")
