"""A run's model judged on images that it did not learn from; each look at the test split counts."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError, RunError
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import sort_notes
from medapp.prediction.model import load_model
from medapp.runs.caveats import add_caveats
from medapp.runs.elsewhere import judge_elsewhere, look_elsewhere
from medapp.runs.events import TestRead
from medapp.runs.judging import judge_model, load_squares, predict_table
from medapp.runs.learned import Learned
from medapp.runs.renewal import renew_figures
from medapp.runs.reporter import Reporter
from medapp.runs.results import (
    Evidence,
    collect_evidence,
    load_evidence,
    save_evaluation,
    write_figures,
)
from medapp.runs.revisions import note_edits
from medapp.runs.run import Run
from medapp.runs.split_table import SPLIT, match_split
from medapp.store.workspace import Workspace


def evaluate_run(
    workspace: Workspace,
    run: Run,
    split: str = "test",
    dataset: str | None = None,
    classes: Mapping[str, str] | None = None,
) -> Evaluation:
    """The run's figures on one of its splits, or on all of another data set (external validation).

    The figures on the run's own test split are kept in its folder and given again, so that the
    split is read once a run; intervals of an older method are made anew from the kept predictions.
    Of a run with several heads, each is judged on its own data set (`heads.find_head`).

    Args:
        split: "test" or "validation"; of no effect where a data set is named.
        dataset: the name, uid or id of another data set.
        classes: which of its classes means which of the run's, see `look_elsewhere`.

    Raises:
        DataError: the other data set has other classes, or there are no images in that split.
        RunError: the run has no model, or its images have changed.
    """
    return _examine(workspace, run, split, dataset, classes)[0]


def examine_run(
    workspace: Workspace,
    run: Run,
    split: str = "test",
    dataset: str | None = None,
    classes: Mapping[str, str] | None = None,
) -> tuple[Evaluation, Evidence | None]:
    """`evaluate_run`, with the probabilities behind its figures.

    These are None where the figures on the test split were kept without them.

    Raises:
        RunError: also where the kept predictions are damaged.
    """
    evaluation, evidence = _examine(workspace, run, split, dataset, classes)
    return evaluation, load_evidence(run) if evidence is None else evidence


def _examine(
    workspace: Workspace,
    run: Run,
    split: str,
    dataset: str | None,
    classes: Mapping[str, str] | None,
) -> tuple[Evaluation, Evidence | None]:
    """Figures, and the probabilities behind them where they were computed just now."""
    if dataset is not None:
        looked = look_elsewhere(workspace, run, dataset, classes)
        return judge_elsewhere(workspace, run, looked), looked.collect()
    evaluation, evidence = _evaluate_own(workspace, run, split)
    # What was edited since is of today, and not kept.
    notes = sort_notes([*evaluation.notes, *note_edits(workspace, run)])
    return replace(evaluation, notes=notes), evidence


def _evaluate_own(workspace: Workspace, run: Run, split: str) -> tuple[Evaluation, Evidence | None]:
    """The run's figures on one of its splits; those on the test split are kept."""
    is_test = split == "test"
    if is_test:
        # Figures that are damaged are made again.
        with contextlib.suppress(RunError):
            kept = run.load_evaluation()
            if kept is not None:
                return _tell_later(workspace, run, renew_figures(run, kept)), None
    model = load_model(run.require_model())
    data_set, samples = find_split(workspace, run, split)
    pixels = load_squares(workspace, model, data_set, samples)
    if is_test:
        with run.lock():
            run.append_event(TestRead(reason="evaluated on request", domain=run.domain))
    probabilities = predict_table(model, pixels)
    evaluation = judge_model(workspace, run, model, split, data_set, samples, probabilities)
    if is_test:
        with run.lock():
            save_evaluation(run, evaluation, samples, probabilities)
    return evaluation, collect_evidence(samples, probabilities, model.classes, model.task)


def predict_samples(
    workspace: Workspace, run: Run, data_set: DataSet, samples: Sequence[Sample]
) -> Evidence:
    """What a run's model says of samples of a data set, beside their labels.

    Raises:
        RunError: the run has no model.
    """
    model = load_model(run.require_model())
    probabilities = predict_table(model, load_squares(workspace, model, data_set, samples))
    return collect_evidence(samples, probabilities, model.classes, model.task)


def judge_at_end(workspace: Workspace, head: Run, home: Learned, reporter: Reporter) -> None:
    """Read the test split of a further data set at the end of a run, by the head that is its own.

    Args:
        reporter: of the process that holds the run.
    """
    samples = home.list_split("test")
    if not samples:
        reporter.say(
            f"{home.data_set.name} has no test images, so nothing says how good its head is."
        )
        return
    model = load_model(head.require_model())
    told = reporter.follow_stage(f"Reading test images of {home.data_set.name}")
    pixels = load_squares(workspace, model, home.data_set, samples, told)
    reporter.report(TestRead(reason="end of the run", domain=head.domain))
    probabilities = predict_table(model, pixels)
    evaluation = judge_model(workspace, head, model, "test", home.data_set, samples, probabilities)
    save_evaluation(head, evaluation, samples, probabilities)


def find_split(workspace: Workspace, run: Run, split: str) -> tuple[DataSet, list[Sample]]:
    """The data set that a run learned from, and the samples of one of the run's splits.

    Raises:
        DataError: the data set is gone.
        RunError: the run's images have changed, or there are none in that split.
    """
    catalog = Catalog(workspace)
    data_set = catalog.find_chosen(run.home.id, run.home.name)
    table = run.find_part(SPLIT)
    everything = catalog.load_samples(data_set, with_left_out=True)
    matched = match_split(table, everything, run.name)
    samples = [sample for sample in matched if sample.split == split]
    if not samples:
        raise RunError(
            f"There are no images in the {split} split, so there is nothing to evaluate.",
            remedy="Choose another split or data set.",
        )
    return data_set, samples


def _tell_later(workspace: Workspace, run: Run, kept: Evaluation) -> Evaluation:
    """Kept figures with what their run had seen, where that was not said when they were made.

    They stay as they are where the images are no longer in this workspace.
    """
    if kept.looks:
        return kept
    catalog = Catalog(workspace)
    try:
        data_set = catalog.find_chosen(run.home.id, run.home.name)
        table = run.find_part(SPLIT)
        everything = catalog.load_samples(data_set, with_left_out=True)
        matched = match_split(table, everything, run.name)
    except (DataError, RunError):
        return kept
    tests = [sample for sample in matched if sample.split == "test"]
    told = add_caveats(workspace, run, replace(kept, split="test"), tests, data_set)
    with run.lock():
        write_figures(run, told)
    return told
