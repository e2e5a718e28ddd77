"""What errors share: counts by hand, and no pattern where there is none."""

import json

import numpy as np
import pytest

from medapp.evaluation.comparison import subtract
from medapp.evaluation.estimates import estimate_share
from medapp.evaluation.patterns import (
    YES,
    Pattern,
    find_patterns,
    state_difference,
    state_pattern,
    state_patterns,
)

SITES = [None] * 5 + ["B"] * 12 + ["A"] * 140
WRONG = np.zeros(157, bool)
WRONG[5:12] = True  # 7 of 12 of site B
WRONG[30:39] = True  # 9 of 140 of site A
KNOWN = np.ones(157, bool)
NOBODY = [None] * 157


def test_a_group_that_errs_more_often_is_told_in_counts() -> None:
    found = find_patterns(WRONG, KNOWN, NOBODY, {"site": (SITES, ["A", "B"])})
    # Of two groups one is looked at: the differences are one and the same.
    (pattern,) = found.groups
    assert state_pattern(pattern) == "site B: 7 of 12 images are wrong, 9 of 140 elsewhere"
    assert pattern.is_told
    assert state_patterns(found) == (
        "16 of 157 test images are wrong, more often than elsewhere in site B (1 group looked at)"
    )
    units = np.arange(157)
    inside, outside = (np.array([site == name for site in SITES]) for name in "BA")
    shares = [estimate_share(WRONG, side, units, 157) for side in (inside, outside)]
    assert shares[0] is not None
    assert shares[1] is not None
    expected = subtract(shares[0], shares[1])
    assert (pattern.difference, pattern.interval) == (expected.value, expected.interval)
    assert pattern.p == pytest.approx(expected.p)
    assert state_difference(pattern).startswith("0.519 [")
    assert json.loads(json.dumps(found.to_dict()))["groups"][0]["group"] == "B"


def test_images_of_one_patient_are_no_further_evidence() -> None:
    """All seven wrong images of site B are of one patient."""
    patients = [f"p{i}" for i in range(157)]
    patients[5:12] = ["one"] * 7
    alone = find_patterns(WRONG, KNOWN, NOBODY, {"site": (SITES, ["A", "B"])}).groups[0]
    (clustered,) = find_patterns(WRONG, KNOWN, patients, {"site": (SITES, ["A", "B"])}).groups
    assert clustered.units == 6
    assert clustered.p > alone.p
    assert clustered.witnesses == 1
    assert not clustered.is_told


def test_a_group_that_is_too_small_is_named_and_not_looked_at() -> None:
    values = ["x"] * 4 + ["y"] * 80 + ["z"] * 73
    found = find_patterns(WRONG, KNOWN, NOBODY, {"kind": (values, ["x", "y", "z"])})
    assert [pattern.group for pattern in found.groups] != []
    assert "x" not in {pattern.group for pattern in found.groups}
    assert found.small == ("kind x",)


def test_what_is_not_judged_counts_nowhere() -> None:
    known = KNOWN.copy()
    known[5] = known[50] = False
    found = find_patterns(WRONG, known, NOBODY, {"site": (SITES, ["A", "B"])})
    assert (found.wrong, found.n) == (15, 155)
    assert (found.groups[0].wrong, found.groups[0].n) == (6, 11)
    assert found.groups[0].n_elsewhere == 139


def test_a_group_that_errs_less_often_is_no_pattern() -> None:
    values = ["easy"] * 80 + ["b"] * 40 + ["c"] * 40
    wrong = np.array([False] * 80 + [i % 2 == 0 for i in range(80)])
    found = find_patterns(
        wrong, np.ones(160, bool), [None] * 160, {"k": (values, ["easy", "b", "c"])}
    )
    assert {pattern.group for pattern in found.told} == {"b", "c"}


@pytest.mark.parametrize("images", [1, 3])
def test_where_errors_come_by_chance_there_is_hardly_ever_a_pattern(images: int) -> None:
    """Twelve groups of four columns, small ones too: of 200 tables about ten may be wrong.

    Where patients have several images, their errors and their groups go together.
    """
    random = np.random.default_rng(0)
    order = ["a", "b", "c"]
    patients = [f"p{i // images}" for i in range(150)]
    told = 0
    for _ in range(200):
        rates = random.beta(0.6, 3.4, 150 // images)  # 0.15 on average
        wrong = random.random(150) < np.repeat(rates, images)
        columns = {}
        for name in ("one", "two", "three", "four"):
            drawn = random.choice(order, 150 // images, p=[0.08, 0.22, 0.7])
            columns[name] = (np.repeat(drawn, images).tolist(), order)
        told += bool(find_patterns(wrong, np.ones(150, bool), patients, columns).told)
    assert told <= 16


def test_nothing_wrong_and_nothing_to_compare_are_said() -> None:
    none = find_patterns(np.zeros(157, bool), KNOWN, NOBODY, {})
    assert state_patterns(none) == "None of 157 test images is wrong"
    bare = find_patterns(WRONG, KNOWN, NOBODY, {})
    assert "no column parts them" in state_patterns(bare)
    calm = find_patterns(
        WRONG, KNOWN, NOBODY, {"k": (["a", "b", "c"] * 52 + ["a"], ["a", "b", "c"])}
    )
    assert "in no group more than chance would bring (3 groups looked at)" in state_patterns(calm)


def test_what_is_there_or_not_goes_by_its_column_alone() -> None:
    shift = (0.79, (0.5, 0.9), 0.0001, True)
    pattern = Pattern("audit: suspected label", YES, 9, 10, 10, 9, 15, 140, *shift)
    assert state_pattern(pattern).startswith("audit: suspected label: 9 of 10 images are wrong")
