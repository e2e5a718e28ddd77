"""What the runs of a learning curve say: points, the curves through them, and words for both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medapp.evaluation.comparison import average_seeds
from medapp.evaluation.headline import TITLES, list_headlines, write_title
from medapp.evaluation.intervals import Interval
from medapp.evaluation.power_law import FURTHEST, Point, PowerLaw, Reach, fit_power_law
from medapp.evaluation.words import write_figure
from medapp.notes import Note
from medapp.runs.registry import find_registry
from medapp.runs.run import FINAL, Run
from medapp.runs.split_table import load_split
from medapp.store.workspace import Workspace
from medapp.studies.curve import Curve
from medapp.studies.judged import find_shared, load_judged
from medapp.studies.kept import find_kept
from medapp.studies.missing import state_missing
from medapp.studies.revisions import note_study_edits
from medapp.training.strategies import STRATEGIES

# Figures that lie in 0 to 1, as the curve asks; the first of them that the task has is taken.
BOUNDED = ("balanced_accuracy", "macro_auroc", "accuracy")
NOTHING = "No run of the learning curve was judged, so nothing can be said."
FORETOLD = 2.0  # times all images: how far on a figure is foretold in words


@dataclass(frozen=True)
class Way:
    """A way of training over the shares.

    Attributes:
        points: of the shares of which a run was judged, from the smallest.
        law: the curve through them; None where there is none to tell.
    """

    strategy: str
    points: tuple[Point, ...]
    law: PowerLaw | None

    @property
    def title(self) -> str:
        """What people call the strategy."""
        return STRATEGIES[self.strategy].title if self.strategy in STRATEGIES else self.strategy


@dataclass(frozen=True)
class Reading:
    """What is known of a learning curve.

    Attributes:
        states: of its runs; "gone" where one was deleted.
        figure: the key of what is measured.
        counted: what sizes count: "patients" or "images".
        n: test images; units: the patients, or images, that these are of.
        seeds: of each point.
        ways: empty until all runs have ended.
        missing: which runs have no figures, and why; empty until all runs have ended.
        notes: what was edited of the images since.
    """

    states: tuple[str, ...]
    figure: str
    counted: str
    n: int
    units: int
    seeds: int
    ways: tuple[Way, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether every run has ended, or is gone."""
        return all(state in (*FINAL, "gone") for state in self.states)

    @property
    def finding(self) -> str:
        """What the curve of the first way that has one says, in a line."""
        title = TITLES[self.figure]
        for way in self.ways:
            if way.law is not None and way.points:
                more, _ = way.law.foretell(FORETOLD * way.points[-1].size)
                return (
                    f"{way.title}: {write_figure(way.points[-1].value)} now, about"
                    f" {write_figure(more)} with twice as many {self.counted}"
                )
        return f"{title} over the {self.counted} learned from: nothing can be foretold"

    @property
    def verdict(self) -> tuple[str, ...]:
        """What can be said, a sentence a way of training, and what these rest on."""
        said = tuple(_state(self)) if self.ways else (NOTHING,)
        return (*said, *self.missing) if self.is_over else ()

    def to_dict(self, target: float | None = None) -> dict[str, Any]:
        """Plain values for JSON.

        Args:
            target: a value of the figure; how much each way needs for it is given with it.
        """
        return {
            "figure": self.figure,
            "is_over": self.is_over,
            "counted": self.counted,
            "n": self.n,
            "units": self.units,
            "seeds": self.seeds,
            "ways": [_describe_way(way, target) for way in self.ways],
            "verdict": list(self.verdict),
            "notes": [note.to_dict() for note in self.notes],
        }


def read_points(workspace: Workspace, curve: Curve) -> Reading:
    """The learning curve as it stands; the test split is looked at once all runs have ended.

    Raises:
        RunError: the figures of a run are damaged, or labels were edited between two runs.
    """
    edits = note_study_edits(workspace, curve.list_runs(), "learning curve")
    return replace(_read_points(workspace, curve), notes=tuple(edits))


def _read_points(workspace: Workspace, curve: Curve) -> Reading:
    """The learning curve without what was edited since."""
    registry = find_registry(workspace)
    found = {id: registry.find(id) for id in curve.list_runs()}
    states = tuple("gone" if run is None else run.state for run in found.values())
    seeds = min((len(ids) for of in curve.runs.values() for ids in of), default=0)
    empty = Reading(states, BOUNDED[0], "images", 0, 0, seeds, ())
    if not empty.is_over:
        return empty
    ends = tuple(state_missing(workspace, curve, _list_ways(curve)))
    done = {id for id, run in found.items() if run and run.state == "done" and run.figures}
    if not done:
        return replace(empty, missing=ends)
    judged = {id: load_judged(Run(workspace.runs_folder / id)) for id in done}
    first = next(iter(judged.values()))
    keys = find_shared(list(judged.values()))
    figures = {headline.name for headline in list_headlines(first.evaluation)}
    figure = next((name for name in BOUNDED if name in figures), BOUNDED[0])
    n, units, counted = first.count(keys)
    sizes = {id: _count_learned(one.run, counted) for id, one in judged.items()}

    def build(ids: Sequence[str]) -> Point | None:
        of = [id for id in ids if id in judged]
        estimates = [judged[id].estimate(keys).get(figure) for id in of]
        known = tuple(estimate for estimate in estimates if estimate is not None)
        return Point(round(sum(sizes[id] for id in of) / len(of)), known) if known else None

    ways = []
    for strategy, shares in curve.runs.items():
        points = tuple(point for ids in shares if (point := build(ids)))
        ways.append(Way(strategy, points, fit_power_law(points)))
    return Reading(states, figure, counted, n, units, seeds, tuple(ways), ends)


