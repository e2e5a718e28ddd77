"""Are probabilities better for having been calibrated? Test images, before and after.

    python -m benchmarks.accuracy.calibrated RUN …

A run's head holds the scale and the offset that were fitted on the calibrating half of its
validation split; here they are taken out again. A row says, for the test split, the log loss, the
Brier score and the expected calibration error of the predicted class beside the error that is
noise. Nothing is chosen by these figures. `MEDAPP_HOME` should name the workspace of the runs.
"""

from argparse import ArgumentParser

import numpy as np
import torch

import medapp
from medapp.evaluation.calibration import Calibration, read_calibration
from medapp.evaluation.probability import ProbabilityFigures, judge_probabilities
from medapp.models.carried import read_metadata
from medapp.runs.results import Evidence, load_evidence

HEAD = (
    "| run | test images | calibrated | | log loss | Brier | ECE | noise |\n"
    "|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+")
    session = medapp.open()
    print(HEAD)
    for name in parser.parse_args().runs:
        run = session.find_run(name)
        found = read_calibration(read_metadata(run.model_path))
        evidence = load_evidence(run)
        if found is None or evidence is None:
            raise SystemExit(f"{name} has no calibration or no predictions.")
        after = judge_probabilities(*evidence)
        how = f"{found.method}, {found.images} images" if found.is_calibrated else "no"
        if found.is_calibrated:
            before = judge_probabilities(*undo(evidence, found))
            print(write_row(name, how, "before", before))
        print(write_row(name, how, "after" if found.is_calibrated else "", after))


def undo(evidence: Evidence, calibration: Calibration) -> Evidence:
    """Probabilities as the head gave them before it was rescaled."""
    probabilities, truth, classes, patients, task = evidence
    logits = task.find_logits(torch.from_numpy(probabilities).clamp(min=1e-7))
    raw = (logits - torch.tensor(calibration.offset)) / torch.tensor(calibration.scale)
    return np.asarray(task.activate(raw)), truth, classes, patients, task


def write_row(name: str, how: str, when: str, found: ProbabilityFigures) -> str:
    whole = found.reliability[0] if len(found.reliability) == 1 else None
    loss = f"{found.log_loss.value:.3f}" if found.log_loss else ""
    brier = f"{found.brier.value:.3f}" if found.brier else ""
    ece = f"{whole.ece:.3f} | {whole.noise:.3f}" if whole else " | "
    return f"| {name} | {found.n} | {how} | {when} | {loss} | {brier} | {ece} |"


if __name__ == "__main__":
    main()
