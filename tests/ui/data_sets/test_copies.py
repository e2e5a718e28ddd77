"""What is said of a group of copies."""

from pathlib import Path

from medapp.data.copies import CopyGroup
from medapp.data.samples import Sample
from medapp.ui.data_sets.copies import describe_group


def build_sample(id: int, label: str, split: str) -> Sample:
    return Sample(id, f"{id}.png", Path(), label, None, None, split, "h", 8, 8, "8-bit grey")


def test_a_group_says_what_is_the_same_and_what_is_wrong_with_it() -> None:
    quiet = CopyGroup((build_sample(1, "a", "train"), build_sample(2, "a", "train")), True)
    assert describe_group(quiet) == "2 images, the same bytes"
    torn = CopyGroup((build_sample(1, "b", "test"), build_sample(2, "a", "train")), False)
    assert describe_group(torn) == (
        "2 images, the same picture · a test image also stands in another split: figures flatter"
        " · labels contradict each other: a, b"
    )
    many = CopyGroup(tuple(build_sample(i, "a", "train") for i in range(13)), True)
    assert describe_group(many).endswith("the first 12 are shown")
