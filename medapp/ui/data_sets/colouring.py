"""What the points of a map are coloured by: what is known of each image, in words or as amounts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from medapp.data.familiarity import load_distances
from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.figures.map import MOST_NAMED, Points, draw_amounts, draw_map, list_places
from medapp.studies.losses import find_judge, judge_images, list_judges
from medapp.task import find_task
from medapp.ui.shell.server import open_workspace

UNKNOWN = "unknown"
UNLIKE = "unlike the rest"
LOSS = "loss: "  # begins the keys of those who judge


@dataclass(frozen=True)
class Colouring:
    """What each image has of one thing.

    Attributes:
        values: (N,) in words; empty where there are amounts.
        order: of the values, as far as it is known.
        amounts: (N,), NaN where there is none; None where the values are no numbers.
        title: of the amounts.
        missing: what is said where there is no amount.
        said: what else is to be known of the amounts, in a sentence.
    """

    values: Sequence[str] = ()
    order: Sequence[str] = ()
    amounts: NDArray[np.float64] | None = None
    title: str = ""
    missing: str = UNKNOWN
    said: str = ""

    def list_places(self, points: Points) -> list[list[object]]:
        """The points with these values, as a table."""
        if self.amounts is None:
            return list_places(points, self.values)
        return list_places(points, self.amounts.tolist(), self.title)

    def draw(self, points: Points, theme: str) -> go.Figure:
        """The points in these colours."""
        if self.amounts is None:
            return draw_map(points, self.values, theme, self.order)
        return draw_amounts(points, self.amounts, self.title, theme, self.missing)


def list_colourings(data_set: DataSet, samples: Sequence[Sample]) -> dict[str, str]:
    """What points can be coloured by: what stands in an address, and what people choose."""
    noun = find_task(data_set.task).noun
    columns = {name for sample in samples for name in sample.attributes}
    known = {noun: noun, "split": "split", "site": "site"}
    if load_distances(open_workspace(), data_set.uid):
        known[UNLIKE] = "how unlike the rest"
    for judge in list_judges(open_workspace(), data_set):
        known[f"{LOSS}{judge.id}"] = f"loss, judged by {judge.name}"
    return {**known, **{name: name for name in sorted(columns - {*known})}}


def colour(data_set: DataSet, samples: Sequence[Sample], by: str) -> Colouring:
    """The colouring by one of `list_colourings`."""
    task = find_task(data_set.task)
    if by == task.noun:
        return Colouring([task.say_label(s.label) for s in samples], data_set.classes)
    if by == "split":
        return Colouring([sample.split for sample in samples], SPLITS)
    if by == "site":
        return Colouring([sample.site or UNKNOWN for sample in samples])
    if by == UNLIKE:
        return _colour_by_distance(data_set, samples)
    if by.startswith(LOSS):
        return _colour_by_loss(data_set, samples, by.removeprefix(LOSS))
    texts = [sample.attributes.get(by, "") for sample in samples]
    amounts = read_amounts(texts)
    if amounts is None:
        return Colouring([text or UNKNOWN for text in texts])
    return Colouring(amounts=amounts, title=by)


def _colour_by_distance(data_set: DataSet, samples: Sequence[Sample]) -> Colouring:
    distances = load_distances(open_workspace(), data_set.uid)
    amounts = np.array([distances.get(sample.content_hash, np.nan) for sample in samples])
    return Colouring(amounts=amounts, title="distance to the nearest", missing="not measured")


def _colour_by_loss(data_set: DataSet, samples: Sequence[Sample], judge_id: str) -> Colouring:
    judge = find_judge(open_workspace(), data_set, judge_id)
    judged = judge_images(open_workspace(), data_set, judge).by_id
    amounts = np.array([judged[s.id].loss if s.id in judged else np.nan for s in samples])
    said = f"{np.count_nonzero(~np.isnan(amounts)):,} were judged by {judge.name}: {judge.scope}."
    return Colouring(amounts=amounts, title="loss", missing="not judged", said=said)


def read_amounts(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """The numbers (N,) that texts say, NaN for an empty one.

    None where a text says no number, or where so few differ that each can have its own colour.
    """
    kinds = {text for text in texts if text}
    if len(kinds) <= MOST_NAMED:
        return None
    try:
        known = {text: float(text) for text in kinds}
    except ValueError:
        return None
    amounts = np.array([known.get(text, np.nan) for text in texts])
    return np.where(np.isfinite(amounts), amounts, np.nan)
