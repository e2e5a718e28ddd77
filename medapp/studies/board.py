"""The board of a race: who stands where on validation, and what the test split says at the end."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from medapp.errors import RunError
from medapp.evaluation.comparison import average_seeds, correct_holm, subtract_means
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.headline import list_headlines, write_title
from medapp.evaluation.words import write_figure
from medapp.notes import Note, sort_notes
from medapp.runs.looks import LOOKS
from medapp.runs.progress import format_seconds
from medapp.runs.registry import find_registry
from medapp.runs.run import FINAL, Run
from medapp.runs.summary import Summary
from medapp.store.workspace import Workspace
from medapp.studies.contrast import Contrast
from medapp.studies.folds import LASTING
from medapp.studies.judged import Judged, find_shared, load_judged, pool_folds
from medapp.studies.kept import find_kept
from medapp.studies.live import find_live
from medapp.studies.missing import state_missing
from medapp.studies.proposing import propose_folds
from medapp.studies.race import Declared, Race
from medapp.studies.revisions import note_study_edits
from medapp.task import find_task

# Of validation, by which a run is chosen: what guessing and the majority class get alike.
CHANCE = {"macro_auroc": 0.5, "quadratic_kappa": 0.0}


@dataclass(frozen=True)
class Place:
    """A way of training on the board.

    Attributes:
        key: of the entrant.
        title: what people call it.
        states: of its runs, one a seed or fold; "gone" where one was deleted.
        validation: the figure on validation after the best epoch so far, of each run that has one.
        n: validation images.
        seconds: of work, the mean over its runs that are done.
        test: over the seeds, or the images of all folds; None until all runs of the race have
            ended.
        image_size: in px.
        epochs: that its runs were asked for; 1 where the head is fitted in one go.
    """

    key: str
    strategy: str
    source: str
    title: str
    states: tuple[str, ...]
    validation: tuple[float, ...]
    n: int
    seconds: float | None
    test: Estimate | None = None
    image_size: int = 0
    epochs: int = 0

    @property
    def mean(self) -> float | None:
        """The mean on validation over seeds, or folds."""
        return float(np.mean(self.validation)) if self.validation else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        values = asdict(replace(self, test=None))
        test = self.test and {"value": self.test.value, "interval": list(self.test.interval)}
        return {**values, "validation_mean": self.mean, "test": test}


@dataclass(frozen=True)
class Reference:
    """What needs no learning, beside the figures of the board.

    Attributes:
        title: "Guessing", or "Majority class".
        validation, test: what it gets; None where that is not known.
    """

    title: str
    validation: float | None
    test: float | None


@dataclass(frozen=True)
class Board:
    """What is known of a race.

    Attributes:
        figure: the key of what all are judged by.
        places: the best on validation first.
        references: what guessing and the majority class get.
        contrasts: those that were declared, corrected together; empty until all runs have ended.
        verdict: what can be said, a sentence a question.
        notes: what is grave of the runs' figures, each once; and what would tell more.
    """

    figure: str
    places: tuple[Place, ...]
    references: tuple[Reference, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    verdict: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

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
            "board": [place.to_dict() for place in self.places],
            "references": [asdict(reference) for reference in self.references],
            "contrasts": [contrast.to_dict() for contrast in self.contrasts],
            "verdict": " ".join(self.verdict),
            "notes": [note.to_dict() for note in self.notes],
        }


def read_board(workspace: Workspace, race: Race) -> Board:
    """The board as it stands; the test split is looked at once all runs have ended.

    Raises:
        RunError: the figures of a run are damaged.
    """
    board = _read_board(workspace, race)
    edits = note_study_edits(workspace, race.list_runs(), "race")
    return replace(board, notes=sort_notes([*board.notes, *edits]))


def _read_board(workspace: Workspace, race: Race) -> Board:
    """The board without what was edited since."""
    registry = find_registry(workspace)
    found = {key: [registry.find(id) for id in ids] for key, ids in race.runs.items()}
    runs = [run for of in found.values() for run in of if run]
    figure = _find_figure(runs)
    places = [_place(workspace, race, key, of, figure) for key, of in found.items()]
    ordered = sorted(places, key=lambda place: -(place.mean if place.mean is not None else -1.0))
    chance = _find_chance(runs, figure)
    references = tuple(Reference(name, chance, None) for name in ("Guessing", "Majority class"))
    board = Board(figure, tuple(ordered), references)
    if not board.is_over:
        return board
    judged = {
        key: [
            load_judged(Run(workspace.runs_folder / run.id))
            for run in of
            if run is not None and run.state == "done" and run.figures is not None
        ]
        for key, of in found.items()
    }
    if race.folds:
        judged = {key: [pool_folds(of)] if of else [] for key, of in judged.items()}
    over = _judge(board, race, {key: of for key, of in judged.items() if of})
    ways = {race.entrants[key].title: ids for key, ids in race.runs.items()}
    verdict = (*over.verdict, *state_missing(workspace, race, ways))
    notes = _list_notes(race, judged)
    if over.contrasts and not race.folds:
        one = next(each for of in judged.values() for each in of).run
        notes = sort_notes([*notes, *propose_folds(one, race.data_set, over.contrasts)])
    return replace(over, verdict=verdict, notes=notes)


def _list_notes(race: Race, judged: Mapping[str, Sequence[Judged]]) -> tuple[Note, ...]:
    """What is grave of the runs' figures, each once, with whose figures these are if not all's.

    Of folds only what holds for all images too.
    """
    known = {key: of for key, of in judged.items() if of}
    whose: dict[Note, dict[str, None]] = {}
    for key, of in known.items():
        for note in (note for one in of for note in one.evaluation.notes):
            is_meant = note.code in LASTING if race.folds else note.code != LOOKS
            if note.level == "grave" and is_meant:
                whose.setdefault(note, {})[key] = None
    return tuple(sort_notes(_say_whose(race, note, keys, known) for note, keys in whose.items()))


def _say_whose(race: Race, note: Note, keys: Iterable[str], known: Collection[str]) -> Note:
    some = list(keys)
    if len(some) == len(known):
        return note
    titles = ", ".join(race.entrants[key].title for key in some)
    return replace(note, text=f"{titles}: {note.text}")


def find_board(workspace: Workspace, race: Race) -> Board:
    """The board as `read_board` gives it, without what was edited since.

    Of a race that is over it is kept while nothing changes.

    Raises:
        RunError: as `read_board`.
    """
    return find_kept(workspace, race.id, race.list_runs(), lambda: _read_board(workspace, race))


def _find_figure(runs: Sequence[Summary]) -> str:
    """The first figure of the task; before a run is judged, that of one label an image."""
    tasks = [run.figures["task"] for run in runs if run.figures and "task" in run.figures]
    return find_task(tasks[0] if tasks else "single-label").figures[0]


def _find_chance(runs: Sequence[Summary], figure: str) -> float | None:
    classes = max((len(run.classes) for run in runs), default=0)
    if figure in CHANCE:
        return CHANCE[figure]
    return 1 / classes if classes else None


def _place(
    workspace: Workspace, race: Race, key: str, runs: Sequence[Summary | None], figure: str
) -> Place:
    entrant = race.entrants[key]
    known = [run for run in runs if run is not None]
    learned = [find_live(workspace, run, figure) for run in known]
    took = [run.learning.seconds for run in known if run.state == "done"]
    return Place(
        key,
        entrant.strategy,
        entrant.source,
        entrant.title,
        tuple("gone" if run is None else run.state for run in runs),
        tuple(value for value, _ in learned if value is not None),
        max((n for _, n in learned), default=0),
        float(np.mean(took)) if took else None,
        image_size=max((run.image_size for run in known), default=0),
        epochs=max((run.learning.asked for run in known), default=0),
    )


def _judge(board: Board, race: Race, judged: Mapping[str, Sequence[Judged]]) -> Board:
    """The board with what the test split says."""
    everyone = [one for of in judged.values() for one in of]
    if not everyone:
        return replace(board, verdict=("No run of the race was judged, so nothing can be said.",))
    try:
        keys = find_shared(everyone)
    except RunError as error:
        # Labels were edited between two runs, or each was judged on other images.
        return replace(board, verdict=(f"Nothing can be said of the race. {error}",))
    figure = list_headlines(everyone[0].evaluation)[0].name
    estimates = {
        key: [found[figure] for one in of if figure in (found := one.estimate(keys))]
        for key, of in judged.items()
    }
    known = {key: of for key, of in estimates.items() if of}
    places = tuple(
        replace(place, test=average_seeds(known[place.key])) if place.key in known else place
        for place in board.places
    )
    tested = everyone[0].find_references(keys).get(figure, (None, None))
    references = tuple(
        replace(reference, test=value)
        for reference, value in zip(board.references, tested, strict=True)
    )
    counts = everyone[0].count(keys)
    contrasts = _contrast(race, known, figure, counts)
    over = replace(board, figure=figure, places=places, references=references, contrasts=contrasts)
    return replace(over, verdict=tuple(_state(over, race, counts)))


def _contrast(
    race: Race,
    estimates: Mapping[str, Sequence[Estimate]],
    figure: str,
    counts: tuple[int, int, str],
) -> tuple[Contrast, ...]:
    asked = _list_answered(race, estimates)
    found = [subtract_means(estimates[one.a], estimates[one.b]) for one in asked]
    corrected = correct_holm({str(i): difference.p for i, difference in enumerate(found)})
    titles = {key: entrant.title for key, entrant in race.entrants.items()}
    return tuple(
        Contrast(
            titles[one.a],
            titles[one.b],
            figure,
            difference,
            corrected[str(number)],
            *counts,
            compared=len(asked),
        )
        for number, (one, difference) in enumerate(zip(asked, found, strict=True))
    )


def _list_answered(race: Race, known: Mapping[str, Any]) -> list[Declared]:
    return [one for one in race.contrasts if one.a in known and one.b in known]


def _state(board: Board, race: Race, counts: tuple[int, int, str]) -> Iterator[str]:
    """The verdict: each question with its answer, then the one to take by validation."""
    by_key = {place.key: place for place in board.places}
    known = {place.key: place for place in board.places if place.test is not None}
    yield from _state_unanswered(race, known)
    for asked, contrast in zip(_list_answered(race, known), board.contrasts, strict=True):
        cost = _state_cost(by_key[asked.a], by_key[asked.b])
        rest = contrast.verdict.removeprefix(contrast.claim)
        yield f"{asked.question} {contrast.claim}{cost}{rest}"
    best = next((place for place in board.places if place.mean is not None), None)
    if best is not None and best.mean is not None:
        yield (
            f"On validation {best.title} is best: {write_title(board.figure)}"
            f" {write_figure(best.mean)} on {best.n:,} images{_state_references(board)}."
        )
    if race.folds:
        yield (
            f"Each image is judged once, by a model that learned from other folds; all"
            f" {counts[0]:,} count. How much another drawing of the folds would change them is not"
            " known."
        )
    elif race.count == 1:
        yield "One seed a way of training: how much another seed would change them is not known."


def _state_unanswered(race: Race, known: Collection[str]) -> Iterator[str]:
    """That the race's first question has no answer, and who lacks for it.

    The others are told by who did not run.
    """
    if not race.contrasts:
        return
    first = race.contrasts[0]
    lacking = [race.entrants[key].title for key in (first.a, first.b) if key not in known]
    if lacking:
        yield f"{first.question} Not answered: {' and '.join(lacking)} did not come to an end."


def _state_references(board: Board) -> str:
    """What guessing and the majority class get on validation."""
    values = [reference.validation for reference in board.references]
    if len(values) < 2 or None in values:
        return ""
    return f"; guessing and the majority class get {write_figure(values[0])}"


def _state_cost(first: Place, second: Place) -> str:
    """What the first of a contrast costs beside the other, a run."""
    if first.seconds is None or second.seconds is None:
        return ""
    more = first.seconds - second.seconds
    if abs(more) < 1:
        return ""
    return (
        f"; a run of {first.title} takes {format_seconds(abs(more))}"
        f" {'more' if more > 0 else 'less'}"
    )
