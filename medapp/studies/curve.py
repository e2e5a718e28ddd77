"""A learning curve: ways of training on ever more of the training patients, with and without
transfer, to learn what more images would be worth.

The study's file says what was declared before the start: which ways, which shares, which seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from medapp.errors import RecipeError
from medapp.evaluation.power_law import FEWEST
from medapp.runs.making import settle_recipe
from medapp.runs.registry import find_registry
from medapp.store.workspace import Workspace
from medapp.studies.entrants import create_named_runs, save_with_runs, take_strategy
from medapp.studies.fitting import fit_recipes
from medapp.studies.folder import find_named, load_studies, name_study
from medapp.studies.study import Study, check_seeds, choose_name, read_common
from medapp.training.recipe import Machine, Recipe
from medapp.training.strategies import STRATEGIES

KIND = "curve"
WAYS = ("fine-tune", "scratch")  # with transfer and without
SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
# What learns from less passes over it more often, up to so many times.
MOST_PASSES = 4


@dataclass(frozen=True, kw_only=True)
class Curve(Study):
    """A learning curve.

    Attributes:
        shares: of the training patients, ascending; the largest is all of them.
        runs: strategy to the ids of its runs, for each share those of all seeds.
    """

    shares: tuple[float, ...]
    runs: Mapping[str, tuple[tuple[str, ...], ...]]

    def list_runs(self) -> list[str]:
        """The ids of all runs: seed by seed, and of each seed the largest share first, as a curve
        that is stopped then still says how good the whole data set makes a model.
        """
        seeds = max((len(ids) for of in self.runs.values() for ids in of), default=0)
        return [
            of[place][seed]
            for seed in range(seeds)
            for place in reversed(range(len(self.shares)))
            for of in self.runs.values()
            if place < len(of) and seed < len(of[place])
        ]

    def list_alike(self, id: str) -> list[str]:
        """The other runs of a run's way and share, which take as long."""
        points = [ids for of in self.runs.values() for ids in of]
        return [other for ids in points if id in ids for other in ids if other != id]


def create_curve(
    workspace: Workspace,
    recipe: Recipe,
    machine: Machine | None = None,
    *,
    ways: Sequence[str] = WAYS,
    shares: Sequence[float] = SHARES,
    seeds: int = 1,
    minutes: float | None = None,
    workers: int = 1,
    name: str | None = None,
) -> Curve:
    """Make the runs of a learning curve; all wait in the queue.

    A run on a share of the patients passes over them more often, at most `MOST_PASSES` times as
    often, so that little data are not judged by few steps.

    Args:
        recipe: the data set and all settings but strategy and share; seeds count up from its own.
        ways: strategies, at most four.
        shares: of the training patients, four or more, each in 0 to 1.
        minutes: how long the curve may take: epochs are lowered to fit by the estimate, and what
            does not fit by what was measured since is not begun, see `budget`.
        workers: how many runs will work at once.

    Raises:
        RecipeError: the declaration is wrong, a run could not work, or the time is too short.
        RunError: a name is taken or cannot be used.
    """
    shares = _check(ways, shares, seeds)
    settled = settle_recipe(workspace, recipe)
    by_way = {way: take_strategy(workspace, settled, way) for way in ways}

    def build(epochs: int) -> dict[tuple[str, float], Recipe]:
        return {
            (way, share): _take_share(by_way[way], share, epochs)
            for share in reversed(shares)
            for way in ways
        }

    entrants, remarks = fit_recipes(
        workspace,
        build,
        max(recipe.budget.epochs for recipe in by_way.values()),
        machine,
        parts=seeds,
        minutes=minutes,
        workers=workers,
        noun="learning curve",
    )
    taken = {curve.name for curve in list_curves(workspace)}
    title = choose_name(
        "learning curve", name, f"Learning curve of {settled.data.train.name}", taken
    )
    runs = _create_runs(workspace, machine, title, entrants, seeds)
    id, made = name_study()
    curve = Curve(
        id=id,
        name=title,
        made=made,
        data_set=settled.data.train.name,
        shares=shares,
        runs={way: tuple(runs[way, share] for share in shares) for way in ways},
        remarks=remarks,
        minutes=minutes,
        workers=workers,
    )
    save_with_runs(workspace, KIND, asdict(curve), curve.list_runs())
    return curve


def list_curves(workspace: Workspace) -> list[Curve]:
    """The learning curves that can be read and of which a run is left, newest first."""
    registry = find_registry(workspace)
    loaded = [_read(facts) for facts in load_studies(workspace, KIND)]
    return [curve for curve in loaded if curve and any(map(registry.find, curve.list_runs()))]


def find_curve(workspace: Workspace, name: str) -> Curve:
    """The learning curve of this id or name.

    Raises:
        RunError: there is none.
    """
    return find_named(list_curves(workspace), name, "learning curve", "learning curves")


def _check(ways: Sequence[str], shares: Sequence[float], seeds: int) -> tuple[float, ...]:
    """The shares in order, the whole among them.

    Raises:
        RecipeError: the declaration is wrong.
    """
    unknown = [way for way in ways if way not in STRATEGIES]
    if unknown or not 1 <= len(set(ways)) <= 4:
        what = f"{unknown[0]!r} is no strategy" if unknown else f"{len(set(ways))} ways were named"
        raise RecipeError(
            f"A learning curve is of one to four ways of training, and {what}.",
            remedy=f"Choose among {', '.join(STRATEGIES)}.",
            setting="strategy",
        )
    check_seeds("learning curve", seeds)
    ordered = tuple(sorted({*shares, 1.0}))
    if len(ordered) < FEWEST or ordered[0] < 0.01 or ordered[-1] > 1:
        raise RecipeError(
            f"A learning curve takes {FEWEST} shares or more, each from 0.01 to 1.",
            remedy=f"The usual ones are {', '.join(f'{share:g}' for share in SHARES)}.",
            setting="share",
        )
    return ordered


def _take_share(recipe: Recipe, share: float, epochs: int) -> Recipe:
    """The recipe on a share of the patients, with more epochs for a smaller one."""
    passes = max(1, round(epochs * min(1 / share, MOST_PASSES)))
    return recipe.model_copy(
        update={
            "data": recipe.data.model_copy(update={"share": share}),
            "budget": recipe.budget.model_copy(update={"epochs": passes}),
        }
    )


def _create_runs(
    workspace: Workspace,
    machine: Machine | None,
    title: str,
    entrants: Mapping[tuple[str, float], Recipe],
    seeds: int,
) -> dict[tuple[str, float], tuple[str, ...]]:
    """The ids of the runs of each way and share, one a seed."""
    named = [
        (
            f"{title}: {STRATEGIES[way].title}, {share:.0%}, seed {entrant.seed + seed}",
            entrant.model_copy(update={"seed": entrant.seed + seed}),
        )
        for seed in range(seeds)
        for (way, share), entrant in entrants.items()
    ]
    ids = create_named_runs(workspace, named, machine)
    return {key: tuple(ids[place :: len(entrants)]) for place, key in enumerate(entrants)}


def _read(facts: Mapping[str, Any]) -> Curve | None:
    try:
        return Curve(
            **read_common(facts),
            shares=tuple(map(float, facts["shares"])),
            runs={
                str(way): tuple(tuple(map(str, ids)) for ids in of)
                for way, of in facts["runs"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
