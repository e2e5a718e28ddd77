"""A run's model on all images of another data set."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.data.catalog import Catalog
from medapp.data.samples import UNLABELLED, DataSet, Sample
from medapp.errors import DataError, Remedy, RunError
from medapp.evaluation.class_map import map_classes
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.familiarity import Familiar
from medapp.notes import Note, sort_notes
from medapp.prediction.doubt import note_kind
from medapp.prediction.model import Model, load_model
from medapp.runs.judging import judge_model, load_squares, see_table
from medapp.runs.results import Evidence, collect_evidence
from medapp.runs.run import Run
from medapp.runs.seen import UNLABELLED as UNREAD
from medapp.runs.seen import list_earlier, list_own, mark_copies, mark_patients
from medapp.store.job import Tell
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.task.multi_label import SEPARATOR, UNKNOWN


@dataclass(frozen=True)
class Looked:
    """What a model makes of another data set.

    Attributes:
        samples: its images, labelled as the model's classes are.
        logits: (N, K).
        probabilities: (N, K).
        familiar: how each image lies to those that the model learned from; None where it cannot
            tell.
        notes: which class there was taken for which of the model's, and what was left out.
    """

    model: Model
    data_set: DataSet
    samples: list[Sample]
    logits: torch.Tensor
    probabilities: NDArray[np.float32]
    familiar: list[Familiar | None]
    notes: list[Note]

    def collect(self) -> Evidence:
        """The first arguments of `evaluate`."""
        model = self.model
        return collect_evidence(self.samples, self.probabilities, model.classes, model.task)


def look_elsewhere(
    workspace: Workspace,
    run: Run,
    dataset: str,
    classes: Mapping[str, str] | None = None,
    tell: Tell | None = None,
    skips_seen: bool = False,
) -> Looked:
    """Let a run's model see all images of another data set.

    Args:
        dataset: the name, uid or id of the data set.
        classes: which of its classes means which of the run's, "" where its images are left out;
            what is not named goes by its name (`class_map.map_classes`).
        tell: is called with the step under way and how far it is.
        skips_seen: images that the model has seen are left out, see `_leave_out_seen`.

    Raises:
        DataError: a class there is none of the run's, or there are images without labels.
        RunError: the run has no model, or there are no images that may judge it.
    """
    model = load_model(run.require_model())
    catalog = Catalog(workspace)
    data_set = catalog.find_data_set(dataset)
    samples = catalog.load_samples(data_set)
    notes: list[Note] = []
    if model.task.has_several or find_task(data_set.task).has_several:
        samples = _share_findings(samples, model, data_set, run.name)
    else:
        samples, notes = _map_labels(samples, model, data_set, classes or {})
    _refuse_strangers(samples, model, data_set.name, run.name)
    if not samples:
        raise RunError(
            f"There are no images in {data_set.name}, so there is nothing to evaluate.",
            remedy="Choose another data set.",
        )
    if skips_seen:
        samples, said = _leave_out_seen(workspace, run, data_set, samples)
        notes += said
    follow = functools.partial(tell, "Reading images") if tell else None
    table = load_squares(workspace, model, data_set, samples, follow)
    ask = functools.partial(tell, "Predicting") if tell else None
    logits, familiar = see_table(model, table, ask)
    probabilities = model.task.activate(logits).numpy()
    return Looked(model, data_set, samples, logits, probabilities, familiar, notes)


def judge_elsewhere(workspace: Workspace, run: Run, looked: Looked) -> Evaluation:
    """The figures of what a run's model said of another data set."""
    model, data_set = looked.model, looked.data_set
    found = judge_model(
        workspace, run, model, "all", data_set, looked.samples, looked.probabilities
    )
    of_kind = note_kind(looked.familiar, data_set.name)
    notes = sort_notes([*found.notes, *looked.notes, *of_kind])
    return replace(found, notes=notes)


