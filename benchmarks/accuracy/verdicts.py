"""How often "may the model be used here" is answered rightly, by simulation.

    python -m benchmarks.accuracy.verdicts [--studies 500]

A model has an AUROC at home, measured on 300 patients, and another one in the other hospital, of
which as many patients as named are labelled. Scores of two classes are normal, as far apart as the
AUROC says, the finding in three of ten. Asked for is 0.1 less than what was measured at home. A
"yes" is wrong where the true AUROC there is more than 0.1 below the true one at home, which is 0.9;
a "no" is wrong where it is not.
"""

from argparse import ArgumentParser
from collections import Counter
from statistics import NormalDist

import numpy as np

from medapp.evaluation.elsewhere.decision import decide, find_floor
from medapp.evaluation.elsewhere.record import OfClass, Recalibration
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation

CLASSES = ("well", "ill")
AT_HOME = 0.9
THERE = (0.95, 0.9, 0.85, 0.8, 0.75, 0.65)
PATIENTS = (50, 100, 200, 500)
UNTRIED = Recalibration("", "not asked")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=500)
    studies = parser.parse_args().studies
    print("| patients labelled | true AUROC there | yes | no | label more |\n|---|---|---|---|---|")
    for patients in PATIENTS:
        for auroc in THERE:
            said = Counter(ask(auroc, patients, seed) for seed in range(studies))
            shares = (f"{100 * said[name] / studies:.1f}%" for name in ("yes", "no", "label more"))
            print(f"| {patients} | {auroc} | {' | '.join(shares)} |", flush=True)


def ask(auroc: float, patients: int, seed: int) -> str:
    """One study's verdict."""
    rng = np.random.default_rng([seed, patients, round(1000 * auroc)])
    home = simulate(AT_HOME, 300, rng)
    here = simulate(auroc, patients, rng)
    classes = {name: OfClass(here.per_class[name].n, None, None, None, None) for name in CLASSES}
    return decide(here, home, None, classes, UNTRIED, find_floor(home, None)).verdict


def simulate(auroc: float, n: int, rng: np.random.Generator) -> Evaluation:
    """Figures of so many patients with an image each."""
    truth = (rng.random(n) < 0.3).astype(int)
    apart = np.sqrt(2) * NormalDist().inv_cdf(auroc)
    ill = 1 / (1 + np.exp(-(rng.normal(size=n) + apart * (truth - 0.5))))
    return evaluate(np.stack([1 - ill, ill], axis=1), truth, CLASSES)


if __name__ == "__main__":
    main()
