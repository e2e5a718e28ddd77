"""Sides are fair, whole and the same each time."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.data.samples import SPLITS
from medapp.data.splits.split import describe_split, split_samples
from medapp.task import find_task


def split(
    labels: list[str],
    patients: list[str | None] | None = None,
    official: list[str | None] | None = None,
    **more: int,
) -> list[str]:
    hashes = [f"{i:04d}" for i in range(len(labels))]
    return split_samples(
        labels, hashes, patients or [None] * len(labels), official or [None] * len(labels), **more
    )


def count(labels: list[str], splits: list[str]) -> dict[tuple[str, str], int]:
    return Counter(zip(labels, splits, strict=True))


def test_a_hundred_images_of_two_classes_are_dealt_in_proportion() -> None:
    labels = ["a"] * 40 + ["b"] * 60
    counts = count(labels, split(labels))
    assert [counts[c, s] for c in "ab" for s in SPLITS] == [28, 6, 6, 42, 9, 9]


@pytest.mark.parametrize(
    ("images", "expected"),
    [(1, [1, 0, 0]), (3, [1, 1, 1]), (4, [2, 1, 1]), (6, [4, 1, 1]), (20, [14, 3, 3])],
)
def test_small_classes(images: int, expected: list[int]) -> None:
    splits = Counter(split(["a"] * images))
    assert [splits[s] for s in SPLITS] == expected


def test_two_images_a_class_fill_all_three_splits() -> None:
    labels = ["a", "a", "b", "b"]
    counts = count(labels, split(labels))
    assert counts["a", "train"] == counts["b", "train"] == 1
    assert Counter(split(labels)) == {"train": 2, "validation": 1, "test": 1}


SAMPLES = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 30),
        st.none() | st.sampled_from(["p1", "p2", "p3", "p4"]),
    ),
    min_size=1,
    max_size=60,
)


@given(SAMPLES)
@settings(max_examples=200)
def test_no_patient_and_no_bytes_are_in_two_splits_and_training_knows_each_class(
    samples: list[tuple[str, int, str | None]],
) -> None:
    labels, hashes, patients = (
        [s[0] for s in samples],
        [str(s[1]) for s in samples],
        [s[2] for s in samples],
    )
    splits = split_samples(labels, hashes, patients, [None] * len(samples))
    for ties in (hashes, patients):
        of: dict[str | None, str] = {}
        for tie, name in zip(ties, splits, strict=True):
            assert tie is None or of.setdefault(tie, name) == name
    assert {label for label, name in zip(labels, splits, strict=True) if name == "train"} == set(
        labels
    )


@given(st.permutations(range(40)))
@settings(max_examples=30)
def test_the_order_of_the_files_does_not_matter(order: list[int]) -> None:
    labels, hashes = ["ab"[i % 2] for i in range(40)], [f"{i:03d}" for i in range(40)]
    patients = [f"p{i // 3}" for i in range(40)]
    straight = split_samples(labels, hashes, patients, [None] * 40)
    shuffled = split_samples(
        [labels[i] for i in order],
        [hashes[i] for i in order],
        [patients[i] for i in order],
        [None] * 40,
    )
    assert shuffled == [straight[i] for i in order]


def test_another_seed_deals_other_images() -> None:
    labels = ["a"] * 60
    assert split(labels) == split(labels)
    assert split(labels) != split(labels, seed=1)
    assert Counter(split(labels)) == Counter(split(labels, seed=1))


def test_patients_of_uneven_size_are_still_stratified() -> None:
    sizes = [9, 7, 7, 6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1] * 3
    labels = [label for i, n in enumerate(sizes) for label in ["ab"[i % 2]] * n]
    patients: list[str | None] = [f"p{i}" for i, n in enumerate(sizes) for _ in range(n)]
    counts, totals = count(labels, split(labels, patients)), Counter(labels)
    for label in "ab":
        for name, share in zip(SPLITS, (0.7, 0.15, 0.15), strict=True):
            assert abs(counts[label, name] / totals[label] - share) < 0.03


def test_the_smallest_patient_who_has_a_class_goes_to_a_training_that_lacks_it() -> None:
    labels = [*"cca", *"bbc", *"cb"]
    patients: list[str | None] = ["p"] * 3 + ["q"] * 3 + ["r"] * 2
    # Dealt alone, p would be for training, q for validation, r for testing; b is in q and r.
    assert split(labels, patients) == ["train"] * 3 + ["validation"] * 3 + ["train"] * 2


def test_a_published_test_part_is_kept_and_validation_cut_from_training() -> None:
    labels = ["a"] * 100 + ["a"] * 30
    official: list[str | None] = ["train"] * 100 + ["test"] * 30
    splits = split(labels, official=official)
    assert splits[100:] == ["test"] * 30
    assert Counter(splits[:100]) == {"train": 85, "validation": 15}


def test_a_published_validation_part_is_kept_and_test_cut_from_training() -> None:
    official: list[str | None] = ["train"] * 100 + ["validation"] * 10
    splits = split(["a"] * 110, official=official)
    assert splits[100:] == ["validation"] * 10
    assert Counter(splits[:100]) == {"train": 85, "test": 15}


def test_a_whole_published_split_is_untouched_even_where_it_tears_a_patient() -> None:
    official: list[str | None] = ["train", "validation", "test"] * 5
    patients: list[str | None] = ["one"] * 15
    assert split(["a"] * 15, patients, official) == official


def test_the_split_says_where_it_comes_from() -> None:
    assert (
        describe_split([None], False)
        == "Drawn by MedApp: 70% train, 15% validation, 15% test, stratified by class, copies"
        " kept whole, patients unknown; seed 0."
    )
    assert (
        describe_split(["train", "test"], True)
        == "The published train and test splits are kept. From the training split 15% for"
        " validation is cut, stratified by class, patients and copies kept whole; seed 0."
    )
    assert (
        describe_split(["train", "validation", "test"], False)
        == "The published train, validation and test splits are kept."
    )
    assert (
        describe_split(["train"], False)
        == "The published train split is kept. From the training split 15% for validation and"
        " 15% for test are cut, stratified by class, copies kept whole, patients unknown; seed 0."
    )
    assert (
        describe_split(["test"], True) == "The published test split is kept. There is no"
        " training split: this is a data set to evaluate on."
    )


@pytest.mark.parametrize("kept", [["test"], ["validation"], ["validation", "test"]])
def test_an_external_set_stays_as_it_is(kept: list[str]) -> None:
    official = [kept[i % len(kept)] for i in range(12)]
    labels = [f"{i % 3}" for i in range(12)]
    assert split_samples(labels, labels, [None] * 12, official) == official


def test_no_images_have_no_split() -> None:
    assert split_samples([], [], [], []) == []


def test_the_split_of_known_images_stays_what_it_is() -> None:
    """Figures of two versions can be compared only where both judge the same images."""
    sizes = [5, 4, 3, 3, 2, 2, 1, 1, 1, 1] * 2
    labels = [label for i, n in enumerate(sizes) for label in ["abac"[i % 4]] * n]
    patients: list[str | None] = [f"p{i}" for i, n in enumerate(sizes) for _ in range(n)]
    by_patient = dict(zip(patients, split(labels, patients), strict=True))
    initials = "".join(by_patient[f"p{i}"][1] for i in range(len(sizes)))
    assert initials == "rrerraraaerrarrereea"
    alone = "".join(name[1] for name in split(labels, seed=3))
    assert alone == "errrrrrrrrrrearrerrrrreraaarrrrrrrrarrerrraera"


def test_near_copies_stay_together() -> None:
    hashes = [f"{i:02d}" for i in range(40)]
    pairs = [f"{i // 2}" for i in range(40)]
    splits = split_samples(["a"] * 40, hashes, [None] * 40, [None] * 40, copies=pairs)
    assert all(splits[i] == splits[i + 1] for i in range(0, 40, 2))
    assert Counter(splits) == {"train": 28, "validation": 6, "test": 6}


def count_shares(labels: list[str], splits: list[str], name: str) -> dict[str, float]:
    """The share of a finding's images that each split got."""
    having = [
        split for label, split in zip(labels, splits, strict=True) if name in label.split("|")
    ]
    return {split: having.count(split) / len(having) for split in SPLITS}


