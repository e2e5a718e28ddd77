"""MedApp from Python: one workspace and the main job as methods.

    import medapp

    session = medapp.open("study/")                 # or medapp.open() for the usual workspace
    data = session.add_data("images/")
    run = session.train(data, strategy="fine-tune", epochs=10)
    print(session.evaluate(run).balanced_accuracy)

The functions of the package do the same in the usual workspace. Nothing here imports torch before
it is needed: a program that lists data sets answers at once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medapp.data.catalog import Catalog
from medapp.data.containers import PLANES, SliceChoice
from medapp.data.copies.within import CopyGroup, list_copies
from medapp.data.edits import Change, Edit, apply_edits, list_edits, undo_edits
from medapp.data.importing.adding import add_path
from medapp.data.layouts.roles import TableChoice
from medapp.data.notes import describe
from medapp.data.samples import DataSet
from medapp.data.selecting import select_one
from medapp.data.splits.cleaning import make_clean_split
from medapp.data.splits.redrawing import redraw_split
from medapp.errors import RunError
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import Note
from medapp.phantom.data_set import add_phantom
from medapp.runs.events import Event
from medapp.runs.making import create_run, find_run, list_runs
from medapp.runs.plan import Plan, plan_run
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.runs.transfer import export_run, import_run
from medapp.store.files import expand_path
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace, find_workspace, open_workspace
from medapp.studies.board import Board, read_board
from medapp.studies.comparison import Comparison, compare_runs
from medapp.studies.folds import FoldStudy, Pooled, create_folds, find_study, pool
from medapp.studies.race import Race, create_race, find_race
from medapp.studies.ranking.ranking import Ranking
from medapp.task import find_task
from medapp.training.recipe import DataChoice, Machine, Recipe, build_settings
from medapp.training.recipe.presets import find_preset

if TYPE_CHECKING:
    from medapp.audit.audit import Audit, OnAudit
    from medapp.audit.flattery import Flattery
    from medapp.audit.similarity import Similarity
    from medapp.prediction.files import Prediction
    from medapp.prediction.patients import PatientPrediction
    from medapp.studies.ranking.computing import OnRanking
    from medapp.studies.travel.record import Travel
    from medapp.studies.travel.sides import Tell

OnEvent = Callable[[Event], None]


class Session:
    """One workspace, and what can be done in it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def list_data(self) -> list[DataSet]:
        """All data sets, by name."""
        return Catalog(self.workspace).list_data_sets()

    def find_data(self, name: str) -> DataSet:
        """The data set of this name or id.

        Raises:
            DataError: there is none; names the nearest.
        """
        return Catalog(self.workspace).find_data_set(name)

    def add_data(
        self,
        path: str | Path,
        name: str | None = None,
        patient_pattern: str | None = None,
        layout: str | None = None,
        plane: str = PLANES[0],
        slices: str = "",
        table: TableChoice | None = None,
    ) -> DataSet:
        r"""Register a folder in place, or copy the images of a file into the workspace.

        Args:
            path: a folder, a zip, a `.npz`, or Parquet or NIfTI with images, or a folder of these;
                "phantom", where there is no such folder, makes the built-in data set.
            patient_pattern: a regular expression that finds the patient in a file's name, or in
                its path, such as `^.{8}` or `/(P\d+)/`.
            layout: what each folder of a path says, such as `{patient}/{label}`; None recognises
                it.
            plane: of NIfTI, "axial", "coronal" or "sagittal".
            slices: of volumes, "middle", "every:5" or "40-60"; else all that are not nearly empty.
            table: which tables say what the images show, and what their columns hold; None takes
                those that lie beside the images.

        Raises:
            DataError: there is nothing at the path, or no image in it; its folders cannot be told
                without a layout; the name is taken; or the pattern is no regular expression.
        """
        given = expand_path(path)
        if str(path) == "phantom" and not given.exists():
            return add_phantom(self.workspace, name or "Phantom").data_set
        return add_path(
            self.workspace,
            given,
            name,
            patient_pattern=patient_pattern,
            layout=layout,
            slices=SliceChoice(plane, slices),
            table=table,
        ).data_set

    def describe_data(self, data: DataSet | str) -> tuple[Note, ...]:
        """What to know of a data set before a model learns from it, the gravest first."""
        return describe(self._find_data(data), Catalog(self.workspace))

    def list_copies(self, data: DataSet | str) -> list[CopyGroup]:
        """Images that are copies of one another: leaks first, then those under several classes."""
        return list_copies(Catalog(self.workspace).load_samples(self._find_data(data)))

    def audit(
        self,
        data: DataSet | str,
        with_features: bool = True,
        on_progress: "OnAudit | None" = None,
    ) -> "Audit":
        """Find what is wrong with a data set; what was found is kept, and shown on its page.

        Args:
            with_features: also what a network is needed for: wrong labels, shortcuts.
            on_progress: called with what is being done, how much is done and how much there is.
        """
        from medapp.audit.audit import run_audit

        return run_audit(self.workspace, self._find_data(data), on_progress, with_features)

    def flatter(self, data: DataSet | str, on_progress: OnProgress | None = None) -> "Flattery":
        """Judge a linear probe on the split as it is and on the clean one; nothing is changed.

        Raises:
            DataError: too few images to train or to judge with, in either split.
        """
        from medapp.audit.flattery import measure_flattery

        return measure_flattery(self.workspace, self._find_data(data), on_progress)

    def find_similar(
        self,
        data: DataSet | str,
        image: str,
        most: int = 12,
        with_same_patient: bool = True,
        on_progress: OnProgress | None = None,
    ) -> "Similarity":
        """The images of a data set that are most like one, in what the bundled backbone sees.

        Args:
            image: its name as the data set has it.
            most: of the copies of the picture, and of the other images.
            with_same_patient: else copies, and others of the same patient, are passed over.

        Raises:
            DataError: no image, or more than one, is called so, or its file cannot be used.
        """
        from medapp.audit.similarity import compare

        found = self._find_data(data)
        samples = Catalog(self.workspace).load_samples(found, with_left_out=True)
        sample = select_one(samples, image)
        return compare(self.workspace, found, sample, most, with_same_patient, on_progress)

    def edit(self, data: DataSet | str, changes: Sequence[Change], reason: str = "") -> DataSet:
        """Relabel, move or leave out images, or note something: all changes, or none of them.

        No file is touched; each edit stands in the log and can be undone.

        Args:
            reason: why, for the log.

        Raises:
            DataError: a change is of no known kind, or names no image, label or split there is.
        """
        return apply_edits(Catalog(self.workspace), self._find_data(data), changes, reason)

    def list_edits(self, data: DataSet | str) -> list[Edit]:
        """The log of edits, newest first; those that were undone are marked."""
        return list_edits(Catalog(self.workspace), self._find_data(data))

    def undo(self, data: DataSet | str, edit_ids: Collection[int]) -> DataSet:
        """Take edits back, all of them or none; their lines stay in the log, marked as undone.

        Raises:
            DataError: one is not in the log, is undone already, or a later edit of the same image
                has changed the same thing.
        """
        return undo_edits(Catalog(self.workspace), self._find_data(data), edit_ids)

    def make_clean_split(self, data: DataSet | str) -> DataSet:
        """Move the fewest images so that copies and patients stand in one split; see the log."""
        return make_clean_split(Catalog(self.workspace), self._find_data(data)).data_set

    def set_task(
        self, data: DataSet | str, task: str, order: Sequence[str] | None = None
    ) -> DataSet:
        """Say what is asked of each image: a key of `medapp.task.TASKS`.

        Args:
            order: all grades, the lowest first; by their names where none is given.

        Raises:
            DataError: there is no such task, the labels do not fit it, or the names of grades do
                not tell their order.
        """
        return Catalog(self.workspace).set_task(self._find_data(data), task, order)

    def redraw_split(self, data: DataSet | str, seed: int = 0) -> DataSet:
        """Draw the split of a data set anew, copies and patients together; each time is counted.

        A published split is given up. Runs keep the split that they learned with.

        Args:
            seed: another seed draws another split.
        """
        return redraw_split(Catalog(self.workspace), self._find_data(data), seed)

    def rank(
        self,
        data: DataSet | str,
        sources: Sequence[str] = (),
        image_size: int | None = None,
        on_progress: "OnRanking | None" = None,
    ) -> Ranking:
        """Ask training and validation images which source to start from; the answer is kept.

        Args:
            sources: as `train` takes them; all that are on this machine where none are named.
            image_size: of the square that the sources see, in px.
            on_progress: called with what is being done, how much is done and how much there is.

        Raises:
            DataError: too few images to tell anything.
            WeightsError: a source that was named is not there.
        """
        from medapp.studies.ranking.computing import rank_sources

        found = self._find_data(data)
        return rank_sources(self.workspace, found, sources, image_size, on_progress)

    def list_runs(self) -> list[Run]:
        """All runs that can be used, newest first."""
        return list_runs(self.workspace)

    def find_run(self, name: str) -> Run:
        """The run of this name or id.

        Raises:
            RunError: there is none.
        """
        return find_run(self.workspace, name)

    def build_settings(
        self, data: DataSet | str, preset: str | None = None, **settings: Any
    ) -> tuple[Recipe, Machine]:
        """The recipe and the machine's settings that `train` would make of the same arguments.

        Raises:
            RecipeError: a setting is wrong, or there is no such preset.
            DataError: there is no such data set.
        """
        found = self._find_data(data)
        choice = DataChoice(id=found.uid, name=found.name)
        start = dict(find_preset(preset).values) if preset else {}
        return build_settings({**start, **settings, "data": {"choices": (choice,)}})

    def plan(self, data: DataSet | str, preset: str | None = None, **settings: Any) -> Plan:
        """Whether a training can work, and about how long it takes and how much memory.

        Raises:
            RecipeError: the training cannot work; says why and what to change.
        """
        return plan_run(self.workspace, *self.build_settings(data, preset, **settings))

    def train(
        self,
        data: DataSet | str,
        *,
        name: str | None = None,
        preset: str | None = None,
        on_event: OnEvent | None = None,
        **settings: Any,
    ) -> Run:
        """Train in a child process and wait for the end; Ctrl-C stops it and keeps the best model.

        Args:
            preset: a key of `medapp.training.recipe.presets.PRESETS` to begin with.
            settings: by their own name, such as `strategy="linear-probe", epochs=10`.

        Returns:
            The run, whose `state` is "done" or "stopped".

        Raises:
            RecipeError: a setting is wrong, or cannot work on these data.
            RunError: the training failed; says why.
        """
        recipe, machine = self.build_settings(data, preset, **settings)
        plan_run(self.workspace, recipe, machine)
        return self._run_to_end(create_run(self.workspace, recipe, machine, name), on_event)

    def cross_validate(
        self,
        data: DataSet | str,
        folds: int = 5,
        *,
        name: str | None = None,
        preset: str | None = None,
        on_event: OnEvent | None = None,
        **settings: Any,
    ) -> FoldStudy:
        """Train a run for each fold, patients and copies whole, one after the other.

        Args:
            settings: as for `train`.

        Returns:
            The study; `pool_folds` gives its figures.

        Raises:
            RecipeError: a setting is wrong, or the folds cannot be drawn.
            RunError: a training failed; says why. The study stays, and its runs can be resumed.

        Ctrl-C stops the run under way and those that wait.
        """
        recipe, machine = self.build_settings(data, preset, **{**settings, "folds": folds})
        study = create_folds(self.workspace, recipe, machine, name)
        self._run_all([self.find_run(id) for id in study.runs], on_event)
        return study

    def pool_folds(self, study: FoldStudy | str) -> Pooled:
        """The figures of each fold, and over the images of all folds once each is judged.

        Raises:
            RunError: there is no such study, or the figures of a run are damaged.
        """
        found = study if isinstance(study, FoldStudy) else find_study(self.workspace, study)
        return pool(self.workspace, found)

    def race(
        self,
        data: DataSet | str,
        *,
        seeds: int = 1,
        minutes: float | None = None,
        name: str | None = None,
        preset: str | None = None,
        on_event: OnEvent | None = None,
        **settings: Any,
    ) -> Race:
        """Train each way of training, over seeds, one run after the other.

        Args:
            minutes: how long it may take by the estimate; epochs are lowered to fit.
            settings: as for `train`, without `strategy`.

        Returns:
            The race; `read_race` gives its board and verdict.

        Raises:
            RecipeError: a setting is wrong, or the time is too short.
            RunError: a training failed; says why. The race stays, and its runs can be resumed.

        Ctrl-C stops the run under way and those that wait.
        """
        recipe, machine = self.build_settings(data, preset, **settings)
        found = create_race(
            self.workspace, recipe, machine, seeds=seeds, minutes=minutes, name=name
        )
        self._run_all([self.find_run(id) for id in found.list_runs()], on_event)
        return found

    def read_race(self, race: Race | str) -> Board:
        """Who stands where in a race; once it is over, what the test split says.

        Raises:
            RunError: there is no such race, or the figures of a run are damaged.
        """
        found = race if isinstance(race, Race) else find_race(self.workspace, race)
        return read_board(self.workspace, found)

    def compare(self, runs: Sequence[Run | str]) -> Comparison:
        """Runs beside the first of them, on the test images that all of them judged.

        Raises:
            RunError: there are fewer than two, one has no predictions, or they have no test image
                in common.
        """
        return compare_runs([self._find(run) for run in runs])

    def resume(self, run: Run | str, on_event: OnEvent | None = None) -> Run:
        """Go on with a stopped, failed or interrupted run from its checkpoint, and wait for it.

        Raises:
            RunError: the run is done or under way, or the training failed.
        """
        found = self._find(run)
        found.request_resume()
        return self._run_to_end(found, on_event)

    def evaluate(
        self, run: Run | str, split: str = "test", data: DataSet | str | None = None
    ) -> Evaluation:
        """Figures with 95% intervals on one of a run's splits, or on all of another data set.

        The figures on the test split are kept: the split is read once.

        Args:
            split: "test" or "validation"; of no effect where `data` is given.
            data: another data set with the same classes (external validation).

        Raises:
            RunError: the run has no model, or its images have changed.
            DataError: the other data set has other classes.
        """
        from medapp.runs.evaluate import evaluate_run

        other = data.uid if isinstance(data, DataSet) else data
        return evaluate_run(self.workspace, self._find(run), split, other)

    def travel(
        self,
        run: Run | str,
        to: DataSet | str,
        labelled: int = 0,
        mapping: Mapping[str, str] | None = None,
        on_progress: "Tell | None" = None,
    ) -> "Travel":
        """Does a model hold in another hospital: "go", "adapt", or "stop" and label some first.

        The verdict stands before a label there is read. The answer is kept as a study.

        Args:
            to: a data set of the other hospital, labelled or not.
            labelled: so many of its images are declared a validation set that chooses a method.
            mapping: its classes to the run's, where names do not tell.

        Raises:
            RunError: the run has no model, or its images are not in this workspace.
            DataError: what both ask for cannot be compared, or there are too few images.
        """
        from medapp.studies.travel.study import run_travel

        data_set = self._find_data(to)
        return run_travel(self.workspace, self._find(run), data_set, labelled, mapping, on_progress)

    def predict(
        self,
        run: Run | str,
        images: Sequence[str | Path],
        method: str | None = None,
        class_name: str | None = None,
    ) -> "Iterator[Prediction]":
        """Probabilities for each image, in order, and heatmaps where a method is named.

        A file that cannot be read gives a prediction whose `error` says why; the others go on.

        Args:
            method: a key of `medapp.explanation.methods.METHODS`.
            class_name: the class that heatmaps explain; the predicted one where none is named.

        Raises:
            RunError, WeightsError: there is no such run, or it has no model.
            ExplanationError: no such method or class.
        """
        from medapp.prediction.files import predict_files
        from medapp.prediction.model import load_model

        model = load_model(self._find(run).require_model())
        return predict_files(model, [Path(image) for image in images], method, class_name)

    def predict_patients(
        self, run: Run | str, images: Sequence[str | Path], patient_pattern: str
    ) -> "list[PatientPrediction]":
        """One answer a patient: the mean of the probabilities of his or her images.

        Files that cannot be read are left out.

        Args:
            patient_pattern: a regular expression that finds the patient in a file's name, or else
                in its path.

        Raises:
            DataError: the pattern is no regular expression, or is found in no name.
            RunError, WeightsError: there is no such run, or it has no model.
        """
        from medapp.prediction.job import build_row
        from medapp.prediction.patients import combine_patients

        found = self._find(run)
        rows = [build_row(prediction) for prediction in self.predict(found, images)]
        task = find_task(found.recipe.data.task)
        return combine_patients(rows, patient_pattern, task, found.find_classes())

    def export(self, run: Run | str, to: str | Path, with_names: bool = False) -> Path:
        """Write a run to a zip: weights, recipe, split, figures, no images.

        Args:
            with_names: file names, patients and sites of the images travel too.

        Raises:
            RunError: the run has no model yet.
        """
        return export_run(self._find(run), expand_path(to), with_names)

    def import_run(self, path: str | Path) -> Run:
        """Take in a run from a zip that `export` wrote.

        Raises:
            ArchiveError, RunError, WeightsError: the zip holds no run that can be used.
        """
        return import_run(self.workspace, expand_path(path))

    def _find_data(self, data: DataSet | str) -> DataSet:
        return data if isinstance(data, DataSet) else self.find_data(data)

    def _find(self, run: Run | str) -> Run:
        return run if isinstance(run, Run) else self.find_run(run)

    def _run_all(self, runs: Sequence[Run], on_event: OnEvent | None) -> None:
        """Work on runs one after the other; where one is stopped, those that wait are too."""
        for number, run in enumerate(runs, start=1):
            if self._run_to_end(run, on_event).state != "done":
                for other in runs[number:]:
                    other.request_stop()
                break

    def _run_to_end(self, run: Run, on_event: OnEvent | None) -> Run:
        supervisor = Supervisor(self.workspace, only=run)

        def pass_on(event: Event) -> None:
            if on_event is not None:
                on_event(event)

        try:
            state = supervisor.run_to_end(pass_on)
        except KeyboardInterrupt:
            run.request_stop()
            state = supervisor.run_to_end(pass_on)
        if state == "failed":
            raise RunError(f"Run {run.name} failed: {run.find_last_state().reason or ''}")
        return run


