"""How much a heatmap is worth: within its image, and in words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.explanation.strength import (
    compare_evidence,
    describe_cells,
    describe_stage,
    describe_strength,
)

EVIDENCE = st.lists(st.floats(0, 50), min_size=2, max_size=6)


def test_a_class_that_is_not_believed_is_faint_though_much_speaks_for_it() -> None:
    strengths = compare_evidence([2.14, 1.98, 2.03], [0.946, 0.053, 0.001])
    np.testing.assert_allclose(strengths, [1, 0.05184, 0.001003], rtol=1e-3)


def test_a_logit_of_nothing_is_not_as_strong_as_one_of_something() -> None:
    np.testing.assert_allclose(compare_evidence([1e-7, 0.16], [0.5, 0.5]), [5e-7, 0.8])
    assert compare_evidence([1e-7, 1e-7], [0.5, 0.5]).max() < 1e-6  # nothing beside nothing


def test_numbers_that_are_not_finite_carry_nothing() -> None:
    assert compare_evidence([np.nan, 1.0], [0.5, 0.5]).tolist() == [0, 1]


@given(EVIDENCE, st.integers(0, 100))
def test_the_strongest_has_at_most_1_and_more_evidence_is_never_weaker(
    evidence: list[float], seed: int
) -> None:
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(len(evidence)))
    strengths = compare_evidence(evidence, probabilities)
    assert ((strengths >= 0) & (strengths <= 1)).all()
    weights = np.array(evidence) * probabilities
    assert (np.diff(strengths[np.argsort(weights)]) >= 0).all()


@pytest.mark.parametrize(
    ("strength", "words"),
    [
        (1.0, "Strength 100%: what speaks for nodule adds 1.2 to its logit, and no class"),
        (0.41, "Strength 41% of the strongest class's map: what speaks for nodule adds 1.2"),
        (0.03, "Strength 3%: this map carries next to nothing"),
        (1e-6, "Strength below 1%: this map carries next to nothing"),
    ],
)
def test_a_strength_in_words(strength: float, words: str) -> None:
    assert describe_strength(strength, 1.2345, "nodule").startswith(words)


def test_a_map_of_few_cells_says_how_many_and_one_of_enough_says_nothing() -> None:
    assert describe_cells((2, 2)) == (
        "The heatmap has 2 × 2 cells at this image size; learn from larger images for a finer one."
    )
    assert "has 4 × 4 cells" in (describe_cells((4, 4)) or "")
    assert describe_cells((5, 5)) is None
    assert describe_cells((7, 7)) is None


def test_what_a_chosen_stage_means_is_said() -> None:
    said = describe_stage("layer2", (28, 30))
    assert said.startswith("Read from layer2 (28 × 30 cells).")
    assert "finer and less about the class" in said
