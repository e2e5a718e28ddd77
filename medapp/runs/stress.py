"""How far ordinary faults of acquisition and storage may go before a run's figures fall.

Test images are changed as squares, just before the network's input; whatever the model would say of
such an image is asked as in a prediction, familiarity included.
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.evaluation.headline import Headline, list_headlines
from medapp.evaluation.stress.judging import Answered, Judge
from medapp.evaluation.stress.record import Level, Stress
from medapp.evaluation.words import write_figure
from medapp.imaging.faults import FAULTS
from medapp.notes import Note, sort_notes
from medapp.prediction.model import BATCH, Model, load_model
from medapp.runs.asking import choose_patients, count_asked
from medapp.runs.caveats import add_caveats
from medapp.runs.decided import bind_lock, note_lock
from medapp.runs.evaluate import find_split
from medapp.runs.events import TestRead
from medapp.runs.judging import judge, load_squares
from medapp.runs.locking import find_locked
from medapp.runs.results import STRESS, load_stress
from medapp.runs.run import Run
from medapp.store.files import hash_file, write_bytes
from medapp.store.job import Tell
from medapp.store.workspace import Workspace
from medapp.training.seeds import seed_of

IMAGES = 200  # at most, where no number is asked for
TITLE = "Asking about changed test images"
REASON = "changed by ordinary faults, to see how far they may go"

Pixels = NDArray[np.uint8]


def measure_stress(
    workspace: Workspace,
    run: Run,
    images: int = IMAGES,
    seed: int = 0,
    on_progress: Tell | None = None,
) -> Stress:
    """Change test images of a run by each fault, keep what came of it, and count the look.

    Figures and answers are by the threshold that is locked into the model, where one is. What was
    asked before is given again, and no image is looked at.

    Args:
        images: how many at most, whole patients drawn by the seed; 0 takes all.

    Raises:
        RunError: the run has no model or no test images, or its images have changed.
    """
    if images < 0:
        raise RunError("Images must be 0 or more.", remedy="Choose another number.")
    model_sha256 = hash_file(run.require_model())
    kept = load_stress(run)
    if kept is not None:
        asked = count_asked(images, kept.of)
        is_same = (kept.asked, kept.seed, kept.model_sha256) == (asked, seed, model_sha256)
        if is_same and kept.locked == find_locked(run):
            return kept
    model = load_model(run.require_model())
    data_set, everything = find_split(workspace, run, "test")
    samples = choose_patients(everything, images, seed)
    table = load_squares(workspace, model, data_set, samples)
    with run.lock():
        run.append_event(TestRead(reason=REASON, domain=run.domain))
    with contextlib.closing(table.source):
        examined = _Examined(model, samples, table.take(), seed, on_progress or (lambda *_: None))
    levels = examined.judge_all()
    first = list_headlines(examined.evaluation)[0]
    is_of = replace(examined.evaluation, split="test", dataset=data_set.name)
    # Looks are counted by the whole split.
    notes = add_caveats(workspace, run, is_of, everything, data_set).notes
    stress = Stress(
        figure=first.name,
        chance=first.chance,
        majority=first.majority,
        plain=examined.plain,
        faults=levels,
        n=len(samples),
        of=len(everything),
        asked=count_asked(images, len(everything)),
        counted=is_of.counted,
        units=is_of.units,
        image_size=model.recipe.preprocess.image_size,
        seed=seed,
        model_sha256=model_sha256,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        notes=sort_notes([*notes, *_note_chance(first), *note_lock(model.locked, first.name)]),
        locked=model.locked,
    )
    with run.lock():
        text = json.dumps(stress.to_dict(), indent=1, ensure_ascii=False)
        write_bytes(run.find_part(STRESS), text.encode())
    return stress


class _Examined:
    """Test images as squares (N, S, S, C), and a model that is asked about them again and again.

    Attributes:
        evaluation: the figures on the unchanged images.
        plain: the same as a level of no strength.
    """

    def __init__(
        self, model: Model, samples: Sequence[Sample], pixels: Pixels, seed: int, tell: Tell
    ) -> None:
        self._model = model
        self._samples = samples
        self._pixels = pixels
        self._seed = seed
        self._tell = tell
        self._done = 0
        self._total = len(samples) * (1 + sum(len(f.strengths) for f in FAULTS.values()))
        plain = self._ask(pixels)
        task, limits = model.task, model.thresholds
        decide = bind_lock(model.locked, model.classes)
        self.evaluation = judge(samples, plain.probabilities, model.classes, task, limits, decide)
        truth = task.encode([sample.label for sample in samples], model.classes)
        patients = [sample.patient for sample in samples]
        figure = list_headlines(self.evaluation)[0].name
        asked = (plain, truth, model.classes, patients, task, limits, figure, decide)
        self._judge = Judge(*asked)
        self.plain = self._judge.judge(plain, 0)

    def judge_all(self) -> dict[str, tuple[Level, ...]]:
        """A level for each strength of each fault."""
        return {
            name: tuple(
                self._judge.judge(self._ask(self._change(name, strength)), strength)
                for strength in fault.strengths
            )
            for name, fault in FAULTS.items()
        }

    def _change(self, name: str, strength: float) -> Pixels:
        """The squares, each changed by chance of its own that all strengths share."""
        changed = [
            FAULTS[name].change(
                square,
                strength,
                np.random.default_rng(seed_of(self._seed, name, sample.content_hash)),
            )
            for square, sample in zip(self._pixels, self._samples, strict=True)
        ]
        return np.stack(changed)

    def _ask(self, pixels: Pixels) -> Answered:
        probabilities = []
        verdicts: list[str | None] = []
        for start in range(0, len(pixels), BATCH):
            self._tell(TITLE, self._done, self._total)
            answers = self._model.answer_images(pixels[start : start + BATCH])
            probabilities.append(answers.probabilities)
            verdicts += [each.verdict if each else None for each in answers.familiar]
            self._done += len(answers.probabilities)
        self._tell(TITLE, self._done, self._total)
        return Answered(np.concatenate(probabilities), tuple(verdicts))


def _note_chance(first: Headline) -> list[Note]:
    """That there is nothing to fall from, where the figure is not above what guessing has."""
    if first.interval is None or first.chance is None or first.interval[0] > first.chance:
        return []
    text = (
        f"Without a change the figure cannot be told from guessing ({write_figure(first.chance)}):"
        " a model that knows nothing holds against everything."
    )
    return [Note("nothing-to-lose", text)]
