"""What a model learns of its own answers once its weights are found; its file keeps all of it.

In order: probabilities are calibrated, thresholds chosen, sets promised, and what is usual among
its images is remembered. Nothing here reads a test image.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.data.pixels import count_channels
from medapp.data.samples import Sample
from medapp.data.splits.halving import FEWEST
from medapp.evaluation.calibration import KEY, NONE, Calibration, fit_calibration
from medapp.evaluation.conformal import Conformal, fit_conformal
from medapp.evaluation.familiarity import fit_familiarity
from medapp.evaluation.words import write_probability
from medapp.imaging.preprocess import Preprocess
from medapp.models.carried import read_metadata
from medapp.models.thresholds import write_thresholds
from medapp.models.weights import save_network
from medapp.prediction.acquisition import collect_acquisition, write_acquisition
from medapp.prediction.memory import FAMILIARITY, describe_memory
from medapp.prediction.model import Model, load_model
from medapp.runs.learned import Learned
from medapp.runs.reporter import Reporter
from medapp.runs.run import Run
from medapp.runs.stage_features import draw_training, load_features
from medapp.store.cache import Cache
from medapp.task.thresholds import RULE, choose_thresholds

STAGE = "Learning what is usual"


@dataclass(frozen=True)
class Seen:
    """What a network makes of samples.

    Attributes:
        logits: (N, K).
        features: (N, C) of each stage.
    """

    samples: list[Sample]
    logits: Tensor
    features: list[NDArray[np.float32]]


class Finishing:
    """Lets the models of a run learn how far their answers reach.

    Args:
        learned: the run's data sets.
        asked: how the run's images are prepared.
        fabric: of the process that writes.
    """

    def __init__(
        self,
        cache: Cache,
        learned: Sequence[Learned],
        asked: Preprocess,
        fabric: Any,
        reporter: Reporter,
    ) -> None:
        self.cache = cache
        samples = [sample for one in learned for sample in one.samples]
        self.channels = count_channels(samples, asked)
        self.fabric = fabric
        self.reporter = reporter

    def finish(self, head: Run, home: Learned) -> None:
        """Write what a head's model learns into its file; nothing where that was done.

        Args:
            home: the data set whose question the head answers.
        """
        metadata = read_metadata(head.require_model())
        if KEY in metadata:
            return
        model = load_model(head.model_path)
        model.network.to(self.fabric.device)
        held_out = self._see(model, home, home.list_split("validation"))
        training = self._see(model, home, draw_training(home))
        calibration, held_out = _calibrate(model, home, held_out)
        own = _pick(held_out, home.calibrating)
        thresholds = _choose_thresholds(model, own if own.samples else held_out)
        model.network.thresholds = thresholds
        conformal = _promise(model, own)
        familiarity = fit_familiarity(training.features, held_out.features)
        carried = familiarity.to_arrays() if familiarity is not None else {}
        facts = calibration.to_metadata() | conformal.to_metadata() | write_thresholds(thresholds)
        learned = home.list_split("train")
        facts |= write_acquisition(collect_acquisition([sample.attributes for sample in learned]))
        save_network(
            model.network,
            head.model_path,
            {**metadata, **facts},
            carried={f"{FAMILIARITY}{name}": array for name, array in carried.items()},
        )
        for sentence in describe_memory(head.model_path):
            self.reporter.say(sentence)
        if thresholds:
            self.reporter.say(_describe_thresholds(model.classes, thresholds))

    def _see(self, model: Model, home: Learned, samples: list[Sample]) -> Seen:
        """What the network makes of samples; features that another run computed are kept."""
        if not samples:
            outputs = model.task.count_outputs(model.classes)
            return Seen([], torch.zeros(0, outputs), [np.zeros((0, 1), np.float32)])
        told = self.reporter.follow_stage(STAGE)
        uid = home.data_set.uid
        rows = load_features(model, samples, self.channels, self.cache, uid, self.fabric, told)
        with torch.inference_mode():
            logits = model.network.head(torch.from_numpy(rows[-1]).to(self.fabric.device))
        return Seen(samples, logits.float().cpu(), rows)


def _pick(seen: Seen, samples: Sequence[Sample]) -> Seen:
    """What was seen of some of the samples, in their order."""
    rows = {id(sample): row for row, sample in enumerate(seen.samples)}
    picked = [rows[id(sample)] for sample in samples]
    return Seen(list(samples), seen.logits[picked], [f[picked] for f in seen.features])


def _count(samples: Sequence[Sample]) -> str:
    """How many patients samples are of; images where some patient is not known."""
    patients = {sample.patient for sample in samples}
    n = len(samples) if None in patients else len(patients)
    noun = "image" if None in patients else "patient"
    unknown = " whose patients are not known" if None in patients else ""
    return f"{n:,} {noun}{'' if n == 1 else 's'}{unknown}"


def _calibrate(model: Model, home: Learned, held_out: Seen) -> tuple[Calibration, Seen]:
    """Rescale the head, and the logits that were seen of it."""
    own = _pick(held_out, home.calibrating)
    network = model.network
    groups = [sample.patient for sample in own.samples]
    targets = network.task.encode([sample.label for sample in own.samples], model.classes)
    found = fit_calibration(own.logits, targets, groups, network.task)
    reason = found.reason
    if network.keeps_neighbours:
        reason = "its probabilities are shares of votes, which have no scale"
    elif not own.samples:
        reason = (
            f"the validation split has {_count(held_out.samples)}, and it takes {FEWEST} different"
            " ones to choose on some and to calibrate on others"
        )
    if reason:
        return Calibration(NONE, (), (), found.images, found.patients, reason=reason), held_out
    network.rescale(*found.to_tensors())
    return found, Seen(held_out.samples, found.apply(held_out.logits), held_out.features)


def _choose_thresholds(model: Model, seen: Seen) -> tuple[float, ...]:
    """Each finding's threshold; none where each image has one label, or none validates."""
    if not model.task.has_several or not seen.samples:
        return ()
    targets = model.task.encode([sample.label for sample in seen.samples], model.classes)
    return choose_thresholds(model.task.activate(seen.logits).numpy(), targets)


def _promise(model: Model, own: Seen) -> Conformal:
    targets = model.task.encode([sample.label for sample in own.samples], model.classes)
    groups = [sample.patient for sample in own.samples]
    probabilities = model.task.activate(own.logits).numpy()
    return fit_conformal(probabilities, targets, model.classes, groups, model.task)


def _describe_thresholds(classes: Sequence[str], thresholds: Sequence[float]) -> str:
    chosen = zip(classes, thresholds, strict=True)
    written = ", ".join(f"{name} {write_probability(limit)}" for name, limit in chosen)
    return f"Thresholds, by {RULE}: {written}."
