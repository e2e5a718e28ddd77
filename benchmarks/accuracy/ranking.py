"""Is the ranking of sources right, and is it better than taking always the same one?

    python -m benchmarks.accuracy.ranking sources FILE…         fine-tune a model on each
    python -m benchmarks.accuracy.ranking target PATH [PATIENTS]
                                        rank all sources for a data set, then train from each
    python -m benchmarks.accuracy.ranking table                 what came of it
    python -m benchmarks.accuracy.ranking time PATH             how long a ranking takes
    python -m benchmarks.accuracy.ranking published FOLDER      the same of a published table

PATIENTS is a pattern that finds the patient in a file's name. What is trained is a linear probe on
the whole training split, judged on the test split, which the ranking does not read. FOLDER holds
`AUCs_dataset.csv` and the scores beside it (`lp_dataset.csv` …) of
https://github.com/DovileDo/transferability-in-medical-imaging (arXiv 2412.20172). `MEDAPP_HOME`
should name a workspace of its own.
"""

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

import medapp
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.evaluation.transferability.order import compute_kendall_tau, compute_regret
from medapp.runs.registry import find_registry
from medapp.store.workspace import find_workspace
from medapp.studies.ranking.candidates import NOTHING, PIXELS
from medapp.studies.ranking.hindsight import look_back
from medapp.studies.ranking.ranking import Ranking, find_ranking
from medapp.studies.ranking.scorers import SCORERS

IMAGE_SIZE = 64
SETTINGS = {"image_size": IMAGE_SIZE, "precision": "float32", "threads": 1}
Table = Mapping[str, Mapping[str, float]]  # of a data set, of a source


def train_sources(paths: Sequence[str]) -> None:
    """A fine-tuned model for each file or folder."""
    for path in paths:
        data = add_path(find_workspace(), Path(path), Path(path).stem).data_set
        run = medapp.train(data, strategy="fine-tune", epochs=4, name=data.name, **SETTINGS)
        print(run.name, medapp.evaluate(run).macro_auroc, flush=True)


def rank_and_train(path: str, patients: str | None = None) -> None:
    """The ranking for a data set, and a linear probe from each source."""
    session = medapp.open()
    data = add_path(
        find_workspace(), Path(path), choice=ImportChoice(patient_pattern=patients)
    ).data_set
    ranking = session.rank(data, image_size=IMAGE_SIZE)
    print(f"{data.name}: {ranking.images} images, {ranking.seconds:.0f} s", flush=True)
    for row in ranking.ranked:
        if row.source != PIXELS:
            run = session.train(data, strategy="linear-probe", source=row.source, **SETTINGS)
            print(row.title, f"{row.value:.3f}", session.evaluate(run).macro_auroc, flush=True)


def show_table() -> None:
    """Scores beside results, then how well each scorer orders."""
    workspace = find_workspace()
    summaries = find_registry(workspace).list_summaries()
    truths: dict[str, dict[str, float]] = {}
    rankings: dict[str, Ranking] = {}
    print("| data | source | AUROC foretold | told apart from the first | AUROC on test |")
    print("|---|---|---|---|---|")
    for data in medapp.open().list_data():
        ranking = find_ranking(workspace, data)
        found = look_back(ranking, summaries) if ranking else None
        if ranking is None or found is None:
            continue
        rankings[data.name] = ranking
        truths[data.name] = {source: run.auroc for source, run in found.trained.items()}
        for number, row in enumerate(ranking.ranked):
            apart = "yes" if ranking.is_told_apart(row) else "no"
            truth = truths[data.name].get(row.source)
            print(
                f"| {data.name} | {row.title} | {row.value:.3f} [{row.interval[0]:.3f},"
                f" {row.interval[1]:.3f}] | {apart if number else ''} |"
                f" {'' if truth is None else f'{truth:.3f}'} |"
            )
    print("\n| choice | mean Kendall's τ | mean regret, AUROC |\n|---|---|---|")
    for name, scorer in SCORERS.items():
        scores = {
            data: {r.source: r.scores[name][0] for r in ranking.ranked if name in r.scores}
            for data, ranking in rankings.items()
        }
        show_order(scorer.title, scores, truths)
    titles = {row.source: row.title for ranking in rankings.values() for row in ranking.ranked}
    for source, title in titles.items():
        if source not in (NOTHING, PIXELS):
            show_constant(f"always {title}", source, truths)


def show_order(title: str, scores: Table, truths: Table) -> None:
    """How well scores order the sources of each data set."""
    taus, regrets = [], []
    for data, of_data in scores.items():
        common = [source for source in truths[data] if source in of_data]
        given = [of_data[source] for source in common]
        true = [truths[data][source] for source in common]
        tau = compute_kendall_tau(given, true) if len(common) > 1 else None
        if tau is not None:
            taus.append(tau)
            regrets.append(max(truths[data].values()) - max(true) + compute_regret(given, true))
    if taus:
        print(f"| {title} | {np.mean(taus):.2f} | {np.mean(regrets):.4f} |")


def show_constant(title: str, source: str, truths: Table) -> None:
    """What is lost by taking one source whatever the data."""
    lost = [max(row.values()) - row[source] for row in truths.values() if source in row]
    print(f"| {title} | – | {np.mean(lost):.4f} |")


def measure_time(path: str) -> None:
    """How long a ranking takes when nothing is kept, and again."""
    session = medapp.open()
    data = add_path(find_workspace(), Path(path)).data_set
    for again in ("first", "again"):
        ranking = session.rank(data)
        size = f"{ranking.images} images of {ranking.image_size} px, {len(ranking.ranked)} sources"
        print(f"{again}: {size}: {ranking.seconds:.0f} s", flush=True)


def show_published(folder: str) -> None:
    """Mean τ and regret of published scores."""
    truths = read_published(Path(folder, "AUCs_dataset.csv"))
    for path in sorted(Path(folder).glob("*_dataset.csv")):
        if not path.name.startswith("AUCs"):
            show_order(path.stem.removesuffix("_dataset"), read_published(path), truths)
    for source in ("imagenet", "radimagenet"):
        show_constant(f"always {source}", source, truths)


def read_published(path: Path) -> Table:
    """A published table: a column a data set, a row a source."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sets = [name for name in rows[0] if name not in ("", "source")]
    return {s: {row["source"]: float(row[s]) for row in rows if row[s]} for s in sets}


STEPS = {
    "sources": lambda *paths: train_sources(paths),
    "target": rank_and_train,
    "table": show_table,
    "time": measure_time,
    "published": show_published,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in STEPS:
        sys.exit(__doc__)
    STEPS[sys.argv[1]](*sys.argv[2:])
