"""Images are found by a value in a column, by what was edited, and where they are left out."""

from dataclasses import replace
from pathlib import Path

import pytest
from data.test_catalog import build_data_set, build_sample

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, NOTE, Change, apply_edits, list_last, undo_edits
from medapp.data.filters import EDITED, LEFT_OUT, STATE, Where
from medapp.data.samples import DataSet
from medapp.store.workspace import Workspace

AWKWARD = 'scanner\'s "type" $.x'


@pytest.fixture
def catalog(workspace: Workspace) -> Catalog:
    return Catalog(workspace)


@pytest.fixture
def data_set(catalog: Catalog, tmp_path: Path) -> DataSet:
    facts = [{"sex": "F", AWKWARD: "A"}, {"sex": "M"}, {"sex": "F"}]
    samples = [
        replace(build_sample(f"a/{i}.png", tmp_path), attributes=row, site="xy"[i % 2])
        for i, row in enumerate(facts)
    ]
    return catalog.add(build_data_set("x", tmp_path), samples)


def list_names(catalog: Catalog, data_set: DataSet, column: str, value: str) -> list[str]:
    entries = catalog.list_entries(data_set, only=Where(column, value))
    assert catalog.list_ids(data_set, Where(column, value)) == {entry.id for entry in entries}
    return [entry.name.removeprefix("a/").removesuffix(".png") for entry in entries]


@pytest.mark.parametrize(
    ("column", "value", "names"),
    [
        ("sex", "F", ["0", "2"]),
        ("sex", "f", []),
        (AWKWARD, "A", ["0"]),
        ("site", "y", ["1"]),
        ("split", "train", ["0", "1", "2"]),
        ("no such column", "F", []),
        (STATE, LEFT_OUT, []),
    ],
)
def test_images_have_a_value_in_a_column(
    catalog: Catalog, data_set: DataSet, column: str, value: str, names: list[str]
) -> None:
    assert list_names(catalog, data_set, column, value) == names


def test_images_left_out_are_found_by_their_state_alone(
    catalog: Catalog, data_set: DataSet
) -> None:
    ids = [sample.id for sample in catalog.load_samples(data_set)]
    apply_edits(catalog, data_set, [Change(ids[1], NOTE, "look")])
    apply_edits(catalog, data_set, [Change(ids[2], LEAVE_OUT)], "blurred")
    assert list_names(catalog, data_set, STATE, LEFT_OUT) == ["2"]
    assert list_names(catalog, data_set, STATE, EDITED) == ["1", "2"]
    assert list_names(catalog, data_set, "sex", "F") == ["0"]
    undo_edits(catalog, data_set, [edit.id for edit in list_last(catalog, data_set)])
    assert list_names(catalog, data_set, STATE, EDITED) == ["1"]
