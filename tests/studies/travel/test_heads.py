"""A head that learns from some images and answers for others."""

import numpy as np

from medapp.studies.travel.heads import move_head, teach_head


def test_a_class_that_was_not_taught_is_never_likely() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat([0, 2], 20)
    features = random.normal(size=(40, 3)).astype(np.float32)
    features[:, 0] += 5 * (labels == 2)
    others = np.array([[0, 0, 0], [5, 0, 0]], np.float32)
    found = teach_head(features, labels, np.arange(40), others, 4)
    assert found is not None
    assert found.shape == (2, 4)
    assert found.argmax(1).tolist() == [0, 2]
    assert found[:, [1, 3]].max() == 0
    np.testing.assert_allclose(found.sum(1), 1)


def test_one_class_or_one_patient_teaches_nothing() -> None:
    features = np.random.default_rng(1).normal(size=(10, 3)).astype(np.float32)
    one_class = teach_head(features, np.zeros(10, int), np.arange(10), features, 2)
    one_patient = teach_head(features, np.arange(10) % 2, np.zeros(10, int), features, 2)
    assert one_class is one_patient is None


def test_a_head_moves_on_from_the_model_as_far_as_labels_bear_out() -> None:
    """What says nothing new leaves a model that is right as it is; one that is wrong is moved."""
    random = np.random.default_rng(2)
    labels = np.arange(240) % 2
    blank = random.normal(size=(240, 6)).astype(np.float32)
    telling = blank.copy()
    telling[:, 0] += 4 * labels
    is_taught = np.arange(240) < 40
    right = np.where(np.eye(2)[labels] > 0, 0.9, 0.1)
    groups = np.arange(240)
    kept = move_head(blank, labels, groups, right, is_taught)
    moved = move_head(telling, labels, groups, 1 - right, is_taught)
    assert kept is not None
    assert moved is not None
    assert kept.shape == (200, 2)
    assert (kept.argmax(1) == labels[40:]).mean() > 0.97
    assert (moved.argmax(1) == labels[40:]).mean() > 0.8
    # A head of its own learns nothing from features that say nothing.
    own = teach_head(blank[:40], labels[:40], groups[:40], blank[40:], 2)
    assert own is not None
    assert (own.argmax(1) == labels[40:]).mean() < 0.65
    assert move_head(blank, 0 * labels, groups, right, is_taught) is None


def test_labels_that_are_not_taught_are_not_read() -> None:
    random = np.random.default_rng(3)
    features = random.normal(size=(60, 4)).astype(np.float32)
    labels = random.integers(0, 3, 60)
    said = random.dirichlet(np.ones(3), 60)
    is_taught = np.arange(60) < 30
    one = move_head(features, labels, np.arange(60), said, is_taught)
    hidden = np.where(is_taught, labels, 2 - labels)
    other = move_head(features, hidden, np.arange(60), said, is_taught)
    np.testing.assert_array_equal(one, other)
