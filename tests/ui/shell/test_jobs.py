"""A job on a page, in words."""

import threading

from medapp.store.job import Job, Tell
from medapp.ui.shell.jobs import describe_job


def test_a_job_is_described_by_its_step_and_how_much_is_done() -> None:
    go_on, told, end = (threading.Event() for _ in range(3))

    def work(tell: Tell) -> None:
        go_on.wait(10)
        tell("Comparing", 1, 1234)
        told.set()
        end.wait(10)

    job: Job[None] = Job("audit", work)
    job.start()
    assert describe_job(job, "Reading the table") == "Reading the table"
    go_on.set()
    assert told.wait(10)
    assert describe_job(job, "Reading the table") == "Comparing · 1 of 1,234"
    end.set()
    assert job.wait(10)
