"""A head that learns from some images and answers for others."""

import numpy as np

from medapp.studies.travel.heads import teach_head


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
