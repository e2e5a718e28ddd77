"""A race: ways of training side by side on one data set, to learn whether transfer was worth it.

A study is a folder with `study.json`: what was declared before the start (who runs, over which
seeds, and which differences will be looked at), and which runs answer it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from medapp.errors import RecipeError
from medapp.runs.making import settle_recipe
from medapp.runs.plan import plan_run
from medapp.runs.registry import find_registry
from medapp.store.names import number_name
from medapp.store.workspace import Workspace
from medapp.studies.entrants import create_named_runs, take_strategy
from medapp.studies.folder import find_named, load_studies, name_study, save_study
from medapp.studies.time import fit_epochs, limit_epochs
from medapp.training.recipe import Machine, Recipe

KIND = "race"
MOST_SEEDS = 10
# Who runs: a strategy's name. The last is the control.
CONTESTANTS = ("linear-probe", "last-stage", "fine-tune", "scratch")
# Differences that are looked at, and what each one asks.
DECLARED = {
    ("fine-tune", "scratch"): "Was transfer worth it?",
    ("fine-tune", "linear-probe"): "Was it worth to train more than the head?",
    ("fine-tune", "last-stage"): "Was it worth to train more than the last stage?",
}


@dataclass(frozen=True)
class Race:
    """A race.

    Attributes:
        data_set: what it was called when the race was made.
        runs: strategy to the ids of its runs, one a seed.
        contrasts: pairs of strategies that were declared before the start.
        remarks: what was changed of the settings so that the race fits its time.
    """

    id: str
    name: str
    made: str
    data_set: str
    runs: Mapping[str, tuple[str, ...]]
    contrasts: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    def list_runs(self) -> list[str]:
        """The ids of all runs, seed by seed, so that what is done is fair to all."""
        seeds = max(map(len, self.runs.values()), default=0)
        return [ids[seed] for seed in range(seeds) for ids in self.runs.values() if seed < len(ids)]


def create_race(
    workspace: Workspace,
    recipe: Recipe,
    machine: Machine | None = None,
    *,
    seeds: int = 1,
    minutes: float | None = None,
    name: str | None = None,
) -> Race:
    """Make the runs of a race; all wait in the queue, seed by seed.

    Args:
        recipe: the data set and all settings but the strategy; seeds count up from its own.
        minutes: how long the race may take by the estimate; epochs are lowered to fit.

    Raises:
        RecipeError: a run could not work, or the time is too short for one epoch each.
        RunError: a name is taken or cannot be used.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise RecipeError(f"A race takes 1 to {MOST_SEEDS} seeds, not {seeds}.", setting="seeds")
    settled = settle_recipe(workspace, recipe)
    entrants = {strategy: take_strategy(workspace, settled, strategy) for strategy in CONTESTANTS}
    entrants, remarks = _fit_time(workspace, entrants, machine, seeds, minutes)
    title = name or _suggest_name(workspace, settled.data.train.name)
    named = [
        (
            f"{title}: {entrant.find_strategy().title}, seed {seed}",
            entrant.model_copy(update={"seed": seed}),
        )
        for seed in range(settled.seed, settled.seed + seeds)
        for entrant in entrants.values()
    ]
    ids = create_named_runs(workspace, named, machine)
    runs = {strategy: tuple(ids[place :: len(entrants)]) for place, strategy in enumerate(entrants)}
    id, made = name_study()
    race = Race(
        id=id,
        name=title,
        made=made,
        data_set=settled.data.train.name,
        runs=runs,
        contrasts=tuple(DECLARED),
        remarks=remarks,
    )
    save_study(workspace, KIND, asdict(race))
    return race


def list_races(workspace: Workspace) -> list[Race]:
    """The races that can be read and of which a run is left, newest first."""
    registry = find_registry(workspace)
    loaded = [_read(facts) for facts in load_studies(workspace, KIND)]
    return [race for race in loaded if race and any(map(registry.find, race.list_runs()))]


def find_race(workspace: Workspace, name: str) -> Race:
    """The race of this id or name.

    Raises:
        RunError: there is none.
    """
    return find_named(list_races(workspace), name, "race", "races")


def _fit_time(
    workspace: Workspace,
    entrants: Mapping[str, Recipe],
    machine: Machine | None,
    seeds: int,
    minutes: float | None,
) -> tuple[dict[str, Recipe], tuple[str, ...]]:
    """The recipes with as many epochs as fit the time, and what was changed in words."""

    def plan(epochs: int) -> float:
        recipes = [limit_epochs(recipe, epochs) for recipe in entrants.values()]
        return seeds * sum(plan_run(workspace, each, machine).seconds for each in recipes)

    asked = max(recipe.budget.epochs for recipe in entrants.values())
    epochs = fit_epochs(plan, asked, minutes, "race")
    if epochs == asked:
        return dict(entrants), ()
    text = (
        f"Epochs are {epochs} and not {asked}, so that the race takes about {minutes:g} minutes"
        " here: ways of training that need long are judged after a short one."
    )
    return {name: limit_epochs(recipe, epochs) for name, recipe in entrants.items()}, (text,)


def _suggest_name(workspace: Workspace, data_set: str) -> str:
    base = f"Race on {data_set}"
    taken = {race.name for race in list_races(workspace)}
    return number_name(base, taken)


def _read(facts: Mapping[str, Any]) -> Race | None:
    try:
        return Race(
            **{n: str(facts[n]) for n in ("id", "name", "made", "data_set")},
            runs={str(k): tuple(map(str, ids)) for k, ids in facts["runs"].items()},
            contrasts=tuple((str(a), str(b)) for a, b in facts["contrasts"]),
            remarks=tuple(map(str, facts["remarks"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
