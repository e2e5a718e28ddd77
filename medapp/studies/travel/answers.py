"""What a run's model, and heads adapted without labels, say of another hospital's images."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from medapp.errors import RunError
from medapp.studies.travel.entropy import predict_by_entropy
from medapp.studies.travel.heads import teach_head
from medapp.studies.travel.sides import Features, Floats, Ground, Indices, Tell
from medapp.studies.travel.signals import tell_apart
from medapp.training.adaptation.coral import align
from medapp.training.adaptation.label_shift import (
    estimate_shares,
    estimate_shares_black_box,
    reweigh,
)
from medapp.training.adaptation.standardise import standardise
from medapp.training.adaptation.table import METHODS, Method
from medapp.training.adaptation.tent import has_collapsed

Alignment = Callable[[Features, Features], tuple[Features, Features]]

ALIGNMENTS: dict[str, Alignment] = {"standardise": standardise, "coral": align}

# The gate of label shift: how far both estimates may lie apart (half the sum of differences), how
# small a share may become, and up to which AUROC a source with the shares of there looks the same.
APART = 0.15
SMALLEST = 0.01
SAME = 0.65
FEWEST = 10  # held-out images of each class that the black-box estimate needs


@dataclass(frozen=True)
class Answers:
    """Probabilities of one model or head.

    Attributes:
        there: (M, K) of the target's images.
        held_out: (V, K) of the source's images that it did not learn from.
        truth: (V,) the held-out images' classes.
        decided, decided_held_out: (M,) and (V,) the class of each, as the run's task decides.
        circular: see `record.Scores`.
    """

    there: Floats
    held_out: Floats
    truth: Indices
    decided: Indices
    decided_held_out: Indices
    circular: float | None = None


def build_answers(
    ground: Ground, there: Floats, held_out: Floats, truth: Indices | None = None
) -> Answers:
    """Answers with what is decided.

    Args:
        truth: of the held-out images, where these are not all of the source's.
    """
    decide = ground.model.task.decide
    known = ground.labels[~ground.is_train] if truth is None else truth
    return Answers(there, held_out, known, decide(there), decide(held_out))


def answer_as_is(ground: Ground) -> Answers:
    """The run's own model, unchanged: source-only."""
    network = ground.model.network

    def predict(features: Features) -> Floats:
        with torch.inference_mode():
            logits = network.head(torch.from_numpy(features).to(ground.model.device))
            return ground.model.task.activate(logits.float()).double().cpu().numpy()

    source, target = ground.source.features, ground.target.features
    own = build_answers(ground, predict(target), predict(source[~ground.is_train]))
    return _go_round(ground, own, source, target)


def _go_round(ground: Ground, answers: Answers, source: Features, target: Features) -> Answers:
    """The same with how well a head that learned these answers as labels does at the source."""
    groups = ground.target.groups
    back = teach_head(target, answers.decided, groups, source, len(ground.classes))
    if back is None:
        return answers
    is_right = back.argmax(1) == ground.labels
    shares = [is_right[ground.labels == label].mean() for label in np.unique(ground.labels)]
    return replace(answers, circular=float(np.mean(shares)))


def answer_adapted(
    ground: Ground, own: Answers, tell: Tell
) -> tuple[dict[str, Answers], dict[str, str]]:
    """The heads of `METHODS`, each fitted to the source's training images alone.

    Args:
        own: what the run's own model says, unchanged.

    Returns:
        Method to its answers; and methods that could not be used, each with the reason.
    """
    answers: dict[str, Answers] = {}
    closed: dict[str, str] = {}
    for done, (key, method) in enumerate(METHODS.items()):
        tell("Adapting", done, len(METHODS))
        if method.reweighs:
            reason, found = _answer_reweighed(ground, answers["refit"])
        elif _needs_norms(method) and ground.source.adapted is None:
            reason, found = "The network has no BatchNorm layers.", None
        elif method.minimises_entropy:
            reason, found = _answer_by_entropy(ground, own.decided)
        else:
            reason, found = "", _answer_aligned(ground, method)
        if found is not None:
            answers[key] = found
        else:
            closed[key] = reason
    return answers, closed


