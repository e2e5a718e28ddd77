"""An audit in a thread ends with a kept audit, an error in words, or when it is asked to stop."""

from audit.conftest import Plant
from conftest import draw_picture

from medapp.audit.audit import find_audit
from medapp.audit.job import AuditJob


def test_a_job_ends_with_an_audit(plant: Plant) -> None:
    ground = plant({f"a/{i}.png": draw_picture(i) for i in range(3)})
    job = AuditJob(ground.workspace, ground.data_set, with_features=False)
    job.wait(60)
    assert (job.is_running, job.error) == (False, "")
    found = find_audit(ground.workspace, ground.data_set)
    assert found is not None
    assert found.images == 3
    assert job.total >= job.done


def test_a_job_that_is_stopped_leaves_no_audit(plant: Plant) -> None:
    ground = plant({f"a/{i}.png": draw_picture(i) for i in range(200)})
    job = AuditJob(ground.workspace, ground.data_set, with_features=False)
    job.stop()
    job.wait(60)
    assert (job.is_running, job.error) == (False, "")
    assert find_audit(ground.workspace, ground.data_set) is None


def test_an_error_is_said_in_words(plant: Plant) -> None:
    ground = plant({"a/1.png": draw_picture(1)})
    ground.workspace.fingerprints_folder.mkdir()
    (ground.workspace.fingerprints_folder / "broken.parquet").write_bytes(b"no table")
    job = AuditJob(ground.workspace, ground.data_set, with_features=False)
    job.wait(60)
    assert "broken.parquet cannot be read" in job.error
    assert find_audit(ground.workspace, ground.data_set) is None
