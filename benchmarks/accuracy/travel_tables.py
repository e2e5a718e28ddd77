"""What `travel` measured, as tables: a line is one shift and strategy, over its seeds.

What would have been right, by the labels there: *go* where a head from all labels of the place is
better than the model by no more than 5 points; else *adapt* where CORAL wins back half of that gap;
else *stop*. The rule is judged with its limits as they are, and with limits that are chosen on the
shifts of all other tasks.
"""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from benchmarks.kit.rows import Row
from medapp.studies.travel.rule import ADAPT, GO, LIMITS, RECOMMENDED, STOP, decide

GAP = 0.05  # of balanced accuracy: what a model may lack where it goes as it is
# Of a verdict, where another one is right: to use a model that fails costs most.
COSTS = {
    (GO, STOP): 3.0,
    (GO, ADAPT): 2.0,
    (ADAPT, STOP): 1.5,
    (ADAPT, GO): 0.5,
    (STOP, GO): 1.0,
    (STOP, ADAPT): 0.5,
}
GRID = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
KEY = ("task", "source", "target", "strategy")
FIGURES = ("home", "as_is", "own_labels")


def print_tables(rows: Sequence[Row]) -> None:
    """All tables, of each strategy by itself."""
    merged = merge_seeds(rows)
    for strategy in dict.fromkeys(row["strategy"] for row in merged):
        chosen = [row for row in merged if row["strategy"] == strategy]
        print(f"\n## {strategy}\n")
        print_shifts(chosen)
        print_hits(chosen)
        print_methods(chosen)
        print_curves(chosen, "curve", "the head alone")
        print_curves(chosen, "tuned", "the whole network")


def merge_seeds(rows: Sequence[Row]) -> list[Row]:
    """One row for each shift and strategy: figures are means, and so are the ends of intervals."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in KEY), []).append(row)
    return [_merge(of) for of in groups.values()]


def _merge(rows: Sequence[Row]) -> Row:
    first = rows[0]
    return {
        **{name: first[name] for name in (*KEY, "n")},
        "seeds": len(rows),
        "distance": float(np.mean([row["distance"] for row in rows])),
        **{name: _average([row[name] for row in rows]) for name in FIGURES},
        "spread": float(np.std([row["as_is"] for row in rows])),
        "methods": _average_all([row["methods"] for row in rows]),
        "intervals": _average_ends([row.get("intervals", {}) for row in rows]),
        "gains": _average_ends([row["gains"] for row in rows]),
        "curve": _average_all([row["curve"] for row in rows]),
        "tuned": _average_all([row.get("tuned", {}) for row in rows]),
    }


def _average(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _average_all(each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The means by name, over the seeds that have one."""
    names = dict.fromkeys(name for values in each for name in values)
    return {
        name: float(np.mean([values[name] for values in each if name in values])) for name in names
    }


def _average_ends(each: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, list[float]]:
    """The mean ends of intervals, by name."""
    names = dict.fromkeys(name for ends in each for name in ends)
    return {
        name: np.mean([ends[name] for ends in each if ends.get(name)], axis=0).tolist()
        for name in names
        if any(ends.get(name) for ends in each)
    }


def find_right(row: Row) -> str | None:
    """What would have been right to say; None where the labels there teach nothing."""
    if row["own_labels"] is None:
        return None
    gap = row["own_labels"] - row["as_is"]
    if gap <= GAP:
        return GO
    won = row["methods"].get(RECOMMENDED, 0.0) - row["as_is"]
    return ADAPT if won >= gap / 2 else STOP


def choose_limits(rows: Sequence[Row]) -> tuple[float, float]:
    """The limits that cost least on some shifts; of equals the most cautious ones."""
    pairs = [(low, high) for low, high in product(GRID, GRID) if low <= high]
    return min(pairs, key=lambda pair: (count_costs(rows, pair), pair))


def count_costs(rows: Sequence[Row], limits: tuple[float, float]) -> float:
    return sum(
        COSTS.get((decide(row["distance"], limits).verdict, right), 0.0)
        for row in rows
        if (right := find_right(row))
    )


