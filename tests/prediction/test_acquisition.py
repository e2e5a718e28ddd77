from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_dicom import GREY, build_dicom

from medapp.imaging.image import read_image
from medapp.prediction.acquisition import (
    collect_acquisition,
    note_acquisition,
    read_acquisition,
    write_acquisition,
)

CHESTS = {"modality": ("CR", "DX"), "body_part": ("CHEST",)}


def test_what_most_training_images_say_is_kept() -> None:
    rows = [{"modality": "CR", "body_part": "CHEST"}] * 9 + [{"modality": "DX"}]
    assert collect_acquisition(rows) == {"modality": ("CR", "DX"), "body_part": ("CHEST",)}
    assert collect_acquisition([*rows, {"modality": "DX"}]) == {"modality": ("CR", "DX")}
    assert collect_acquisition([{}, {}]) == {}
    assert collect_acquisition([]) == {}


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"modality": "CT", "body_part": "HEAD"}, ["other-modality", "other-body_part"]),
        ({"modality": "DX", "body_part": "chest"}, []),
        ({"modality": "RG", "body_part": "THORAX"}, []),
        ({"modality": "MG"}, ["other-modality"]),
        ({}, []),
    ],
)
def test_a_file_of_another_making_is_told(said: dict[str, str], codes: list[str]) -> None:
    notes = note_acquisition(CHESTS, said)
    assert [note.code for note in notes] == codes
    assert all(note.level == "caution" for note in notes)


def test_words_name_both() -> None:
    (note,) = note_acquisition(CHESTS, {"modality": "CT"})
    assert note.text.startswith(
        "The file says that its modality is CT. The model learned from files that say CR, DX:"
    )


def test_a_model_whose_images_said_nothing_compares_nothing() -> None:
    assert note_acquisition({}, {"modality": "CT"}) == []


@given(
    st.dictionaries(
        st.sampled_from(["modality", "body_part"]), st.lists(st.text(), min_size=1).map(tuple)
    )
)
def test_what_a_file_says_comes_back(codes: dict[str, tuple[str, ...]]) -> None:
    assert read_acquisition(write_acquisition(codes)) == codes


@pytest.mark.parametrize("text", ["", "[1]", "nonsense", '{"modality": 3}'])
def test_damaged_codes_compare_nothing(text: str) -> None:
    assert read_acquisition({"acquisition": text}) == {}


def test_a_dicom_file_s_codes_are_among_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "image.dcm"
    path.write_bytes(build_dicom(GREY, Modality="CT", BodyPartExamined="HEAD"))
    _, facts = read_image(path)
    assert facts.acquired == {"modality": "CT", "body_part": "HEAD"}
    path.write_bytes(build_dicom(np.ascontiguousarray(GREY)))
    assert read_image(path)[1].acquired == {}
