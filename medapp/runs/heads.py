"""The models of a run that learned several labelled data sets: one file for each, with its head.

`model.safetensors` answers what the run's first data set asks; `model-1.safetensors` … what its
sources ask, in the order of the recipe. Each describes itself and predicts by itself.
"""

from pathlib import Path

from medapp.errors import RunError
from medapp.notes import Note
from medapp.runs.run import Run
from medapp.training.recipe import Recipe


def name_model(domain: int) -> str:
    """The file with the model of one of a run's data sets, by the place of the data set."""
    return f"model-{domain}.safetensors" if domain else "model.safetensors"


def list_models(run: Run) -> dict[str, Path]:
    """The models that are there, by the name that their data set had when the run was asked for."""
    paths = {
        choice.name: run.folder / name_model(domain)
        for domain, choice in enumerate(run.recipe.data.learned)
        if choice.role != "target"
    }
    return {name: path for name, path in paths.items() if path.is_file()}


def find_model(run: Run, data_set: str | None) -> Path:
    """The model that answers what a data set asks; the run's own where none is named.

    Raises:
        RunError: the run has no model yet, or did not learn that data set.
    """
    own = run.require_model()
    if data_set is None:
        return own
    found = list_models(run)
    if data_set not in found:
        raise RunError(
            f"Run {run.name} has no head for {data_set!r}.",
            remedy=f"It learned {', '.join(found)}.",
        )
    return found[data_set]


def note_unjudged(data_set: str) -> Note:
    """That no figures say how good the model of a source is."""
    return Note(
        "head-unjudged",
        f"How good the head of {data_set} is was not measured: the run's figures are those of the"
        " data set that it trained on.",
        remedy="Train on that data set with the other as its source; its test split is then read.",
    )


def describe_place(recipe: Recipe, domain: int) -> Recipe:
    """A recipe over several data sets as the model of one of the sources sees it.

    That data set is the one trained on, and the others are sources.
    """
    home = recipe.data.learned[domain]
    choices = tuple(
        choice.model_copy(
            update={"role": "train" if choice == home else "source"}
            if choice.role in ("train", "source")
            else {}
        )
        for choice in recipe.data.choices
    )
    data = recipe.data.model_copy(update={"choices": choices})
    return recipe.model_copy(update={"data": data})
