"""A ranking of sources: its rows, what can be said of them, and where it is kept. No torch."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from medapp.data.samples import DataSet
from medapp.evaluation.intervals import Interval
from medapp.store.files import write_bytes
from medapp.store.workspace import Workspace
from medapp.studies.ranking.scorers import DECIDING


@dataclass(frozen=True)
class Row:
    """A source and what was found.

    Attributes:
        source, title, trained_on: see `Candidate`.
        parameters: 0 for pixels.
        scores: of a key of `SCORERS` its value and its interval; a scorer that cannot be asked of
            the source is missing.
        apart_from: the sources from whose deciding score this one's differs by more than chance.
        difference: from the first row in the deciding score, with its 95% interval over the same
            resamples; None for the first row.
        baselines: "imagenet", "largest": what one would take without a ranking.
        reason: why the source is not ranked; empty where it is.
    """

    source: str
    title: str
    trained_on: str
    parameters: int
    scores: Mapping[str, tuple[float, Interval]]
    apart_from: tuple[str, ...] = ()
    difference: tuple[float, Interval] | None = None
    baselines: tuple[str, ...] = ()
    reason: str = ""

    @property
    def value(self) -> float:
        """The deciding score."""
        return self.scores[DECIDING][0]

    @property
    def interval(self) -> Interval:
        """The 95% interval of the deciding score."""
        return self.scores[DECIDING][1]


@dataclass(frozen=True)
class Ranking:
    """What was asked and found.

    Attributes:
        data_set: the uid.
        made: when, ISO 8601 in UTC.
        basis: equal as long as the data set has the same images (`audit.hash_basis`).
        images, units: of training and validation that were looked at, and how many patients, or
            images where patients are not known, they are of.
        counted: "patients" or "images".
        left_out: images of training and validation that were not looked at.
        image_size: of the square that the sources saw, in px.
        seconds: how long it took.
        rows: the ranked ones first, the highest deciding score first.
    """

    data_set: str
    made: str
    basis: str
    images: int
    units: int
    counted: str
    left_out: int
    image_size: int
    seconds: float
    rows: tuple[Row, ...]

    @property
    def ranked(self) -> tuple[Row, ...]:
        """The rows that have a place."""
        return tuple(row for row in self.rows if not row.reason)

    def is_told_apart(self, row: Row) -> bool:
        """Whether a row differs by more than chance from the first; the first from the second."""
        ranked = self.ranked
        if row.reason or len(ranked) < 2:
            return False
        rival = ranked[1] if row.source == ranked[0].source else ranked[0]
        return rival.source in row.apart_from

    def list_leaders(self) -> tuple[Row, ...]:
        """The first row and those that cannot be told apart from it."""
        return tuple(
            row
            for number, row in enumerate(self.ranked)
            if number == 0 or not self.is_told_apart(row)
        )


def save_ranking(workspace: Workspace, ranking: Ranking) -> None:
    """Keep a ranking in place of the data set's last one."""
    text = json.dumps(asdict(ranking), ensure_ascii=False)
    write_bytes(workspace.find_ranking_path(ranking.data_set), text.encode())


def find_ranking(workspace: Workspace, data_set: DataSet) -> Ranking | None:
    """The last ranking for a data set; None where there is none, or none that can be read."""
    try:
        text = workspace.find_ranking_path(data_set.uid).read_text(encoding="utf-8")
        value = json.loads(text)
        rows = tuple(_read_row(row) for row in value["rows"])
        return Ranking(**{**value, "rows": rows})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _read_row(value: dict[str, Any]) -> Row:
    scores = {name: _read_score(score) for name, score in value["scores"].items()}
    difference = value["difference"]
    return Row(
        **{
            **value,
            "scores": scores,
            "apart_from": tuple(value["apart_from"]),
            "difference": None if difference is None else _read_score(difference),
            "baselines": tuple(value["baselines"]),
        }
    )


def _read_score(value: Any) -> tuple[float, Interval]:
    middle, (low, high) = value
    return float(middle), (float(low), float(high))
