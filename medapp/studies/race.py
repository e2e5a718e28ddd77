"""A race: ways of training side by side on one data set, to learn whether transfer was worth it.

A study is a folder with `study.json`: what was declared before the start (who runs, over which
seeds or folds, and which differences will be looked at), and which runs answer it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from medapp.errors import RecipeError
from medapp.runs.making import settle_recipe, settle_source
from medapp.runs.registry import find_registry
from medapp.store.workspace import Workspace
from medapp.studies.entrants import (
    Entrant,
    create_named_runs,
    name_source,
    save_with_runs,
    take_source,
    take_strategy,
)
from medapp.studies.fitting import fit_recipes
from medapp.studies.folder import find_named, load_studies, name_study
from medapp.studies.study import Study, check_seeds, choose_name, read_common
from medapp.studies.time import limit_epochs
from medapp.training.recipe import Machine, Recipe
from medapp.training.strategies import STRATEGIES

KIND = "race"
MOST_SOURCES = 6
# Who runs: names of strategies. Where time runs out the last ones stay behind, so the quick ones
# come first, and then those that the first question needs.
CONTESTANTS = tuple(
    name
    for name in (
        "nearest-neighbours",
        "small-pixels",
        "linear-probe",
        "fine-tune",
        "scratch",
        "last-stage",
        "probe-then-fine-tune",
    )
    if name in STRATEGIES
)
BASELINES = ("nearest-neighbours", "small-pixels")  # of one source each, however many there are
# Differences that are looked at, and what each one asks.
QUESTIONS = {
    ("fine-tune", "scratch"): "Was transfer worth it?",
    ("fine-tune", "linear-probe"): "Was it worth training more than the head?",
    ("fine-tune", "last-stage"): "Was it worth training more than the last stage?",
    ("fine-tune", "probe-then-fine-tune"): "Was it worth fitting the head first?",
    ("fine-tune", "small-pixels"): "Does a network see more than small pixels do?",
}
OTHER_SOURCE = "Is {} the better start?"


@dataclass(frozen=True)
class Declared:
    """A difference that is declared before the start.

    Attributes:
        a, b: keys of the entrants.
        question: what the difference answers.
    """

    a: str
    b: str
    question: str


@dataclass(frozen=True, kw_only=True)
class Race(Study):
    """A race.

    Attributes:
        entrants: the ways of training by their keys.
        runs: an entrant's key to the ids of its runs, one a seed, or one a fold.
        contrasts: that were declared before the start.
        folds: how many all images are dealt into; 0 where the data set's split is used.
    """

    entrants: Mapping[str, Entrant]
    runs: Mapping[str, tuple[str, ...]]
    contrasts: tuple[Declared, ...]
    folds: int = 0

    @property
    def count(self) -> int:
        """Runs of an entrant: seeds, or folds."""
        return max(map(len, self.runs.values()), default=0)

    def list_runs(self) -> list[str]:
        """The ids of all runs, seed by seed, so that what is done is fair to all."""
        return [
            ids[seed] for seed in range(self.count) for ids in self.runs.values() if seed < len(ids)
        ]

    def list_alike(self, id: str) -> list[str]:
        """The other runs of a run's entrant, which take as long."""
        return [other for ids in self.runs.values() if id in ids for other in ids if other != id]


def create_race(
    workspace: Workspace,
    recipe: Recipe,
    machine: Machine | None = None,
    *,
    sources: Sequence[str] = (),
    strategies: Sequence[str] = CONTESTANTS,
    seeds: int = 1,
    minutes: float | None = None,
    workers: int = 1,
    name: str | None = None,
) -> Race:
    """Make the runs of a race; all wait in the queue, seed by seed, or fold by fold.

    Args:
        recipe: the data set and all settings but the strategy. Seeds count up from its own; where
            it has folds, each way of training learns once for each of them instead.
        sources: what is started from; the recipe's own source where none is named.
        strategies: who runs.
        minutes: how long the race may take: epochs are lowered to fit by the estimate, and what
            does not fit by what was measured since is not begun, see `budget`.
        workers: how many runs will work at once.

    Raises:
        RecipeError: a run could not work, or the time is too short for one epoch each.
        WeightsError: a source is not on this machine.
        RunError: a name is taken or cannot be used.
    """
    _check(recipe, sources, strategies, seeds)
    settled = settle_recipe(workspace, recipe)
    entrants, recipes = _list_entrants(workspace, settled, sources, strategies)
    if len(entrants) < 2:
        raise RecipeError(
            "A race is of two ways of training or more, or of one from several sources, and fewer"
            " were named.",
            remedy=f"Name more sources, or choose among {', '.join(STRATEGIES)}.",
            setting="strategy",
        )
    parts = settled.data.folds or seeds
    fitted, remarks = fit_recipes(
        workspace,
        lambda epochs: {key: limit_epochs(each, epochs) for key, each in recipes.items()},
        max(each.budget.epochs for each in recipes.values()),
        machine,
        parts=parts,
        minutes=minutes,
        workers=workers,
        noun="race",
    )
    taken = {race.name for race in list_races(workspace)}
    title = choose_name("race", name, f"Race on {settled.data.train.name}", taken)
    named = [
        (f"{title}: {entrants[key].title}, {_name_part(part)}", part)
        for number in range(parts)
        for key, each in fitted.items()
        for part in [_take_part(each, number)]
    ]
    ids = create_named_runs(workspace, named, machine)
    id, made = name_study()
    race = Race(
        id=id,
        name=title,
        made=made,
        data_set=settled.data.train.name,
        entrants=entrants,
        runs={key: tuple(ids[place :: len(entrants)]) for place, key in enumerate(entrants)},
        contrasts=declare(entrants),
        remarks=remarks,
        folds=settled.data.folds,
        minutes=minutes,
        workers=workers,
    )
    save_with_runs(workspace, KIND, asdict(race), race.list_runs())
    return race


