"""A run in words: what was asked, and how good its model is."""

from medapp.errors import DataError
from medapp.evaluation.words import write_figure
from medapp.models.backbones import BACKBONES
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.summary import Summary, summarise
from medapp.task import find_task
from medapp.training.strategies import STRATEGIES
from medapp.ui.shell.server import find_catalog, open_workspace


def state_run(run: Run) -> str:
    """What was asked of a run, in one line."""
    return state_summary(summarise(run))


def state_summary(run: Summary) -> str:
    """What was asked, in one line."""
    title = STRATEGIES[run.strategy].title if run.strategy in STRATEGIES else run.strategy
    start = [title, name_source(run.source), name_data_set(run)]
    settings = [f"{run.image_size} px", run.optimiser, f"batch {run.batch_size}"]
    return " · ".join([*start, *settings, f"seed {run.seed}"])


def name_data_set(run: Summary) -> str:
    """What the data set that a run learned from is called now, else what it was called then."""
    try:
        return find_catalog().find_chosen(run.data_set_id, run.data_set).name
    except DataError:
        return run.data_set


def name_source(source: str) -> str:
    """What a recipe starts from, for readers."""
    if source in BACKBONES:
        return BACKBONES[source].title
    if source.startswith("run:"):
        run = find_registry(open_workspace()).find(source.removeprefix("run:"))
        return f"the model {run.name}" if run else "a model that was deleted"
    return "random weights" if source == "none" else source


def state_quality(run: Run) -> str:
    """How good a model is, in one line that never goes without its number of images."""
    evaluation = run.load_evaluation()
    if evaluation is None:
        return "not evaluated: nothing says how good this model is"
    headline = find_task(evaluation.task).figures[0]
    value = getattr(evaluation, headline)
    written = write_figure(value, evaluation.intervals[headline])
    return f"test {headline.replace('_', ' ')} {written}, n = {evaluation.n:,}"
