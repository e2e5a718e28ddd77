"""What a reader must know of an evaluation's figures."""

from collections.abc import Iterator, Mapping

from medapp.evaluation.evaluation import ClassFigures
from medapp.evaluation.intervals import find_wilson
from medapp.notes import Note

FEW_UNITS = 20  # with fewer, intervals are rough


def note_patients(n: int, alone: int, counted: str) -> Iterator[Note]:
    """What follows from patients that are not known.

    Args:
        alone: how many of the n images have no known patient.
        counted: "patients" or "images": what counts as independent.
    """
    if alone and counted == "patients":
        yield Note(
            "patients-partly-unknown",
            f"The patient is unknown for {alone:,} of {n:,} images; each of them counts as a"
            " patient of its own.",
        )


def note_classes(n: int, per_class: Mapping[str, ClassFigures]) -> Iterator[Note]:
    """What follows from classes that were judged on nothing or on one patient, or alone."""
    if n == 0:
        yield Note("no-images", "There is no image to judge, so no figure is defined.", "grave")
        return
    absent = [name for name, figures in per_class.items() if figures.n == 0]
    if absent:
        yield Note(
            "class-not-judged",
            f"No image of {', '.join(absent)} was judged: the figures of such a class are"
            " undefined, and the macro figures leave it out.",
        )
    judged = {name: figures for name, figures in per_class.items() if figures.n}
    alone = [name for name, f in judged.items() if f.intervals["sensitivity"] is None]
    if alone:
        yield Note(
            "class-of-one-patient",
            f"All images of {', '.join(alone)} are of a single patient, so its sensitivity has no"
            " interval.",
        )
    if len(judged) == 1 and all(figures.auroc is None for figures in judged.values()):
        yield Note(
            "one-class",
            "All judged images are of one class: AUROC is undefined, and the accuracy says nothing"
            " about other classes.",
            "grave",
        )


def note_units(units: int, counted: str, accuracy: float | None) -> Iterator[Note]:
    """What follows from few patients or images, and from figures without spread."""
    if units == 1:
        yield Note(
            "one-unit",
            f"There is only one {counted[:-1]}, so no interval over {counted} can be given.",
        )
    elif accuracy in (0.0, 1.0):
        low, high = find_wilson(round(accuracy * units), units) or (0.0, 1.0)
        verdict = "right" if accuracy else "wrong"
        bound = f"above {low:.2f}" if accuracy else f"below {high:.2f}"
        yield Note(
            "no-spread",
            f"Every prediction is {verdict}, so resampling shows no spread. With {units:,}"
            f" {counted}, all that is known is an accuracy {bound} (Wilson, 95%).",
        )
    if 1 < units < FEW_UNITS:
        yield Note(
            "few-units",
            f"There are only {units} {counted}: the intervals are rough and tend to be too narrow.",
        )
