"""Patients in two splits are found, with how many test images they touch."""

from pathlib import Path

import pytest

from medapp.audit.ground import Ground
from medapp.audit.patients import find_torn_patients
from medapp.data.samples import DataSet, Sample
from medapp.store.workspace import Workspace


def build_ground(*rows: tuple[str, str | None, str]) -> Ground:
    samples = [
        Sample(i, name, Path(name), "a", patient, None, split, name, 1, 1, "")
        for i, (name, patient, split) in enumerate(rows)
    ]
    home = Path("home")
    data_set = DataSet(1, "set", home, "registered", ("a",), None, True, "", False, "", "uid")
    return Ground(Workspace(home), data_set, samples)


def test_whole_patients_and_unknown_ones_are_no_finding() -> None:
    ground = build_ground(("1", "p", "train"), ("2", None, "test"), ("3", None, "train"))
    assert find_torn_patients(ground, print) == []


@pytest.mark.parametrize(("fresh", "severity"), [(1, "grave"), (19, "caution")])
def test_a_patient_in_two_splits_is_found(fresh: int, severity: str) -> None:
    others = [(f"n{i}", f"q{i}", "test") for i in range(fresh)]
    ground = build_ground(("1", "p", "train"), ("2", "p", "test"), *others)
    (finding,) = find_torn_patients(ground, print)
    assert finding.severity == severity
    assert [[member.name for member in group.members] for group in finding.groups] == [["1", "2"]]
    assert f"1 of {1 + fresh} test images" in finding.summary


def test_training_and_validation_alone_are_a_caution() -> None:
    ground = build_ground(("1", "p", "train"), ("2", "p", "validation"), ("3", None, "test"))
    (finding,) = find_torn_patients(ground, print)
    assert finding.severity == "caution"
    assert "test" not in finding.summary
