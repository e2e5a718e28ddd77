"""Folds keep patients whole and spread the classes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medapp.training.folds import draw_folds


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=80),
    st.integers(2, 6),
)
def test_no_group_is_in_two_folds_and_no_fold_is_empty(
    images: list[tuple[int, int]], count: int
) -> None:
    groups = [f"p{patient}" for patient, _ in images]
    folds = draw_folds(groups, np.array([label for _, label in images]), count, 0)
    assert len(folds) == len(images)
    assert set(folds) == set(range(min(count, len(set(groups)))))
    for group in set(groups):
        assert len({fold for fold, g in zip(folds, groups, strict=True) if g == group}) == 1


def test_each_fold_has_its_share_of_each_class() -> None:
    targets = np.array([0] * 50 + [1] * 20 + [2] * 5)
    folds = draw_folds([str(i) for i in range(75)], targets, 5, 0)
    for label, share in ((0, 10), (1, 4), (2, 1)):
        assert np.bincount(folds[targets == label], minlength=5).tolist() == [share] * 5


def test_images_without_a_finding_are_spread_too() -> None:
    targets = np.zeros((40, 2))
    targets[:10, 0] = 1
    targets[10, 1] = np.nan
    folds = draw_folds([str(i) for i in range(40)], targets, 5, 0)
    assert np.bincount(folds[:10]).tolist() == [2] * 5
    assert np.bincount(folds[10:]).tolist() == [6] * 5


def test_the_seed_decides() -> None:
    groups = [str(i) for i in range(40)]
    one, same, other = (draw_folds(groups, np.zeros(40, int), 5, seed) for seed in (0, 0, 1))
    assert one.tolist() == same.tolist() != other.tolist()


def test_patients_of_every_size_are_in_every_fold() -> None:
    # 100 patients with one image, 40 with three, 20 with eight; classes in turn.
    sizes = [1] * 100 + [3] * 40 + [8] * 20
    groups = [f"{patient:03d}" for patient, size in enumerate(sizes) for _ in range(size)]
    targets = np.array([int(group) % 2 for group in groups])
    folds = draw_folds(groups, targets, 5, 0)
    fold_of = {int(group): int(fold) for group, fold in zip(groups, folds, strict=True)}
    for size, share in ((1, 20), (3, 8), (8, 4)):
        own = [fold_of[patient] for patient, n in enumerate(sizes) if n == size]
        assert np.bincount(own, minlength=5).tolist() == [share] * 5
