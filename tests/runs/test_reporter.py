"""What a sitting says becomes events of its run; asked to stop, a long stage ends."""

import pytest
from conftest import register_empty

from medapp.runs.events import EpochFinished, MessageSaid, PlanMade, StageAdvanced, StepTaken
from medapp.runs.making import create_run
from medapp.runs.progress import Follower
from medapp.runs.reporter import Reporter, StopRequestedError
from medapp.runs.run import Run
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_recipe
from medapp.training.watcher import Epoch, Step

STEP = Step(epoch=2, step=9, loss=0.5, rate=0.125, images_per_second=80.0)
FIGURES = {"validation_loss": 0.25, "accuracy": 0.75}


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run that waits, on a data set without images."""
    register_empty(workspace, "any")
    return create_run(workspace, build_recipe({"data": "any"}))


def test_steps_epochs_and_words_are_written(run: Run) -> None:
    reporter = Reporter(run, lambda: False)
    reporter.on_step(STEP)
    reporter.on_epoch(Epoch(2, 0.5, 0.625, FIGURES, 9.5, True))
    reporter.on_epoch(Epoch(3, 0.5, 0.625, {}, 9.5, False))
    reporter.say("Memory is short.")
    step, epoch, unvalidated, message = run.list_events()[1:]
    assert isinstance(step, StepTaken)
    assert (step.epoch, step.step, step.loss, step.rate) == (2, 9, 0.5, 0.125)
    assert isinstance(epoch, EpochFinished)
    assert (epoch.validation_loss, epoch.accuracy, epoch.macro_auroc) == (0.25, 0.75, None)
    assert (epoch.train_accuracy, epoch.seconds, epoch.is_best) == (0.625, 9.5, True)
    assert isinstance(unvalidated, EpochFinished)
    assert unvalidated.validation_loss is None
    assert isinstance(message, MessageSaid)
    assert message.text == "Memory is short."


def test_a_process_that_is_not_the_first_says_nothing(run: Run) -> None:
    reporter = Reporter(run, lambda: False, is_silent=True)
    reporter.on_step(STEP)
    reporter.say("Memory is short.")
    reporter.follow_stage("Reading")(1, 1)
    assert [event.kind for event in run.list_events()] == ["state"]


def test_a_stage_is_told_at_its_beginning_and_end_but_not_at_each_item(run: Run) -> None:
    advance = Reporter(run, lambda: False).follow_stage("Reading")
    for done in range(1, 1001):
        advance(done, 1000)
    told = [event for event in run.list_events() if isinstance(event, StageAdvanced)]
    assert (told[0].text, told[0].done, told[0].total) == ("Reading", 1, 1000)
    assert told[-1].done == 1000
    assert len(told) < 100


def test_a_stage_ends_when_the_run_is_to_stop(run: Run) -> None:
    advance = Reporter(run, run.is_stop_requested).follow_stage("Reading")
    advance(1, 10)
    (run.folder / "stop").touch()
    with pytest.raises(StopRequestedError):
        advance(2, 10)


def test_an_early_end_is_a_new_plan_by_which_the_share_done_is_told(run: Run) -> None:
    reporter = Reporter(run, lambda: False)
    reporter.report(PlanMade(epochs=50, steps_per_epoch=4, classes=["a", "b"], train=16))
    reporter.on_step(Step(epoch=2, step=5, loss=0.5, rate=0.125, images_per_second=80.0))
    reporter.on_shortened(5)
    plan = Follower(run).read().plan
    assert plan is not None
    assert (plan.epochs, plan.steps_per_epoch, plan.train) == (5, 4, 16)
    # Five of twenty steps, not of two hundred.
    assert Follower(run).read().share == 0.25
