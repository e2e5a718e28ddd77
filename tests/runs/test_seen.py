"""What a model has seen is compared with what it is judged on: bytes, pictures, patients."""

from dataclasses import replace
from pathlib import Path

from medapp.data.samples import Sample
from medapp.runs.seen import Overlap, SeenImage, find_overlap

PICTURE = "5a" * 32
NEAR = f"{int(PICTURE, 16) ^ 0b1011:064x}"
OTHER = "c3" * 32


def build_sample(content: str, fingerprint: str | None, patient: str | None = None) -> Sample:
    path = Path("x.png")
    return Sample(
        0, "x.png", path, "a", patient, None, "test", content, 1, 1, "", fingerprint=fingerprint
    )


def see(content: str, fingerprint: str | None, patient: str | None = None) -> SeenImage:
    return SeenImage(content, fingerprint, patient, "train", "uid", "first")


def test_bytes_pictures_and_patients_are_compared() -> None:
    samples = [
        build_sample("1", None),
        build_sample("2", NEAR),
        build_sample("3", OTHER, "p"),
        build_sample("4", ""),
        build_sample("5", PICTURE, "p"),
    ]
    seen = [see("1", None), see("9", PICTURE), see("8", "", "p"), see("7", None, "q")]
    assert find_overlap(samples, seen) == Overlap(exact=1, copies=3, patients=1)


def test_a_picture_seen_with_another_contrast_is_a_copy() -> None:
    """The rule is that of copies within a data set, whose first picture is nobody's neighbour."""
    just = f"{int(PICTURE, 16) ^ sum(1 << 10 * step for step in range(24)):064x}"
    beyond = f"{int(PICTURE, 16) ^ sum(1 << 10 * step for step in range(25)):064x}"
    seen = [see("9", PICTURE)]
    assert find_overlap([build_sample("1", just)], seen) == Overlap(0, 1, 0)
    assert find_overlap([build_sample("1", beyond)], seen) == Overlap(0, 0, 0)


def test_nothing_is_seen_of_nothing() -> None:
    assert find_overlap([], [see("1", PICTURE)]) == Overlap(0, 0, 0)
    assert find_overlap([build_sample("1", PICTURE, "p")], []) == Overlap(0, 0, 0)


def test_numbers_of_an_export_are_no_patients() -> None:
    numbered = see("8", None, "#1")
    sample = build_sample("3", None, "#1")
    assert find_overlap([sample], [numbered]).patients == 0
    assert find_overlap([replace(sample, patient="1")], [replace(numbered, patient="1")]).patients
