"""An evaluation in the shell: a verdict, figures beside what needs no model, classes, notes."""

from typing import Any

from medapp.cli.output import console, print_notes, print_table
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import (
    TITLES,
    find_worst,
    list_headlines,
    list_shown,
    state_references,
)
from medapp.evaluation.notes import list_of_patients
from medapp.evaluation.sample_size import state_sample_size
from medapp.evaluation.verdict import judge
from medapp.evaluation.words import write_figure, write_probability
from medapp.runs.decided import load_decided
from medapp.runs.heads import list_heads
from medapp.runs.learning import list_epochs, state_by_heart
from medapp.runs.run import Run
from medapp.task import find_task

OF_FINDINGS = ("auroc", "average_precision")  # what no threshold decides
SHOWN = ("sensitivity", "specificity", "auroc")  # of each class, in 80 columns; JSON holds all


def print_evaluation(evaluation: Evaluation) -> None:
    """Print all that an evaluation says, for people."""
    console.print(str(judge(evaluation)), markup=False)
    console.print(
        f"95% intervals over {evaluation.units:,} {evaluation.counted}."
        f" {state_references(evaluation)}"
    )
    if needed := state_sample_size(evaluation):
        console.print(needed)
    print_headlines(evaluation)
    noun = find_task(evaluation.task).noun
    shown = OF_FINDINGS if evaluation.thresholds else SHOWN
    print_table(
        (noun, "n", *(TITLES[name] for name in shown)),
        [
            (name, figures.n, *(_write(figures, metric) for metric in shown))
            for name, figures in evaluation.per_class.items()
        ],
    )
    if evaluation.thresholds:
        _print_findings(evaluation)
    if evaluation.confusion:
        counts = zip(evaluation.classes, evaluation.confusion, strict=True)
        head = ("truth \\ prediction", *evaluation.classes)
        print_table(head, [(name, *row) for name, row in counts])
    print_notes(evaluation.notes)
    if evaluation.per_patient is not None:
        patients = evaluation.per_patient
        console.print(f"\nPer patient, by the mean of each one's images ({patients.n:,} patients):")
        print_headlines(patients, find_worst(evaluation))
        print_notes(list_of_patients(evaluation, patients))


def _print_findings(evaluation: Evaluation) -> None:
    """Print how well each finding is told at its threshold: shares, then counts."""
    shares = []
    counts = []
    for name, figures in evaluation.per_class.items():
        hits = figures.hits or 0
        alarms = figures.false_alarms or 0
        spared = (figures.others or 0) - alarms
        told = [_write(figures, metric) for metric in ("sensitivity", "specificity")]
        shares.append((name, write_probability(figures.threshold or 0.0), *told))
        counts.append((name, hits, figures.n - hits, alarms, spared))
    print_table(("finding", "threshold", TITLES["sensitivity"], TITLES["specificity"]), shares)
    print_table(("finding", "found", "missed", "false alarms", "rightly not"), counts)


def print_headlines(evaluation: Evaluation, worst: str = "") -> None:
    """Print the figures that come first, each beside chance and the majority class.

    Args:
        worst: see `medapp.evaluation.headline.list_shown`.
    """
    rows = [
        (
            headline.title,
            write_figure(headline.value, headline.interval),
            _write_reference(headline.chance),
            _write_reference(headline.majority),
        )
        for headline in list_shown(evaluation, worst)
    ]
    print_table(("figure", "value", "guessing", "majority"), rows)


def describe_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation for programs: its values, and the headlines with what needs no model."""
    headlines = [headline.to_dict() for headline in list_shown(evaluation)]
    verdict = judge(evaluation)
    said = {"verdict": verdict.title, "verdict_text": verdict.text}
    return {**evaluation.to_dict(), "headlines": headlines, **said}


def describe_heads(run: Run) -> list[dict[str, Any]]:
    """The figures of each head for programs, the first one's first; of one head alone too."""
    found = [(name, load_decided(head)) for name, head in list_heads(run).items()]
    return [
        {"data_set": name, **(describe_evaluation(told) if told else {"n": None})}
        for name, told in found
    ]


def print_figures(run: Run) -> None:
    """Print the first figure of a run on its test split, and of each head where it has several."""
    heads = list_heads(run)
    if len(heads) < 2:
        heads = {"": run}
    for name, head in heads.items():
        evaluation = load_decided(head)
        by_heart = state_by_heart(list_epochs(head.list_events()))
        begin = f"{name}: " if name else ""
        if evaluation:
            console.print(f"{begin}{state_headline(evaluation)}.", markup=False)
            console.print(f"{judge(evaluation).title}. {by_heart}".strip(), markup=False)
            print_notes(evaluation.notes)
        elif name:
            console.print(f"{begin}not judged on a test split.", markup=False)


def state_headline(evaluation: Evaluation) -> str:
    """The first figure in one line, with its number of images."""
    headline = list_headlines(evaluation)[0]
    level = " (95%)" if headline.interval else ""
    return f"{headline}{level} on {evaluation.n:,} test images"


def _write(figures: Any, metric: str) -> str:
    return write_figure(getattr(figures, metric), figures.intervals.get(metric))


def _write_reference(value: float | None) -> str | None:
    return None if value is None else write_figure(value)
