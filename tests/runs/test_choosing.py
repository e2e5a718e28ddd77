"""Folds: patients and copies whole, each image judged once, the same for every run of a study."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from data.test_catalog import build_data_set, build_sample
from hypothesis import given
from hypothesis import strategies as st

from medapp.data.samples import Sample
from medapp.errors import RecipeError
from medapp.runs.choosing import choose_samples, deal_folds, take_share
from medapp.training.recipe import build_recipe

ROOT = Path("/x")
DATA_SET = replace(build_data_set("x", ROOT), classes=("a", "b"))


def build_samples(images: list[tuple[str, int | None, int]]) -> list[Sample]:
    """Samples of (label, patient, picture)."""
    return [
        replace(
            build_sample(f"{label}{row}.png", ROOT, content=f"{row:04d}"),
            label=label,
            patient=None if patient is None else f"P{patient}",
            copy_group=f"c{picture}",
        )
        for row, (label, patient, picture) in enumerate(images)
    ]


IMAGES = st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 12), st.integers(0, 30))


@given(st.lists(IMAGES, min_size=12, max_size=60), st.integers(3, 5), st.integers(0, 3))
def test_each_image_is_judged_once_and_nobody_is_torn(
    images: list[tuple[str, int | None, int]], folds: int, seed: int
) -> None:
    samples = build_samples(images)
    try:
        dealt = [deal_folds(samples, DATA_SET, folds, f, seed) for f in range(1, folds + 1)]
    except RecipeError as error:
        assert "no " in str(error)  # noqa: PT017 - fewer groups than folds
        return
    judged = Counter(s.name for fold in dealt for s in fold if s.split == "test")
    assert judged == Counter(sample.name for sample in samples)
    for number, fold in enumerate(dealt):
        following = dealt[(number + 1) % folds]
        assert {s.name for s in fold if s.split == "validation"} == {
            s.name for s in following if s.split == "test"
        }
        for tie in ("patient", "copy_group"):
            splits: dict[str, set[str]] = {}
            for sample in fold:
                if getattr(sample, tie) is not None:
                    splits.setdefault(getattr(sample, tie), set()).add(sample.split)
            assert all(len(found) == 1 for found in splits.values())


def test_folds_do_not_depend_on_the_order_of_samples() -> None:
    samples = build_samples([("ab"[row % 2], row // 3, row) for row in range(30)])
    one = {s.name: s.split for s in deal_folds(samples, DATA_SET, 5, 2, 0)}
    other = {s.name: s.split for s in deal_folds(samples[::-1], DATA_SET, 5, 2, 0)}
    assert one == other
    assert Counter(one.values()) == {"train": 18, "validation": 6, "test": 6}


def test_without_folds_the_data_set_s_split_is_taken() -> None:
    samples = build_samples([("a", 1, 1), ("b", 2, 2)])
    assert choose_samples(build_recipe({"data": "x"}), DATA_SET, samples) == samples


@pytest.mark.parametrize(
    ("folds", "fold", "words"),
    [(2, 1, "leave none to learn from"), (5, 6, "no fold 6 of 5"), (20, 1, "has 10 patients")],
)
def test_folds_that_cannot_be_are_refused(folds: int, fold: int, words: str) -> None:
    samples = build_samples([("ab"[row % 2], row // 3, row) for row in range(30)])
    recipe = build_recipe({"data": "x", "folds": folds, "fold": fold})
    with pytest.raises(RecipeError, match=words):
        choose_samples(recipe, DATA_SET, samples)


def split_all(samples: list[Sample]) -> list[Sample]:
    """Every fifth patient tests, the others train."""
    return [
        replace(
            s, split="test" if s.patient is not None and int(s.patient[1:]) % 5 == 0 else "train"
        )
        for s in samples
    ]


@given(
    st.lists(IMAGES, min_size=1, max_size=60),
    st.floats(0.01, 1.0),
    st.floats(0.01, 1.0),
    st.integers(0, 3),
)
def test_a_larger_share_holds_a_smaller_one_and_patients_stay_whole(
    images: list[tuple[str, int | None, int]], one: float, other: float, seed: int
) -> None:
    samples = split_all(build_samples(images))
    small, large = (take_share(samples, share, seed) for share in sorted((one, other)))
    assert {s.name for s in small} <= {s.name for s in large}
    for kept in (small, large):
        names = {s.name for s in kept}
        # Who validates or tests stays, and nobody changes sides.
        assert all(s in kept for s in samples if s.split == "test")
        trained = [s for s in samples if s.split == "train"]
        for tie in ("patient", "copy_group"):
            there: dict[str, set[bool]] = {}
            for sample in trained:
                if getattr(sample, tie) is not None:
                    there.setdefault(getattr(sample, tie), set()).add(sample.name in names)
            assert all(len(found) == 1 for found in there.values())
        assert {s.label for s in trained} == {s.label for s in kept if s.split == "train"}


def test_a_share_is_of_the_patients_of_each_label() -> None:
    images = [
        (label, number, 2 * number + each)
        for label, numbers in (("a", range(40)), ("b", range(40, 60)))
        for number in numbers
        for each in range(2)
    ]
    samples = [replace(sample, split="train") for sample in build_samples(images)]
    kept = take_share(samples, 0.25, 0)
    assert Counter(s.label for s in kept) == {"a": 20, "b": 10}
    assert {s.name for s in kept} != {s.name for s in take_share(samples, 0.25, 1)}
    assert take_share(samples, 1.0, 0) == samples
    reordered = {s.name for s in take_share(samples[::-1], 0.25, 0)}
    assert reordered == {s.name for s in kept}
