"""Each split gets its share of patients with many images and of patients with few."""

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.data.samples import SPLITS
from medapp.data.splits.split import FRACTIONS, split_samples
from medapp.task import find_task

SHARES = dict(zip(SPLITS, FRACTIONS, strict=True))


def deal(sizes: Sequence[int], classes: Sequence[str], seed: int = 0) -> list[str]:
    """The split of each patient, of whom there are so many images, all of one class."""
    owners = [patient for patient, size in enumerate(sizes) for _ in range(size)]
    splits = split_samples(
        [classes[owner] for owner in owners],
        [f"{row:05d}" for row in range(len(owners))],
        [f"p{owner}" for owner in owners],
        [None] * len(owners),
        seed,
    )
    return [splits[owners.index(patient)] for patient in range(len(sizes))]


def count_images(sizes: Sequence[int], dealt: Sequence[str]) -> dict[str, int]:
    return {
        split: sum(size for size, own in zip(sizes, dealt, strict=True) if own == split)
        for split in SPLITS
    }


@st.composite
def draw_patients(draw: st.DrawFn) -> tuple[list[int], list[str]]:
    """Patients of one to three classes, eight or more of each, with one to eight images."""
    classes = draw(st.sampled_from(["a", "ab", "abc"]))
    count = draw(st.integers(8 * len(classes), 80))
    sizes = draw(st.lists(st.integers(1, 8), min_size=count, max_size=count))
    more = draw(
        st.lists(
            st.sampled_from(classes),
            min_size=count - 8 * len(classes),
            max_size=count - 8 * len(classes),
        )
    )
    return sizes, [*(classes * 8), *more]


@given(draw_patients(), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_whatever_the_patients_each_split_has_its_share_of_every_size(
    patients: tuple[list[int], list[str]], seed: int
) -> None:
    sizes, classes = patients
    dealt = deal(sizes, classes, seed)
    several = set(classes)
    for least in (1, 2, 4):
        # Patients with so many images: each class is off by less than its largest patient.
        images = count_images([size if size >= least else 0 for size in sizes], dealt)
        for split, share in SHARES.items():
            off = abs(images[split] - share * sum(images.values()))
            assert off <= len(several) * max(sizes), (least, split)


@given(draw_patients(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_uneven_patients_does_not_matter(
    patients: tuple[list[int], list[str]], mixing: random.Random
) -> None:
    sizes, classes = patients
    rows = [(classes[p], f"{p}-{i}", f"p{p}") for p, size in enumerate(sizes) for i in range(size)]
    mixed = rows.copy()
    mixing.shuffle(mixed)

    def split(these: list[tuple[str, str, str]]) -> dict[str, str]:
        labels, hashes, owners = (list(column) for column in zip(*these, strict=True))
        return dict(
            zip(hashes, split_samples(labels, hashes, owners, [None] * len(these)), strict=True)
        )

    assert split(rows) == split(mixed)


@pytest.mark.parametrize("seed", range(5))
def test_patients_of_the_sizes_of_radiographs_are_spread(seed: int) -> None:
    """The sizes are those of 1,000 NIH radiographs, where all 164 with several images trained."""
    patients = {1: 518, 2: 97, 3: 29, 4: 15, 5: 13, 6: 5, 7: 1, 8: 2, 11: 1, 12: 1}
    sizes = [size for size, count in patients.items() for _ in range(count)]
    classes = ["ab"[number % 2] for number in range(len(sizes))]
    dealt = deal(sizes, classes, seed)
    assert count_images(sizes, dealt) == pytest.approx(
        {split: share * sum(sizes) for split, share in SHARES.items()}, abs=1.5
    )
    for these in (range(1, 2), range(2, 3), range(3, 4), range(2, 13)):
        own = Counter(split for size, split in zip(sizes, dealt, strict=True) if size in these)
        for split, share in SHARES.items():
            assert own[split] == pytest.approx(share * own.total(), abs=2.1), (these, split)


@pytest.mark.parametrize("large", [[1000], [500, 500], [280, 280, 280], [900, 40]])
def test_few_huge_patients_leave_validation_and_test_their_size(large: list[int]) -> None:
    """Training takes what is larger than the others may be, small patients fill those."""
    sizes = [*large, *[1] * max(200, sum(large) // 3)]
    images = count_images(sizes, deal(sizes, ["a"] * len(sizes)))
    total = sum(sizes)
    assert abs(images["validation"] - images["test"]) <= 1
    assert images["train"] / total == pytest.approx(max(0.7, max(large) / total), abs=0.06)


def test_a_patient_with_half_of_the_images_trains() -> None:
    sizes = [100, *[1] * 100]
    dealt = deal(sizes, ["a"] * 101)
    assert dealt[0] == "train"
    assert count_images(sizes, dealt) == {"train": 140, "validation": 30, "test": 30}


@pytest.mark.parametrize("sizes", [[5, 1, 1], [1, 1, 1], [100, 60, 2]])
def test_of_three_patients_every_split_has_one(sizes: list[int]) -> None:
    dealt = deal(sizes, ["a"] * 3)
    assert sorted(dealt) == sorted(SPLITS)
    assert dealt[0] == "train" or len(set(sizes)) == 1


def test_thirty_one_blocks_are_dealt_by_number() -> None:
    sizes = [100] * 29 + [99, 65]
    dealt = deal(sizes, ["a"] * 31)
    # 70% of 3,064 images are 2,145, 15% are 460.
    assert Counter(dealt) == {"train": 21, "validation": 5, "test": 5}
    assert sorted(count_images(sizes, dealt).values()) == [465, 499, 2100]


def test_patients_with_several_findings_and_images_are_spread() -> None:
    generator = np.random.default_rng(0)
    owners: list[str | None] = []
    labels = []
    for patient in range(400):
        chances = {"a": generator.beta(1, 2), "b": generator.beta(0.3, 2)}
        for _ in range(int(generator.geometric(0.4))):
            owners.append(f"p{patient}")
            labels.append(
                "|".join(n for n, chance in chances.items() if generator.random() < chance)
            )
    hashes = [f"{row:05d}" for row in range(len(labels))]
    task = find_task("multi-label")
    splits = split_samples(labels, hashes, owners, [None] * len(labels), task=task)
    sizes = Counter(owners)
    split_of = dict(zip(owners, splits, strict=True))
    several = Counter(split_of[owner] for owner, size in sizes.items() if size > 1)
    for split, share in SHARES.items():
        assert several[split] / several.total() == pytest.approx(share, abs=0.03)
        for name in "ab":
            having = [s for label, s in zip(labels, splits, strict=True) if name in label]
            assert having.count(split) / len(having) == pytest.approx(share, abs=0.02)
