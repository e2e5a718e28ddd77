"""Images and the patients they are of."""

import numpy as np
import pytest

from medapp.evaluation.patients import combine_probabilities, find_uniform, number_units


def test_probabilities_of_a_patients_images_are_averaged() -> None:
    rows = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.3, 0.7]]
    units, means = combine_probabilities(rows, ["p", "q", "p", None])
    assert units.tolist() == [0, 1, 0, 2]
    assert means == pytest.approx(np.array([[0.7, 0.3], [0.2, 0.8], [0.3, 0.7]]))
    assert combine_probabilities(np.empty((0, 2)), [])[1].shape == (0, 2)


def test_a_patient_without_a_name_is_no_other_patient() -> None:
    units, counted, unknown = number_units(["0", None, "0", None], 4)
    assert (units.tolist(), counted, unknown) == ([0, 1, 0, 2], "patients", 2)
    assert number_units([None, None], 2)[1:] == ("images", 2)
    assert number_units(None, 2)[1:] == ("images", 2)
    assert number_units([], 0)[1:] == ("images", 0)
    with pytest.raises(ValueError, match="groups"):
        number_units(["p"], 2)


def test_patients_with_one_truth_are_found() -> None:
    units = np.array([0, 1, 0, 2, 1])
    uniform, firsts = find_uniform([1, 0, 1, 0, 1], units)
    assert (uniform.tolist(), firsts.tolist()) == ([0, 2], [0, 3])
    findings = [[1, np.nan], [0, 0], [1, np.nan], [1, 1], [0, np.nan]]
    assert find_uniform(findings, units)[0].tolist() == [0, 2]
