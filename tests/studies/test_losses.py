"""The loss of each image by a run or a cross-validation that judged it."""

import math
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import Trained, register_empty, sit, write_bands

import medapp
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, RELABEL, Change, apply_edits
from medapp.data.samples import DataSet
from medapp.errors import RunError
from medapp.runs.making import find_run
from medapp.runs.privacy import strip_table
from medapp.runs.results import find_predictions, load_predictions
from medapp.store.workspace import Workspace
from medapp.studies.folds import create_folds
from medapp.studies.losses import Judgements, find_judge, judge_images, list_judges


def judge(workspace: Workspace, data_set: DataSet, name: str = "probe") -> Judgements:
    return judge_images(workspace, data_set, find_judge(workspace, data_set, name))


def test_the_loss_is_that_of_the_class_of_now_by_what_the_run_predicted(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    data_set = catalog.find_data_set("bands")
    rows = load_predictions(find_run(trained.workspace, "probe"))
    by_name = {sample.name: sample for sample in catalog.load_samples(data_set)}
    found = judge(trained.workspace, data_set)
    assert found.strange == 0
    assert set(found.by_id) == {by_name[row["name"]].id for row in rows}
    for row in rows:
        said = found.by_id[by_name[row["name"]].id]
        assert said.loss == pytest.approx(-math.log(row[f"probability of {row['label']}"]))
        assert said.prediction == row["prediction"]
        assert said.is_wrong == (row["prediction"] != row["label"])
    row = rows[0]
    id = by_name[row["name"]].id
    other = next(label for label in data_set.classes if label != row["label"])
    data_set = apply_edits(catalog, data_set, [Change(id, RELABEL, other), Change(id, LEAVE_OUT)])
    said = judge(trained.workspace, data_set).by_id[id]
    # A probability counts as 1e-12 at least.
    assert said.loss == pytest.approx(-math.log(max(row[f"probability of {other}"], 1e-12)))
    assert said.is_wrong == (row["prediction"] != other)


def test_a_label_that_the_run_does_not_know_is_counted_and_not_judged(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    data_set = catalog.find_data_set("bands")
    id = next(iter(judge(trained.workspace, data_set).by_id))
    data_set = apply_edits(catalog, data_set, [Change(id, RELABEL, "aside")])
    found = judge(trained.workspace, data_set)
    assert id not in found.by_id
    assert found.strange == 1


def test_images_of_a_run_without_names_are_known_by_their_content(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).find_data_set("bands")
    before = judge(trained.workspace, data_set)
    path = find_predictions(find_run(trained.workspace, "probe"))
    path.write_bytes(strip_table(path))
    assert pq.read_table(path)["name"].to_pylist()[0] is None
    assert judge(trained.workspace, data_set) == before


def test_judges_are_those_of_the_data_set(trained: Trained) -> None:
    data_set = Catalog(trained.workspace).find_data_set("bands")
    assert [judge.name for judge in list_judges(trained.workspace, data_set)] == ["probe"]
    other = register_empty(trained.workspace, "other")
    assert list_judges(trained.workspace, other) == []
    with pytest.raises(RunError, match="has judged no image of other"):
        find_judge(trained.workspace, other, "probe")
    with pytest.raises(RunError, match="no run 'prob'"):
        find_judge(trained.workspace, data_set, "prob")


def test_a_cross_validation_judges_every_image_out_of_fold(
    workspace: Workspace, tmp_path: Path
) -> None:
    session = medapp.open(workspace.root)
    session.add_data(write_bands(tmp_path / "bands", 8), patient_pattern=r"^p\d+")
    settings = {"strategy": "linear-probe", "image_size": 32, "folds": 3, "threads": 1}
    study = create_folds(workspace, *session.build_settings("bands", **settings), "cv")
    for id in study.runs:
        sit(workspace, find_run(workspace, id))
    data_set = session.find_data("bands")
    assert [judge.id for judge in list_judges(workspace, data_set)] == [study.id]
    everything = judge(workspace, data_set, "cv").by_id
    samples = Catalog(workspace).load_samples(data_set)
    assert set(everything) == {sample.id for sample in samples}
    fold = judge(workspace, data_set, "cv, fold 2 of 3").by_id
    assert fold == {id: everything[id] for id in fold}
    assert 0 < len(fold) < len(samples)
