"""What the model of a run stands: attacks, ordinary faults of images, its heatmaps on trial."""

from typing import TYPE_CHECKING

from medapp.runs.heads import find_head
from medapp.runs.run import Run
from medapp.session.training import TrainingSession

if TYPE_CHECKING:
    from medapp.evaluation.robustness.record import Robustness
    from medapp.evaluation.stress.record import Stress
    from medapp.explanation.trials.record import Trial
    from medapp.store.job import Tell


class TryingSession(TrainingSession):
    """Models of one workspace, put to the test beyond their figures."""

    def measure_robustness(
        self,
        run: Run | str,
        images: int = 200,
        steps: int = 10,
        seed: int = 0,
        on_progress: "Tell | None" = None,
        head: str | None = None,
    ) -> "Robustness":
        """Figures on test images that FGSM and PGD changed; counts as a look at the test split.

        What was asked before is given again without a look.

        Args:
            images: how many at most, drawn by the seed; 0 takes all.
            steps: of PGD.
            head: as in `predict`.

        Raises:
            RunError: the run has no model or no test images, or its model gives no gradient.
        """
        from medapp.runs.robustness import measure_robustness

        found = find_head(self._find(run), head)
        return measure_robustness(self.workspace, found, images, steps, seed, on_progress)

    def measure_stress(
        self,
        run: Run | str,
        images: int = 200,
        seed: int = 0,
        on_progress: "Tell | None" = None,
        head: str | None = None,
    ) -> "Stress":
        """Figures on test images changed by ordinary faults; counts as a look at the test split.

        What was asked before is given again without a look. `evaluation.stress.limits.find_limits`
        says how far each fault may go, `evaluation.stress.words` says it in sentences.

        Args:
            images: how many at most, whole patients drawn by the seed; 0 takes all.
            head: as in `predict`.

        Raises:
            RunError: the run has no model or no test images.
        """
        from medapp.runs.stress import measure_stress

        found = find_head(self._find(run), head)
        return measure_stress(self.workspace, found, images, seed, on_progress)

    def try_heatmaps(
        self,
        run: Run | str,
        images: int = 100,
        method: str = "gradcam",
        seed: int = 0,
        on_progress: "Tell | None" = None,
        head: str | None = None,
    ) -> "Trial":
        """What heatmaps on test images are worth; counts as a look at the test split.

        What was asked before is given again without a look. `explanation.trials.words.judge_trial`
        says it in sentences.

        Args:
            images: how many at most, drawn by the seed; 0 takes all.
            method: a key of `medapp.explanation.methods.METHODS`.
            head: as in `predict`.

        Raises:
            ExplanationError: there is no such method.
            RunError: the run has no model or no test images, or its model has no heatmaps.
        """
        from medapp.runs.trial import try_heatmaps

        found = find_head(self._find(run), head)
        return try_heatmaps(self.workspace, found, images, method, seed, on_progress)
