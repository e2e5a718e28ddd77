"""How much a run's model holds against small worst-case changes of its test images.

The attacks read the gradient in float32; what the model says of the images is asked as always.
"""

import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import list_headlines
from medapp.evaluation.locked import Locked
from medapp.evaluation.robustness.ascent import (
    climb,
    differentiate,
    draw_start,
    find_step_size,
)
from medapp.evaluation.robustness.record import (
    FGSM,
    LEVELS,
    PGD,
    STRENGTHS,
    Figure,
    Robustness,
)
from medapp.models.network import normalise, to_unit
from medapp.notes import sort_notes
from medapp.prediction.model import BATCH, Model, load_model
from medapp.runs.asking import choose_samples, count_asked
from medapp.runs.caveats import add_caveats
from medapp.runs.decided import bind_lock, note_lock
from medapp.runs.evaluate import find_split
from medapp.runs.events import TestRead
from medapp.runs.judging import judge, load_squares
from medapp.runs.locking import find_locked
from medapp.runs.results import ROBUSTNESS, load_robustness
from medapp.runs.run import Run
from medapp.store.files import hash_file, write_bytes
from medapp.store.job import Tell
from medapp.store.workspace import Workspace
from medapp.training.seeds import seed_of

IMAGES = 200  # at most, where no number is asked for
STEPS = 10
TITLE = "Attacking test images"
REASON = "attacked, to see how robust the model is"

Probabilities = NDArray[np.float32]


