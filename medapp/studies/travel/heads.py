"""A linear head that learns from some images' features and answers for others.

A head of its own knows these images alone. One that moves on from a model starts from what the
model says, and says more only as far as labels bear that out: its logits are added to the model's,
under a penalty that is chosen by cross-validation.
"""

import numpy as np

from medapp.audit.probing import predict_held_out
from medapp.studies.travel.sides import Features, Floats, Indices, Mask

# What a model that one moves on from says at least of each class: what is surer is not believed.
LEAST = 0.01


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


def move_head(
    features: Features, labels: Indices, groups: Indices, said: Floats, is_taught: Mask
) -> Floats | None:
    """Probabilities (J, K) of the images that are not taught, moved on from what a model says.

    Args:
        features: (N, F).
        labels: (N,) 0 … K - 1; only those of taught images are read.
        groups: (N,) equal for images of one patient or one picture.
        said: (N, K) the model's probabilities.
        is_taught: (N,) whose labels are learned from; the N - J taught ones.

    Returns:
        None where the labels show one class, or the images are of one patient.
    """
    if len(np.unique(labels[is_taught])) < 2:
        return None
    known = np.where(is_taught, labels, 0)
    starts = find_starts(said)
    return predict_held_out(features, known, groups, is_taught, ~is_taught, starts=starts)


def find_starts(said: Floats) -> Floats:
    """Logits (N, K) of a model's probabilities, from which a head moves on."""
    starts: Floats = np.log(np.maximum(said, LEAST))
    return starts
