"""The board of a race: who stands where on validation, and what the test split says at the end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from medapp.evaluation.comparison import average_seeds, correct_holm, subtract_means
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.headline import list_headlines, write_title
from medapp.runs.progress import format_seconds
from medapp.runs.registry import find_registry
from medapp.runs.run import FINAL, Run
from medapp.runs.summary import Summary
from medapp.store.workspace import Workspace
from medapp.studies.contrast import Contrast
from medapp.studies.judged import Judged, find_shared, load_judged
from medapp.studies.race import DECLARED, Race
from medapp.task import find_task
from medapp.training.strategies import STRATEGIES


@dataclass(frozen=True)
class Place:
    """A way of training on the board.

    Attributes:
        title: what people call the strategy.
        states: of its runs, one a seed; "gone" where one was deleted.
        validation: the figure on validation after the best epoch, of each run that has one.
        n: validation images.
        seconds: of work, the mean over its runs that have ended.
        test: over the seeds; None until all runs of the race have ended.
    """

    strategy: str
    title: str
    states: tuple[str, ...]
    validation: tuple[float, ...]
    n: int
    seconds: float | None
    test: Estimate | None = None

    @property
    def mean(self) -> float | None:
        """The mean on validation over seeds."""
        return float(np.mean(self.validation)) if self.validation else None


@dataclass(frozen=True)
class Board:
    """What is known of a race.

    Attributes:
        figure: the key of what all are judged by.
        places: the best on validation first.
        contrasts: those that were declared, corrected together; empty until all runs have ended.
        verdict: what can be said, a sentence a question.
    """

    figure: str
    places: tuple[Place, ...]
    contrasts: tuple[Contrast, ...]
    verdict: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether every run has ended, or is gone."""
        return all(state in (*FINAL, "gone") for state in self.states)

    @property
    def states(self) -> tuple[str, ...]:
        """Of all runs; "gone" where one was deleted."""
        return tuple(state for place in self.places for state in place.states)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "figure": self.figure,
            "is_over": self.is_over,
            "board": [
                {
                    **{k: v for k, v in asdict(replace(place, test=None)).items() if k != "test"},
                    "validation_mean": place.mean,
                    "test": place.test
                    and {
                        "value": place.test.value,
                        "interval": list(place.test.interval),
                    },
                }
                for place in self.places
            ],
            "contrasts": [contrast.to_dict() for contrast in self.contrasts],
            "verdict": list(self.verdict),
        }


def read_board(workspace: Workspace, race: Race) -> Board:
    """The board as it stands; the test split is looked at once all runs have ended.

    Raises:
        RunError: the figures of a run are damaged.
    """
    registry = find_registry(workspace)
    found = {name: [registry.find(id) for id in ids] for name, ids in race.runs.items()}
    figure = _find_figure([run for runs in found.values() for run in runs if run])
    places = [_place(name, runs, figure) for name, runs in found.items()]
    ordered = sorted(places, key=lambda place: -(place.mean if place.mean is not None else -1.0))
    board = Board(figure, tuple(ordered), (), ())
    if not board.is_over:
        return board
    judged = {
        name: [
            load_judged(Run(workspace.runs_folder / run.id))
            for run in runs
            if run is not None and run.state == "done" and run.figures is not None
        ]
        for name, runs in found.items()
    }
    return _judge(board, race, {name: of for name, of in judged.items() if of})


def _find_figure(runs: Sequence[Summary]) -> str:
    """The first figure of the task; before a run is judged, that of one label an image."""
    tasks = [run.figures["task"] for run in runs if run.figures and "task" in run.figures]
    return find_task(tasks[0] if tasks else "single-label").figures[0]


def _place(strategy: str, runs: Sequence[Summary | None], figure: str) -> Place:
    known = [run for run in runs if run is not None]
    ended = [run.learning.seconds for run in known if run.is_final]
    return Place(
        strategy,
        STRATEGIES[strategy].title if strategy in STRATEGIES else strategy,
        tuple("gone" if run is None else run.state for run in runs),
        tuple(r.learning.figures[figure] for r in known if figure in r.learning.figures),
        max((run.learning.n for run in known), default=0),
        float(np.mean(ended)) if ended else None,
    )


def _judge(board: Board, race: Race, judged: Mapping[str, Sequence[Judged]]) -> Board:
    """The board with what the test split says."""
    everyone = [one for of in judged.values() for one in of]
    if not everyone:
        return replace(board, verdict=("No run of the race was judged, so nothing can be said.",))
    keys = find_shared(everyone)
    figure = list_headlines(everyone[0].evaluation)[0].name
    estimates = {
        name: [found[figure] for one in of if figure in (found := one.estimate(keys))]
        for name, of in judged.items()
    }
    known = {name: of for name, of in estimates.items() if of}
    places = tuple(
        replace(place, test=average_seeds(known[place.strategy]))
        if place.strategy in known
        else place
        for place in board.places
    )
    contrasts = _contrast(race, known, figure, everyone[0].count(keys))
    over = replace(board, figure=figure, places=places, contrasts=contrasts)
    return replace(over, verdict=tuple(_state(over, race)))


def _contrast(
    race: Race,
    estimates: Mapping[str, Sequence[Estimate]],
    figure: str,
    counts: tuple[int, int, str],
) -> tuple[Contrast, ...]:
    pairs = [(a, b) for a, b in race.contrasts if a in estimates and b in estimates]
    found = {f"{a} {b}": subtract_means(estimates[a], estimates[b]) for a, b in pairs}
    corrected = correct_holm({name: difference.p for name, difference in found.items()})
    return tuple(
        Contrast(_title(a), _title(b), figure, found[f"{a} {b}"], corrected[f"{a} {b}"], *counts)
        for a, b in pairs
    )


def _state(board: Board, race: Race) -> Iterator[str]:
    """The verdict: each question with its answer, then the one to take by validation."""
    costs = {place.title: place.seconds for place in board.places}
    questions = {(_title(a), _title(b)): question for (a, b), question in DECLARED.items()}
    for contrast in board.contrasts:
        question = questions.get((contrast.a, contrast.b), f"{contrast.a} or {contrast.b}?")
        yield f"{question} {contrast.verdict}{_state_cost(contrast, costs)}"
    best = next((place for place in board.places if place.mean is not None), None)
    if best is not None and best.mean is not None:
        yield (
            f"On validation {best.title} is best: {write_title(board.figure)} {best.mean:.3f} on"
            f" {best.n:,} images."
        )
    if max((len(ids) for ids in race.runs.values()), default=0) == 1:
        yield "One seed a way of training: how much another seed would change them is not known."


def _state_cost(contrast: Contrast, costs: Mapping[str, float | None]) -> str:
    first, second = costs.get(contrast.a), costs.get(contrast.b)
    if first is None or second is None or first == second:
        return ""
    more = "more" if first > second else "less"
    return f" {contrast.a} takes {format_seconds(abs(first - second))} {more}."


def _title(strategy: str) -> str:
    return STRATEGIES[strategy].title if strategy in STRATEGIES else strategy
