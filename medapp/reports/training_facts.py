"""How a run's model came to be: what it started from, what was asked, what it took."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from medapp.models.backbones import BACKBONES
from medapp.runs.events import PenaltyTried, PlanMade
from medapp.runs.heads import describe_start
from medapp.runs.learning import list_epochs, read_learning, state_by_heart
from medapp.runs.run import Run
from medapp.runs.starting import START
from medapp.settings import Group, write_value
from medapp.store.files import hash_file
from medapp.store.workspace import Workspace
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.names import list_settings, read_values
from medapp.training.recipe.recipe import Recipe
from medapp.training.strategies import find_default_rates, find_idle

RATES = ("learning_rate", "backbone_rate")
# The groups of settings that stand in none.
FURTHER: Mapping[type[Group], str] = {Recipe: "Further", Machine: "Machine"}


@dataclass(frozen=True)
class StartFacts:
    """What a network knew before it learned.

    Attributes:
        title: what people call it.
        sha256: of the weights' file; empty for random weights, or where it was not noted.
        data: what it had learned from, in words; empty where nothing says so.
        terms: of its publisher; empty where none are known.
    """

    source: str
    title: str
    sha256: str
    data: str
    terms: str


@dataclass(frozen=True)
class Setting:
    """A setting in words, and the title of its group."""

    group: str
    title: str
    value: str


@dataclass(frozen=True)
class TrainingFacts:
    """A training.

    Attributes:
        parameters: how many learned; 0 where the run does not tell.
        penalty: that the fit of a linear head took, of `penalties` tried; None where none was.
        settings: those with an effect; what was not asked is said as it was taken.
        device, precision, threads: as the plan of the run names them; empty and 0 where it does
            not.
        began: the day and the time, UTC; empty where unknown.
        seconds: of work.
        epochs, asked, best: epochs done, asked for, and the one whose weights are kept.
        by_heart: from when on the network learned by heart; empty where nothing tells so.
        model_sha256: of the model's file as it is now; empty where there is none.
    """

    architecture: str
    parameters: int
    start: StartFacts
    strategy: str
    strategy_help: str
    is_fitted: bool
    penalty: float | None
    penalties: int
    settings: tuple[Setting, ...]
    values: Mapping[str, object]
    seed: int
    device: str
    precision: str
    threads: int
    began: str
    seconds: float
    epochs: int
    asked: int
    best: int
    by_heart: str
    model_sha256: str


def gather_training(workspace: Workspace, run: Run) -> TrainingFacts:
    """How a run's model came to be.

    Raises:
        RunError: the recipe is damaged.
    """
    recipe, machine = run.recipe, run.machine
    events = run.list_events()
    plan = next((e for e in events if isinstance(e, PlanMade)), None)
    tried = [event for event in events if isinstance(event, PenaltyTried)]
    learning = read_learning(events, recipe.count_epochs())
    strategy = recipe.find_strategy()
    began = datetime.datetime.fromtimestamp(learning.started, datetime.UTC)
    return TrainingFacts(
        architecture=plan.architecture if plan else recipe.find_architecture(),
        parameters=plan.parameters if plan else 0,
        start=_gather_start(workspace, run),
        strategy=strategy.title,
        strategy_help=strategy.help,
        is_fitted=strategy.is_fitted,
        penalty=min(tried, key=lambda e: e.held_out_loss).penalty if tried else None,
        penalties=len(tried),
        settings=_list_settings(recipe, machine),
        values=read_values(recipe),
        seed=recipe.seed,
        device=plan.device if plan else "",
        precision=plan.precision if plan else "",
        threads=plan.threads if plan else 0,
        began=f"{began:%Y-%m-%d %H:%M} UTC" if learning.started else "",
        seconds=learning.seconds,
        epochs=learning.epochs,
        asked=learning.asked,
        best=learning.best_epoch,
        by_heart=state_by_heart(list_epochs(events)),
        model_sha256=hash_file(run.model_path) if run.has_model else "",
    )


def _gather_start(workspace: Workspace, run: Run) -> StartFacts:
    source = run.recipe.find_source()
    noted = run.folder / START
    sha256 = noted.read_text(encoding="utf-8").strip() if noted.is_file() else ""
    if source in BACKBONES:
        row = BACKBONES[source]
        return StartFacts(source, row.title, sha256, row.source_data, row.terms)
    if source == "none":
        return StartFacts(source, "random weights", "", "", "")
    if source.startswith("run:"):
        earlier = Run(workspace.runs_folder / source.removeprefix("run:"))
        said = describe_start(workspace, source)
        return StartFacts(source, f"the model of run {earlier.name}", sha256, said, "")
    # A path tells of this machine; its last name does not.
    name = source.replace("\\", "/").rpartition("/")[2]
    return StartFacts(name, f"the weights file {name}", sha256, "", "")


def _list_settings(recipe: Recipe, machine: Machine) -> tuple[Setting, ...]:
    values = read_values(recipe, machine)
    values["augmentation"] = recipe.find_augmentation()
    idle = {*find_idle(values), "source", "architecture"}
    rates = dict(
        zip(RATES, find_default_rates(values["strategy"], values["optimiser"]), strict=True)
    )
    found = []
    for owner in (Recipe, Machine):
        for setting in list_settings(owner):
            if setting.short in idle:
                continue
            value = values[setting.short]
            written = write_value(setting.field, value)
            if setting.short in RATES and not value:
                written = f"{rates[setting.short]:g}, the strategy's default"
            group = owner.model_fields[setting.group].title if setting.group else FURTHER[owner]
            found.append(Setting(str(group), str(setting.field.title), written))
    return tuple(found)
