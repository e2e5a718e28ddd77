"""Home and here side by side, in words."""

from medapp.evaluation.elsewhere.record import Elsewhere, show_auroc
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import Interval
from medapp.evaluation.predictive import Rate
from medapp.evaluation.words import write_figure, write_probability


def write_change(value: float, interval: Interval) -> str:
    """A difference with its interval, each with its sign."""
    low, high = interval
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]".replace("-", "−")


def list_sides(found: Elsewhere) -> list[tuple[str, str, str]]:
    """Home and here side by side: what a row is of, at home, and here; with 95% intervals."""
    here, home, point = found.here, found.home, found.point
    rows = [
        ("AUROC", _write(show_auroc(home)), _write(show_auroc(here))),
        ("Judged on", _write_ground(home), _write_ground(here)),
    ]
    if point is not None:
        at = f"for {point.finding} at {write_probability(point.threshold)}"
        sides = (
            ("Sensitivity", found.sensitivity_at_home, point.sensitivity),
            ("Specificity", found.specificity_at_home, point.specificity),
        )
        rows += [(f"{title} {at}", _write(there), _write(rate)) for title, there, rate in sides]
    for name, of in found.classes.items():
        at_home = "–" if of.share_at_home is None else write_figure(of.share_at_home)
        rows.append((f"Share of {name}", at_home, _write(of.share)))
    for name, of in found.classes.items():
        title = f"Mean probability of {name} on its images"
        rows.append((title, _write(of.said_at_home), _write(of.said)))
    return rows


def _write(rate: Rate | None) -> str:
    return "–" if rate is None else write_figure(rate.value, rate.interval)


def _write_ground(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "–"
    images = f"{evaluation.n:,} images"
    return f"{images} of {evaluation.units:,} patients" if evaluation.is_by_patient else images
