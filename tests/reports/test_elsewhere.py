"""What the record says of other places, and of a threshold that was locked."""

from pathlib import Path

import pytest
from conftest import Trained, write_bands

from medapp.data.catalog import Catalog
from medapp.errors import RunError
from medapp.reports.facts import gather_facts
from medapp.runs.locking import lock_point
from medapp.runs.making import find_run
from medapp.session import Session


def test_the_record_names_other_places_and_the_locked_threshold(
    trained: Trained, tmp_path: Path
) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    path = tmp_path / "report.md"
    session.report(run, path)
    before = path.read_text("utf-8")
    assert "was not judged on images of another place" in before
    assert "not chosen by a rule" in before
    session.add_data(write_bands(tmp_path / "there", 40, seed=7), name="there, too")
    session.validate_elsewhere(run, "there, too", 0.6)
    samples = Catalog(trained.workspace).load_samples(session.find_data("bands"))
    lock_point(run, session.find_operating_point(run, "youden", chosen_on=samples))
    (place,) = gather_facts(trained.workspace, run).elsewhere
    assert (place.dataset, place.n) == ("there, too", 80)
    session.report(run, path)
    after = path.read_text("utf-8")
    assert "| there, too | 80 of 80 images |" in after
    assert "| 0.600 | yes |" in after
    assert "Judged on there, too; see In other places." in after
    assert "locked (highest sensitivity + specificity; chosen on 32 images of the" in after


def test_a_model_that_came_as_a_bundle_reports_a_patient(trained: Trained, tmp_path: Path) -> None:
    session = Session(trained.workspace)
    bundle = session.export_bundle(trained.run, tmp_path / "bundle.zip")
    taken = session.import_run(bundle)
    image = trained.folder / "above" / "p00.png"
    session.report_patient(taken, [image], tmp_path / "patient.md")
    said = (tmp_path / "patient.md").read_text("utf-8")
    assert "bands; the list of its images did not come with the model" in said
    with pytest.raises(RunError, match="did not come with it"):
        session.report(taken, tmp_path / "report.md")
