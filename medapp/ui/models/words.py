"""A run in words: what was asked, how good its model is, which classes it knows."""

from medapp.evaluation.words import write_figure
from medapp.models.backbones import BACKBONES
from medapp.runs.run import Run
from medapp.training.recipe.recipe import STRATEGIES


def state_recipe(run: Run) -> str:
    """What was asked, in one line."""
    recipe = run.recipe
    settings = [
        f"{recipe.image_size} px",
        recipe.optimiser,
        f"batch {recipe.batch_size}",
        f"seed {recipe.seed}",
    ]
    start = [STRATEGIES[recipe.strategy].title, name_source(recipe.source), recipe.dataset]
    return " · ".join([*start, *settings])


def name_source(source: str) -> str:
    """What a recipe starts from, for readers."""
    if source in BACKBONES:
        return BACKBONES[source].title
    return "random weights" if source == "none" else source


def state_quality(run: Run) -> str:
    """How good a model is, in one line that never goes without its number of images."""
    figures = run.load_evaluation()
    if figures is None:
        return "not evaluated: nothing says how good this model is"
    written = write_figure(figures["balanced_accuracy"], figures["intervals"]["balanced_accuracy"])
    return f"test balanced accuracy {written}, n = {figures['n']:,}"


def find_classes(run: Run) -> tuple[str, ...]:
    """The classes that a run learned, in the order of its probabilities."""
    plan = next((event for event in run.load_events()[0] if event["kind"] == "plan"), None)
    return tuple(plan["classes"]) if plan else ()
