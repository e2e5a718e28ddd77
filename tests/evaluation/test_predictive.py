"""PPV and NPV at any prevalence."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from medapp.evaluation.estimates import estimate_share
from medapp.evaluation.predictive import find_predictive_values


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.001, 0.999))
@settings(max_examples=60)
def test_bayes_rule_leads_back(hits: int, spared: int, prevalence: float) -> None:
    """From PPV, NPV and how many are called, back to sensitivity and specificity."""
    assume(0 < hits + 40 - spared < 80)
    every = np.ones(40, dtype=bool)
    units = np.arange(40)
    sensitivity = estimate_share(np.arange(40) < hits, every, units, 40)
    specificity = estimate_share(np.arange(40) < spared, every, units, 40)
    ppv, npv = find_predictive_values(sensitivity, specificity, prevalence)
    assert ppv is not None
    assert npv is not None
    called = prevalence * hits / 40 + (1 - prevalence) * (1 - spared / 40)
    assert called * ppv.value / prevalence == pytest.approx(hits / 40)
    assert (1 - called) * npv.value / (1 - prevalence) == pytest.approx(spared / 40)
    assert called * ppv.value + (1 - called) * (1 - npv.value) == pytest.approx(prevalence)
    for rate in (ppv, npv):
        low, high = rate.interval
        assert 0 <= low <= rate.value + 1e-12
        assert rate.value - 1e-12 <= high <= 1
