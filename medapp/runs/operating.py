"""The operating point of a run: a threshold chosen on some images, and what it does on others."""

from collections.abc import Sequence

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.data.splits.halving import divide_validation
from medapp.evaluation.calibration import read_calibration
from medapp.evaluation.detection import Detection, build_detection
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.operating import OperatingPoint, operate
from medapp.models.carried import read_metadata
from medapp.runs.detecting import Asked, detect, find_own_threshold
from medapp.runs.evaluate import find_split, predict_samples
from medapp.runs.results import Evidence
from medapp.runs.run import Run
from medapp.store.workspace import Workspace
from medapp.task import find_task


def find_operating_point(
    workspace: Workspace,
    run: Run,
    asked: Asked,
    evaluation: Evaluation,
    evidence: Evidence | None,
    chosen_on: Sequence[Sample] | None = None,
) -> OperatingPoint:
    """Choose a threshold on validation images and judge it on others.

    Args:
        evaluation, evidence: of the images that judge, see `evaluate.examine_run`.
        chosen_on: samples of the run's own data set to choose on; those of `find_chosen_on` where
            none are named. They must not be among those that judge.

    Raises:
        RecipeError: the classes do not tell which is the finding.
        RunError: too few images to choose on, or the judged ones' probabilities are not kept.
        DataError: the data set that the run learned from is gone.
    """
    judging = detect(run, evaluation, evidence, asked)
    choosing = None
    if asked.rule is not None:
        choosing = detect_chosen_on(workspace, run, asked, chosen_on)
    threshold = find_own_threshold(run, evaluation, asked)
    notes = [note for note in evaluation.notes if note.level != "info"]
    return operate(judging, asked.prevalence, choosing, asked.rule, threshold, notes)


def detect_chosen_on(
    workspace: Workspace, run: Run, asked: Asked, chosen_on: Sequence[Sample] | None = None
) -> Detection:
    """The finding in the images that a threshold is chosen on; see `find_operating_point`."""
    if chosen_on is None:
        data_set, samples, where = find_chosen_on(workspace, run)
    else:
        data_set = Catalog(workspace).find_chosen(run.home.id, run.home.name)
        samples = list(chosen_on)
        where = f"{len(samples):,} chosen images"
    evidence = predict_samples(workspace, run, data_set, samples)
    return build_detection(
        *evidence, positives=asked.positives, where=where, per_patient=asked.per_patient
    )


def find_chosen_on(workspace: Workspace, run: Run) -> tuple[DataSet, list[Sample], str]:
    """The validation images that a threshold is chosen on, their data set, and what they are.

    Those that neither taught the network nor chose its epoch, where the run set some aside; else
    the whole validation split.

    Raises:
        DataError: the data set is gone.
        RunError: the run's images have changed, or it has no validation images.
    """
    data_set, samples = find_split(workspace, run, "validation")
    calibration = read_calibration(read_metadata(run.require_model()))
    if calibration is None or not calibration.images:
        return data_set, samples, "validation split"
    _, calibrating = divide_validation(samples, find_task(data_set.task))
    return data_set, calibrating, "calibrating half of the validation split"
