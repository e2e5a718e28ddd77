"""A job in a thread ends in its result, in words, or where it was stopped."""

import logging
import threading
from pathlib import Path

import pytest
from conftest import write_bands

from medapp.audit.audit import Audit, find_audit, run_audit
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.batch import ImportReport
from medapp.data.importing.remembering import count_remembered
from medapp.errors import DataError
from medapp.store import job as module
from medapp.store.job import Job, Tell
from medapp.store.workspace import Workspace

PATIENCE = 60


def test_a_job_ends_in_its_result() -> None:
    def work(tell: Tell) -> str:
        for done in range(1, 17):
            tell("Reading", done, 16)
        return "sixteen"

    job = Job("work", work)
    assert job.state == "stopped"
    job.start()
    assert job.wait(PATIENCE)
    assert (job.state, job.result, job.error) == ("done", "sixteen", "")
    assert (job.title, job.done, job.total) == ("Reading", 16, 16)


def test_a_result_of_none_is_done() -> None:
    job = Job("work", lambda tell: tell("Reading", 1, 1))
    job.start()
    assert job.wait(PATIENCE)
    assert job.state == "done"


def test_a_job_that_is_stopped_goes_on_when_started_again() -> None:
    is_under_way, may_go_on = threading.Event(), threading.Event()

    def work(tell: Tell) -> int:
        tell("Reading", 5, 16)
        is_under_way.set()
        may_go_on.wait(PATIENCE)
        tell("Reading", 6, 16)
        return 16

    job = Job("work", work)
    job.start()
    assert is_under_way.wait(PATIENCE)
    assert job.state == "running"
    job.stop()
    may_go_on.set()
    assert job.wait(PATIENCE)
    assert (job.state, job.error, job.done, job.result) == ("stopped", "", 6, None)
    job.start()
    assert job.wait(PATIENCE)
    assert (job.state, job.result) == ("done", 16)


def test_an_error_is_said_in_words() -> None:
    def fail(tell: Tell) -> None:
        raise DataError("There is no image.", remedy="Look elsewhere.")

    job = Job("work", fail)
    job.start()
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == ("failed", "There is no image. Look elsewhere.")


def test_a_fault_of_ours_is_said_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail(tell: Tell) -> None:
        raise ZeroDivisionError

    job = Job("work", fail)
    with caplog.at_level(logging.ERROR, logger="medapp.store.job"):
        job.start()
        assert job.wait(PATIENCE)
    assert job.state == "failed"
    assert job.error == "A fault of MedApp ended this work: work. The terminal says more."
    assert "ZeroDivisionError" in caplog.text


def test_pace_and_time_left_are_those_of_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    seen = []

    def work(tell: Tell) -> None:
        for title, done, seconds in [("", 10, 2), ("", 1, 3), ("", 11, 5), ("Next", 0, 6)]:
            now[0] = seconds
            tell(title, done, 100)
            seen.append((job.files_per_second, job.seconds_left))

    job = Job("work", work)
    job.start()
    assert job.wait(PATIENCE)
    assert seen == [(5, 18), (None, None), (5, pytest.approx(17.8)), (None, None)]


def test_an_import_that_is_stopped_stores_nothing_and_goes_on(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "bands", 16)

    def work(tell: Tell) -> ImportReport:
        def stop_once(done: int, total: int) -> None:
            if done == 5 and not has_stopped.is_set():
                has_stopped.set()
                job.stop()
            tell("", done, total)

        return add_path(workspace, folder, on_progress=stop_once)

    has_stopped = threading.Event()
    job = Job("bands", work)
    job.start()
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == ("stopped", "")
    assert Catalog(workspace).list_data_sets() == []
    assert count_remembered(workspace, folder) == 5
    job.start()
    assert job.wait(PATIENCE)
    assert job.result is not None
    assert job.result.images == 32


def test_an_audit_that_is_stopped_keeps_none(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_path(workspace, write_bands(tmp_path / "bands", 16)).data_set

    def work(tell: Tell) -> Audit:
        def stop_at_once(title: str, done: int, total: int) -> None:
            job.stop()
            tell(title, done, total)

        return run_audit(workspace, data_set, stop_at_once, False)

    job = Job("audit", work)
    job.start()
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == ("stopped", "")
    assert find_audit(workspace, data_set) is None
