"""MedApp from Python: one workspace and the main job as methods.

    import medapp

    session = medapp.open("study/")                 # or medapp.open() for the usual workspace
    data = session.add_data("images/")
    run = session.train(data, strategy="fine-tune", epochs=10)
    print(session.evaluate(run).balanced_accuracy)

The functions of the package do the same in the usual workspace. Nothing here imports torch before
it is needed: a program that lists data sets answers at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medapp.data.samples import DataSet
from medapp.evaluation.evaluation import Evaluation
from medapp.runs.run import Run
from medapp.session.studies import Session
from medapp.session.training import OnEvent
from medapp.store.files import expand_path
from medapp.store.workspace import find_workspace, open_workspace

if TYPE_CHECKING:
    from medapp.evaluation.operating import OperatingPoint
    from medapp.prediction.files import Prediction

__all__ = [
    "OnEvent",
    "Session",
    "add_data",
    "evaluate",
    "find_operating_point",
    "open",
    "predict",
    "report_patient",
    "resume",
    "train",
]


def open(path: str | Path | None = None) -> Session:
    """The session of a workspace.

    Args:
        path: its folder, made where it is missing; None for the one that `MEDAPP_HOME` names, else
            `~/.medapp`.

    Raises:
        WorkspaceError: the folder cannot be made or written.
    """
    return Session(find_workspace() if path is None else open_workspace(expand_path(path)))


def add_data(
    path: str | Path,
    name: str | None = None,
    shortcut: Mapping[str, float] | None = None,
    **reading: Any,
) -> DataSet:
    """See `Session.add_data`; in the usual workspace."""
    return open().add_data(path, name, shortcut, **reading)


def train(
    data: DataSet | str,
    *,
    name: str | None = None,
    preset: str | None = None,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> Run:
    """See `Session.train`; in the usual workspace."""
    return open().train(data, name=name, preset=preset, on_event=on_event, **settings)


def resume(run: Run | str, on_event: OnEvent | None = None) -> Run:
    """See `Session.resume`; in the usual workspace."""
    return open().resume(run, on_event)


def evaluate(
    run: Run | str,
    split: str = "test",
    data: DataSet | str | None = None,
    head: str | None = None,
) -> Evaluation:
    """See `Session.evaluate`; in the usual workspace."""
    return open().evaluate(run, split, data, head)


def find_operating_point(
    run: Run | str,
    rule: str | None = None,
    prevalence: float | None = None,
    **asked: Any,
) -> "OperatingPoint":
    """See `Session.find_operating_point`; in the usual workspace."""
    return open().find_operating_point(run, rule, prevalence, **asked)


def predict(
    run: Run | str,
    images: Sequence[str | Path],
    method: str | None = None,
    class_name: str | None = None,
    head: str | None = None,
    answers_all: bool = False,
    against: str | None = None,
    stage: str | None = None,
) -> "Iterator[Prediction]":
    """See `Session.predict`; in the usual workspace."""
    return open().predict(run, images, method, class_name, head, answers_all, against, stage)


def report_patient(
    run: Run | str, images: Sequence[str | Path], to: str | Path, **asked: Any
) -> tuple[Path, ...]:
    """See `Session.report_patient`; in the usual workspace."""
    return open().report_patient(run, images, to, **asked)
