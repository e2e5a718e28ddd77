"""Probabilities that are as high as the share of images that prove them right.

A network that fits its training images says too high probabilities of others (Guo et al. 2017,
arXiv 1706.04599). A scale and an offset of its logits mend that. They are fitted on images that
neither taught the network nor chose its epoch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.estimates import Units
from medapp.evaluation.patients import number_units
from medapp.task import Task
from medapp.task.task import Targets

if TYPE_CHECKING:
    from torch import Tensor

KEY = "calibration"  # in the metadata of a model's file
FEWEST = 30  # patients or images that a temperature is fitted on
SIGNIFICANCE = 0.05

NONE = "none"
UNCHANGED = "unchanged"
TEMPERATURE = "temperature"
VECTOR = "vector"
OFFSET = "offset"
LOGISTIC = "logistic"


@dataclass(frozen=True)
class Method:
    """A way to change logits.

    Attributes:
        has_scale: one scale for all logits is found.
        is_wide: the scale is one a logit instead.
        has_offset: an offset a logit is found.
        fewest: patients or images that each class needs.
    """

    has_scale: bool
    is_wide: bool
    has_offset: bool
    fewest: int

    def count_parameters(self, width: int, task: Task) -> int:
        """How many numbers are found; of offsets of a softmax one is free."""
        scales = (width if self.is_wide else 1) if self.has_scale else 0
        is_softmax = not (task.has_several or task.has_order)
        return scales + (width - is_softmax if self.has_offset else 0)


METHODS = {
    TEMPERATURE: Method(has_scale=True, is_wide=False, has_offset=False, fewest=1),
    VECTOR: Method(has_scale=True, is_wide=True, has_offset=True, fewest=30),
    # Recalibration in the large, and logistic recalibration (Steyerberg et al. 2004,
    # doi:10.1002/sim.1844): a place where a finding is more common needs the first alone.
    OFFSET: Method(has_scale=False, is_wide=False, has_offset=True, fewest=10),
    LOGISTIC: Method(has_scale=True, is_wide=False, has_offset=True, fewest=10),
}
HOW = {
    TEMPERATURE: "a temperature",
    OFFSET: "an offset a class",
    LOGISTIC: "one scale, and an offset a class",
    VECTOR: "a scale and an offset a class",
}
AT_HOME = (TEMPERATURE, LOGISTIC, VECTOR)
ELSEWHERE = (OFFSET, LOGISTIC)  # of a model that comes to another hospital


@dataclass(frozen=True)
class Calibration:
    """How logits were changed so that probabilities can be taken at their word.

    Attributes:
        method: "none": nothing was examined; "unchanged": nothing made the loss lower by more than
            chance does; "temperature": one scale for all logits; "vector": a scale and an offset a
            logit (Guo et al. 2017, section 4.2); "offset": an offset a logit; "logistic": one
            scale, and an offset a logit.
        scale, offset: (K,) a logit is multiplied by the one, then the other is added; empty where
            nothing was examined.
        images, patients: that it was fitted on, or would have been.
        before, after: mean log loss on them, in nats; None where nothing was fitted.
        reason: why there is none; empty where there is one.
        where: which images these are, in words.
    """

    method: str
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    images: int
    patients: int
    before: float | None = None
    after: float | None = None
    reason: str = ""
    where: str = "validation images that chose nothing else"

    @property
    def is_calibrated(self) -> bool:
        """Whether probabilities are as near to what comes true as the images could tell."""
        return self.method != NONE

    def apply(self, logits: "Tensor") -> "Tensor":
        """Logits (N, K) as they are changed; the same where nothing was examined."""
        if not self.scale:
            return logits
        scale, offset = self.to_tensors()
        return logits * scale + offset

    def to_tensors(self) -> tuple["Tensor", "Tensor"]:
        """Scale and offset (K,)."""
        import torch

        return torch.tensor(self.scale), torch.tensor(self.offset)

    def to_metadata(self) -> dict[str, str]:
        """As a model's file says it."""
        return {KEY: json.dumps(asdict(self))}


