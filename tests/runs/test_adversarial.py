"""A run that learns adversarially: resumed exactly, in parts, by two processes, and more robust."""

from pathlib import Path

import pytest
from conftest import write_bands
from runs.test_supervisor import create, follow

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.evaluation.robustness.record import PGD
from medapp.runs.events import EpochFinished, PlanMade, StepTaken
from medapp.runs.making import create_run
from medapp.runs.plan import plan_run
from medapp.runs.robustness import measure_robustness
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_recipe, build_settings

SETTINGS = {
    "data": "bands",
    "objective": "adversarial",
    "image_size": 32,
    "epochs": 2,
    "batch_size": 8,
    "precision": "float32",
    "threads": 1,
}


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> str:
    folder = write_bands(tmp_path / "bands")
    return add_folder(
        workspace, folder, choice=ImportChoice(patient_pattern=r"p\d\d")
    ).data_set.name


def build(workspace: Workspace, **settings: object) -> Run:
    return create_run(workspace, *build_settings({**SETTINGS, **settings}))


def sit(workspace: Workspace, run: Run, most_steps: int = 10**9) -> bool:
    def has_taken() -> bool:
        return sum(isinstance(e, StepTaken) for e in run.list_events()) >= most_steps

    with run.lock():
        is_done = Sitting(workspace, run, has_taken).do()
        run.set_state("done" if is_done else "stopped")
    return is_done


def test_a_run_that_was_stopped_takes_the_steps_that_it_would_have(
    workspace: Workspace, bands: str
) -> None:
    whole, cut = build(workspace), build(workspace)
    assert sit(workspace, whole)
    assert not sit(workspace, cut, most_steps=2)
    assert sit(workspace, cut)
    assert whole.model_path.read_bytes() == cut.model_path.read_bytes()


def test_it_holds_better_against_an_attack_than_a_run_without(
    workspace: Workspace, bands: str
) -> None:
    values = []
    for objective in ("supervised", "adversarial"):
        run = build(workspace, objective=objective, attack_strength=8.0, epochs=8)
        assert sit(workspace, run)
        found = measure_robustness(workspace, run, images=0, steps=5)
        values.append(found.figures[PGD][-1]["accuracy"].value or 0.0)
    plain, adversarial = values
    assert adversarial > plain


def test_the_head_is_fitted_first_to_plain_images(workspace: Workspace, bands: str) -> None:
    assert sit(workspace, build(workspace, strategy="probe-then-fine-tune", epochs=1))


def test_the_attack_counts_in_the_plan_and_in_the_measured_speed(
    workspace: Workspace, bands: str
) -> None:
    def plan(steps: int) -> float:
        return plan_run(workspace, build_recipe({**SETTINGS, "attack_steps": steps})).seconds

    run = build(workspace, attack_steps=2)
    before = plan(1), plan(2), plan(3)
    assert before[2] - before[1] == pytest.approx(before[1] - before[0])
    assert before[0] < before[1]
    assert sit(workspace, run)
    assert next(e.passes for e in run.list_events() if isinstance(e, PlanMade)) == 3 + 4


def test_two_processes_take_the_steps_of_one(workspace: Workspace, bands: str) -> None:
    """But for pixels whose gradient is next to nothing, whose sign rounding decides."""
    settings = {"objective": "adversarial", "optimiser": "sgd", "learning_rate": 0.002, "epochs": 1}
    one, two = (create(workspace, bands, **settings, devices=devices) for devices in (1, 2))
    assert sit(workspace, one)
    assert follow(workspace, two) == "done", two.read_log()
    for kind, name in ((StepTaken, "loss"), (EpochFinished, "validation_loss")):
        found = [
            [getattr(event, name) for event in run.list_events() if isinstance(event, kind)]
            for run in (one, two)
        ]
        assert found[0] == pytest.approx(found[1], rel=0.02), name
