"""Cues as columns of 0 and 1."""

import numpy as np

from medapp.audit.cues import BINS, cut_number, cut_text


def test_numbers_become_the_eighth_they_lie_in() -> None:
    columns = cut_number(np.arange(80.0))
    assert columns.shape == (80, BINS)
    assert (columns.sum(axis=1) == 1).all()
    assert (columns.sum(axis=0) == 10).all()


def test_few_numbers_are_their_own_columns_and_one_alone_is_none() -> None:
    assert cut_number(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [
        [0, 0, 1],
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
    ]
    assert cut_number(np.full(9, 512.0)).shape == (9, 0)


def test_words_are_columns_unless_each_image_has_its_own() -> None:
    assert cut_text(["AP", "PA"] * 10).shape == (20, 2)
    assert cut_text(["AP"] * 20).shape == (20, 0)
    assert cut_text([f"case {n}" for n in range(200)]).shape == (200, 0)


def test_many_numbers_in_words_are_cut_and_missing_ones_are_apart() -> None:
    columns = cut_text([str(age) for age in range(20, 90)] + [""] * 10)
    missing = columns[-10:]
    assert (missing == missing[0]).all()
    assert not (columns[:-10] == missing[0]).all(axis=1).any()
