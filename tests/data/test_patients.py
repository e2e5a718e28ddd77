"""Who the patient of each image is."""

from medapp.data.patients import preview_patients


def test_patients_in_names() -> None:
    names = ["a/00001803_001.jpg", "00001803/x.jpg", "b/0000180.jpg"]
    assert preview_patients(names, r"^(\d{8})_") == [
        (names[0], "00001803"),
        (names[1], None),
        (names[2], None),
    ]
    assert preview_patients(names, "^.{8}")[0] == (names[0], "00001803")
    assert preview_patients(["x.jpg"], "(y)?x") == [("x.jpg", None)]
    assert preview_patients(["x.jpg"], "") == [("x.jpg", None)]
