"""What `medapp evaluate` says beyond the usual figures: probabilities, a threshold, subgroups."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from medapp.cli.evaluation import describe_evaluation, print_evaluation
from medapp.cli.output import console, print_notes, print_table
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.operating import OperatingPoint, state_floor, state_outcomes
from medapp.evaluation.patterns import state_difference, state_pattern, state_patterns
from medapp.evaluation.predictive import Rate
from medapp.evaluation.probability import Figure, ProbabilityFigures
from medapp.evaluation.reliability import state_reliability
from medapp.evaluation.sample_size import state_sample_size
from medapp.evaluation.subgroups import Subgroups, state_gaps
from medapp.evaluation.words import write_figure, write_probability
from medapp.runs.failures import Failures
from medapp.task import find_task

Operating = Annotated[
    str | None,
    typer.Option(
        metavar="RULE",
        help="Choose a threshold on validation images by a rule: sensitivity>=0.95,"
        " specificity>=0.9, youden, cost=10 (a miss costs as much as 10 false alarms), or"
        " threshold=0.37, set by hand.",
    ),
]
AtPrevalence = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help="How common the finding is where the model is to be used, such as 0.04: PPV and NPV"
        " for that.",
    ),
]
PositiveClass = Annotated[
    list[str] | None,
    typer.Option(
        "--positive",
        metavar="CLASS",
        help="What counts as the finding; may be repeated. Of two classes it need not be named.",
    ),
]
PerPatient = Annotated[
    bool,
    typer.Option(
        "--per-patient",
        help="Choose and judge the threshold by the mean of each patient's images.",
    ),
]
Lock = Annotated[
    bool,
    typer.Option("--lock", help="Keep the threshold in the model's file: it decides from now on."),
]
Unlock = Annotated[bool, typer.Option("--unlock", help="Let the most probable class decide again.")]
By = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Figures by site, or any column of the data set."),
]

ByFigure = Annotated[
    str,
    typer.Option(
        "--figure", metavar="NAME", help="What groups are compared by, such as sensitivity."
    ),
]
FailuresOf = Annotated[
    int | None,
    typer.Option(
        "--failures",
        metavar="N",
        min=0,
        help="The N worst judged test images, and what the wrong ones share.",
    ),
]


@dataclass(frozen=True)
class Told:
    """All that was asked of an evaluation; None is what was not asked, or not kept.

    Attributes:
        most: how many failures are told.
    """

    evaluation: Evaluation
    probability: ProbabilityFigures | None = None
    point: OperatingPoint | None = None
    subgroups: Subgroups | None = None
    failures: Failures | None = None
    most: int = 0

    def describe(self) -> dict[str, Any]:
        """Plain values for programs."""
        return {
            **describe_evaluation(self.evaluation),
            "sample_size": state_sample_size(self.evaluation),
            "probability": self.probability.to_dict() if self.probability else None,
            "operating": self.point.to_dict() if self.point else None,
            "subgroups": self.subgroups.to_dict() if self.subgroups else None,
            "failures": self.failures.to_dict(self.most) if self.failures else None,
        }

    def print(self) -> None:
        """Print it all for people."""
        print_evaluation(self.evaluation)
        if self.probability:
            print_probability(self.probability, find_task(self.evaluation.task).noun)
        if self.point:
            print_operating(self.point)
        if self.subgroups:
            print_subgroups(self.subgroups)
        if self.failures:
            print_failures(self.failures, self.most)


def print_probability(found: ProbabilityFigures, noun: str = "class") -> None:
    """Print how good probabilities are, beside what needs no image to get it.

    Args:
        noun: what one class is called.
    """
    console.print("\nProbabilities (low is good for Brier score and log loss):")
    named = (
        ("Brier score", found.brier),
        ("Log loss (nats)", found.log_loss),
        ("Matthews correlation", found.mcc),
        ("Cohen's kappa", found.kappa),
    )
    rows = [(title, *_list_cells(figure)) for title, figure in named if figure is not None]
    print_table(("figure", "value", "guessing", "classes' shares"), rows)
    of_classes = [
        (name, *(_write(one) for one in (figures.brier, figures.npv, figures.mcc)))
        for name, figures in found.per_class.items()
    ]
    print_table((noun, "Brier score", "NPV", "Matthews correlation"), of_classes)
    for one in found.reliability:
        console.print(f"{state_reliability(one)}.")


def print_operating(point: OperatingPoint) -> None:
    """Print a threshold, and what it does."""
    choice = point.choice
    how = "not chosen by a rule"
    if choice is not None:
        how = (
            f"{choice.rule}, chosen on {choice.n:,} {point.noun} of the {choice.where},"
            f" {choice.positives:,} of them {point.finding}: there sensitivity"
            f" {write_figure(choice.sensitivity)}, specificity {write_figure(choice.specificity)}"
        )
    console.print(f"\nThreshold for {point.finding}: {point.threshold:.4g} ({how}).")
    console.print(
        f"On {point.n:,} {point.noun}, {point.positives:,} of them {point.finding}:"
        f" {point.found:,} found, {point.missed:,} missed, {point.false_alarms:,} false alarms,"
        f" {point.spared:,} rightly not."
    )
    named = (
        ("Sensitivity", point.sensitivity),
        ("Specificity", point.specificity),
        (f"PPV at a prevalence of {point.prevalence:.3g}", point.ppv),
        (f"NPV at a prevalence of {point.prevalence:.3g}", point.npv),
    )
    print_table(("figure", "value"), [(title, _write_rate(rate)) for title, rate in named])
    for sentence in (state_floor(point), state_outcomes(point)):
        if sentence:
            console.print(sentence)
    # The evaluation's own notes stand above.
    print_notes(note for note in point.notes if note.code == "patients-left-out")


def print_subgroups(found: Subgroups) -> None:
    """Print a figure by group, and what can be told of the gaps."""
    console.print(f"\nBy {found.column}. {state_gaps(found)}.")
    title = f"{found.title[:1].upper()}{found.title[1:]}"
    print_table(
        (found.column, "images", found.counted, title),
        [
            (group.name, group.n, group.units, write_figure(group.value, group.interval))
            for group in found.groups
        ],
    )
    if found.gaps:
        print_table(
            ("gap", "difference", "p (Holm)"),
            [
                (f"{gap.first} − {gap.second}", write_figure(gap.value, gap.interval), gap.p)
                for gap in found.gaps
            ],
        )
    print_notes(found.notes)


def print_failures(found: Failures, most: int) -> None:
    """Print what the wrong images share, the errors by their kind, and the worst of them."""
    console.print(f"\nFailures. {state_patterns(found.patterns)}.")
    for pattern in found.patterns.told:
        console.print(f"- {state_pattern(pattern)}: {state_difference(pattern)}.")
    if not found.worst:
        return
    print_table(("error", "images"), list(found.pairs.items()))
    rows = [
        (
            failure.name,
            failure.label,
            failure.prediction,
            f"{failure.probability_of} {write_probability(failure.probability)}",
            round(failure.loss, 2),
            failure.familiarity,
            failure.patient,
        )
        for failure in found.worst[:most]
    ]
    columns = ("image", "label", "prediction", "probability", "loss", "kind", "patient")
    print_table(columns, rows)


def _list_cells(figure: Figure) -> tuple[str, str | None, str | None]:
    beside = (figure.chance, figure.shares)
    chance, shares = (None if value is None else write_figure(value) for value in beside)
    return write_figure(figure.value, figure.interval), chance, shares


def _write(figure: Figure | None) -> str:
    return write_figure(None) if figure is None else write_figure(figure.value, figure.interval)


def _write_rate(rate: Rate | None) -> str:
    return write_figure(None) if rate is None else write_figure(rate.value, rate.interval)
