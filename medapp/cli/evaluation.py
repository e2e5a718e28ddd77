"""An evaluation in the shell: a verdict, figures beside what needs no model, classes, notes."""

from typing import Any

from medapp.cli.output import console, print_notes, print_table
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import TITLES, list_headlines
from medapp.evaluation.verdict import judge
from medapp.evaluation.words import write_figure

SHOWN = ("sensitivity", "specificity", "auroc")  # of each class, in 80 columns; JSON holds all


def print_evaluation(evaluation: Evaluation) -> None:
    """Print all that an evaluation says, for people."""
    console.print(str(judge(evaluation)), markup=False)
    console.print(
        f"95% intervals over {evaluation.units:,} {evaluation.counted}. Guessing takes each class"
        " as often; majority calls each image what most are."
    )
    print_headlines(evaluation)
    print_table(
        ("class", "n", *(TITLES[name] for name in SHOWN)),
        [
            (name, figures.n, *(_write(figures, metric) for metric in SHOWN))
            for name, figures in evaluation.per_class.items()
        ],
    )
    if evaluation.confusion:
        counts = zip(evaluation.classes, evaluation.confusion, strict=True)
        head = ("truth \\ prediction", *evaluation.classes)
        print_table(head, [(name, *row) for name, row in counts])
    print_notes(evaluation.notes)
    if evaluation.per_patient is not None:
        patients = evaluation.per_patient
        console.print(f"\nPer patient, by the mean of each one's images ({patients.n:,} patients):")
        print_headlines(patients)
        codes = {note.code for note in evaluation.notes}
        print_notes(note for note in patients.notes if note.code not in codes)


def print_headlines(evaluation: Evaluation) -> None:
    """Print the figures that come first, each beside chance and the majority class."""
    rows = [
        (
            headline.title,
            write_figure(headline.value, headline.interval),
            _write_reference(headline.chance),
            _write_reference(headline.majority),
        )
        for headline in list_headlines(evaluation)
    ]
    print_table(("figure", "value", "guessing", "majority"), rows)


def describe_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation for programs: its values, and the headlines with what needs no model."""
    headlines = [headline.to_dict() for headline in list_headlines(evaluation)]
    return {**evaluation.to_dict(), "headlines": headlines, "verdict": judge(evaluation).title}


def state_headline(evaluation: Evaluation) -> str:
    """The first figure in one line, with its number of images."""
    return f"{list_headlines(evaluation)[0]} (95%) on {evaluation.n:,} test images"


def _write(figures: Any, metric: str) -> str:
    return write_figure(getattr(figures, metric), figures.intervals.get(metric))


def _write_reference(value: float | None) -> str | None:
    return None if value is None else write_figure(value)