def print_shifts(rows: Sequence[Row]) -> None:
    """Each shift: the model as it is, each method, labels of the place, with intervals."""
    names = list(dict.fromkeys(name for row in rows for name in row["methods"]))
    print_line("shift", "images", "seeds", "at home", "as it is", *names, "labels there")
    print_line(*["---"] * (6 + len(names)))
    for row in rows:
        ends = row["intervals"]
        print_line(
            name_shift(row),
            f"{row['n']:,}",
            str(row["seeds"]),
            write(row["home"], ends.get("home")),
            f"{write(row['as_is'], ends.get('as_is'))} ±{row['spread']:.3f}",
            *(write(row["methods"].get(name), ends.get(name)) for name in names),
            write(row["own_labels"], ends.get("own_labels")),
        )
    print("\nIntervals are means over seeds; ± is the standard deviation over seeds.\n")


def print_hits(rows: Sequence[Row]) -> None:
    """What the rule says of each shift, what was right, and how often both are one."""
    print_line("shift", "distance", "right", "rule", "limits of the other tasks")
    print_line(*["---"] * 5)
    said: list[tuple[str, str, str]] = []
    for row in rows:
        right = find_right(row)
        if right is None:
            continue
        now = decide(row["distance"], LIMITS).verdict
        limits = choose_limits([other for other in rows if other["task"] != row["task"]])
        unseen = decide(row["distance"], limits).verdict
        said.append((right, now, unseen))
        print_line(name_shift(row), f"{row['distance']:.2f}", right, now, unseen)
    print()
    for name, place in (("as it is", 1), ("with each task left out", 2)):
        if said:
            print(state_hits(name, [(of[0], of[place]) for of in said]))


def state_hits(name: str, said: Sequence[tuple[str, str]]) -> str:
    """How often the rule is right, what it lets through and what it stops, in a sentence.

    Args:
        said: of each shift what was right, and what was said.
    """
    hits = sum(right == verdict for right, verdict in said)
    stops = [verdict for right, verdict in said if right == STOP]
    goes = [verdict for right, verdict in said if right == GO]
    passed = sum(verdict != STOP for verdict in stops)
    return (
        f"The rule {name}: right in {hits} of {len(said)}; of {len(stops)} shifts that call for"
        f" stop it lets {passed} through, {stops.count(GO)} of them as go; of {len(goes)} that call"
        f" for go it stops {goes.count(STOP)}."
    )


def print_methods(rows: Sequence[Row]) -> None:
    """How often each method wins or loses, by the interval of its gain."""
    print()
    print_line("method", "shifts", "mean gain in points", "wins", "loses")
    print_line(*["---"] * 5)
    for name in dict.fromkeys(name for row in rows for name in row["methods"]):
        of = [row for row in rows if name in row["methods"]]
        gains = [row["methods"][name] - row["as_is"] for row in of]
        ends = [row["gains"][name] for row in of if name in row["gains"]]
        wins = sum(low > 0 for low, _ in ends)
        loses = sum(high < 0 for _, high in ends)
        print_line(name, str(len(of)), f"{100 * np.mean(gains):+.1f}", str(wins), str(loses))


def print_curves(rows: Sequence[Row], kind: str, words: str) -> None:
    """What labelling buys: figures by the number of labelled images."""
    counts = sorted({int(count) for row in rows for count in row[kind]})
    if len(counts) < 2:
        return
    print(f"\nLabelled images there, {words}:\n")
    print_line("shift", *map(str, counts))
    print_line(*["---"] * (1 + len(counts)))
    for row in rows:
        if len(row[kind]) > 1:
            print_line(name_shift(row), *(write(row[kind].get(str(count))) for count in counts))


def name_shift(row: Row) -> str:
    return f"{row['source']} → {row['target']}"


def write(value: float | None, ends: Sequence[float] | None = None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" + (f" [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else "")


def print_line(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")
