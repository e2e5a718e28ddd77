"""A linear head that learns from some images' features and answers for others."""

import numpy as np

from medapp.audit.probing import predict_held_out
from medapp.studies.travel.sides import Features, Floats, Indices


def teach_head(
    features: Features, labels: Indices, groups: Indices, others: Features, count: int
) -> Floats | None:
    """Probabilities (J, K) of other images by a head that learned from some.

    Args:
        features: (N, F) of the images that are learned from.
        labels: (N,) 0 … K - 1; a class that none has gets a probability of 0.
        groups: (N,) equal for images of one patient or one picture.
        others: (J, F).
        count: K.

    Returns:
        None where the labels show one class, or the images are of one patient.
    """
    names, rows = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        return None
    blank = np.zeros(len(others), np.int64)
    is_taught = np.arange(len(features) + len(others)) < len(features)
    found = predict_held_out(
        np.concatenate([features, others]),
        np.concatenate([rows, blank]),
        np.concatenate([groups, blank - 1]),
        is_taught,
        ~is_taught,
    )
    if found is None:
        return None
    probabilities = np.zeros((len(others), count))
    probabilities[:, names] = found
    return probabilities
