"""A run's model under attack: as strong as can be, within its bound, looked at once."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from conftest import Trained
from runs.test_decided import lock_run

from medapp.errors import RunError
from medapp.evaluation.robustness.record import FGSM, PGD
from medapp.models.network import to_unit
from medapp.prediction.model import load_model
from medapp.runs.decided import DECIDED, load_decided, load_decided_robustness
from medapp.runs.evaluate import evaluate_run, find_split
from medapp.runs.judging import load_squares
from medapp.runs.making import create_run, find_run
from medapp.runs.results import ROBUSTNESS, discard_evaluation, load_robustness
from medapp.runs.robustness import Attacker, measure_robustness
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.training.recipe import build_settings


def count_looks(run: Run) -> int:
    return sum(event.kind == "test_read" for event in run.list_events())


def read_images(trained: Trained, run: Run) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    model = load_model(run.model_path)
    data_set, samples = find_split(trained.workspace, run, "test")
    pixels = load_squares(trained.workspace, model, data_set, samples).take()
    targets = model.task.encode([sample.label for sample in samples], model.classes)
    hashes = [sample.content_hash for sample in samples]
    return to_unit(torch.from_numpy(pixels)), torch.from_numpy(targets), hashes


def test_several_steps_are_at_least_as_strong_as_one(trained: Trained) -> None:
    """Else the gradient would be masked, or the steps wrong."""
    run = find_run(trained.workspace, "probe")
    attacker = Attacker(load_model(run.model_path), steps=10, seed=0)
    images, targets, hashes = read_images(trained, run)

    def measure(attacked: torch.Tensor) -> float:
        own = attacker.ask(attacked)[np.arange(len(targets)), targets]
        return float(-np.log(own).mean())

    plain = measure(images)
    for strength in (1 / 255, 4 / 255):
        once = measure(attacker.attack_once(images, targets, strength))
        stepped = measure(attacker.attack_in_steps(images, targets, strength, hashes))
        assert stepped >= once > plain


@pytest.mark.parametrize("strength", [1 / 255, 8 / 255])
def test_an_attack_stays_within_its_bound_and_the_range(trained: Trained, strength: float) -> None:
    run = find_run(trained.workspace, "probe")
    attacker = Attacker(load_model(run.model_path), steps=3, seed=0)
    images, targets, hashes = read_images(trained, run)
    attacks: list[Callable[[], torch.Tensor]] = [
        lambda: attacker.attack_once(images, targets, strength),
        lambda: attacker.attack_in_steps(images, targets, strength, hashes),
    ]
    for attack in attacks:
        attacked = attack()
        assert attacked.shape == images.shape
        assert 0 < float((attacked - images).abs().max()) <= strength + 1e-6
        assert float(attacked.min()) >= 0
        assert float(attacked.max()) <= 1


def test_without_a_strength_figures_are_those_of_the_evaluation(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    evaluation = evaluate_run(trained.workspace, run)
    found = measure_robustness(trained.workspace, run, images=0, steps=2)
    assert found.levels[0] == 0
    assert found.n == found.of == evaluation.n
    for attack in (FGSM, PGD):
        for name in ("accuracy", "balanced_accuracy"):
            figure = found.figures[attack][0][name]
            assert figure.value == getattr(evaluation, name)
            assert figure.interval == evaluation.intervals[name]


def test_a_look_counts_once_and_what_was_asked_is_kept(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    before = count_looks(run)
    assert load_robustness(run) is None
    seen: list[tuple[int, int]] = []
    found = measure_robustness(
        trained.workspace, run, 4, 2, on_progress=lambda _, *done: seen.append(done)
    )
    assert seen[0] == (0, 4)
    assert seen[-1] == (4, 4)
    assert count_looks(run) == before + 1
    assert load_robustness(run) == found
    assert measure_robustness(trained.workspace, run, 4, 2) == found
    assert count_looks(run) == before + 1
    other = measure_robustness(trained.workspace, run, 3, 2)
    assert (other.n, other.of) == (3, found.of)
    assert count_looks(run) == before + 2
    with run.lock():
        discard_evaluation(run)
    assert load_robustness(run) is None


def test_a_damaged_file_is_measured_anew(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    (run.folder / ROBUSTNESS).write_text('{"levels": [')
    assert load_robustness(run) is None
    assert measure_robustness(trained.workspace, run, 2, 1).n == 2


def test_votes_cannot_be_attacked_by_gradients(trained: Trained) -> None:
    asked = {"data": "bands", "strategy": "nearest-neighbours", "image_size": 32, "threads": 1}
    run = create_run(trained.workspace, *build_settings(asked))
    with run.lock():
        assert Sitting(trained.workspace, run, lambda: False).do()
        run.set_state("done")
    before = count_looks(run)
    with pytest.raises(RunError, match="votes have no gradient"):
        measure_robustness(trained.workspace, run)
    assert count_looks(run) == before


def test_nonsense_is_refused(trained: Trained) -> None:
    with pytest.raises(RunError, match="steps 1 or more"):
        measure_robustness(trained.workspace, find_run(trained.workspace, "probe"), steps=0)


def test_a_locked_model_is_attacked_and_judged_by_its_answers(trained: Trained) -> None:
    workspace = trained.workspace
    plain = measure_robustness(workspace, find_run(workspace, trained.run), 0, steps=1)
    run, locked = lock_run(trained)
    stale = load_decided_robustness(run)
    assert stale is not None
    assert stale.figures == plain.figures
    (note,) = [note for note in stale.notes if note.code == DECIDED]
    assert note.text.endswith("; this attack was by its most probable class.")
    assert str(note).endswith("Attack it again.")
    before = count_looks(run)
    found = measure_robustness(workspace, run, 0, steps=1)
    assert count_looks(run) == before + 1
    decided = load_decided(run)
    assert decided is not None
    assert found.locked == locked
    for attack in (FGSM, PGD):
        unchanged = found.figures[attack][0]
        assert unchanged["balanced_accuracy"].value == decided.balanced_accuracy
        assert unchanged["accuracy"].value == decided.accuracy
    assert load_decided_robustness(run) == measure_robustness(workspace, run, 0, steps=1) == found
    assert count_looks(run) == before + 1
