"""What labels answer: which class an image shows, or of each finding whether it is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.audit.ground import Ground
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.data.splits.split import find_groups
from medapp.evaluation.estimates import Estimate, estimate_auroc
from medapp.task import find_task
from medapp.task.multi_label import answer_finding

# Of a class that few groups show nothing can be said: one would learn, another judge.
LEAST_GROUPS = 5


@dataclass(frozen=True)
class Question:
    """A choice between classes, and what the labels say.

    Attributes:
        finding: the finding that is asked about; empty where it is which of the classes.
        samples: (N,) those whose answer is known, and whose file shows something.
        labels: (N,) 0 … K - 1.
        classes: (K,) in words; each is the label of images of at least `LEAST_GROUPS` groups.
        groups: (N,) equal for images of one patient or one picture.
        places: (K,) where the classes stand among all grades; None where they have no order.
    """

    finding: str
    samples: Sequence[Sample]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    groups: NDArray[np.int64]
    places: NDArray[np.int64] | None = None

    @property
    def has_patients(self) -> bool:
        """Whether it is known of any image whose it is."""
        return any(sample.patient is not None for sample in self.samples)

    @property
    def is_graded(self) -> bool:
        """Whether the order says more than the classes do: of two grades it does not."""
        return self.places is not None and len(self.places) > 2

    def write_label(self, row: int, answer: int) -> str:
        """The label of an image as a catalog holds it, with another answer to this question."""
        if not self.finding:
            return self.classes[answer]
        return answer_finding(self.samples[row].label, self.finding, bool(answer))


def list_questions(ground: Ground) -> list[Question]:
    """The questions that a data set's labels answer often enough to learn from.

    Images that cannot be read or show nothing are passed over; the audit lists them elsewhere.
    """
    is_seen = ground.measure().is_seen
    loaded = Catalog(ground.workspace).load_samples(ground.data_set)
    seen = {s.id for s, seen in zip(ground.samples, is_seen.tolist(), strict=True) if seen}
    samples = [sample for sample in loaded if sample.id in seen]
    return list(ask(ground.data_set, samples)) if samples else []


def estimate_aurocs(question: Question, probabilities: NDArray[np.float64]) -> list[Estimate]:
    """How well probabilities (N, K) tell each class (K) from the rest, by patient and picture."""
    units = question.groups.astype(np.intp)
    count = int(units.max()) + 1
    found = []
    for answer in range(len(question.classes)):
        is_it = question.labels == answer
        estimate = estimate_auroc(probabilities[:, answer], is_it, ~is_it, units, count)
        found += [estimate] if estimate is not None else []
    return found


def number_groups(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """The number (N,) of each image's group: images of one patient or one picture share it."""
    groups = np.zeros(len(samples), np.int64)
    found = find_groups(
        range(len(samples)),
        [()] * len(samples),
        [sample.copy_group or sample.content_hash for sample in samples],
        [sample.patient for sample in samples],
    )
    for number, group in enumerate(found):
        groups[list(group.rows)] = number
    return groups


def ask(data_set: DataSet, samples: Sequence[Sample]) -> Iterator[Question]:
    """The questions that these samples' labels, one at least, answer often enough."""
    task = find_task(data_set.task)
    classes = data_set.classes
    targets = task.encode([sample.label for sample in samples], classes)
    groups = number_groups(samples)
    if not task.has_several:
        yield from _build("", samples, targets, classes, groups, task.has_order)
        return
    for column, name in enumerate(classes):
        known = ~np.isnan(targets[:, column])
        chosen = [sample for sample, is_known in zip(samples, known, strict=True) if is_known]
        answers = targets[known, column].astype(np.int64)
        yield from _build(name, chosen, answers, (f"no {name}", name), groups[known])


def _build(
    finding: str,
    samples: Sequence[Sample],
    targets: NDArray[np.int64],
    classes: Sequence[str],
    groups: NDArray[np.int64],
    has_order: bool = False,
) -> Iterator[Question]:
    """A question about the classes that are common enough; none where fewer than two are."""
    kept = [k for k in range(len(classes)) if len(set(groups[targets == k])) >= LEAST_GROUPS]
    if len(kept) < 2:
        return
    rows = np.flatnonzero(np.isin(targets, kept)).tolist()
    labels = np.searchsorted(kept, targets[rows])
    names = tuple(classes[k] for k in kept)
    places = np.array(kept) if has_order else None
    yield Question(finding, [samples[row] for row in rows], labels, names, groups[rows], places)
