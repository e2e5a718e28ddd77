"""An import in the background: it ends in a report, in words, or where it was stopped."""

import threading
from pathlib import Path

from conftest import write_bands

from medapp.data.batch import ImportReport
from medapp.data.catalog import Catalog
from medapp.data.importing import add_path
from medapp.data.job import ImportJob
from medapp.data.remembering import count_remembered
from medapp.errors import DataError
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace

PATIENCE = 60


def test_a_job_ends_in_the_report(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 8)
    job = ImportJob("bands", lambda tell: add_path(workspace, folder, on_progress=tell))
    assert job.state == "stopped" or job.report is None
    job.start()
    assert job.wait(PATIENCE)
    assert job.state == "done"
    assert (job.done, job.total) == (16, 16)
    assert job.report is not None
    assert job.report.images == 16
    assert job.files_per_second
    assert job.seconds_left == 0


def test_a_job_that_is_stopped_stores_nothing_and_goes_on(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "bands", 16)
    is_under_way, may_go_on = threading.Event(), threading.Event()

    def work(tell: OnProgress) -> ImportReport:
        def wait_once(done: int, total: int) -> None:
            if done == 5:
                is_under_way.set()
                may_go_on.wait(PATIENCE)
            tell(done, total)

        return add_path(workspace, folder, on_progress=wait_once)

    job = ImportJob("bands", work)
    job.start()
    assert is_under_way.wait(PATIENCE)
    assert job.state == "running"
    job.stop()
    may_go_on.set()
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == ("stopped", "")
    assert Catalog(workspace).list_data_sets() == []
    assert count_remembered(workspace, folder) == 5
    job.start()
    assert job.wait(PATIENCE)
    assert job.state == "done"


def test_what_goes_wrong_is_said_in_words() -> None:
    def fail(tell: OnProgress) -> ImportReport:
        raise DataError("There is no image.", remedy="Look elsewhere.")

    job = ImportJob("x", fail)
    job.start()
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == ("failed", "There is no image. Look elsewhere.")


def test_a_second_piece_of_work_has_a_pace_of_its_own() -> None:
    def work(tell: OnProgress) -> ImportReport:
        tell(1000, 1000)
        tell(1, 1000)
        assert job.files_per_second is None
        raise DataError("The end.")

    job = ImportJob("x", work)
    job.start()
    assert job.wait(PATIENCE)
    assert job.error == "The end."
