"""The subgroups of a run's test images, by any column of its data set. No torch here."""

from collections.abc import Sequence
from dataclasses import replace

from medapp.data.banding import band_values
from medapp.data.catalog import Catalog
from medapp.data.samples import Sample
from medapp.errors import DataError, RunError
from medapp.evaluation.locked import Locked
from medapp.evaluation.subgroups import Subgroups, judge_subgroups
from medapp.notes import sort_notes
from medapp.runs.decided import bind_lock, find_deciding, note_lock
from medapp.runs.results import Evidence, load_evidence, load_predictions
from medapp.runs.run import Run
from medapp.store.workspace import Workspace

MOST_COLUMNS = 8  # that are looked at where nobody asks for one
OWN = ("site",)  # a column of the table of samples that parts them; others are attributes


Judged = Sequence[Sample | None]


def load_judged(workspace: Workspace, run: Run) -> list[Sample | None]:
    """The sample of each row of the kept predictions; None where it is no longer the same image.

    Raises:
        DataError: the data set is gone.
        RunError: the predictions are damaged.
    """
    catalog = Catalog(workspace)
    data_set = catalog.find_chosen(run.home.id, run.home.name)
    by_name = {s.name: s for s in catalog.load_samples(data_set, with_left_out=True)}
    rows = load_predictions(run)
    found = [by_name.get(row["name"]) for row in rows]
    return [
        sample if sample and sample.content_hash == row["content_hash"] else None
        for sample, row in zip(found, rows, strict=True)
    ]


def list_columns(workspace: Workspace, run: Run) -> list[str]:
    """The columns that part the judged images into at least two groups: site, then the others.

    Raises: as for `load_judged`.
    """
    return _find_columns(load_judged(workspace, run))


def name_columns(judged: Judged) -> list[str]:
    """The columns that may say something of judged images: site, then the others."""
    names = {name for sample in judged if sample for name in sample.attributes}
    return [*OWN, *sorted(names)]


def _find_columns(judged: Judged) -> list[str]:
    found = []
    for column in name_columns(judged):
        try:
            _, order = band_values(list_values(judged, column), column)
        except DataError:
            continue
        if len(order) > 1:
            found.append(column)
    return found


def split_by(workspace: Workspace, run: Run, column: str, figure: str = "") -> Subgroups:
    """The headline figure, or another, in each group of the run's test images.

    By the threshold that decides for the run's model, where one is locked; a note says so.

    Args:
        column: "site" or an attribute, such as "sex".
        figure: see `medapp.evaluation.subgroups.list_figures`.

    Raises:
        DataError: the data set is gone or has no such column, or it has too many values.
        RecipeError: there is no such figure.
        RunError: the run was not judged, or its predictions were not kept.
    """
    evaluation = run.load_evaluation()
    evidence = load_evidence(run)
    if evaluation is None or evidence is None:
        raise RunError(
            f"The predictions of {run.name} on a test split were not kept, so they cannot be"
            " parted.",
            remedy="Judge a run that has a test split.",
        )
    judged = load_judged(workspace, run)
    values = list_values(judged, column)
    if all(value is None for value in values):
        others = ", ".join(_find_columns(judged)) or "none that parts the test images"
        raise DataError(
            f"Nothing is known of {column!r} for the test images of {run.home.name}.",
            remedy=f"Its columns are: {others}.",
        )
    locked = find_deciding(run, evaluation)
    return _judge(evidence, values, column, figure, evaluation.thresholds, locked)


def list_subgroups(
    judged: Judged,
    evidence: Evidence,
    thresholds: Sequence[float] = (),
    locked: Locked | None = None,
) -> tuple[Subgroups, ...]:
    """The headline figure by each column that parts judged images, `MOST_COLUMNS` at most.

    Args:
        evidence: the first arguments of `evaluate`, of the same images.
        thresholds: of findings.
        locked: the threshold that decides, where images have one label.
    """
    columns = _find_columns(judged)[:MOST_COLUMNS]
    return tuple(
        _judge(evidence, list_values(judged, column), column, "", thresholds, locked)
        for column in columns
    )


def _judge(
    evidence: Evidence,
    values: Sequence[str | None],
    column: str,
    figure: str,
    thresholds: Sequence[float],
    locked: Locked | None,
) -> Subgroups:
    parted, order = band_values(values, column)
    decide = bind_lock(locked, evidence[2])
    found = judge_subgroups(*evidence, parted, column, order, figure, thresholds, decide)
    return replace(found, notes=sort_notes([*found.notes, *note_lock(locked, found.figure)]))


def list_values(judged: Judged, column: str) -> list[str | None]:
    """What a column says of each judged image; None where it says nothing, or the image is gone."""
    return [
        None if sample is None else sample.site if column in OWN else sample.attributes.get(column)
        for sample in judged
    ]
