"""The subgroups of a run that was trained."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import Trained
from runs.test_decided import lock_run

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, Change
from medapp.data.schema import change
from medapp.errors import DataError
from medapp.reports.facts import gather_facts
from medapp.runs.decided import DECIDED
from medapp.runs.locking import unlock_point
from medapp.runs.making import find_run
from medapp.runs.results import load_evidence
from medapp.runs.subgroups import list_columns, list_subgroups, list_values, load_judged
from medapp.session import Session


def test_a_column_of_the_data_set_parts_the_test_images(trained: Trained) -> None:
    session = Session(trained.workspace)
    with pytest.raises(DataError, match="Nothing is known of 'sex'"):
        session.judge_subgroups(trained.run, "sex")
    catalog = Catalog(trained.workspace)
    samples = catalog.load_samples(session.find_data("bands"), "test")
    rows = [(f'{{"sex": "{"FM"[i % 2]}"}}', s.id) for i, s in enumerate(samples)]
    with change(catalog.path) as database:
        database.executemany("UPDATE samples SET attributes = ? WHERE id = ?", rows)
    found = session.judge_subgroups(trained.run, "sex", figure="accuracy")
    assert [group.name for group in found.groups] == ["F", "M"]
    assert sum(group.n for group in found.groups) == len(samples)
    assert found.gaps == ()
    assert np.isfinite([group.value for group in found.groups]).all()
    assert list_columns(trained.workspace, session.find_run(trained.run)) == ["sex"]


def test_an_image_that_was_left_out_since_is_still_in_its_group(trained: Trained) -> None:
    session = Session(trained.workspace)
    before = load_judged(trained.workspace, session.find_run(trained.run))
    samples = [sample for sample in before if sample]
    assert len(samples) == len(before)
    session.edit("bands", [Change(samples[0].id, LEAVE_OUT)])
    after = load_judged(trained.workspace, session.find_run(trained.run))
    assert [sample.id for sample in after if sample] == [sample.id for sample in samples]


def test_all_columns_that_part_images_are_looked_at(trained: Trained) -> None:
    run = find_run(trained.workspace, trained.run)
    evidence = load_evidence(run)
    assert evidence is not None
    judged = [sample for sample in load_judged(trained.workspace, run) if sample is not None]
    parted = [
        replace(sample, attributes={"sex": "FM"[i % 2], "scanner": "A"}, site=f"ward {i % 2}")
        for i, sample in enumerate(judged)
    ]
    found = list_subgroups(parted, evidence)
    # One scanner parts nothing.
    assert [each.column for each in found] == ["site", "sex"]
    assert [(group.name, group.n) for group in found[1].groups] == [("F", 2), ("M", 2)]


def test_groups_of_a_locked_model_are_those_of_its_answers(trained: Trained) -> None:
    session, run = Session(trained.workspace), find_run(trained.workspace, trained.run)
    catalog = Catalog(trained.workspace)
    samples = catalog.load_samples(session.find_data("bands"), "test")
    rows = [(f"ward {i % 2}", f'{{"sex": "{"FM"[i % 2]}"}}', s.id) for i, s in enumerate(samples)]
    with change(catalog.path) as database:
        database.executemany("UPDATE samples SET site = ?, attributes = ? WHERE id = ?", rows)
    run, locked = lock_run(trained)
    found = session.judge_subgroups(run, "sex", figure="accuracy")
    evidence = load_evidence(run)
    assert evidence is not None
    scores, truth, classes, *_ = evidence
    column = list(classes).index(locked.finding)
    said = np.where(scores[:, column] >= locked.threshold, column, 1 - column)
    sexes = np.array(list_values(load_judged(trained.workspace, run), "sex"))
    right = [float((said == truth)[sexes == sex].mean()) for sex in "FM"]
    assert [group.value for group in found.groups] == pytest.approx(right)
    (note,) = [note for note in found.notes if note.code == DECIDED]
    assert note.text == f"Accuracy is that of the locked threshold: {locked.name_point()}."
    (note,) = [
        note
        for note in session.judge_subgroups(run, "sex", figure="auroc").notes
        if note.code == DECIDED
    ]
    assert note.text.startswith("AUROC ranks images by their probabilities: it is the same")
    # Sites are numbers in the record, and what decided them is said there too.
    by_site, by_sex = gather_facts(trained.workspace, run).subgroups
    assert [group.name for group in by_site.groups] == ["#1", "#2"]
    for each in (by_site, by_sex):
        assert [group.value for group in each.groups] == pytest.approx(
            [group.value for group in session.judge_subgroups(run, each.column).groups]
        )
        assert [note.code for note in each.notes].count(DECIDED) == 1
    unlock_point(run)
    assert DECIDED not in {note.code for note in session.judge_subgroups(run, "sex").notes}
