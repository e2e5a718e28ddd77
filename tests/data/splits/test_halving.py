from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from medapp.data.samples import Sample
from medapp.data.splits.halving import FEWEST, divide_validation
from medapp.task import find_task

TASK = find_task("single-label")


def build(number: int, label: str, patient: str | None, copy_group: str = "") -> Sample:
    name = f"{number:04d}.png"
    digest = f"{number:064x}"
    return Sample(
        number,
        name,
        Path(name),
        label,
        patient,
        None,
        "validation",
        digest,
        8,
        8,
        "8-bit grey",
        copy_group=copy_group,
    )


@given(st.integers(FEWEST, 120), st.integers(1, 4))
def test_no_patient_both_chooses_and_calibrates(patients: int, images: int) -> None:
    samples = [
        build(i, "ab"[patient % 2], f"p{patient}")
        for i, patient in enumerate(p for p in range(patients) for _ in range(images))
    ]
    choosing, calibrating = divide_validation(samples, TASK)
    assert sorted(s.id for s in [*choosing, *calibrating]) == list(range(len(samples)))
    assert {s.patient for s in choosing}.isdisjoint({s.patient for s in calibrating})
    assert abs(len(choosing) - len(calibrating)) <= 2 * images


def test_each_half_has_its_share_of_each_class() -> None:
    samples = [build(i, "rare" if i % 10 == 0 else "common", None) for i in range(200)]
    _, calibrating = divide_validation(samples, TASK)
    assert sum(sample.label == "rare" for sample in calibrating) == 10


def test_copies_stay_together() -> None:
    samples = [build(i, "ab"[i % 2], None, f"copy {i // 2 // 2}") for i in range(280)]
    choosing, calibrating = divide_validation(samples, TASK)
    assert calibrating
    assert {s.copy_group for s in choosing}.isdisjoint({s.copy_group for s in calibrating})


def test_too_few_patients_all_choose() -> None:
    samples = [build(i, "ab"[i % 2], f"p{i % (FEWEST - 1)}") for i in range(300)]
    assert divide_validation(samples, TASK) == (samples, [])
    assert divide_validation([], TASK) == ([], [])


def test_the_order_of_the_images_does_not_matter() -> None:
    samples = [build(i, "ab"[i % 3 == 0], f"p{i // 2}") for i in range(160)]
    calibrating = divide_validation(samples, TASK)[1]
    again = divide_validation(samples[::-1], TASK)[1]
    assert {s.id for s in calibrating} == {s.id for s in again}
