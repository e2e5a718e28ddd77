"""Cross-validation: each image is judged once, by a run that learned from other patients.

A study is a folder with `study.json`: what was asked, and which runs answer it. Its figures are
made of the runs' kept predictions; nothing is computed twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import Note, sort_notes
from medapp.runs.making import settle_recipe
from medapp.runs.plan import plan_run
from medapp.runs.registry import find_registry
from medapp.runs.results import list_evidence, load_predictions
from medapp.runs.run import Run
from medapp.store.names import number_name
from medapp.store.workspace import Workspace
from medapp.studies.entrants import create_named_runs
from medapp.studies.folder import find_named, load_studies, name_study, save_study
from medapp.task import find_task
from medapp.training.recipe import Machine, Recipe

KIND = "folds"
NOTE = "folds"  # the code of the note on what pooled figures say
# Notes on a fold's figures that hold for the pooled ones too.
LASTING = ("leak", "patient-leak", "patients-unknown", "by-heart")


@dataclass(frozen=True)
class FoldStudy:
    """A cross-validation.

    Attributes:
        runs: their ids, one a fold, in order.
        data_set: what it was called when the study was made.
    """

    id: str
    name: str
    made: str
    data_set: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Pooled:
    """What is known of a study so far.

    Attributes:
        states: of each run in order; "gone" where it was deleted.
        folds: the figures of each run, None where it has none.
        evaluation: over the images of all folds; None until each fold has its figures.
    """

    states: tuple[str, ...]
    folds: tuple[Evaluation | None, ...]
    evaluation: Evaluation | None


def create_folds(
    workspace: Workspace, recipe: Recipe, machine: Machine | None = None, name: str | None = None
) -> FoldStudy:
    """Make a run for each of the recipe's folds; all wait in the queue.

    Raises:
        RecipeError: the folds cannot be drawn, or a run could not work.
        RunError: a name is taken or cannot be used.
    """
    settled = settle_recipe(workspace, recipe)
    count = settled.data.folds
    recipes = [_take_fold(settled, fold) for fold in range(1, count + 1)]
    for each in recipes:
        plan_run(workspace, each, machine)
    name = name or _suggest_name(workspace, settled)
    named = [
        (f"{name}, fold {fold} of {count}", each) for fold, each in enumerate(recipes, start=1)
    ]
    runs = create_named_runs(workspace, named, machine)
    id, made = name_study()
    study = FoldStudy(
        id=id,
        name=name,
        made=made,
        data_set=settled.data.train.name,
        runs=tuple(runs),
    )
    save_study(workspace, KIND, asdict(study))
    return study


def list_studies(workspace: Workspace) -> list[FoldStudy]:
    """The studies that can be read and of which a run is left, newest first."""
    registry = find_registry(workspace)
    loaded = [_read(facts) for facts in load_studies(workspace, KIND)]
    return [s for s in loaded if s is not None and any(map(registry.find, s.runs))]


def find_study(workspace: Workspace, name: str) -> FoldStudy:
    """The study of this id or name.

    Raises:
        RunError: there is none.
    """
    return find_named(list_studies(workspace), name, "study", "studies")


def pool(workspace: Workspace, study: FoldStudy) -> Pooled:
    """The figures of a study's folds, and over all of them.

    Raises:
        RunError: the figures of a run are damaged.
    """
    registry = find_registry(workspace)
    runs = [registry.find(id) for id in study.runs]
    states = tuple("gone" if run is None else run.state for run in runs)
    found = [None if run is None else Run(workspace.runs_folder / run.id) for run in runs]
    evaluations = tuple(None if run is None else run.load_evaluation() for run in found)
    rows = [load_predictions(run) for run in found if run is not None]
    known = [evaluation for evaluation in evaluations if evaluation is not None]
    is_whole = len(known) == len(study.runs) and all(rows)
    return Pooled(states, evaluations, _evaluate(known, rows) if is_whole else None)


def _evaluate(folds: Sequence[Evaluation], rows: Sequence[list[dict[str, Any]]]) -> Evaluation:
    """Figures over all predictions, with what the folds' own figures are warned of."""
    first = folds[0]
    task = find_task(first.task)
    everything = [row for of_fold in rows for row in of_fold]
    found = evaluate(
        *list_evidence(everything, first.classes, task),
        # Each fold's model has thresholds of its own.
        np.repeat([fold.thresholds for fold in folds], [len(of) for of in rows], axis=0),
    )
    text = (
        f"Each image is judged once, by one of {len(folds)} models that learned from other patients"
        " where these are known. The figures are those of the way of training, and not of one"
        " model; the interval does not hold how much another drawing of folds would change them."
    )
    notes = {note.code: note for fold in folds for note in fold.notes if note.code in LASTING}
    own = [note for note in found.notes if note.code not in notes]
    return replace(
        found,
        split="folds",
        dataset=first.dataset,
        notes=sort_notes([*own, *notes.values(), Note(NOTE, text, "info")]),
    )


def _take_fold(recipe: Recipe, fold: int) -> Recipe:
    data = recipe.data.model_copy(update={"fold": fold})
    return recipe.model_copy(update={"data": data})


def _suggest_name(workspace: Workspace, recipe: Recipe) -> str:
    base = f"{recipe.find_strategy().title} on {recipe.data.train.name}"
    taken = {study.name for study in list_studies(workspace)}
    return number_name(base, taken)


def _read(facts: Mapping[str, Any]) -> FoldStudy | None:
    try:
        names = ("id", "name", "made", "data_set")
        return FoldStudy(**{n: str(facts[n]) for n in names}, runs=tuple(map(str, facts["runs"])))
    except (KeyError, TypeError):
        return None
