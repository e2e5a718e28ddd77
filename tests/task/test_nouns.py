"""Each task's labels are called what people call them: class, finding, grade."""

from dataclasses import replace
from pathlib import Path

import pytest
from data.test_catalog import build_data_set, build_sample

from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, derive
from medapp.data.edits import check_label
from medapp.data.notes import describe
from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.store.workspace import Workspace
from medapp.task import TASKS, Task


@pytest.fixture(params=TASKS.values(), ids=lambda task: task.name)
def task(request: pytest.FixtureRequest) -> Task:
    return request.param


def add(workspace: Workspace, root: Path, task: Task, labels: tuple[str, ...]) -> DataSet:
    described = replace(build_data_set("x", root), task=task.name, classes=labels)
    samples = [
        replace(build_sample(f"{label}/{n}.png", root), label=label)
        for label in labels
        for n in range(3)
    ]
    return Catalog(workspace).add(described, samples)


def test_a_misspelt_label_is_called_by_the_task(
    workspace: Workspace, tmp_path: Path, task: Task
) -> None:
    data_set = add(workspace, tmp_path, task, ("0", "1"))
    with pytest.raises(DataError, match=f"x has no {task.noun} '7'; it has 0, 1") as caught:
        check_label(data_set, "7")
    assert f"new {task.noun}" in caught.value.remedy


def test_an_unknown_label_to_derive_is_called_by_the_task(
    workspace: Workspace, tmp_path: Path, task: Task
) -> None:
    data_set = add(workspace, tmp_path, task, ("0", "1"))
    wanted = Derivation((data_set.uid,), {"7": "1"})
    with pytest.raises(DataError, match=f"There is no {task.noun} '7'"):
        derive(Catalog(workspace), "y", wanted)


def test_notes_call_labels_by_the_task(workspace: Workspace, tmp_path: Path, task: Task) -> None:
    data_set = add(workspace, tmp_path, task, ("1",))
    said = " ".join(str(note) for note in describe(data_set, Catalog(workspace)))
    others = {word for other in TASKS.values() for word in (other.noun, other.nouns)}
    wrong = others - {task.noun, task.nouns}
    assert not wrong & set(said.replace(",", " ").replace(".", " ").split())
    assert task.min_classes < 2 or f"There is one {task.noun}" in said
