"""In which order are wrong grades found first, and how many does the audit list?

    python -m benchmarks.accuracy.suspected_grades DATA_FOLDER [--images 700] [--reference PYTHON]

DATA_FOLDER holds the Parquet files that `SETS` names: knee radiographs (Chen 2018), breast
ultrasound (BUSI), Pap smears (Hussain 2020). Of each set at most so many images are drawn, 2% or
10% of their grades are moved by one, two or three, and a probe that has not seen an image's patient
judges each label. An order of all images is worth its average precision, with the planted grades as
what is to be found; wrong grades that the set has of itself count against every order alike. Each
figure is a mean over seeds; a difference stands with its 95% interval over them (Student). Where an
interpreter with cleanlab is given, its list and its order are made of the same probabilities.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.metrics import average_precision_score

from benchmarks.kit.options import build_parser
from medapp.audit.features import load_features
from medapp.audit.labels import find_suspected_grades, find_suspects, measure_surprise
from medapp.audit.probing import predict_out_of_fold
from medapp.audit.questions import number_groups
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.store.workspace import open_workspace

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

SETS = {
    "xr_knee_oa_kl": ("KL0", "KL1", "KL2", "KL3", "KL4"),
    "us_breast_busi": ("normal", "benign", "malignant"),
    "cyto_lbc_pap": ("NL", "LSIL", "HSIL", "SCC"),
}
RATES = (0.02, 0.1)
SEEDS = 5

REFERENCE = """
import json, sys
import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
held, to = sys.argv[1:]
cases = np.load(held)
said = []
for n in range(len(cases.files) // 2):
    labels, found = cases[f"labels{n}"], cases[f"found{n}"]
    scores = get_label_quality_scores(labels, found, method="normalized_margin")
    rows = find_label_issues(labels, found, return_indices_ranked_by="normalized_margin")
    said.append({"rows": rows.tolist(), "scores": (-scores).tolist()})
json.dump(said, open(to, "w"))
"""


@dataclass(frozen=True)
class Case:
    """Labels with planted faults, and the probabilities of a probe that learned from them."""

    labels: Indices
    planted: NDArray[np.bool_]
    found: Floats


def measure_distance(found: Floats, labels: Indices) -> Floats:
    """How many grades each label is expected to be off."""
    places = np.arange(found.shape[1])
    return np.asarray((found @ np.abs(places[:, None] - places))[np.arange(len(labels)), labels])


def measure_gain(found: Floats, labels: Indices) -> Floats:
    """How many grades nearer the median grade is expected to be than the label."""
    places = np.arange(found.shape[1])
    expected = found @ np.abs(places[:, None] - places)
    return measure_distance(found, labels) - expected.min(axis=1)


def measure_shift(found: Floats, labels: Indices) -> Floats:
    """How far the mean grade is from the label."""
    return np.abs(found @ np.arange(found.shape[1]) - labels)


def measure_tail(found: Floats, labels: Indices) -> Floats:
    """The probability that the truth lies above the label, or that it lies below."""
    above = 1 - found.cumsum(1)[np.arange(len(labels)), labels]
    return np.maximum(above, 1 - above - found[np.arange(len(labels)), labels])


def measure_ranked_score(found: Floats, labels: Indices) -> Floats:
    """The ranked probability score of the label (Epstein 1969)."""
    steps = np.arange(found.shape[1] - 1)
    is_below = labels[:, None] <= steps
    return np.asarray(((found.cumsum(1)[:, :-1] - is_below) ** 2).sum(1))


def measure_margin(found: Floats, labels: Indices) -> Floats:
    """The most probable other class less the label's, as confident learning ranks."""
    rows = np.arange(len(labels))
    others = found.copy()
    others[rows, labels] = -1
    return np.asarray(others.max(1) - found[rows, labels])


def _measure_surprise(found: Floats, labels: Indices) -> Floats:
    return measure_surprise(found, labels, np.arange(found.shape[1]))


ORDERS: dict[str, Callable[[Floats, Indices], Floats]] = {
    "surprise at each step": _measure_surprise,
    "grades nearer": measure_gain,
    "expected distance": measure_distance,
    "mean grade less label": measure_shift,
    "probability of one side": measure_tail,
    "ranked probability score": measure_ranked_score,
    "1 - probability": lambda found, labels: 1 - found[np.arange(len(labels)), labels],
    "margin (confident learning)": measure_margin,
}


def build_cases(
    features: NDArray[np.float32],
    truth: Indices,
    groups: Indices,
    rate: float,
    apart: int,
    most: int,
) -> Iterator[Case]:
    """A case a seed."""
    top = int(truth.max())
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        rows = random.permutation(len(truth))[:most]
        labels = truth[rows].copy()
        movable = np.flatnonzero((labels >= apart) | (labels + apart <= top))
        chosen = random.choice(movable, min(len(movable), round(rate * len(rows))), replace=False)
        for row in chosen:
            ways = [g for g in (labels[row] - apart, labels[row] + apart) if 0 <= g <= top]
            labels[row] = random.choice(ways)
        found = predict_out_of_fold(features[rows], labels, groups[rows])
        assert found is not None
        yield Case(labels, np.isin(np.arange(len(rows)), chosen), found)


def tell_lists(cases: list[Case], reference: str | None) -> None:
    """How many each rule lists, and how many of them were planted."""
    lists: dict[str, list[Indices]] = {
        "audit": [
            find_suspected_grades(c.found, c.labels, np.arange(c.found.shape[1])).rows
            for c in cases
        ],
        "confident learning": [find_suspects(c.found, c.labels).rows for c in cases],
    }
    scores: list[Floats] = []
    if reference:
        said = ask_reference(reference, cases)
        lists["cleanlab"] = [np.array(each["rows"], np.int64) for each in said]
        scores = [np.array(each["scores"]) for each in said]
    for name, rows in lists.items():
        pairs = list(zip(cases, rows, strict=True))
        right = np.mean([case.planted[own].sum() for case, own in pairs])
        early = np.mean([case.planted[own[:20]].sum() for case, own in pairs])
        length = np.mean([len(own) for own in rows])
        print(f"  {name}: {length:.1f} listed, {right:.1f} planted, {early:.1f} of the first 20")
    if scores:
        values = [average_precision_score(c.planted, s) for c, s in zip(cases, scores, strict=True)]
        print(f"  cleanlab's order: average precision {np.mean(values):.3f}")


def ask_reference(python: str, cases: list[Case]) -> list[dict[str, list[float]]]:
    """What cleanlab lists and how it ranks."""
    with tempfile.TemporaryDirectory() as name:
        held, to = Path(name) / "held.npz", Path(name) / "said.json"
        arrays = {f"labels{n}": case.labels for n, case in enumerate(cases)}
        np.savez(held, **arrays, **{f"found{n}": case.found for n, case in enumerate(cases)})
        subprocess.run([python, "-c", REFERENCE, held, to], check=True, capture_output=True)
        said: list[dict[str, list[float]]] = json.loads(to.read_text())
        return said


def tell_orders(cases: list[Case]) -> None:
    """The average precision of each order, and by how much the audit's is higher."""
    worth = {
        name: np.array([average_precision_score(c.planted, run(c.found, c.labels)) for c in cases])
        for name, run in ORDERS.items()
    }
    own = next(iter(worth.values()))
    for name, values in worth.items():
        gap = own - values
        half = student.ppf(0.975, len(gap) - 1) * gap.std(ddof=1) / np.sqrt(len(gap))
        low, high = gap.mean() - half, gap.mean() + half
        print(f"  {name}: {values.mean():.3f}, audit's higher by {low:+.3f} to {high:+.3f}")


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False, images=700)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reference", help="an interpreter that has cleanlab")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        workspace = open_workspace(Path(name))
        for stem, grades in SETS.items():
            data_set = add_path(workspace, options.folder / f"{stem}.parquet").data_set
            samples = Catalog(workspace).load_samples(data_set)
            features = load_features(workspace, data_set, samples)
            truth = np.array([grades.index(sample.label) for sample in samples])
            groups = number_groups(samples)
            for rate in RATES:
                for apart in range(1, min(len(grades), 4)):
                    made = build_cases(features, truth, groups, rate, apart, options.images)
                    cases = list(made)
                    planted = int(cases[0].planted.sum())
                    print(f"{stem}, {planted} of {len(cases[0].labels)} moved by {apart}")
                    tell_lists(cases, options.reference)
                    tell_orders(cases)


if __name__ == "__main__":
    main()
