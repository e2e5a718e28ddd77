"""Whether a ranking was right: its scores beside the figures of runs that were trained since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from medapp.evaluation.intervals import Interval
from medapp.evaluation.transferability.order import compute_kendall_tau, compute_regret
from medapp.evaluation.words import write_figure
from medapp.runs.summary import Summary
from medapp.studies.ranking.ranking import Ranking
from medapp.training.strategies import STRATEGIES

FIGURE = "macro_auroc"  # the figure that the deciding score foretells


@dataclass(frozen=True)
class Trained:
    """What came of a source: the AUROC on the test split of a run that started from it."""

    run: str
    name: str
    auroc: float
    interval: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Hindsight:
    """Runs of one strategy on the ranked data set.

    Attributes:
        strategy: its key; from scratch counts as what came of random weights.
        trained: by source.
        tau: Kendall's τ between scores and figures; None where either has one value alone.
        regret: AUROC lost by the ranking's first pick among the sources that were trained.
    """

    strategy: str
    trained: Mapping[str, Trained]
    tau: float | None
    regret: float


def look_back(ranking: Ranking, runs: Iterable[Summary]) -> Hindsight | None:
    """The strategy with which most of the ranked sources were trained; None below two of them.

    Of several runs the newest counts.

    Args:
        runs: newest first.
    """
    ranked = {row.source: row for row in ranking.ranked}
    found: defaultdict[tuple[str, int], dict[str, Trained]] = defaultdict(dict)
    for run in runs:
        figures = run.figures or {}
        value = figures.get(FIGURE)
        is_ours = run.data_set_id == ranking.data_set and run.damage is None
        if not is_ours or value is None or run.source not in ranked:
            continue
        row = STRATEGIES[run.strategy]
        if row.architecture:
            continue
        strategy = "fine-tune" if row.is_from_random else run.strategy
        interval = figures.get("intervals", {}).get(FIGURE)
        bounds = None if interval is None else (float(interval[0]), float(interval[1]))
        trained = Trained(run.id, run.name, float(value), bounds)
        found[strategy, run.image_size].setdefault(run.source, trained)
    if not found:
        return None
    (strategy, _), by_source = max(found.items(), key=lambda item: len(item[1]))
    if len(by_source) < 2:
        return None
    scores = [ranked[source].value for source in by_source]
    truths = [trained.auroc for trained in by_source.values()]
    tau = compute_kendall_tau(scores, truths)
    return Hindsight(strategy, by_source, tau, compute_regret(scores, truths))


def describe_hindsight(hindsight: Hindsight | None) -> list[str]:
    """Whether the ranking was right, in a sentence; none where too little was trained."""
    if hindsight is None:
        return []
    best = max(hindsight.trained.values(), key=lambda trained: trained.auroc)
    count = len(hindsight.trained)
    title = STRATEGIES[hindsight.strategy].title
    figure = write_figure(best.auroc, best.interval)
    lost = "which is the one ranked first among them"
    if hindsight.regret > 0:
        lost = f"{hindsight.regret:.3f} above the one ranked first among them"
    tau = (
        ""
        if hindsight.tau is None
        else f" Kendall's tau of ranking and result: {hindsight.tau:.2f}."
    )
    return [
        f"Afterwards: of {count} sources that were trained ({title}), {best.name} came out best,"
        f" test AUROC {figure}, {lost}.{tau}"
    ]