def open(path: str | Path | None = None) -> Session:
    """The session of a workspace.

    Args:
        path: its folder, made where it is missing; None for the one that `MEDAPP_HOME` names, else
            `~/.medapp`.

    Raises:
        WorkspaceError: the folder cannot be made or written.
    """
    return Session(find_workspace() if path is None else open_workspace(expand_path(path)))


def add_data(
    path: str | Path,
    name: str | None = None,
    patient_pattern: str | None = None,
    layout: str | None = None,
    plane: str = PLANES[0],
    slices: str = "",
    table: TableChoice | None = None,
) -> DataSet:
    """See `Session.add_data`; in the usual workspace."""
    return open().add_data(path, name, patient_pattern, layout, plane, slices, table)


def train(
    data: DataSet | str,
    *,
    name: str | None = None,
    preset: str | None = None,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> Run:
    """See `Session.train`; in the usual workspace."""
    return open().train(data, name=name, preset=preset, on_event=on_event, **settings)


def resume(run: Run | str, on_event: OnEvent | None = None) -> Run:
    """See `Session.resume`; in the usual workspace."""
    return open().resume(run, on_event)


def evaluate(run: Run | str, split: str = "test", data: DataSet | str | None = None) -> Evaluation:
    """See `Session.evaluate`; in the usual workspace."""
    return open().evaluate(run, split, data)


def predict(
    run: Run | str,
    images: Sequence[str | Path],
    method: str | None = None,
    class_name: str | None = None,
) -> "Iterator[Prediction]":
    """See `Session.predict`; in the usual workspace."""
    return open().predict(run, images, method, class_name)
