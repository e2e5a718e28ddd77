"""A job in a thread ends in its result, in words, or where it was stopped."""

import logging
import threading

import pytest

from medapp.errors import DataError
from medapp.store import job as module
from medapp.store.job import Job, Tell

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