def _answer_by_entropy(ground: Ground, before: Indices) -> tuple[str, Answers | None]:
    """What the network says as its norms learn there; or that its classes ran together.

    Args:
        before: (M,) what the network decided of the target's images as it is.
    """
    found = build_answers(ground, *predict_by_entropy(ground))
    if has_collapsed(before, found.decided, len(ground.classes)):
        name = ground.classes[int(np.bincount(found.decided).argmax())]
        return f"It collapsed: it came to call nearly every image {name}.", None
    return "", found


def _needs_norms(method: Method) -> bool:
    return method.adapts_batch_norm or method.minimises_entropy


def _answer_aligned(ground: Ground, method: Method) -> Answers:
    source, target = ground.source.features, ground.target.features
    if method.adapts_batch_norm:
        assert ground.source.adapted is not None
        assert ground.target.adapted is not None
        source, target = ground.source.adapted, ground.target.adapted
    if method.alignment:
        source, target = ALIGNMENTS[method.alignment](source, target)
    return _go_round(ground, fit_and_predict(ground, source, target), source, target)


def fit_and_predict(ground: Ground, source: Features, target: Features) -> Answers:
    """A head fitted to the source's training images, over all of the run's classes.

    Raises:
        RunError: the training images are of one patient or one class.
    """
    is_train = ground.is_train
    found = teach_head(
        source[is_train],
        ground.labels[is_train],
        ground.source.groups[is_train],
        np.concatenate([source[~is_train], target]),
        len(ground.classes),
    )
    if found is None:
        raise RunError(
            f"Run {ground.run.name} learned from one class or one patient alone, so no head can be"
            " fitted again.",
            remedy="Choose another run.",
        )
    count = int((~is_train).sum())
    return build_answers(ground, found[count:], found[:count])


def _answer_reweighed(ground: Ground, refit: Answers) -> tuple[str, Answers | None]:
    """Answers at the shares of there, where that is safe; else why it is not."""
    truth = refit.truth
    shares = np.bincount(ground.labels[ground.is_train], minlength=len(ground.classes)).astype(
        float
    )
    shares /= shares.sum()
    if not shares.all() or np.bincount(truth, minlength=len(shares)).min() < FEWEST:
        return f"Of some class fewer than {FEWEST} images are held out, too few to check.", None
    found = estimate_shares(refit.there, shares)
    checked = estimate_shares_black_box(refit.decided_held_out, truth, refit.decided, len(shares))
    if checked is None:
        return "The model confuses classes too often for their shares to be told.", None
    if float(np.abs(found - checked).sum()) / 2 > APART:
        return "Two estimates of the classes' shares there contradict each other.", None
    if found.min() < SMALLEST:
        name = ground.classes[int(found.argmin())]
        return f"It would leave next to nothing to the class {name}.", None
    told = _tell_redrawn(ground, found / shares)
    if told is None or told > SAME:
        return "Classes look otherwise there: more than how common they are differs.", None
    answers = build_answers(
        ground, reweigh(refit.there, shares, found), reweigh(refit.held_out, shares, found)
    )
    return "", _go_round(ground, answers, ground.source.features, ground.target.features)


def _tell_redrawn(ground: Ground, weights: Floats) -> float | None:
    """How well the target is told from source images drawn with its shares: lower end of AUROC."""
    keep = (weights / weights.max())[ground.labels]
    chosen = np.random.default_rng(0).random(len(keep)) < keep
    source = ground.source
    if chosen.sum() < FEWEST:
        return None
    told = tell_apart(
        (source.looks[chosen], source.groups[chosen]), (ground.target.looks, ground.target.groups)
    )
    return None if told is None else told.interval[0]
