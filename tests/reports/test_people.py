"""A patient counts once, by the first image that tells; ages keep what stands in the table."""

from dataclasses import replace

from reports.test_acquisition import make_sample

from medapp.data.samples import Sample
from medapp.reports.people import gather_people, state_people, write_ages


def make_person(number: int, patient: str | None, **attributes: str) -> Sample:
    return replace(make_sample(number, **attributes), patient=patient)


def test_a_patient_counts_once() -> None:
    train = [
        make_person(1, "p1", Age="40", Gender="F"),
        make_person(2, "p1", Age="41", Gender="F"),
        make_person(3, "p2", Age="90+", Gender="M"),
        make_person(4, "p3", Gender=" "),
        make_person(5, "p4", Age="60", Gender="F"),
    ]
    test = [make_person(6, "p5", Age="55"), make_person(7, None)]
    first, second = gather_people({"train": train, "validation": [], "test": test})
    assert (first.split, first.counted, first.n, first.aged) == ("train", "patients", 4, 3)
    assert first.ages == (60.0, 40.0, 90.0)
    assert first.sexes == {"F": 2, "M": 1}
    assert write_ages(first) == "60 (40 to 90+)"
    # An image of which the patient is unknown counts by itself.
    assert (second.n, second.aged) == (2, 1)
    assert state_people((first, second)) == (
        "train: 4 patients, age 60 (40 to 90+) of 3, F 2, M 1;"
        " test: 2 patients, age 55 (55 to 55) of 1."
    )


def test_images_count_where_no_patient_is_known() -> None:
    (found,) = gather_people({"test": [make_person(i, None, sex="F") for i in range(3)]})
    assert (found.counted, found.n, found.sexes) == ("images", 3, {"F": 3})
    assert write_ages(found) == "–"


def test_other_columns_tell_nothing_of_people() -> None:
    assert gather_people({"test": [make_person(1, "p1", view="PA", age="adult")]}) == ()
