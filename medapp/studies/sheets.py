"""Races and learning curves as rows for a table of a paper, the first row the heads."""

from collections.abc import Iterator, Sequence

from medapp.evaluation.comparison import average_seeds
from medapp.evaluation.estimates import Estimate
from medapp.studies.board import Board
from medapp.studies.points import FORETOLD, Reading

Row = Sequence[object]
STEPS = 20  # sizes at which a curve is foretold, from the smallest measured one on


def list_board(board: Board) -> Iterator[Row]:
    """A row a way of training and reference, then one a difference."""
    figure = board.figure
    yield (
        "way of training",
        "starts from",
        f"{figure} on validation",
        "n of validation",
        f"{figure} on test",
        "low",
        "high",
        "seconds a run",
        "runs done",
        "image size",
        "epochs",
    )
    for place in board.places:
        test = _write(place.test) if place.test else ("", "", "")
        done = place.states.count("done")
        asked = (place.image_size or "", place.epochs or "")
        numbers = (_blank(place.mean), place.n, *test, _blank(place.seconds), done, *asked)
        yield (place.title, place.source, *numbers)
    for line in board.references:
        yield (line.title, "", _blank(line.validation), "", _blank(line.test), *[""] * 6)
    if board.contrasts:
        yield ()
        heads = ("difference", "less", figure, "low", "high", "p (Holm)", "test images")
        yield (*heads, board.contrasts[0].counted)
    for each in board.contrasts:
        found = (each.difference.value, *each.difference.interval, each.p)
        yield (each.a, each.b, *found, each.n, each.units)


def list_curve(reading: Reading) -> Iterator[Row]:
    """A row a measured point, then what is foretold at sizes up to twice the largest."""
    yield (
        "way of training",
        f"training {reading.counted}",
        reading.figure,
        "low",
        "high",
        "seeds",
        "measured or foretold",
    )
    for way in reading.ways:
        for point in way.points:
            found = _write(average_seeds(point.estimates))
            yield (way.title, point.size, *found, len(point.estimates), "measured")
        if way.law is None:
            continue
        first = way.points[0].size
        ratio = FORETOLD * way.law.largest / first
        for step in range(STEPS + 1):
            size = first * ratio ** (step / STEPS)
            value, interval = way.law.foretell(size)
            yield (way.title, round(size, 1), value, *interval, "", "foretold")


def _write(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, *estimate.interval


def _blank(value: float | None) -> object:
    return "" if value is None else value