def _leave_out_seen(
    workspace: Workspace, run: Run, data_set: DataSet, samples: list[Sample]
) -> tuple[list[Sample], list[Note]]:
    """The images that the model did not learn from, nor a run that it started from.

    Left out are copies, and further images of patients of the run's own data set. Another data set
    may use the same ids for other people.

    Raises:
        RunError: none is left.
    """
    seen = [i for i in (*list_own(run), *list_earlier(workspace, run)) if i.split != UNREAD]
    _, copies = mark_copies(samples, seen)
    at_home = [image for image in seen if image.data_set == data_set.uid]
    of_known = mark_patients(samples, at_home) & ~copies
    is_left_out = copies | of_known
    if not is_left_out.any():
        return samples, []
    said = f"{copies.sum():,} that the model learned from, also as copies"
    if of_known.any():
        said += f", and {of_known.sum():,} of patients whom it knows"
    if is_left_out.all():
        raise RunError(
            f"The model has seen all of {data_set.name}: {said}. There is nothing to judge it by.",
            remedy="Judge it on images that are new to it.",
        )
    kept = [one for one, is_out in zip(samples, is_left_out, strict=True) if not is_out]
    text = f"Left out of {len(samples):,} images of {data_set.name}: {said}."
    return kept, [Note("seen-left-out", text)]


def _map_labels(
    samples: Sequence[Sample], model: Model, data_set: DataSet, asked: Mapping[str, str]
) -> tuple[list[Sample], list[Note]]:
    """The samples with the model's names for their classes, and what to know of that.

    A class that is none of the model's keeps its name, to be refused.
    """
    mapping = map_classes(data_set.classes, model.classes, asked)
    kept = [
        replace(sample, label=mapping.get(sample.label, sample.label))
        for sample in samples
        if asked.get(sample.label) != ""
    ]
    notes = []
    renamed = [f"{old} as {new}" for old, new in mapping.items() if old != new]
    if renamed:
        text = f"Classes of {data_set.name} were read by other names: {', '.join(renamed)}."
        notes.append(Note("classes-mapped", text, "info"))
    left = [name for name in data_set.classes if asked.get(name) == ""]
    if left:
        text = (
            f"{len(samples) - len(kept):,} images of {data_set.name} are left out, of"
            f" {', '.join(left)}: the model does not know that and calls such an image one of"
            f" {', '.join(model.classes)} all the same."
        )
        notes.append(Note("classes-left-out", text))
    return kept, notes


def _share_findings(
    samples: Sequence[Sample], model: Model, data_set: DataSet, run_name: str
) -> list[Sample]:
    """The samples with the findings that both know; of the model's others nothing is known there.

    Raises:
        DataError: one of both has one label an image, or they share no finding.
    """
    shared = set(model.classes).intersection(data_set.classes)
    task = find_task(data_set.task)
    if task.has_several != model.task.has_several or not shared:
        ways = "Choose a data set with the run's findings, or rename them by deriving one."
        remedy = Remedy(ways)
        if task.has_several != model.task.has_several:
            wanted = model.task.title.lower()
            choose = f"Choose a data set of {wanted}, or say what is asked"
            remedy = Remedy(f"{choose}, under Manage on its page.", f"{choose}: medapp data task.")
        raise DataError(
            f"{data_set.name} ({task.title.lower()}: {', '.join(data_set.classes)}) does not ask"
            f" what run {run_name} answers ({model.task.title.lower()}:"
            f" {', '.join(model.classes)}).",
            remedy=remedy,
        )
    unasked = [f"{UNKNOWN}{name}" for name in model.classes if name not in shared]
    return [
        replace(
            sample,
            label=SEPARATOR.join(
                [
                    *(p for p in sample.label.split(SEPARATOR) if p.lstrip(UNKNOWN) in shared),
                    *unasked,
                ]
            ),
        )
        for sample in samples
    ]


def _refuse_strangers(
    samples: Sequence[Sample], model: Model, data_set_name: str, run_name: str
) -> None:
    labels = {name for sample in samples for name in model.task.list_labels(sample.label)}
    strangers = sorted(labels - set(model.classes))
    if UNLABELLED in strangers:
        raise DataError(
            f"{data_set_name} has images without labels: there is nothing to judge {run_name} by.",
            remedy=Remedy(
                "Label them or leave them out. Predict says what the model makes of them.",
                "Label them or leave them out; to have them predicted: medapp predict RUN FOLDER",
            ),
        )
    if strangers:
        raise DataError(
            f"{data_set_name} has the class {strangers[0]}, which run {run_name} did not learn; it"
            f" knows {', '.join(model.classes)}.",
            remedy=Remedy(
                "Say which class there means which of the model's, or leave that class out.",
                f"Say what it means, or leave it out: --map '{strangers[0]}=CLASS', or"
                f" --map '{strangers[0]}='.",
            ),
        )
