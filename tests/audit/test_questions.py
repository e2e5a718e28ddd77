"""What labels answer, and what is written where the answer is another."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medapp.audit.ground import Ground
from medapp.audit.questions import list_questions, number_groups
from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL, Change, apply_edits
from tests.audit.conftest import Plant


def draw(number: int) -> NDArray[np.uint8]:
    return np.random.default_rng(number).integers(0, 255, (24, 24)).astype(np.uint8)


def test_a_class_that_few_pictures_show_is_not_asked_about(plant: Plant) -> None:
    images = {f"{'ab'[n % 2]}/{n}.png": draw(n) for n in range(20)}
    images |= {f"rare/{n}.png": draw(50) for n in range(9)}  # one picture, nine times
    [question] = list_questions(plant(images))
    assert question.classes == ("a", "b")
    assert len(question.samples) == 20
    assert [question.classes[k] for k in question.labels] == [s.label for s in question.samples]
    assert question.write_label(0, 1) == "b"


def test_a_blank_image_is_passed_over(plant: Plant) -> None:
    images = {f"{'ab'[n % 2]}/{n}.png": draw(n) for n in range(20)}
    images["a/blank.png"] = np.zeros((24, 24), np.uint8)
    [question] = list_questions(plant(images))
    assert "a/blank.png" not in {sample.name for sample in question.samples}


def test_copies_and_patients_are_one_group_by_way_of_each_other(plant: Plant) -> None:
    images = {f"{'ab'[n % 2]}/{n}.png": draw(n) for n in range(4)}
    samples = Catalog((ground := plant(images)).workspace).load_samples(ground.data_set)
    marks = [("p", "x"), ("p", "y"), (None, "y"), (None, "z")]
    tied = [
        replace(sample, patient=patient, copy_group=copy)
        for sample, (patient, copy) in zip(samples, marks, strict=True)
    ]
    first, second, third, alone = number_groups(tied).tolist()
    assert first == second == third != alone


def test_each_finding_is_a_question_and_another_answer_keeps_the_other_findings(
    plant: Plant,
) -> None:
    images = {f"{'ab'[n % 2]}/{n}.png": draw(n) for n in range(24)}
    ground = plant(images)
    labels = ["effusion|nodule", "effusion", "", "?nodule|effusion"]
    changes = [Change(sample.id, RELABEL, labels[n % 4]) for n, sample in enumerate(ground.samples)]
    catalog = Catalog(ground.workspace)
    several = replace(ground.data_set, task="multi-label", classes=("effusion", "nodule"))
    apply_edits(catalog, several, changes, "several findings")
    samples = catalog.load_samples(ground.data_set)
    asked = {q.finding: q for q in list_questions(Ground(ground.workspace, several, samples))}
    assert set(asked) == {"effusion", "nodule"}
    # Where it is not known whether there is a nodule, nothing can be judged.
    assert len(asked["effusion"].samples) == 24
    assert len(asked["nodule"].samples) == 18
    nodule = asked["nodule"]
    row = next(n for n, s in enumerate(nodule.samples) if s.label == "effusion|nodule")
    assert nodule.classes[nodule.labels[row]] == "nodule"
    assert nodule.write_label(row, 0) == "effusion"
    row = next(n for n, s in enumerate(nodule.samples) if s.label == "effusion")
    assert nodule.write_label(row, 1) == "effusion|nodule"
    unsure = asked["effusion"]
    row = next(n for n, s in enumerate(unsure.samples) if s.label == "?nodule|effusion")
    assert unsure.write_label(row, 0) == "?nodule"
