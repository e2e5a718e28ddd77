"""What rankings foretold beside what training gave, and what each way of choosing loses."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from statistics import mean

from benchmarks.kit.rows import Row
from medapp.evaluation.transferability.order import compute_kendall_tau, compute_regret
from medapp.studies.ranking.candidates import NOTHING
from medapp.studies.ranking.scorers import DECIDING, SCORERS

Table = Mapping[str, Mapping[str, float]]  # of a data set, of a source
HEAD = "| choice | sets | mean Kendall's τ | mean regret, points |\n|---|---|---|---|"


def build_tables(rows: Sequence[Row]) -> str:
    """A table a data set, and one of all ways to choose."""
    rankings = {row["data"]: row for row in rows if row["what"] == "ranking"}
    runs = [row for row in rows if row["what"] == "run" and row["data"] in rankings]
    test = average(runs, "test")
    rankings = {data: ranking for data, ranking in rankings.items() if data in test}
    lines = [line for data in rankings for line in list_sources(rankings[data], runs)]
    return "\n".join(
        [*lines, "", HEAD, *list_choices(rankings, runs), "", say_pairs(rankings, test)]
    )


def average(runs: Sequence[Row], figure: str) -> dict[str, dict[str, float]]:
    """The mean over seeds, of a data set and a source; of sources whose every seed is there."""
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for run in runs:
        found[run["data"], run["source"]].append(run[figure])
    means: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (data, source), values in found.items():
        if len(values) == max(len(of) for (other, _), of in found.items() if other == data):
            means[data][source] = mean(values)
    return dict(means)


def list_sources(ranking: Row, runs: Sequence[Row]) -> Iterator[str]:
    """The lines of one data set, the source with the highest deciding score first."""
    yield f"\n{ranking['data']}\n"
    yield "| source | foretold (AUROC of the probe) | apart from the first | validation | test |"
    yield "|---|---|---|---|---|"
    order = sorted(ranking["scores"], key=lambda name: -ranking["scores"][name][DECIDING])
    for name in order:
        own = [run for run in runs if (run["data"], run["source"]) == (ranking["data"], name)]
        low, high = ranking["intervals"][name]
        apart = "yes" if order[0] in ranking["apart"][name] else "no"
        figures = [write_range([run[of] for run in own]) for of in ("validation", "test")]
        score = f"{ranking['scores'][name][DECIDING]:.3f} [{low:.3f}, {high:.3f}]"
        yield f"| {name} | {score} | {'' if name == order[0] else apart} | {' | '.join(figures)} |"


def write_range(values: Sequence[float]) -> str:
    """Mean, lowest and highest over seeds."""
    return f"{mean(values):.3f} [{min(values):.3f}, {max(values):.3f}]" if values else ""


def list_choices(rankings: Mapping[str, Row], runs: Sequence[Row]) -> Iterator[str]:
    """What each scorer, the runs' own validation, and each constant choice would have given."""
    test = average(runs, "test")
    for name, scorer in SCORERS.items():
        scores = {
            data: {source: of[name] for source, of in row["scores"].items() if name in of}
            for data, row in rankings.items()
        }
        yield from list_order(scorer.title, scores, test)
    yield from list_order("training all, chosen on validation", average(runs, "validation"), test)
    for source in dict.fromkeys(name for row in rankings.values() for name in row["scores"]):
        title = "always random weights" if source == NOTHING else f"always {source}"
        yield from list_constant(title, source, test)


def list_order(title: str, scores: Table, truths: Table) -> Iterator[str]:
    """How well scores order the sources of each data set; the best of all is what is missed.

    Where all came out the same there is no order, and no τ.
    """
    taus, regrets = [], []
    for data, of_data in scores.items():
        common = [source for source in truths[data] if source in of_data]
        given = [of_data[source] for source in common]
        true = [truths[data][source] for source in common]
        if len(common) < 2:
            continue
        regrets.append(max(truths[data].values()) - max(true) + compute_regret(given, true))
        tau = compute_kendall_tau(given, true)
        taus += [] if tau is None else [tau]
    if regrets:
        said = f"{mean(taus):.2f}" if taus else "–"
        yield f"| {title} | {len(regrets)} | {said} | {100 * mean(regrets):.2f} |"


def list_constant(title: str, source: str, truths: Table) -> Iterator[str]:
    """What is lost by taking one source whatever the data."""
    lost = [max(row.values()) - row[source] for row in truths.values() if source in row]
    if lost:
        yield f"| {title} | {len(lost)} | – | {100 * mean(lost):.2f} |"


def say_pairs(rankings: Mapping[str, Row], truths: Table) -> str:
    """How many of the pairs that a ranking tells apart came out in its order."""
    right = {True: [0, 0], False: [0, 0]}  # of pairs told apart or not: how many, in its order
    for data, row in rankings.items():
        for one, other in combinations(row["scores"], 2):
            if one in truths[data] and other in truths[data]:
                gap = row["scores"][one][DECIDING] - row["scores"][other][DECIDING]
                counts = right[other in row["apart"][one]]
                counts[0] += 1
                counts[1] += gap * (truths[data][one] - truths[data][other]) > 0
    return (
        f"Of pairs told apart {right[True][1]} of {right[True][0]} came out in that order, of those"
        f" not told apart {right[False][1]} of {right[False][0]}."
    )
