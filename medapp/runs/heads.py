"""The heads of a run that learned several labelled data sets: a model and figures for each.

`model.safetensors` answers what the run's first data set asks; `model-1.safetensors` … what its
sources ask, in the order of the recipe. Each describes itself and predicts by itself, and each is
judged on the test split of its own data set.
"""

from medapp.errors import Remedy, RunError
from medapp.notes import Note
from medapp.runs.run import Run
from medapp.store.plain import quote_word
from medapp.store.workspace import Workspace
from medapp.training.recipe import Recipe


def list_heads(run: Run) -> dict[str, Run]:
    """The heads that have a model, by the name that their data set had when the run began.

    A run over one data set has one.
    """
    heads = {
        choice.name: Run(run.folder, domain)
        for domain, choice in enumerate(run.recipe.data.learned)
        if choice.role != "target"
    }
    return {name: head for name, head in heads.items() if head.has_model}


def find_head(run: Run, data_set: str | None) -> Run:
    """The run with the head that answers what a data set asks; its first where none is named.

    Raises:
        RunError: the run has no model yet, or did not learn that data set.
    """
    run.require_model()
    if data_set is None:
        return run
    found = list_heads(run)
    if data_set not in found:
        raise RunError(
            f"Run {run.name} has no head for {data_set!r}.",
            remedy=f"It learned {', '.join(found)}.",
        )
    return found[data_set]


def name_head(run: Run) -> str:
    """What a run's head is called: a further one by its data set too."""
    return f"{run.name}, head of {run.home.name}" if run.domain else run.name


def describe_start(workspace: Workspace, source: str) -> str:
    """What the model that a run starts from had learned from, in a sentence.

    Empty where the source is no run of this workspace.
    """
    run = Run(workspace.runs_folder / source.removeprefix("run:"))
    if not source.startswith("run:") or not (run.folder / "recipe.json").is_file():
        return ""
    names = [choice.name for choice in run.recipe.data.learned if choice.role != "target"]
    return f"The start is run {run.name}, which learned from {'; '.join(names)}."


def note_unjudged(head: Run) -> Note:
    """That no figures say how good the model of a further data set is."""
    return Note(
        "head-unjudged",
        f"How good the head of {head.home.name} is was not measured on a test split: the figures of"
        f" run {head.name} are those of {head.recipe.data.train.name}.",
        remedy=Remedy(
            "Judge it on the model's page, where its data set has a test split.",
            "Judge it, where its data set has a test split:"
            f" medapp evaluate {quote_word(head.name)} --head {quote_word(head.home.name)}",
        ),
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
