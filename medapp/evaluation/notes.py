"""What a reader must know of an evaluation's figures."""

from collections.abc import Iterator

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.positive import Positive, note_positive
from medapp.notes import Note, sort_notes
from medapp.task import find_task
from medapp.task.thresholds import FEWEST, THRESHOLD

FEW_UNITS = 20  # with fewer, intervals are rough
HARDLY_ANY = 5  # with fewer, figures are chance alone
FEW_CODES = frozenset({"one-unit", "few-units"})
FEW_OF_CLASS = 5  # with fewer, a class's figures hang on single patients
UNJUDGED = "finding-not-judged"
NEAR_ONE = 0.99  # from here few pairs of images say how sure an AUROC is


def note_figures(
    evaluation: Evaluation, unknown: int, positive: Positive | None
) -> tuple[Note, ...]:
    """The notes on figures, the gravest first.

    Args:
        unknown: how many of the images have no known patient.
        positive: of two classes, the one that is the finding.
    """
    if evaluation.n == 0:
        return (Note("no-images", "There is no image to judge, so no figure is defined.", "grave"),)
    notes = [
        *_note_patients(evaluation, unknown),
        *(_note_findings(evaluation) if evaluation.thresholds else _note_classes(evaluation)),
        *_note_predictions(evaluation),
        *_note_units(evaluation),
    ]
    if positive is not None:
        notes.append(note_positive(positive))
    return sort_notes(notes)


def list_of_patients(evaluation: Evaluation, per_patient: Evaluation) -> list[Note]:
    """The notes on figures per patient that are not said of those per image already."""
    said = {note.code for note in evaluation.notes} - {UNJUDGED}
    return [note for note in per_patient.notes if note.code not in said]


def note_left_out(left_out: int, patients: int) -> Iterator[Note]:
    """Patients who are in no figure per patient, since their images have different labels."""
    if left_out:
        has, is_in = ("has", "is") if left_out == 1 else ("have", "are")
        text = (
            f"{left_out:,} of {patients:,} patients {has} images with different labels and {is_in}"
            " in no figure per patient."
        )
        yield Note("patients-left-out", text)


def note_torn(torn: int, patients: int) -> Iterator[Note]:
    """Patients of whom a finding is not known, since their images differ in it."""
    if torn:
        yield Note(
            "patients-torn-in-findings",
            f"{torn:,} of {patients:,} patients {'has' if torn == 1 else 'have'} images that differ"
            " in a finding; for that finding they are in no figure per patient.",
        )


def _note_patients(evaluation: Evaluation, unknown: int) -> Iterator[Note]:
    if not unknown:
        return
    if evaluation.is_by_patient:
        text = (
            f"The patient is unknown for {unknown:,} of {evaluation.n:,} images; each of them"
            " counts as a patient of its own, so the doubt may be larger than the intervals say."
        )
        yield Note("patients-partly-unknown", text)
    else:
        text = (
            "The patients are not known, so each image counts as independent: where several are of"
            " one patient, the doubt is larger than the intervals say."
        )
        yield Note("patients-unknown", text, "info")


def _note_classes(evaluation: Evaluation) -> Iterator[Note]:
    """What follows from classes that were judged on nothing, on little, or alone."""
    absent = [name for name, figures in evaluation.per_class.items() if figures.n == 0]
    judged = {name: figures for name, figures in evaluation.per_class.items() if figures.n}
    task = find_task(evaluation.task)
    if absent:
        yield Note(
            "class-not-judged",
            f"No image of {', '.join(absent)} was judged: the figures of such a {task.noun} are"
            " undefined, and the macro figures leave it out.",
        )
    few = [f"{name} ({f.n})" for name, f in judged.items() if f.n < FEW_OF_CLASS]
    if few and evaluation.n >= FEW_UNITS:
        yield Note(
            "few-of-class",
            f"Few images were judged of {', '.join(few)}: each of them moves that {task.noun}'s"
            " figures, and the balanced accuracy with them, by a lot.",
        )
    if len(judged) == 1 and all(figures.auroc is None for figures in judged.values()):
        yield Note(
            "one-class",
            f"All judged images are of one {task.noun}: AUROC is undefined, and the accuracy says"
            f" nothing about other {task.nouns}.",
            "grave",
        )


