"""The main job as four functions: add data, train, evaluate, predict. Pages and the shell go the
same way.

Nothing here imports torch before it is needed: a page that lists data sets answers at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medapp.data.catalog import Catalog
from medapp.data.importing import add_folder, add_zip, is_zip
from medapp.data.samples import DataSet
from medapp.errors import RunError
from medapp.phantom.data_set import add_phantom
from medapp.runs.events import Event
from medapp.runs.plan import plan_run
from medapp.runs.run import Run, create_run, find_run
from medapp.runs.supervisor import Supervisor
from medapp.store.files import expand_path
from medapp.store.workspace import find_workspace
from medapp.training.recipe.recipe import build_recipe

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction


def add_data(
    path: str | Path, name: str | None = None, patient_pattern: str | None = None
) -> DataSet:
    """Register a folder in place or copy a zip into the workspace; "phantom" makes the built-in
    data set.

    Args:
        patient_pattern: a regular expression that finds the patient in a file's name, such as
            `^.{8}`.

    Raises:
        DataError: nothing there, no images in it, the name is taken, or the pattern is no regular
            expression.
    """
    workspace = find_workspace()
    if str(path) == "phantom":
        return add_phantom(workspace).data_set
    place = expand_path(path)
    add = add_zip if is_zip(place) else add_folder
    return add(workspace, place, name=name, patient_pattern=patient_pattern).data_set


def train(
    data: DataSet | str,
    *,
    name: str | None = None,
    on_event: Callable[[Event], None] | None = None,
    **settings: Any,
) -> Run:
    """Train in a child process and wait for it. `settings` are fields of the recipe, such as
    `strategy="linear-probe", epochs=10`.

    Returns:
        The run, whose `state` is "done" or "stopped".

    Raises:
        RecipeError: a setting is wrong, or cannot work on these data.
        RunError: the training failed; says why.
    """
    workspace = find_workspace()
    found = data if isinstance(data, DataSet) else Catalog(workspace).find_data_set(data)
    recipe = build_recipe({"dataset": found.name, **settings})
    plan_run(workspace, recipe)
    return _run_to_end(create_run(workspace, recipe, name), on_event)


def resume(run: Run | str, on_event: Callable[[Event], None] | None = None) -> Run:
    """Go on with a stopped, failed or interrupted run from its checkpoint, and wait for it.

    Raises:
        RunError: the run is done or under way, or the training failed.
    """
    found = run if isinstance(run, Run) else find_run(find_workspace(), run)
    found.request_resume()
    return _run_to_end(found, on_event)


def _run_to_end(run: Run, on_event: Callable[[Event], None] | None) -> Run:
    """Ctrl-C stops the run and keeps its best model."""
    supervisor = Supervisor(find_workspace(), only=run)
    passed_on = on_event or (lambda event: None)
    try:
        state = supervisor.run_to_end(passed_on)
    except KeyboardInterrupt:
        run.request_stop()
        state = supervisor.run_to_end(passed_on)
    if state == "failed":
        raise RunError(f"Run {run.name} failed: {run.last_state.get('reason', '')}")
    return run


def evaluate(run: Run | str, split: str = "test", data: str | None = None) -> dict[str, Any]:
    """Figures with 95% intervals on one side of the run's split, or on another data set with the
    same classes.

    Returns:
        n, accuracy, balanced_accuracy, macro_sensitivity, macro_f1, macro_auroc, intervals,
        confusion (rows are the truth), classes,
        per_class and notes: see `medapp.evaluation.Evaluation`.
    """
    from medapp.runs.evaluate import evaluate_run

    workspace = find_workspace()
    return evaluate_run(
        workspace, run if isinstance(run, Run) else find_run(workspace, run), split, data
    )


def predict(
    run: Run | str,
    images: Sequence[str | Path],
    method: str | None = None,
    class_name: str | None = None,
) -> Iterator[Prediction]:
    """Probabilities for each image, in order; with `method` also the heatmap for `class_name` or
    the predicted class.

    A file that cannot be read gives a prediction whose `error` says why; the rest goes on.

    Raises:
        RunError, WeightsError: there is no such run, or it has no model.
        ExplanationError: no such method or class.
    """
    from medapp.prediction.files import predict_files
    from medapp.prediction.model import load_model

    workspace = find_workspace()
    model = load_model(run if isinstance(run, Run) else find_run(workspace, run))
    return predict_files(model, [Path(image) for image in images], method, class_name)
