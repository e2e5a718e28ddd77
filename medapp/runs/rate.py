"""The learning rate range test on a recipe: steps of its own training at ever higher rates.

Learner, objective, feed, optimiser and loop are those that a run of the recipe would have; only the
rate rises, nothing is validated, and nothing is kept. Training images alone are learned from.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from medapp.errors import RecipeError, RunError
from medapp.runs.locks import hold_machine
from medapp.runs.making import settle_recipe
from medapp.runs.reporter import Reporter
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.store.files import write_bytes
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.training.examples import Examples, Inputs
from medapp.training.loop import Course, DivergedError, Loop
from medapp.training.rate import Rate
from medapp.training.rate_range import STEPS, RateRange, has_exploded, list_rates, read_range
from medapp.training.recipe import Machine, Recipe, write_settings
from medapp.training.recipe.groups import Optimisation
from medapp.training.strategies import find_default_rates
from medapp.training.watcher import Step

# Called with what is being done, how much is done and how much there is of that; an error that the
# function raises ends the test.
Tell = Callable[[str, int, int], None]
STEPPING = "Steps at ever higher rates"


def find_rate(
    workspace: Workspace, recipe: Recipe, machine: Machine | None = None, tell: Tell | None = None
) -> RateRange:
    """Try rates on a recipe's own training, in this process.

    Raises:
        RecipeError: the recipe takes no steps, or cannot work.
        RunError: a run is under way on this machine.
        DataError: there is no such data set.
        WeightsError: what the recipe starts from is not on this machine.
    """
    strategy = recipe.find_strategy()
    if strategy.is_fitted:
        raise RecipeError(
            f"{strategy.title} is fitted in one go, without a learning rate.",
            remedy="Choose a strategy that takes steps, such as fine-tune.",
            setting="strategy",
        )
    # The steps are as large on one device as on several.
    alone = (machine or Machine()).model_copy(update={"devices": 1})
    threads = torch.get_num_threads()
    with hold_machine(workspace) as is_free, tempfile.TemporaryDirectory() as folder:
        if not is_free:
            raise RunError(
                "A run is under way, and there is one machine for both.",
                remedy="Wait until the run has ended, or stop it.",
            )
        run = Run(Path(folder))
        text = write_settings(_shorten(settle_recipe(workspace, recipe)), alone)
        write_bytes(run.folder / "recipe.json", text.encode())
        try:
            return _RateSitting(workspace, run, tell).take_steps()
        finally:
            # A sitting takes as many threads as its recipe says; what comes after does not.
            torch.set_num_threads(threads)


def _shorten(recipe: Recipe) -> Recipe:
    """The recipe without what comes over many epochs; each epoch has one step at least."""
    budget = recipe.budget.model_copy(update={"epochs": STEPS, "early_stopping": 0})
    optimisation = recipe.optimisation.model_copy(update={"averaging": 0.0})
    strategy = recipe.strategy.model_copy(update={"unfreezing": 0.0})
    changed = {"budget": budget, "optimisation": optimisation, "strategy": strategy}
    return recipe.model_copy(update=changed)


class _Recorder(Reporter):
    """Takes note of steps, and tells of them in place of writing events."""

    def __init__(self, run: Run, tell: Tell | None) -> None:
        super().__init__(run, self._is_over, is_silent=True)
        self.rates: list[float] = []
        self.losses: list[float] = []
        self._tell = tell or (lambda title, done, total: None)

    def on_step(self, step: Step) -> None:
        self.rates.append(step.rate)
        self.losses.append(step.loss)
        self._tell(STEPPING, len(self.rates), STEPS)

    def follow_stage(self, text: str) -> OnProgress:
        return lambda done, total: self._tell(text, done, total)

    def _is_over(self) -> bool:
        return len(self.rates) >= STEPS or has_exploded(self.losses)


class _RateSitting(Sitting):
    """A sitting that tries rates and then forgets what was learned."""

    def __init__(self, workspace: Workspace, run: Run, tell: Tell | None) -> None:
        super().__init__(workspace, run, lambda: False)
        self.recorder = _Recorder(run, tell)
        self.reporter = self.recorder

    def take_steps(self) -> RateRange:
        """Take the steps, and read what they say."""
        has_ended = False
        try:
            self.build_training().run()
        except DivergedError:
            has_ended = True
        rates, losses = self.recorder.rates, self.recorder.losses
        if not rates:
            raise RunError(
                "The loss is no number even before the first step.",
                remedy="Choose other weights to start from, or float32.",
            )
        return read_range(rates, losses, has_ended or has_exploded(losses))

    def build_loop(self, course: Course) -> Loop:
        """A loop whose rate rises, that validates nothing and keeps nothing."""
        return Loop(
            replace(
                course,
                validation=_leave_out(course.validation),
                checkpoint_path=None,
                save_best=lambda *_: None,
                build_rate=self._build_rate,
            )
        )

    def _build_rate(
        self, optimiser: torch.optim.Optimizer, settings: Optimisation, steps: int
    ) -> Rate:
        rates = list_rates(find_default_rates(self.recipe.strategy.name, settings.optimiser)[0])
        return _RisingRate(optimiser, settings, rates)


class _RisingRate(Rate):
    """A head's rate that is given for each step; the others' are as large beside it as ever."""

    def __init__(
        self, optimiser: torch.optim.Optimizer, settings: Optimisation, rates: list[float]
    ) -> None:
        super().__init__(optimiser, settings, len(rates))
        self.rates = rates

    def find_share(self, step: int) -> float:
        """The rate of the step as a share of the head's peak."""
        peak: float = self.optimiser.param_groups[0]["peak"]
        return self.rates[step] / peak


def _leave_out(examples: Examples) -> Examples:
    """No image, of the same kind."""
    rows = examples.inputs.take(slice(0, 0))
    return Examples(Inputs(rows, np.arange(0)), examples.targets[:0])
