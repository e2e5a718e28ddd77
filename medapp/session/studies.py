"""What can be asked of many runs or sources at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medapp.data.layouts.tables import load_table
from medapp.data.samples import DataSet
from medapp.runs.run import Run
from medapp.session.reporting import ReportingSession
from medapp.session.training import OnEvent
from medapp.studies.board import Board, read_board
from medapp.studies.budget import renew_time
from medapp.studies.comparison import Comparison, compare_runs
from medapp.studies.curve import SHARES, WAYS, Curve, create_curve, find_curve
from medapp.studies.folds import FoldStudy, Pooled, create_folds, find_study, pool
from medapp.studies.points import Reading, read_points
from medapp.studies.race import CONTESTANTS, Race, create_race, find_race
from medapp.studies.ranking.ranking import Ranking
from medapp.studies.readers.columns import AskedColumns
from medapp.studies.readers.comparing import ReaderComparison, compare_readers
from medapp.studies.study import refuse_settings
from medapp.studies.working import find_runs, resume_runs, work_off

if TYPE_CHECKING:
    from medapp.studies.ranking.computing import OnRanking
    from medapp.studies.travel.record import Travel
    from medapp.studies.travel.sides import Tell

# What a learning curve itself gives its runs.
OWN_OF_CURVE = {"strategy": "Name it as one of its ways.", "share": "Name the curve's shares."}


class Session(ReportingSession):
    """One workspace, and what can be done in it."""

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
        sources: Sequence[str] = (),
        strategies: Sequence[str] = CONTESTANTS,
        seeds: int = 1,
        minutes: float | None = None,
        workers: int = 1,
        jobs: Mapping[str, Any] | None = None,
        name: str | None = None,
        preset: str | None = None,
        on_event: OnEvent | None = None,
        **settings: Any,
    ) -> Race:
        """Train each way of training, over seeds or folds, one run after the other.

        Args:
            sources: what is started from; the one that `source` names where there are none.
            strategies: who runs.
            seeds: runs of each; with `folds=5` among the settings each runs once a fold instead.
            minutes: how long it may take: epochs are lowered to fit by the estimate, and what does
                not fit by what was measured since is not begun.
            workers: how many runs work at once; more than one are handed to SLURM where it is
                here, else to processes of this machine (`medapp[cluster]`).
            jobs: submitit's options for these, such as `{"slurm_partition": "gpu"}`.
            settings: as for `train`, without `strategy`.

        Returns:
            The race; `read_race` gives its board and verdict.

        Raises:
            RecipeError: a setting is wrong, or the time is too short.
            RunError: all trainings failed; says why. The race stays, and its runs can be resumed.

        Ctrl-C stops the run under way and those that wait.
        """
        refuse_settings("race", settings, {"strategy": "Name who runs as its strategies."})
        recipe, machine = self.build_settings(data, preset, **settings)
        self._check_engine(workers, jobs)
        found = create_race(
            self.workspace,
            recipe,
            machine,
            sources=sources,
            strategies=strategies,
            seeds=seeds,
            minutes=minutes,
            workers=workers,
            name=name,
        )
        self._work_on(found, jobs, on_event)
        return found

    def read_race(self, race: Race | str) -> Board:
        """Who stands where in a race; once it is over, what the test split says.

        Raises:
            RunError: there is no such race, or the figures of a run are damaged.
        """
        found = race if isinstance(race, Race) else find_race(self.workspace, race)
        return read_board(self.workspace, found)

    def curve(
        self,
        data: DataSet | str,
        *,
        ways: Sequence[str] = WAYS,
        shares: Sequence[float] = SHARES,
        seeds: int = 1,
        minutes: float | None = None,
        workers: int = 1,
        jobs: Mapping[str, Any] | None = None,
        name: str | None = None,
        preset: str | None = None,
        on_event: OnEvent | None = None,
        **settings: Any,
    ) -> Curve:
        """Train each way on ever more of the training patients, one run after the other.

        Args:
            ways: strategies.
            shares: of the training patients; all of them are always among these.
            minutes, workers, jobs: as for `race`.
            settings: as for `train`, without `strategy` and `share`.

        Returns:
            The learning curve; `read_curve` gives its points and what they foretell.

        Raises:
            RecipeError: a setting is wrong, or the time is too short.
            RunError: all trainings failed; says why. The curve stays, and its runs can be resumed.

        Ctrl-C stops the run under way and those that wait.
        """
        refuse_settings("learning curve", settings, OWN_OF_CURVE)
        recipe, machine = self.build_settings(data, preset, **settings)
        self._check_engine(workers, jobs)
        found = create_curve(
            self.workspace,
            recipe,
            machine,
            ways=ways,
            shares=shares,
            seeds=seeds,
            minutes=minutes,
            workers=workers,
            name=name,
        )
        self._work_on(found, jobs, on_event)
        return found

    def read_curve(self, curve: Curve | str) -> Reading:
        """The points of a learning curve and, once it is over, what they foretell.

        Raises:
            RunError: there is no such learning curve, or the figures of a run are damaged.
        """
        found = curve if isinstance(curve, Curve) else find_curve(self.workspace, curve)
        return read_points(self.workspace, found)

    def resume_study(
        self,
        study: Race | Curve,
        *,
        minutes: float | None = None,
        workers: int = 1,
        jobs: Mapping[str, Any] | None = None,
        on_event: OnEvent | None = None,
    ) -> Race | Curve:
        """Go on with what is left of a race or a learning curve: stopped, failed, interrupted.

        Args:
            minutes: that the study may take in all from now on; without it the time that it was
                given holds, unless runs did not fit it: then they take what they need.
            workers, jobs: as for `race`.

        Returns:
            The study, as it is now.
        """
        self._check_engine(workers, jobs)
        found = renew_time(self.workspace, study, minutes, workers)
        resume_runs(find_runs(self.workspace, found.list_runs()))
        self._work_on(found, jobs, on_event)
        return found

    def _check_engine(self, workers: int, jobs: Mapping[str, Any] | None) -> None:
        """Raise RunError where workers could not be sent, before a run is made for them."""
        if workers > 1:
            from medapp.studies.engine import check_engine

            check_engine(jobs)

    def _work_on(
        self, study: Race | Curve, jobs: Mapping[str, Any] | None, on_event: OnEvent | None
    ) -> None:
        """Work on the runs of a study to the end, one at a time or by an engine's workers."""
        ids = study.list_runs()
        if study.workers > 1:
            from medapp.studies.engine import hand_over, wait_for

            sent = hand_over(self.workspace, study.id, ids, study.workers, jobs)
            wait_for(self.workspace, ids, sent, on_event or (lambda event: None))
        else:
            work_off(self.workspace, ids, on_event)

    def compare(self, runs: Sequence[Run | str]) -> Comparison:
        """Runs beside the first of them, on the test images that all of them judged.

        Raises:
            RunError: there are fewer than two, one has no predictions, or they have no test image
                in common.
        """
        return compare_runs([self._find(run) for run in runs])

    def compare_readers(
        self,
        runs: Sequence[Run | str],
        tables: Sequence[Path | str],
        *,
        columns: AskedColumns | None = None,
        positives: Sequence[str] = (),
    ) -> ReaderComparison:
        """Runs and human readers beside the first run, on the test images that all judged.

        Args:
            tables: files (CSV, Excel, Parquet, JSON) of what readers called, or how they rated.
            columns: what they hold, where names and cells do not tell.
            positives: the classes that count as the finding on the ROC curve.

        Raises:
            DataError: a table cannot be read, or none of its rows is of a test image.
            RunError: a run has no predictions, or no test image was judged by all.
        """
        read = [load_table(Path(table)) for table in tables]
        return compare_readers([self._find(run) for run in runs], read, columns, positives)

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

    def travel(
        self,
        run: Run | str,
        to: DataSet | str,
        labelled: int = 0,
        mapping: Mapping[str, str] | None = None,
        on_progress: "Tell | None" = None,
        minutes: float = 0.0,
    ) -> "Travel":
        """Does a model hold in another hospital: "go", "adapt", or "stop" and label some first.

        The verdict stands before a label there is read. The answer is kept as a study.

        Args:
            to: a data set of the other hospital, labelled or not.
            labelled: so many of its images are declared a validation set that chooses a method.
            mapping: its classes to the run's, where names do not tell.
            minutes: for fine-tuning on its labels, to see what labelling buys; 0 for none.

        Raises:
            RunError: the run has no model, or its images are not in this workspace.
            DataError: what both ask for cannot be compared, or there are too few images.
        """
        from medapp.studies.travel.study import run_travel

        data_set = self._find_data(to)
        return run_travel(
            self.workspace, self._find(run), data_set, labelled, minutes, mapping, on_progress
        )