def _note_findings(evaluation: Evaluation) -> Iterator[Note]:
    """What follows where each finding is judged by itself, on the images of which it is known."""
    unjudged = {n: f for n, f in evaluation.per_class.items() if f.sensitivity is None}
    # Where each patient counts once, or has one image, what is counted are patients.
    things = (
        "patients" if evaluation.is_by_patient and evaluation.units == evaluation.n else "images"
    )
    if unjudged:
        counts = [f"{name} ({f.n:,} with, {f.others:,} without)" for name, f in unjudged.items()]
        yield Note(
            UNJUDGED,
            f"Fewer than {FEWEST} {things} are known to show, or not to show,"
            f" {', '.join(counts)}: no AUROC or other figure of such a finding is given, and the"
            " macro figures leave it out.",
            "caution" if len(unjudged) < len(evaluation.per_class) else "grave",
        )
    partly = [
        f"{name} of {f.n + (f.others or 0):,}"
        for name, f in evaluation.per_class.items()
        if f.n + (f.others or 0) < evaluation.n
    ]
    if partly:
        yield Note(
            "finding-partly-known",
            f"Of {evaluation.n:,} {things} not every finding is known: {', '.join(partly)}. A"
            f" figure counts the {things} of which its finding is known.",
            "info",
        )
    blunt = [name for name, f in evaluation.per_class.items() if f.threshold == THRESHOLD]
    if blunt:
        yield Note(
            "threshold-not-chosen",
            f"The threshold of {', '.join(blunt)} is one half: too few validation images with and"
            " without it to choose another.",
            "info",
        )


def _note_predictions(evaluation: Evaluation) -> Iterator[Note]:
    """What follows from figures at the end of their range."""
    said = [
        name
        for c, name in enumerate(evaluation.classes)
        if any(row[c] for row in evaluation.confusion)
    ]
    true = [name for name, figures in evaluation.per_class.items() if figures.n]
    if len(said) == 1 and len(true) > 1:
        yield Note(
            "constant-prediction",
            f"Every image was taken for {said[0]}: at its threshold the model tells no"
            f" {find_task(evaluation.task).nouns} apart.",
            "grave",
        )
    interval = evaluation.intervals["accuracy"]
    # Where findings are not all known, "every prediction" would speak of more than was judged.
    is_told = bool(evaluation.confusion) or all(
        f.n + (f.others or 0) == evaluation.n for f in evaluation.per_class.values()
    )
    if evaluation.accuracy in (0.0, 1.0) and interval and evaluation.units > 1 and is_told:
        verdict = "right" if evaluation.accuracy else "wrong"
        bound = f"above {interval[0]:.3f}" if evaluation.accuracy else f"below {interval[1]:.3f}"
        yield Note(
            "all-alike",
            f"Every prediction is {verdict}. {evaluation.units:,} {evaluation.counted} show no more"
            f" than an accuracy {bound}.",
            "info",
        )
    if evaluation.macro_auroc is not None and evaluation.macro_auroc >= NEAR_ONE:
        yield Note(
            "auroc-near-one",
            "The AUROC is near 1: few pairs of images, or none, are in the wrong order, so its"
            f" interval rests on the number of {evaluation.counted} of the"
            f" smallest {find_task(evaluation.task).noun}.",
            "info",
        )


def _note_units(evaluation: Evaluation) -> Iterator[Note]:
    counted = evaluation.counted
    if evaluation.units == 1:
        yield Note(
            "one-unit",
            f"There is only one {counted[:-1]}: nothing tells how another would differ.",
            "grave",
        )
    elif evaluation.units < FEW_UNITS:
        text = (
            f"There are only {evaluation.units} {counted}: other {counted} may be judged quite"
            " differently."
        )
        yield Note("few-units", text, "grave" if evaluation.units < HARDLY_ANY else "caution")
