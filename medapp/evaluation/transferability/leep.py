"""LEEP: how well the classes that a source's head sees tell the new labels.

Nguyen et al. 2020, "LEEP: A New Measure to Evaluate Transferability of Learned Representations",
ICML, arXiv 2002.12462.
"""

import numpy as np
from numpy.typing import NDArray


def compute_leep(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """(1 / N) Σᵢ log Σ_z P(yᵢ | z) θ(xᵢ)_z, at most 0; higher is better.

    P(y | z) = P(y, z) / P(z), where P(y, z) = (1 / N) Σ of θ(xᵢ)_z over the images of label y.

    Args:
        probabilities: θ, (N, Z), of the source's classes; each row sums to 1.
        labels: (N,) class indices.
    """
    theta = np.asarray(probabilities, np.float64)
    _, members = np.unique(labels, return_inverse=True)
    joint = np.zeros((int(members.max()) + 1, theta.shape[1]))
    np.add.at(joint, members, theta)
    totals = joint.sum(0)
    conditional = np.divide(joint, totals, out=np.zeros_like(joint), where=totals > 0)
    expected = (conditional[members] * theta).sum(1)
    return float(np.log(np.maximum(expected, np.finfo(float).tiny)).mean())
