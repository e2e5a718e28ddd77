"""How alike maps are, beside SciPy and a formula that is written out."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from medapp.explanation.trials.similarity import WINDOW, compare_structure, correlate_ranks


def draw_maps(n: int = 3, size: int = 12) -> np.ndarray:
    # Rounded, so that places share values.
    return np.random.default_rng(n).random((n, size, size)).round(1)


def test_ranks_correlate_as_scipy_says() -> None:
    first, second = draw_maps(3), draw_maps(4)[:3] ** 2
    found = correlate_ranks(first, second)
    wanted = [spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(first, second, strict=True)]
    assert found == pytest.approx(wanted)


def test_a_rising_change_keeps_the_order_and_a_flat_map_has_none() -> None:
    maps = np.random.default_rng(0).random((1, 9, 9))
    assert correlate_ranks(maps, maps**3)[0] == pytest.approx(1)
    assert correlate_ranks(maps, -maps)[0] == pytest.approx(-1)
    assert np.isnan(correlate_ranks(maps, np.zeros_like(maps))).all()
    assert np.isnan(compare_structure(maps, np.zeros_like(maps))).all()


def test_structure_is_compared_as_the_formula_says() -> None:
    first, second = draw_maps(2), draw_maps(5)[:2]
    wanted = []
    for a, b in zip(first, second, strict=True):
        values = []
        for y in range(a.shape[0] - WINDOW + 1):
            for x in range(a.shape[1] - WINDOW + 1):
                p = a[y : y + WINDOW, x : x + WINDOW].ravel()
                q = b[y : y + WINDOW, x : x + WINDOW].ravel()
                covariance = np.cov(p, q)
                up = (2 * p.mean() * q.mean() + 1e-4) * (2 * covariance[0, 1] + 9e-4)
                down = (p.mean() ** 2 + q.mean() ** 2 + 1e-4) * (np.trace(covariance) + 9e-4)
                values.append(up / down)
        wanted.append(np.mean(values))
    assert compare_structure(first, second) == pytest.approx(wanted)
    assert compare_structure(first, first) == pytest.approx([1, 1])
