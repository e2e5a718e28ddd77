"""What more can be asked of how good a run's model is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from medapp.data.samples import DataSet, Sample
from medapp.errors import RunError
from medapp.runs.heads import find_head
from medapp.runs.run import Run
from medapp.session.predicting import PredictingSession
from medapp.store.job import Tell

if TYPE_CHECKING:
    from medapp.evaluation.elsewhere.record import Elsewhere
    from medapp.evaluation.locked import Locked
    from medapp.evaluation.operating import OperatingPoint
    from medapp.evaluation.probability import ProbabilityFigures
    from medapp.evaluation.subgroups import Subgroups
    from medapp.runs.failures import Failures


class JudgingSession(PredictingSession):
    """Runs of one workspace: their probabilities, thresholds and subgroups."""

    def judge_probabilities(
        self,
        run: Run | str,
        split: str = "test",
        data: DataSet | str | None = None,
        head: str | None = None,
    ) -> "ProbabilityFigures":
        """Brier score, log loss, calibration and the like; arguments as for `evaluate`.

        Raises:
            RunError: also where the probabilities of the test split were not kept.
        """
        from medapp.evaluation.probability import judge_probabilities
        from medapp.runs.decided import find_decide
        from medapp.runs.evaluate import examine_run

        other = data.uid if isinstance(data, DataSet) else data
        found = find_head(self._find(run), head)
        evaluation, evidence = examine_run(self.workspace, found, split, other)
        if evidence is None:
            raise RunError(
                f"The probabilities behind the figures of {found.name} were not kept.",
                remedy="Judge it on another data set.",
            )
        decide = find_decide(found, evaluation)
        return judge_probabilities(*evidence, thresholds=evaluation.thresholds, decide=decide)

    def find_operating_point(
        self,
        run: Run | str,
        rule: str | None = None,
        prevalence: float | None = None,
        positive: str | Sequence[str] | None = None,
        data: DataSet | str | None = None,
        head: str | None = None,
        chosen_on: Sequence[Sample] | None = None,
        per_patient: bool = False,
    ) -> "OperatingPoint":
        """A threshold chosen on validation images, judged on the test split.

        Args:
            rule: "sensitivity>=0.95", "specificity>=0.9", "youden", "cost=10" (a miss costs as much
                as so many false alarms), or "threshold=0.37", set by hand; None judges the
                threshold that the model has.
            prevalence: of the place where the model is to be used, in 0 to 1, for PPV and NPV; that
                of the judged images where none is given.
            positive: the class that is the finding, or several; needed unless there are two classes
                whose names, or else whose order, tell it.
            data: judge on all of another data set in place of the test split.
            chosen_on: samples to choose on in place of those validation images that did not choose
                the epoch, or of all where the run set none aside.
            per_patient: choose and judge by the mean of each patient's images, where patients are
                known.

        Raises:
            RecipeError: no such rule or class, or a prevalence out of range.
            RunError: too few images to choose on, or the probabilities were not kept.
        """
        from medapp.runs.detecting import Asked
        from medapp.runs.evaluate import examine_run
        from medapp.runs.operating import find_operating_point

        names = (positive,) if isinstance(positive, str) else tuple(positive or ())
        asked = Asked.read(rule, prevalence, names, per_patient)
        other = data.uid if isinstance(data, DataSet) else data
        found = find_head(self._find(run), head)
        judged = examine_run(self.workspace, found, "test", other)
        return find_operating_point(self.workspace, found, asked, *judged, chosen_on)

    def lock_operating_point(
        self,
        run: Run | str,
        rule: str,
        prevalence: float | None = None,
        positive: str | Sequence[str] | None = None,
        head: str | None = None,
    ) -> "Locked":
        """Let a threshold decide from now on; arguments as for `find_operating_point`.

        Raises:
            RunError: also where each of several findings has a threshold already.
        """
        from medapp.runs.locking import lock_point

        names = (positive,) if isinstance(positive, str) else tuple(positive or ())
        point = self.find_operating_point(run, rule, prevalence, names, head=head)
        return lock_point(find_head(self._find(run), head), point, names)

    def unlock_operating_point(self, run: Run | str, head: str | None = None) -> None:
        """Let the most probable class decide again."""
        from medapp.runs.locking import unlock_point

        unlock_point(find_head(self._find(run), head))

    def validate_elsewhere(
        self,
        run: Run | str,
        data: DataSet | str,
        floor: float | None = None,
        head: str | None = None,
        classes: Mapping[str, str] | None = None,
        tell: Tell | None = None,
    ) -> "Elsewhere":
        """Judge a model on all images of another data set, and say whether it may be used there.

        Args:
            floor: the least AUROC that is asked for; None asks for 0.1 less than at home.
            classes: which class there means which of the model's, "" where its images are left out.

        Raises:
            RecipeError: the floor is out of range, or nothing is known from home and none is given.
            DataError, RunError: as for `evaluate`.
        """
        from medapp.runs.external import validate_elsewhere

        other = data.uid if isinstance(data, DataSet) else data
        found = find_head(self._find(run), head)
        return validate_elsewhere(self.workspace, found, other, floor, classes, tell)

    def adopt(
        self,
        run: Run | str,
        data: DataSet | str,
        name: str,
        head: str | None = None,
        classes: Mapping[str, str] | None = None,
    ) -> Run:
        """A copy of a run whose probabilities, sets and threshold are fitted to another data set.

        Raises:
            RunError: too few images to fit anything to, or the name is taken.
        """
        from medapp.runs.adopting import adopt_run

        other = data.uid if isinstance(data, DataSet) else data
        found = find_head(self._find(run), head)
        return adopt_run(self.workspace, found, other, name, classes)

    def judge_subgroups(
        self, run: Run | str, by: str, figure: str = "", head: str | None = None
    ) -> "Subgroups":
        """The headline figure, or another, in each group of the test images.

        Args:
            by: "site" or any further column of the data set, such as "sex"; numbers are parted in
                bands.
            figure: such as "sensitivity"; see `medapp.evaluation.subgroups.list_figures`.

        Raises:
            DataError: the data set is gone or has no such column, or it has too many values.
            RecipeError: there is no such figure.
            RunError: the run was not judged, or its predictions were not kept.
        """
        from medapp.runs.subgroups import split_by

        return split_by(self.workspace, find_head(self._find(run), head), by, figure)

    def find_failures(
        self, run: Run | str, head: str | None = None, with_familiarity: bool = False
    ) -> "Failures":
        """The wrongly judged test images, the worst first, and what they share.

        From the kept predictions: no look at the test split.

        Args:
            head: as in `predict`.
            with_familiarity: ask the model whether each image is of its kind, which reads them.

        Raises:
            DataError: the data set is gone.
            RunError: the run was not judged, or its predictions were not kept.
        """
        from medapp.runs.failures import find_failures

        found = find_head(self._find(run), head)
        verdicts = None
        if with_familiarity:
            from medapp.runs.recognising import recognise_tests

            verdicts = recognise_tests(self.workspace, found)
        return find_failures(self.workspace, found, verdicts)
