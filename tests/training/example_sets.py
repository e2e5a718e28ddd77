"""Examples whose images are their own number, in one data set or several."""

import numpy as np

from medapp.training.examples import Examples, Inputs, join_examples


def build_examples(n: int) -> Examples:
    """Images that are their own number; the target is the number too."""
    rows = np.arange(n, dtype=np.float32)[:, None]
    return Examples(Inputs(rows, np.arange(n)), np.arange(n))


def build_domains(*sizes: int, labelled: int | None = None) -> Examples:
    """Images of several domains that are their own number; those from `labelled` on have no label.

    Targets are the numbers too.
    """
    total = sum(sizes)
    ends = np.cumsum(sizes)
    rows = np.arange(total, dtype=np.float32)[:, None]
    # A data set's rows stand in a store of its own, in another order.
    parts = [
        Examples(
            Inputs(rows[end - size : end][::-1], np.arange(size)[::-1]),
            np.arange(end - size, end)[: None if labelled is None or end <= labelled else 0],
        )
        for size, end in zip(sizes, ends, strict=True)
    ]
    return join_examples(parts)
