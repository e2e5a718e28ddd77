"""Shared pictures are paired with their nearest, and contrary labels are told without names."""

import numpy as np
from data.copies.test_near import turn, write_fingerprints
from data.copies.test_rule import draw_prints, flip

from medapp.data.copies.near import MIRRORED
from medapp.data.copies.rule import DOUBT_BITS
from medapp.data.copies.shared import find_contrary, find_shared


def test_each_picture_is_paired_with_its_nearest_copy() -> None:
    random = np.random.default_rng(0)
    pictures = random.random((4, 16, 16)) < 0.5
    pictures[:, 0, 0] = False
    near = pictures[:1].copy()
    near[0, 3, :5] ^= True
    own = write_fingerprints(pictures)
    theirs = write_fingerprints(np.concatenate([near, turn(pictures[2:3], MIRRORED), pictures[:1]]))
    shared = find_shared(["", *own, None], [*theirs, None, ""])
    assert shared.pairs.tolist() == [[1, 2], [3, 1]]
    assert shared.ways.tolist() == [0, MIRRORED]


def test_another_contrast_is_a_copy_where_no_third_picture_is_near() -> None:
    image, *others = draw_prints(11)
    just = flip(image, list(range(0, 10 * DOUBT_BITS, 10)))
    assert find_shared([None, image, *others], ["", just]).pairs.tolist() == [[1, 1]]


def test_nothing_is_shared_with_nothing() -> None:
    assert find_shared([], ["00" * 32]).pairs.shape == (0, 2)
    assert find_contrary([], []).tolist() == []


def test_what_most_copies_say_is_what_a_class_means() -> None:
    labels = ["ill"] * 10 + ["well"] * 10
    others = ["1"] * 9 + ["0"] + ["0"] * 10
    assert np.flatnonzero(find_contrary(labels, others)).tolist() == [9]


def test_nothing_is_said_where_copies_disagree_or_are_few() -> None:
    assert not find_contrary(["ill"] * 10, ["1"] * 6 + ["0"] * 4).any()
    assert not find_contrary(["ill", "well"], ["1", "0"]).any()


def test_the_same_name_means_the_same_however_few_copies_there_are() -> None:
    contrary = find_contrary(["No finding", "No finding"], ["no_finding", "pneumonia"])
    assert contrary.tolist() == [False, True]


def test_a_copy_of_which_nothing_is_said_is_contrary_to_none() -> None:
    labels = ["ill"] * 10 + ["unlabelled"] * 10
    others = ["1"] * 5 + ["unlabelled"] * 5 + ["1"] * 9 + ["0"]
    assert not find_contrary(labels, others).any()
    assert find_contrary([*labels, "ill"], [*others, "0"]).tolist() == [False] * 20 + [True]
