"""`external.json`: where else a model was judged, and what came of it; the latest of each place."""

import json
from dataclasses import asdict, dataclass

from medapp.evaluation.elsewhere.record import Elsewhere, show_auroc
from medapp.evaluation.predictive import Rate, read_rate
from medapp.runs.results import EXTERNAL
from medapp.runs.run import Run
from medapp.store.files import write_bytes


@dataclass(frozen=True)
class Judged:
    """A model in one other place.

    Attributes:
        dataset: its name there.
        n, units, counted: images judged, and the patients or images that count as independent.
        auroc: there; None where it could not be told.
        floor, verdict, reason: see `elsewhere.record.Decision`.
    """

    dataset: str
    n: int
    units: int
    counted: str
    auroc: Rate | None
    floor: float
    verdict: str
    reason: str


def keep_judged(run: Run, found: Elsewhere) -> None:
    """Put what came of one place beside the others. The run's lock must be held."""
    here, decision = found.here, found.decision
    judged = Judged(
        here.dataset,
        here.n,
        here.units,
        here.counted,
        show_auroc(here),
        decision.floor,
        decision.verdict,
        decision.reasons[0],
    )
    rows = [row for row in load_judged(run) if row.dataset != judged.dataset]
    values = {"places": [asdict(row) for row in (*rows, judged)]}
    text = json.dumps(values, indent=1, ensure_ascii=False)
    write_bytes(run.find_part(EXTERNAL), text.encode())


def load_judged(run: Run) -> tuple[Judged, ...]:
    """What is known of other places; empty where nobody asked, or of a damaged file."""
    try:
        values = json.loads(run.find_part(EXTERNAL).read_text(encoding="utf-8"))
        return tuple(
            Judged(
                str(row["dataset"]),
                int(row["n"]),
                int(row["units"]),
                str(row["counted"]),
                read_rate(row["auroc"]),
                float(row["floor"]),
                str(row["verdict"]),
                str(row["reason"]),
            )
            for row in values["places"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()