def test_findings_rare_and_common_and_their_combinations_are_dealt_in_proportion() -> None:
    generator = np.random.default_rng(0)
    chances = {"a": 0.4, "b": 0.2, "c": 0.06, "d": 0.02, "?a": 0.1}
    labels = [
        "|".join(name for name, chance in chances.items() if generator.random() < chance)
        for _ in range(1000)
    ]
    hashes = [f"{i:04x}" for i in range(1000)]
    splits = split_samples(
        labels, hashes, [None] * 1000, [None] * 1000, task=find_task("multi-label")
    )
    for name in (*chances, ""):
        shares = count_shares(labels, splits, name)
        # As near as one image of each split allows.
        least = 1 / sum(name in label.split("|") for label in labels)
        assert shares["train"] == pytest.approx(0.7, abs=max(2 * least, 0.01)), name
        assert shares["validation"] == pytest.approx(0.15, abs=max(2 * least, 0.01)), name
    both = [split for label, split in zip(labels, splits, strict=True) if label == "a|b"]
    assert both.count("test") / len(both) == pytest.approx(0.15, abs=0.03)


def test_findings_of_one_patient_stay_together_and_each_is_learned() -> None:
    generator = np.random.default_rng(1)
    patients: list[str | None] = [f"p{i}" for i in generator.integers(0, 120, 600)]
    ill = {f"p{i}": "rare" for i in range(6)}
    labels = [
        "|".join(filter(None, [ill.get(p or "", ""), "common" if generator.random() < 0.5 else ""]))
        for p in patients
    ]
    hashes = [f"{i:04x}" for i in range(600)]
    splits = split_samples(labels, hashes, patients, [None] * 600, task=find_task("multi-label"))
    for patient in set(patients):
        assert len({s for p, s in zip(patients, splits, strict=True) if p == patient}) == 1
    # Six patients have it: each split gets one at least.
    assert min(count_shares(labels, splits, "rare").values()) > 0
    assert set(count_shares(labels, splits, "common").values()) != {0}
    again = split_samples(labels, hashes, patients, [None] * 600, task=find_task("multi-label"))
    assert again == splits


def test_the_only_image_of_a_finding_trains() -> None:
    labels = ["common|once", *["common", ""] * 30]
    hashes = [f"{i:04x}" for i in range(61)]
    splits = split_samples(labels, hashes, [None] * 61, [None] * 61, task=find_task("multi-label"))
    assert splits[0] == "train"


def test_a_split_says_what_was_dealt_evenly() -> None:
    assert "stratified by finding, copies" in describe_split([None], False, noun="finding")
