"""Two classes: what a threshold that validation chooses makes of the test accuracy.

    python -m benchmarks.accuracy.validation_threshold RUN…

Of each run: AUROC on the test split, and accuracy there at one half and at the threshold with the
highest balanced accuracy on validation (of equals the middle). The test split chooses nothing. At
the end the same for the mean of all runs' probabilities.
"""

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score, roc_auc_score

import medapp
from medapp.prediction.model import load_model
from medapp.runs.evaluate import find_split
from medapp.runs.judging import load_squares, predict_table
from medapp.runs.run import Run
from medapp.store.workspace import find_workspace

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
SPLITS = ("validation", "test")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", metavar="RUN")
    session = medapp.open()
    runs = [session.find_run(name) for name in parser.parse_args().runs]
    found = [read(run) for run in runs]
    print("| run | AUROC | accuracy at 0.5 | threshold | accuracy | balanced accuracy |")
    print("|---|---|---|---|---|---|")
    for run, (probabilities, truths) in zip(runs, found, strict=True):
        print(write_row(run.name, probabilities, truths))
    means = [np.mean([each[0][split] for each in found], axis=0) for split in range(2)]
    print(write_row(f"mean of {len(runs)}", means, found[0][1]))
    shares = [f"{t.mean():.3f} in {s}" for t, s in zip(found[0][1], SPLITS, strict=True)]
    print(f"\nShare of the second class: {', '.join(shares)}.")


def read(run: Run) -> tuple[list[Floats], list[Booleans]]:
    """Probabilities and truths of the second class, on validation and on test."""
    workspace = find_workspace()
    model = load_model(run.require_model())
    probabilities, truths = [], []
    for split in SPLITS:
        data_set, samples = find_split(workspace, run, split)
        pixels = load_squares(workspace, model, data_set, samples)
        answers = predict_table(model, pixels)
        probabilities.append(answers[:, 1].astype(float))
        truths.append(np.array([sample.label == model.classes[1] for sample in samples]))
    return probabilities, truths


def choose_threshold(probabilities: Floats, truth: Booleans) -> float:
    """The middle of the thresholds with the highest balanced accuracy."""
    values = np.unique(probabilities)
    between = (values[1:] + values[:-1]) / 2
    scores = np.array([balanced_accuracy_score(truth, probabilities > at) for at in between])
    return float(np.median(between[scores == scores.max()]))


def write_row(name: str, probabilities: Sequence[Floats], truths: Sequence[Booleans]) -> str:
    at = choose_threshold(probabilities[0], truths[0])
    test, truth = probabilities[1], truths[1]
    cells = (
        name,
        f"{roc_auc_score(truth, test):.3f}",
        f"{accuracy_score(truth, test > 0.5):.3f}",
        f"{at:.3f}",
        f"{accuracy_score(truth, test > at):.3f}",
        f"{balanced_accuracy_score(truth, test > at):.3f}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
