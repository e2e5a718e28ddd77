"""What the ways to decide are called, and their figures in words."""

from collections.abc import Iterator

from medapp.evaluation.words import write_figure
from medapp.studies.travel.record import OWN_LABELS, Declared, Figure, Scores, Travel
from medapp.training.adaptation.table import METHODS, SOURCE_ONLY

NAMES = {
    SOURCE_ONLY: "The model as it is",
    **{key: method.title for key, method in METHODS.items()},
    OWN_LABELS: "All labels there",
}
AT_HOME = "At home, validation"
HEADS = ("balanced accuracy", "low", "high", "gain", "low", "high")
HEAD = "Head alone"
TUNED = "Whole network"
# What can be said without labels, as a table's columns; `list_scores` gives the cells.
SCORES = ("Mean probability", "Expected accuracy", "Circular", "Evenness", "As the model")


def list_scores(scores: Scores) -> tuple[float | None, ...]:
    """The scores in the order of `SCORES`."""
    return (
        scores.confidence,
        scores.expected_accuracy,
        scores.circular,
        scores.evenness,
        scores.agreement,
    )


def write_score(score: float | None) -> str:
    """A score with its digits; a dash where it cannot be told."""
    return "–" if score is None else write_figure(score)


def name_way(found: Travel, key: str) -> str:
    """What people call a way to decide: a method, or a run that learned with images there."""
    return NAMES.get(key) or found.runs.get(key) or key


def list_figures(found: Travel) -> list[tuple[str, Figure]]:
    """Each way to decide with its figure, where labels were read; the model at home first."""
    named = [
        (AT_HOME, found.home),
        (NAMES[SOURCE_ONLY], found.source_only),
        *((name_way(found, key), figure) for key, figure in (found.methods or {}).items()),
        (NAMES[OWN_LABELS], found.own_labels),
    ]
    return [(name, figure) for name, figure in named if figure is not None]


def state_outcome(found: Travel) -> str:
    """What the labels there say of the model and of the methods that read none; empty without."""
    here = found.source_only
    if here is None:
        return ""
    now = write_figure(here.balanced_accuracy, here.interval)
    said = f"The labels there say: balanced accuracy {now} as it is"
    if found.home is not None:
        said += f", {write_figure(found.home.balanced_accuracy)} at home"
    gaining = [
        f"{name_way(found, key)} gains {write_gain(figure)} points"
        for key, figure in (found.methods or {}).items()
        if _find_least_gain(figure) > 0
    ]
    if not gaining:
        gaining = ["No method without labels can be told apart from that"]
    if found.own_labels is not None and _find_least_gain(found.own_labels) > 0:
        gaining.append(
            f"Learning from all labels there gains {write_gain(found.own_labels)} points"
        )
    return f"{said}. {'. '.join(gaining)}."


def write_gain(figure: Figure) -> str:
    """By how many points a figure is higher than the model's as it is; empty for that itself."""
    if figure.gain is None or figure.gain_interval is None:
        return ""
    low, high = figure.gain_interval
    return f"{100 * figure.gain:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def list_curves(found: Travel) -> list[tuple[str, tuple[tuple[int, Figure], ...]]]:
    """What labelling buys, by each way to learn from labels that was tried, the surest first."""
    named = [(HEAD, found.curve), (TUNED, found.tuned.curve if found.tuned else ())]
    tried = [(name, curve) for name, curve in named if len(curve) > 1]
    return sorted(tried, key=lambda each: -_find_least_gain(each[1][-1][1]))


def _find_least_gain(figure: Figure) -> float:
    return figure.gain_interval[0] if figure.gain_interval else 0.0


def state_labelling(found: Travel) -> list[str]:
    """What labelling buys, a sentence for each way to learn from labels; the first is a title."""
    return [_state_curve(name, curve) for name, curve in list_curves(found)]


def list_rows(found: Travel) -> Iterator[tuple[object, ...]]:
    """All figures as rows of a table for a paper, the first row the heads."""
    yield ("way", "labelled images", *HEADS)
    for name, figure in list_figures(found):
        yield (name, "", *_list_cells(figure))
    for name, curve in list_curves(found):
        for count, figure in curve:
            yield (name, count, *_list_cells(figure))


def _list_cells(figure: Figure) -> tuple[object, ...]:
    gain = (figure.gain, *(figure.gain_interval or (None, None)))
    cells = (figure.balanced_accuracy, *figure.interval, *gain)
    return tuple("" if cell is None else cell for cell in cells)


def _state_curve(name: str, curve: tuple[tuple[int, Figure], ...]) -> str:
    start = write_figure(curve[0][1].balanced_accuracy)
    most, last = curve[-1]
    now = write_figure(last.balanced_accuracy)
    gaining = [
        (count, each)
        for count, each in curve[1:]
        if each.gain_interval is not None and each.gain_interval[0] > 0
    ]
    how = f"{name[0].lower()}{name[1:]}"
    if gaining:
        count, each = gaining[0]
        said = (
            f"{count} labelled images there raise the balanced accuracy from {start} to"
            f" {write_figure(each.balanced_accuracy)} ({how})"
        )
        if most == count:
            return f"{said}."
        word = "raise" if last.balanced_accuracy > each.balanced_accuracy else "bring"
        return f"{said}; {most} {word} it to {now}."
    if last.gain_interval is not None and last.gain_interval[1] < 0:
        return (
            f"{most} labelled images there make it worse ({how}): balanced accuracy {now}, and"
            f" {start} as it is."
        )
    return (
        f"With {most} labelled images there ({how}) no gain can be told: balanced accuracy {now},"
        f" and {start} as it is."
    )


def state_declared(found: Travel, declared: Declared) -> str:
    """What a declared validation set chose, and how good that is on the others."""
    each = declared.figure
    said = write_figure(each.balanced_accuracy, each.interval) if each else "not told"
    chosen = (
        "a head that learned from them"
        if declared.chosen == OWN_LABELS
        else name_way(found, declared.chosen)
    )
    return (
        f"By {declared.images:,} declared labelled images, a validation set, this was chosen:"
        f" {chosen}. On the {declared.judged:,} others its balanced accuracy is {said}; all figures"
        " here are of those others."
    )