def declare(entrants: Mapping[str, Entrant]) -> tuple[Declared, ...]:
    """The differences to look at: those of `QUESTIONS` for the first source, then other sources."""
    firsts: dict[str, str] = {}
    for key, entrant in entrants.items():
        firsts.setdefault(entrant.strategy, key)
    asked = [
        Declared(firsts[a], firsts[b], question)
        for (a, b), question in QUESTIONS.items()
        if a in firsts and b in firsts
    ]
    started = [entrant.strategy for entrant in entrants.values() if entrant.source != "none"]
    # Sources are told apart by fine-tuning where that has several, else by what is named last.
    several = sorted((s for s in firsts if started.count(s) > 1), key=lambda s: s == "fine-tune")
    others = [
        Declared(firsts[strategy], key, OTHER_SOURCE.format(entrant.title.partition(" from ")[2]))
        for strategy in several[-1:]
        for key, entrant in entrants.items()
        if entrant.strategy == strategy and entrant.source != "none" and key != firsts[strategy]
    ]
    return (*asked, *others)


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


def _check(recipe: Recipe, sources: Sequence[str], strategies: Sequence[str], seeds: int) -> None:
    """Raise RecipeError where the declaration is wrong."""
    check_seeds("race", seeds)
    if recipe.data.folds and seeds > 1:
        raise RecipeError(
            "A race goes over seeds, or over folds, and not over both.",
            remedy="Each fold has its own test images already: leave the seeds at 1.",
            setting="seeds",
        )
    if len(sources) > MOST_SOURCES or len(set(sources)) < len(sources):
        raise RecipeError(
            f"A race takes up to {MOST_SOURCES} sources, each once, not {', '.join(sources)}.",
            setting="source",
        )
    unknown = [name for name in strategies if name not in STRATEGIES]
    if unknown:
        raise RecipeError(
            f"A race is of ways of training, and {unknown[0]!r} is none.",
            remedy=f"Choose among {', '.join(STRATEGIES)}.",
            setting="strategy",
        )


def _list_entrants(
    workspace: Workspace, recipe: Recipe, sources: Sequence[str], strategies: Sequence[str]
) -> tuple[dict[str, Entrant], dict[str, Recipe]]:
    """Who runs and with which recipe, by key: each strategy with each source that matters to it.

    The control from random weights runs once for each architecture, a baseline once.
    """
    asked = [settle_source(workspace, source) for source in sources] or [recipe.start.source]
    entrants: dict[str, Entrant] = {}
    recipes: dict[str, Recipe] = {}
    for strategy in dict.fromkeys(strategies):
        seen: set[str] = set()
        for source in asked:
            taken = take_strategy(workspace, take_source(recipe, source), strategy)
            start = taken.find_source()
            mark = taken.find_architecture() if start == "none" else start
            if mark in seen or (strategy in BASELINES and seen):
                continue
            seen.add(mark)
            key = f"{strategy} from {mark}" if len(seen) > 1 else strategy
            entrants[key] = Entrant(strategy, start, STRATEGIES[strategy].title)
            recipes[key] = taken
    if len(asked) > 1:
        entrants = {key: _name_start(workspace, e, recipes[key]) for key, e in entrants.items()}
    return entrants, recipes


def _name_start(workspace: Workspace, entrant: Entrant, recipe: Recipe) -> Entrant:
    """The entrant with what it starts from in its title."""
    if entrant.strategy in BASELINES:
        return entrant
    is_control = entrant.source == "none"
    start = recipe.find_architecture() if is_control else name_source(workspace, entrant.source)
    title = f"{entrant.title}, {start}" if is_control else f"{entrant.title} from {start}"
    return Entrant(entrant.strategy, entrant.source, title)


def _take_part(recipe: Recipe, number: int) -> Recipe:
    """The recipe of one fold, or with one seed, counted from 0."""
    if recipe.data.folds:
        data = recipe.data.model_copy(update={"fold": number + 1})
        return recipe.model_copy(update={"data": data})
    return recipe.model_copy(update={"seed": recipe.seed + number})


def _name_part(recipe: Recipe) -> str:
    if recipe.data.folds:
        return f"fold {recipe.data.fold} of {recipe.data.folds}"
    return f"seed {recipe.seed}"


def _read(facts: Mapping[str, Any]) -> Race | None:
    try:
        runs = {str(k): tuple(map(str, ids)) for k, ids in facts["runs"].items()}
        entrants = facts.get("entrants", {})
        return Race(
            **read_common(facts),
            entrants={key: Entrant.read(key, entrants.get(key)) for key in runs},
            runs=runs,
            contrasts=tuple(map(_read_declared, facts["contrasts"])),
            folds=int(facts.get("folds", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _read_declared(found: Any) -> Declared:
    """A contrast of a study's file; in older ones it is a pair, and its question is known."""
    if isinstance(found, Mapping):
        return Declared(*(str(found[name]) for name in ("a", "b", "question")))
    a, b = map(str, found)
    return Declared(a, b, QUESTIONS.get((a, b), f"{a} or {b}?"))
