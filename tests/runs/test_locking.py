"""An operating point that is locked into a trained model decides, and its figures stay its own."""

from pathlib import Path

import pytest
from conftest import Trained

from medapp.data.catalog import Catalog
from medapp.errors import RunError
from medapp.runs.locking import find_locked, lock_point, unlock_point
from medapp.runs.making import find_run
from medapp.session import Session
from medapp.store.files import hash_file


def test_a_locked_threshold_decides_until_it_is_unlocked(trained: Trained) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    samples = Catalog(trained.workspace).load_samples(session.find_data("bands"))
    point = session.find_operating_point(run, "specificity>=1", chosen_on=samples)
    before = run.load_evaluation()
    files = [Path(sample.path) for sample in samples]
    plain = list(session.predict(run, files, answers_all=True))
    assert all(one.describe_lock() is None for one in plain)
    locked = lock_point(run, point)
    assert find_locked(run) == locked
    # What the model itself decides by is judged where no rule is asked for; not of the other class.
    assert session.find_operating_point(run).threshold == locked.threshold
    assert session.find_operating_point(run, positive="above").threshold == 0.5
    assert locked.positives == ("below",)
    told = list(session.predict(run, files, answers_all=True))
    for one, other in zip(plain, told, strict=True):
        assert one.probabilities == other.probabilities
        is_found = other.probabilities["below"] >= locked.threshold
        assert other.label == ("below" if is_found else "above")
        said = other.describe_lock()
        assert said is not None
        assert ("at or above" if is_found else "below the locked") in said
    # The network is the same, so its figures are still those of this file.
    after = run.load_evaluation()
    assert before is not None
    assert after is not None
    assert after.confusion == before.confusion
    assert after.computed["model_sha256"] == hash_file(run.model_path)
    unlock_point(run)
    assert find_locked(run) is None
    assert [one.label for one in session.predict(run, files, answers_all=True)] == [
        one.label for one in plain
    ]


def test_only_what_a_rule_chose_is_locked(trained: Trained) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    with pytest.raises(RunError, match="none was chosen by a rule"):
        lock_point(run, session.find_operating_point(run))
    assert find_locked(run) is None