def read_calibration(metadata: Mapping[str, str]) -> Calibration | None:
    """The inverse of `Calibration.to_metadata`; None where a file says nothing."""
    try:
        values = json.loads(metadata[KEY])
        pair = {name: tuple(map(float, values[name])) for name in ("scale", "offset")}
        return Calibration(**{**values, **pair})
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def fit_calibration(
    logits: "Tensor",
    targets: Targets,
    groups: Sequence[str | None],
    task: Task,
    methods: Sequence[str] = AT_HOME,
) -> Calibration:
    """Find the scale and the offset that make the log loss smallest.

    A temperature leaves every decision as it is. An offset a logit also mends the shares of
    classes, which class weights and balanced sampling distort; one scale for all goes with it where
    each class has ten images, one a class where each has thirty. Each is taken only where the
    likelihood-ratio test says that it is better than what is simpler (5%, patients counting once):
    a temperature of few images is mostly noise.

    Args:
        logits: (N, K) of images that the network did not learn from.
        targets: of the task, (N,) or (N, K).
        groups: (N,) the patient of each image, None where unknown.
        methods: keys of `METHODS`, each a special case of the next.
    """
    import torch
    from scipy.special import chdtri

    n = len(logits)
    numbers, units, _ = number_units(groups, n)
    patients = len(np.unique(numbers))
    if patients < FEWEST:
        reason = f"too few {units} to calibrate on: {patients}, and {FEWEST} are needed"
        return Calibration(NONE, (), (), n, patients, reason=reason)
    rarest = _count_rarest(targets, numbers, task)
    before = _measure_loss(logits, targets, task)
    width = logits.shape[1]
    method, after, parameters = UNCHANGED, before, 0
    scale = torch.ones(width, dtype=torch.float64)
    offset = torch.zeros(width, dtype=torch.float64)
    for tried in methods:
        if rarest < METHODS[tried].fewest:
            continue
        more = METHODS[tried].count_parameters(width, task)
        found = minimise(logits, targets, task, tried)
        loss = _measure_loss(logits.double() * found[0] + found[1], targets, task)
        if 2 * patients * (after - loss) > chdtri(more - parameters, SIGNIFICANCE):
            method, after, parameters, (scale, offset) = tried, loss, more, found
    pair = tuple(map(float, scale)), tuple(map(float, offset))
    return Calibration(method, *pair, n, patients, before, after)


def minimise(
    logits: "Tensor", targets: Targets, task: Task, method: str, smooths: bool = True
) -> tuple["Tensor", "Tensor"]:
    """The scale and the offset (K,) of the smallest loss, by L-BFGS in double precision.

    Args:
        smooths: targets are drawn in by as much as Laplace's rule of succession says, so that
            images which are all decided rightly do not ask for endless logits (Platt 1999).
    """
    import torch

    kept = logits.detach().double()
    wanted = torch.from_numpy(np.asarray(targets))
    n, width = kept.shape
    alternatives = 2 if task.has_several else max(width, 2)
    smoothing = alternatives / (n + alternatives) if smooths else 0.0
    row = METHODS[method]
    logs = torch.zeros(width if row.is_wide else 1, dtype=torch.float64)
    offset = torch.zeros(width, dtype=torch.float64)
    asked = ((logs, row.has_scale), (offset, row.has_offset))
    learned = [values.requires_grad_() for values, is_asked in asked if is_asked]
    optimiser = torch.optim.LBFGS(learned, max_iter=200, line_search_fn="strong_wolfe")

    def measure() -> float:
        optimiser.zero_grad()
        loss = task.loss(kept * logs.exp() + offset, wanted, None, smoothing) / n
        loss.backward()  # type: ignore[no-untyped-call]
        return loss  # type: ignore[return-value]

    optimiser.step(measure)  # type: ignore[no-untyped-call]
    return logs.detach().exp().expand(width).clone(), offset.detach().clone()


def _measure_loss(logits: "Tensor", targets: Targets, task: Task) -> float:
    import torch

    total = task.loss(logits.double(), torch.from_numpy(np.asarray(targets)))
    return float(total) / len(targets)


def _count_rarest(targets: Targets, units: Units, task: Task) -> int:
    """Patients, or images where those are unknown, that the rarest class has."""
    marks: NDArray[np.bool_]
    if task.has_several:
        marks = np.concatenate([targets == 1, targets == 0], axis=1)
    else:
        marks = targets[:, None] == np.arange(int(targets.max(initial=0)) + 1)
    return min((len(np.unique(units[column])) for column in marks.T), default=0)
