"""The subgroups of a run that was trained."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import Trained

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, Change
from medapp.data.schema import change
from medapp.errors import DataError
from medapp.runs.making import find_run
from medapp.runs.results import load_evidence
from medapp.runs.subgroups import list_columns, list_subgroups, load_judged
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
