"""A run in words: what was asked, when, how long it took, and how good its model is."""

from datetime import datetime

from medapp.errors import DataError
from medapp.evaluation.words import write_figure
from medapp.models.backbones import BACKBONES
from medapp.runs.decided import load_decided
from medapp.runs.progress import format_seconds
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.summary import Summary, summarise
from medapp.settings import write_value
from medapp.task import find_task
from medapp.training.recipe.groups import Optimisation
from medapp.training.strategies import STRATEGIES
from medapp.ui.shell.server import find_catalog, open_workspace


def state_run(run: Run) -> str:
    """What was asked of a run, in one line."""
    return state_summary(summarise(run))


def state_summary(run: Summary) -> str:
    """What was asked, in one line."""
    row = STRATEGIES.get(run.strategy)
    source = [] if row is not None and row.architecture else [name_source(run.source)]
    start = [name_strategy(run.strategy), *source, name_data_set(run)]
    return " · ".join([*start, f"{run.image_size} px", state_optimisation(run)])


def state_optimisation(run: Summary) -> str:
    """How steps were taken, if any were, in a few words."""
    if run.strategy in STRATEGIES and STRATEGIES[run.strategy].is_fitted:
        return f"seed {run.seed}"
    optimiser = write_value(Optimisation.model_fields["optimiser"], run.optimiser)
    return f"{optimiser} · batch {run.batch_size} · seed {run.seed}"


def state_course(run: Summary) -> str:
    """When a run began, how long it worked, and which of its epochs is kept, in one line."""
    learned = run.learning
    facts = [write_time(learned.started)] if learned.started else []
    if learned.seconds:
        facts.append(format_seconds(learned.seconds))
    best = state_best_epoch(run)
    return " · ".join([*facts, f"best epoch {best}"] if best else facts)


def state_best_epoch(run: Summary) -> str | None:
    """Which of a run's epochs is kept; None before the first, and for a fit, which has none."""
    learned = run.learning
    has_epochs = learned.epochs and learned.asked > 1
    return f"{learned.best_epoch} of {learned.epochs}" if has_epochs else None


def write_time(seconds: float) -> str:
    """A moment, in seconds since 1970, on this machine's clock, such as 25 Nov 2026, 21:37."""
    moment = datetime.fromtimestamp(seconds)
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def name_strategy(name: str) -> str:
    """What a strategy is called on pages."""
    return STRATEGIES[name].title if name in STRATEGIES else name


def name_figure(name: str) -> str:
    """What a figure is called within a line, such as "balanced accuracy" or "AUROC"."""
    return name.replace("macro_auroc", "AUROC").replace("_", " ")


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
    evaluation = load_decided(run)
    if evaluation is None:
        return "not evaluated: nothing says how good this model is"
    headline = find_task(evaluation.task).figures[0]
    value = getattr(evaluation, headline)
    written = write_figure(value, evaluation.intervals[headline])
    return f"test {name_figure(headline)} {written}, n = {evaluation.n:,}"