def _list_ways(curve: Curve) -> dict[str, list[str]]:
    """The runs of each way of training, over all shares and seeds, by what people call the way."""
    return {
        Way(strategy, (), None).title: [id for ids in shares for id in ids]
        for strategy, shares in curve.runs.items()
    }


def find_points(workspace: Workspace, curve: Curve) -> Reading:
    """The curve as `read_points` gives it, without what was edited since.

    Of one that is over it is kept while nothing changes.

    Raises:
        RunError: as `read_points`.
    """
    return find_kept(workspace, curve.id, curve.list_runs(), lambda: _read_points(workspace, curve))


def _count_learned(run: Run, counted: str) -> int:
    """How many patients, or images, a run learned from."""
    rows = [
        row for row in load_split(run.folder / "split.parquet", run.name) if row["split"] == "train"
    ]
    return len({row["patient"] for row in rows}) if counted == "patients" else len(rows)


def _state(reading: Reading) -> Iterator[str]:
    name = write_title(reading.figure)
    for way in reading.ways:
        if not way.points:
            yield f"{way.title} was not judged."
            continue
        last = way.points[-1]
        value, interval = _average(last)
        now = (
            f"{way.title}: {name} {write_figure(value, interval)} from {last.size:,}"
            f" {reading.counted}"
        )
        if way.law is None:
            yield f"{now}. Its points do not rise, or are too few, so nothing is foretold."
            continue
        more = round(FORETOLD * last.size)
        yield (
            f"{now}; twice as many, {more:,}, would bring"
            f" {write_figure(*way.law.foretell(more))} if it goes on as it did."
        )
    of_units = f" of {reading.units:,} patients" if reading.counted == "patients" else ""
    yield (
        f"All points are of the same {reading.n:,} test images{of_units}, looked at once. An"
        " inverse power law is fitted; its interval holds the doubt over these images and over"
        " which ones were learned from, and not another hospital."
    )
    if reading.seeds == 1:
        yield (
            "One seed a point: how much another seed, or other patients of the same number, would"
            " change it is guessed from how far the points lie from the curve."
        )


def state_reach(reading: Reading, way: Way, value: float) -> str:
    """How many more a way of training needs to reach a value, in a sentence."""
    if way.law is None or not way.points:
        return f"{way.title}: nothing can be foretold."
    largest = way.points[-1].size
    reach = way.law.reach(value)
    low, high = (max(0.0, end - largest) for end in reach.interval)
    figure = write_figure(value)
    most = round((FURTHEST - 1) * largest)
    if low == float("inf"):
        return (
            f"{way.title} does not reach {figure} with {most:,} more {reading.counted}, as far as"
            " these points tell."
        )
    if reach.size is not None and reach.size <= largest and high <= 0:
        return f"{way.title} has reached {figure}."
    is_unknown = reach.size is None or high == float("inf")
    if is_unknown and not _round(low):
        return (
            f"How many more {reading.counted} {way.title} needs to reach {figure} cannot be told"
            f" from these points: it may be none, and it may be more than {most:,}."
        )
    if reach.size is None or is_unknown:
        return (
            f"{way.title} needs at least {_round(low):,} more {reading.counted} to reach"
            f" {figure}; it may be that {most:,} more are not enough."
        )
    more = max(0.0, reach.size - largest)
    return (
        f"{way.title} needs about {_round(more):,} more {reading.counted} to reach {figure}"
        f" [{_round(low):,}, {_round(high):,}]."
    )


def _describe_way(way: Way, target: float | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "strategy": way.strategy,
        "points": [
            {
                "learned_from": point.size,
                "value": _average(point)[0],
                "interval": list(_average(point)[1]),
                "seeds": [estimate.value for estimate in point.estimates],
            }
            for point in way.points
        ],
        "foretold": None,
    }
    if way.law is None:
        return found
    size = round(FORETOLD * way.law.largest)
    value, interval = way.law.foretell(size)
    found["foretold"] = {"learned_from": size, "value": value, "interval": list(interval)}
    if target is not None:
        found["reach"] = {"value": target, **_describe_reach(way.law.reach(target))}
    return found


def _describe_reach(reach: Reach) -> Mapping[str, Any]:
    ends = [end if end != float("inf") else None for end in reach.interval]
    return {"learned_from": reach.size, "interval": ends}


def _average(point: Point) -> tuple[float, Interval]:

    found = average_seeds(point.estimates)
    return found.value, found.interval


def _round(count: float) -> int:
    """To two digits: more would claim to know it."""
    whole = round(count)
    step: int = 10 ** max(len(str(whole)) - 2, 0)
    return round(whole / step) * step
