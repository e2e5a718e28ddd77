"""What the ways to decide are called, and their figures in words."""

from medapp.studies.travel.record import OWN_LABELS, Figure, Travel
from medapp.training.adaptation.table import METHODS, SOURCE_ONLY

NAMES = {
    SOURCE_ONLY: "The model as it is",
    **{key: method.title for key, method in METHODS.items()},
    OWN_LABELS: "All labels there",
}
AT_HOME = "At home, validation"


def list_figures(found: Travel) -> list[tuple[str, Figure]]:
    """Each way to decide with its figure, where labels were read; the model at home first."""
    named = [
        (AT_HOME, found.home),
        (NAMES[SOURCE_ONLY], found.source_only),
        *((NAMES[key], figure) for key, figure in (found.methods or {}).items()),
        (NAMES[OWN_LABELS], found.own_labels),
    ]
    return [(name, figure) for name, figure in named if figure is not None]


def write_gain(figure: Figure) -> str:
    """By how many points a figure is higher than the model's as it is; empty for that itself."""
    if figure.gain is None or figure.gain_interval is None:
        return ""
    low, high = figure.gain_interval
    return f"{100 * figure.gain:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
