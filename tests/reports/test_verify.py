"""A bundle holds as it was written, and each thing that is changed in it is found."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Trained

from medapp.data.catalog import Catalog
from medapp.errors import RunError
from medapp.reports.bundle import BUNDLE, MANIFEST
from medapp.reports.finding import DIFFERS, HOLDS, UNTOLD
from medapp.reports.verify import verify_bundle
from medapp.runs.locking import lock_point
from medapp.runs.making import find_run
from medapp.session import Session

Contents = dict[str, bytes]


@pytest.fixture(scope="module")
def bundle(trained_once: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    Session(trained_once.workspace).report(trained_once.run, folder)
    return folder / BUNDLE


def read(path: Path) -> Contents:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(contents: Contents, to: Path) -> Path:
    """A bundle whose hashes are right, so that only what it says can be wrong."""
    manifest = json.loads(contents[MANIFEST])
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in contents.items()
        if name != MANIFEST
    }
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in {**contents, MANIFEST: json.dumps(manifest).encode()}.items():
            archive.writestr(name, content)
    return to


def change_table(content: bytes, change: Callable[[list[dict[str, Any]]], None]) -> bytes:
    table = pq.read_table(io.BytesIO(content))
    rows = table.to_pylist()
    change(rows)
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, table.schema), sink)
    return sink.getvalue()


def find_wrong(path: Path) -> set[str]:
    found = verify_bundle(path)
    wrong = {finding.title for finding in found.findings if finding.state == DIFFERS}
    assert found.holds is not bool(wrong)
    return wrong


def test_a_bundle_holds_as_it_was_written(bundle: Path, tmp_path: Path) -> None:
    found = verify_bundle(bundle)
    states = {finding.title: finding.state for finding in found.findings}
    assert found.holds
    assert set(states.values()) == {HOLDS}
    assert {"Files", "Figures", "Images", "Patients", "Model"} <= states.keys()
    assert find_wrong(write(read(bundle), tmp_path / "again.zip")) == set()


def test_no_name_of_a_file_or_patient_leaves(bundle: Path) -> None:
    contents = read(bundle)
    for name in ("predictions.parquet", "split.parquet"):
        rows = pq.read_table(io.BytesIO(contents[name])).to_pylist()
        assert all(row["name"] is None for row in rows)
        assert all(row["patient"].startswith("#") for row in rows)
    for name in ("report.html", "report.md"):
        assert b"p01" not in contents[name]


def test_names_travel_where_they_are_asked_for(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "named.zip"
    assert Session(trained.workspace).report(trained.run, path, with_names=True) == (path,)
    rows = pq.read_table(io.BytesIO(read(path)["split.parquet"])).to_pylist()
    assert all(row["name"] and row["patient"] for row in rows)
    assert find_wrong(path) == set()


def test_a_changed_byte_is_found(bundle: Path, tmp_path: Path) -> None:
    contents = read(bundle)
    contents["report.md"] += b" "
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    assert find_wrong(path) == {"Files"}


def test_a_changed_probability_is_found(bundle: Path, tmp_path: Path) -> None:
    contents = read(bundle)

    def turn(rows: list[dict[str, Any]]) -> None:
        columns = [name for name in rows[0] if name.startswith("probability of ")]
        one, other = (rows[0][name] for name in columns)
        rows[0] |= dict(zip(columns, (other, one), strict=True))

    contents["predictions.parquet"] = change_table(contents["predictions.parquet"], turn)
    assert find_wrong(write(contents, tmp_path / "turned.zip")) == {"Figures", "Predictions"}


@pytest.mark.parametrize(
    "place", ["accuracy", "interval", "confusion", "of patients", "of a class"]
)
def test_a_changed_figure_is_found(bundle: Path, tmp_path: Path, place: str) -> None:
    contents = read(bundle)
    kept = json.loads(contents["evaluation.json"])
    name = kept["classes"][0]
    match place:
        case "accuracy":
            kept["accuracy"] += 1e-9
        case "interval":
            kept["intervals"]["accuracy"][0] += 1e-9
        case "confusion":
            kept["confusion"][0][0] += 1
        case "of patients":
            kept["n"] += 1
        case "of a class":
            kept["per_class"][name]["sensitivity"] += 1e-9
    contents["evaluation.json"] = json.dumps(kept).encode()
    assert find_wrong(write(contents, tmp_path / "changed.zip")) == {"Figures"}


def test_figures_by_a_locked_threshold_are_made_again(trained: Trained, tmp_path: Path) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    samples = Catalog(trained.workspace).load_samples(session.find_data("bands"))
    point = session.find_operating_point(run, "specificity>=1", chosen_on=samples)
    lock_point(run, point)
    session.report(run, tmp_path)
    contents = read(tmp_path / BUNDLE)
    decided = json.loads(contents["decided.json"])
    assert decided["locked"]["threshold"] == pytest.approx(point.threshold)
    title = "Figures by the locked threshold"
    held = verify_bundle(tmp_path / BUNDLE)
    assert held.holds
    assert title in {finding.title for finding in held.findings}
    decided["locked"]["threshold"] = 0.0
    other = {**contents, "decided.json": json.dumps(decided).encode()}
    assert find_wrong(write(other, tmp_path / "moved.zip")) == {title}
    decided["locked"].pop("choice")
    other = {**contents, "decided.json": json.dumps(decided).encode()}
    assert find_wrong(write(other, tmp_path / "unsaid.zip")) == {title}


def test_figures_of_an_older_method_are_made_again_but_for_their_intervals(
    bundle: Path, tmp_path: Path
) -> None:
    contents = read(bundle)
    kept = json.loads(contents["evaluation.json"])
    kept["resampled"] = kept.pop("counted")
    for name in ("method", "positive", "per_patient", "looks", "computed"):
        del kept[name]
    kept["intervals"]["accuracy"] = [0.0, 1.0]
    contents["evaluation.json"] = json.dumps(kept).encode()
    path = write(contents, tmp_path / "older.zip")
    assert find_wrong(path) == set()
    states = {finding.title: finding.state for finding in verify_bundle(path).findings}
    assert states["Figures"] == states["Model"] == UNTOLD
    kept["accuracy"] += 1e-9
    contents["evaluation.json"] = json.dumps(kept).encode()
    assert find_wrong(write(contents, path)) == {"Figures"}


def test_an_image_in_two_splits_is_found(bundle: Path, tmp_path: Path) -> None:
    contents = read(bundle)

    def copy(rows: list[dict[str, Any]]) -> None:
        test = next(row for row in rows if row["split"] == "test")
        train = next(row for row in rows if row["split"] == "train")
        train["content_hash"] = test["content_hash"]

    contents["split.parquet"] = change_table(contents["split.parquet"], copy)
    assert {"Images", "Fingerprints"} <= find_wrong(write(contents, tmp_path / "leaky.zip"))


def test_a_patient_in_two_splits_is_found(bundle: Path, tmp_path: Path) -> None:
    contents = read(bundle)

    def copy(rows: list[dict[str, Any]]) -> None:
        test = next(row for row in rows if row["split"] == "test")
        train = next(row for row in rows if row["split"] == "train")
        train["patient"] = test["patient"]

    contents["split.parquet"] = change_table(contents["split.parquet"], copy)
    assert find_wrong(write(contents, tmp_path / "leaky.zip")) == {"Patients"}


def test_a_test_image_that_is_not_judged_is_found(bundle: Path, tmp_path: Path) -> None:
    contents = read(bundle)
    contents["predictions.parquet"] = change_table(
        contents["predictions.parquet"], lambda rows: rows.pop()
    )
    assert "Test split" in find_wrong(write(contents, tmp_path / "fewer.zip"))


def test_another_model_is_found(bundle: Path, tmp_path: Path) -> None:
    contents = read(bundle)
    manifest = json.loads(contents[MANIFEST])
    manifest["model_sha256"] = "0" * 64
    contents[MANIFEST] = json.dumps(manifest).encode()
    assert find_wrong(write(contents, tmp_path / "other.zip")) == {"Model"}


def test_a_damaged_table_is_said_and_not_raised(bundle: Path, tmp_path: Path) -> None:
    contents = read(bundle)
    contents["predictions.parquet"] = b"no table"
    assert find_wrong(write(contents, tmp_path / "damaged.zip")) == {"Contents"}


def test_another_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(RunError, match="is no bundle"):
        verify_bundle(path)


@pytest.mark.parametrize(("split", "is_wrong"), [("train", True), ("validation", False)])
def test_a_test_image_that_another_data_set_taught_is_found(
    bundle: Path, tmp_path: Path, split: str, is_wrong: bool
) -> None:
    contents = read(bundle)
    recipe = json.loads(contents["recipe.json"])
    recipe["data"]["choices"].append({"id": "2", "name": "other", "role": "source", "only": {}})
    recipe["objective"]["name"] = "several-tasks"
    contents["recipe.json"] = json.dumps(recipe).encode()

    def move(rows: list[dict[str, Any]]) -> None:
        rows[:] = [{**row, "split": split} for row in rows if row["split"] == "test"]

    contents["learned-1.parquet"] = change_table(contents["split.parquet"], move)
    wrong = find_wrong(write(contents, tmp_path / "other.zip"))
    # Validation images of a further data set are not read.
    assert wrong == ({"Other learning"} if is_wrong else set())
