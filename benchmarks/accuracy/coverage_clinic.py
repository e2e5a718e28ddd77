"""Figures that a clinic asks for: do their intervals hold the truth, and is too much claimed?

    python -m benchmarks.accuracy.coverage_clinic

Studies are drawn from populations whose figures are known, as in `benchmarks.accuracy.coverage`;
the finding is the second class, at a threshold of one half. A second table counts false claims: of
perfectly calibrated models that are called badly calibrated, of coins that are called better than
treating all or none, and of equal groups between which a gap is told.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.coverage import Population, Tally, draw_study
from benchmarks.kit.options import build_parser
from medapp.evaluation.detection import Detection, build_detection
from medapp.evaluation.net_benefit import trace_decisions
from medapp.evaluation.operating import judge_threshold
from medapp.evaluation.probability import judge_probabilities
from medapp.evaluation.reliability import measure_reliability
from medapp.evaluation.subgroups import judge_subgroups

Floats = NDArray[np.float64]
Found = dict[str, tuple[float, tuple[float, float]]]
PREVALENCE = 0.04
ACT_FROM = np.array([0.2])
ACT_ANYWHERE = np.arange(1, 50) / 50
LOW_IS_GOOD = ("Brier score", "log loss")
POPULATIONS = (
    Population((10, 10), 1, 1.683, 0.0),
    Population((25, 25), 1, 1.683, 0.0),
    Population((25, 25), 1, 3.290, 0.0),
    Population((25, 25), 8, 1.683, 0.5),
    Population((100, 100), 1, 3.290, 0.0),
    Population((100, 100), 8, 1.683, 0.5),
    Population((40, 5), 1, 2.563, 0.0),
    Population((190, 10), 8, 2.563, 0.5),
    Population((40, 30, 4), 1, 2.5, 0.0),
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=1000)
    options = parser.parse_args(arguments)
    print("| population | figure | truth | held | flattering | width |\n|---|---|---|---|---|---|")
    for population in POPULATIONS:
        for line in measure(population, options.studies):
            print(line, flush=True)
    print("\n| studies | claim | patients × images | claimed |\n|---|---|---|---|")
    for patients, images in ((50, 1), (200, 1), (50, 4)):
        for claim, share in count_claims(patients, images, options.studies).items():
            print(
                f"| {options.studies:,} | {claim} | {patients} × {images} | {share:.3f} |",
                flush=True,
            )


def measure(population: Population, studies: int) -> Iterator[str]:
    """A row a figure."""
    generator = np.random.default_rng(0)
    times = max(1, 300_000 // sum(population.patients) // population.images)
    truth = {name: value for name, (value, _) in judge(population, generator, times).items()}
    tallies = {name: Tally() for name in truth}
    for _ in range(studies):
        for name, (_, interval) in judge(population, generator).items():
            tallies[name].add(interval, truth[name])
    for name, tally in tallies.items():
        if name in LOW_IS_GOOD:
            tally.flattering, tally.modest = tally.modest, tally.flattering
        yield f"| {population} | {name} | {truth[name]:.3f} | {tally} |"


def judge(population: Population, generator: np.random.Generator, times: int = 1) -> Found:
    """The figures of a study with their intervals, by name; undefined ones are left out."""
    study = draw_study(population, generator, times)
    powers = np.exp(study.logits - study.logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    classes = [f"class {c}" for c in range(probabilities.shape[1])]
    groups = [str(owner) for owner in study.owners]
    evidence = (probabilities, study.truths, classes, groups)
    whole = judge_probabilities(*evidence)
    named = {
        "Brier score": whole.brier,
        "log loss": whole.log_loss,
        "Matthews correlation": whole.mcc,
        "kappa": whole.kappa,
        "NPV": whole.per_class["class 1"].npv,
    }
    detection = build_detection(*evidence, positives=("class 1",))
    point = judge_threshold(detection, 0.5, PREVALENCE)
    named |= {f"PPV at {PREVALENCE:g}": point.ppv, f"NPV at {PREVALENCE:g}": point.npv}
    found = {name: (f.value, f.interval) for name, f in named.items() if f is not None}
    curve = trace_decisions(detection, ACT_FROM)
    if curve is not None:
        found["net benefit at 0.2"] = (curve.points[0].model, curve.points[0].interval)
    return found


def count_claims(patients: int, images: int, studies: int) -> dict[str, float]:
    """How often each claim is made where there is nothing to claim."""
    generator = np.random.default_rng(0)
    claims = {
        "miscalibrated": 0,
        "better than all and none at 0.2": 0,
        "better than all and none anywhere": 0,
        "a gap between 2 groups": 0,
        "a gap between 4 groups": 0,
    }
    for seed in range(studies):
        owners = np.repeat(np.arange(patients), images)
        luck = np.repeat(generator.random(patients), images)
        scores = generator.random(len(owners))
        calibrated = measure_reliability(scores, luck < scores, owners, seed=seed)
        claims["miscalibrated"] += calibrated is not None and calibrated.is_off
        # A coin says nothing of who has it: one in five, so that all is worth as much as none.
        true = np.repeat(generator.random(patients) < 0.2, images)
        coin = Detection("it", scores, true, owners, "patients")
        for where, thresholds in (("at 0.2", ACT_FROM), ("anywhere", ACT_ANYWHERE)):
            curve = trace_decisions(coin, thresholds)
            is_claimed = curve is not None and bool(curve.useful)
            claims[f"better than all and none {where}"] += is_claimed
        for k in (2, 4):
            claims[f"a gap between {k} groups"] += tell_gap(k, patients, images, generator)
    return {claim: count / studies for claim, count in claims.items()}


def tell_gap(k: int, patients: int, images: int, generator: np.random.Generator) -> bool:
    """Whether a gap is told between k groups of so many patients, all judged as well."""
    population = Population((patients * k // 2,) * 2, images, 1.683, 0.5 if images > 1 else 0.0)
    study = draw_study(population, generator)
    names = [f"group {owner % k}" for owner in study.owners]
    found = judge_subgroups(
        study.logits - study.logits.mean(axis=1, keepdims=True),
        study.truths,
        ("normal", "finding"),
        [str(owner) for owner in study.owners],
        None,
        names,
        "group",
    )
    return any(gap.is_told for gap in found.gaps)


if __name__ == "__main__":
    main()