class Attacker:
    """A model, and the images that it is asked again and again."""

    def __init__(self, model: Model, steps: int, seed: int) -> None:
        self.model = model
        self.steps = steps
        self.seed = seed
        model.network.requires_grad_(False)

    def ask(self, images: Tensor) -> Probabilities:
        """Images (N, C, S, S) in 0 to 1 to probabilities (N, K), as any image is predicted."""
        return self.model.answer(normalise(images, self.model.network.normalisation))

    def attack_once(self, images: Tensor, targets: Tensor, strength: float) -> Tensor:
        """FGSM."""
        _, gradient = self._differentiate(images, targets)
        return climb(images, gradient, strength, images, strength)

    def attack_in_steps(
        self, images: Tensor, targets: Tensor, strength: float, hashes: Sequence[str]
    ) -> Tensor:
        """PGD: of the images themselves and all places on the way, those of the highest loss."""
        size = find_step_size(strength, self.steps)
        there = draw_start(images, strength, [seed_of(self.seed, each) for each in hashes])
        logits, _ = self._differentiate(images, targets)
        worst, highest = images, self._measure(logits, targets)
        for step in range(self.steps + 1):
            logits, gradient = self._differentiate(there, targets)
            losses = self._measure(logits, targets)
            is_worse = losses > highest
            worst = torch.where(is_worse[:, None, None, None], there, worst)
            highest = torch.where(is_worse, losses, highest)
            if step < self.steps:
                there = climb(there, gradient, size, images, strength)
        return worst

    def _differentiate(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        network = self.model.network
        return differentiate(network, network.normalisation, network.task, images, targets)

    def _measure(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss (N,) of each image; 0 where nothing is known of it."""
        task = self.model.task
        losses = task.measure_losses(task.activate(logits).cpu().numpy(), targets.cpu().numpy())
        return torch.from_numpy(np.nan_to_num(losses)).to(logits.device)


def measure_robustness(
    workspace: Workspace,
    run: Run,
    images: int = IMAGES,
    steps: int = STEPS,
    seed: int = 0,
    on_progress: Tell | None = None,
) -> Robustness:
    """Attack test images of a run with FGSM and PGD, keep what came of it, and count the look.

    Figures are by the threshold that is locked into the model, where one is; an attack knows no
    threshold. What was asked before is given again, and no image is looked at.

    Args:
        images: how many at most, drawn by the seed; 0 takes all.
        steps: of PGD.

    Raises:
        RunError: the run has no model or no test images, its images have changed, or its model
            gives no gradient.
    """
    if images < 0 or steps < 1:
        raise RunError("Images must be 0 or more, steps 1 or more.", remedy="Choose others.")
    kept = load_robustness(run)
    if kept is not None and _is_same(kept, images, steps, seed, find_locked(run)):
        return kept
    model = load_model(run.require_model())
    if model.network.keeps_neighbours:
        raise RunError(
            f"Run {run.name} counts the labels of neighbours, and votes have no gradient that an"
            " attack could follow: it would find nothing, which would say nothing.",
            remedy="Choose a run whose model is a network.",
        )
    data_set, everything = find_split(workspace, run, "test")
    samples = choose_samples(everything, images, seed)
    table = load_squares(workspace, model, data_set, samples)
    with run.lock():
        run.append_event(TestRead(reason=REASON, domain=run.domain))
    attacker = Attacker(model, steps, seed)
    with contextlib.closing(table.source):
        batches = table.iterate(BATCH)
        found = _attack(attacker, batches, samples, on_progress or (lambda *_: None))
    told = {attack: [_judge(model, samples, each) for each in of] for attack, of in found.items()}
    whole = told[PGD][0]
    is_of = replace(whole, split="test", dataset=data_set.name)
    # Looks are counted by the whole split.
    notes = add_caveats(workspace, run, is_of, everything, data_set).notes
    first = list_headlines(whole)[0]
    robustness = Robustness(
        figure=first.name,
        chance=first.chance,
        majority=first.majority,
        levels=tuple(map(float, STRENGTHS)),
        figures={
            attack: tuple(_take_figures(each, first.name) for each in of)
            for attack, of in told.items()
        },
        n=len(samples),
        of=len(everything),
        counted=whole.counted,
        units=whole.units,
        steps=steps,
        seed=seed,
        model_sha256=hash_file(run.model_path),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        notes=sort_notes([*notes, *note_lock(model.locked, first.name)]),
        locked=model.locked,
    )
    with run.lock():
        text = json.dumps(robustness.to_dict(), indent=1, ensure_ascii=False)
        write_bytes(run.find_part(ROBUSTNESS), text.encode())
    return robustness


def _is_same(kept: Robustness, images: int, steps: int, seed: int, locked: Locked | None) -> bool:
    """Whether what is kept answers the same question, of a model that decides as then."""
    asked = count_asked(images, kept.of)
    return (kept.n, kept.steps, kept.seed, kept.locked) == (asked, steps, seed, locked)


def _attack(
    attacker: Attacker, batches: Iterable[NDArray[np.uint8]], samples: Sequence[Sample], tell: Tell
) -> dict[str, list[Probabilities]]:
    """Attack to the probabilities (N, K) of the samples at each strength."""
    model = attacker.model
    found: dict[str, list[list[Probabilities]]] = {
        attack: [[] for _ in STRENGTHS] for attack in (FGSM, PGD)
    }
    labels = [sample.label for sample in samples]
    truth = torch.from_numpy(model.task.encode(labels, model.classes))
    tell(TITLE, 0, len(samples))
    start = 0
    for pixels in batches:
        part = slice(start, start + len(pixels))
        start = part.stop
        images = to_unit(torch.from_numpy(np.array(pixels)).to(model.device))
        targets = truth[part].to(model.device)
        hashes = [sample.content_hash for sample in samples[part]]
        for place, level in enumerate(STRENGTHS):
            strength = level / LEVELS
            if not level:
                plain = attacker.ask(images)
                found[FGSM][place].append(plain)
                found[PGD][place].append(plain)
                continue
            once = attacker.attack_once(images, targets, strength)
            stepped = attacker.attack_in_steps(images, targets, strength, hashes)
            found[FGSM][place].append(attacker.ask(once))
            found[PGD][place].append(attacker.ask(stepped))
            # A fraction of a batch is said as whole images.
            done = part.start + len(pixels) * place // (len(STRENGTHS) - 1)
            tell(TITLE, done, len(samples))
    return {attack: [np.concatenate(each) for each in of] for attack, of in found.items()}


def _judge(model: Model, samples: Sequence[Sample], probabilities: Probabilities) -> Evaluation:
    decide = bind_lock(model.locked, model.classes)
    return judge(samples, probabilities, model.classes, model.task, model.thresholds, decide)


def _take_figures(evaluation: Evaluation, first: str) -> dict[str, Figure]:
    """The first figure and the accuracy."""
    return {
        name: Figure(getattr(evaluation, name), evaluation.intervals.get(name))
        for name in dict.fromkeys((first, "accuracy"))
    }
