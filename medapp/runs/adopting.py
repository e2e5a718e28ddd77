"""A copy of a model that is fitted to the images of another place: its answers, not its network."""

import shutil
from collections.abc import Mapping
from dataclasses import replace

from medapp.errors import RunError
from medapp.evaluation.calibration import UNCHANGED, Calibration
from medapp.evaluation.conformal import fit_conformal
from medapp.evaluation.detection import build_detection
from medapp.evaluation.locked import KEY, Locked
from medapp.evaluation.metrics import Floats
from medapp.evaluation.operating import describe_choice
from medapp.evaluation.rules import choose_threshold
from medapp.models.carried import read_carried, read_metadata
from medapp.models.weights import save_network
from medapp.prediction.model import Model
from medapp.runs.drafts import draft_run
from medapp.runs.elsewhere import Looked, look_elsewhere
from medapp.runs.events import MessageSaid
from medapp.runs.external import cross_fit, fit_here
from medapp.runs.making import check_name
from medapp.runs.reference import REFERENCE
from medapp.runs.registry import find_registry
from medapp.runs.results import RESULTS
from medapp.runs.run import Run, name_part
from medapp.runs.transfer import TRAVELS
from medapp.store.workspace import Workspace
from medapp.task.thresholds import choose_thresholds


def adopt_run(
    workspace: Workspace,
    run: Run,
    dataset: str,
    name: str,
    classes: Mapping[str, str] | None = None,
) -> Run:
    """A copy of a run whose probabilities, sets and threshold are fitted to another data set.

    The network and what it remembers of its own kind of image stay. Sets and thresholds are of
    probabilities that were changed by what was found on other patients. The copy has no figures:
    what it was fitted to cannot judge it.

    Args:
        dataset, classes: see `look_elsewhere`.

    Raises:
        RunError: too few images to fit anything to, a model that counts votes, or the name is taken
            or not usable.
        DataError: as for `look_elsewhere`.
    """
    check_name(name, find_registry(workspace).list_summaries())
    looked = look_elsewhere(workspace, run, dataset, classes, skips_seen=True)
    model = looked.model
    if model.network.keeps_neighbours:
        raise RunError(
            "This model's probabilities are shares of votes, which have no scale.",
            remedy="Use a linear probe or a fine-tune.",
        )
    found = replace(fit_here(looked), where=f"images of {looked.data_set.name}")
    if found.reason:
        raise RunError(
            f"Nothing can be fitted to {looked.data_set.name}: {found.reason}.",
            remedy="Label more images.",
        )
    facts = _fit(looked, found)
    skipped = {name_part(result, run.domain) for result in (*RESULTS, REFERENCE)}
    with draft_run(workspace) as copy:
        for file in TRAVELS:
            if file not in skipped and (run.folder / file).is_file():
                shutil.copyfile(run.folder / file, copy.folder / file)
        path = Run(copy.folder, run.domain).model_path
        metadata = {**read_metadata(path), **facts}
        metadata = {key: text for key, text in metadata.items() if key != KEY or KEY in facts}
        save_network(model.network, path, metadata, carried=read_carried(path))
        copy.write_name(name)
        copy.append_event(MessageSaid(text=_describe(run, looked, found)))
        copy.set_state("done")
    return copy


def _fit(looked: Looked, found: Calibration) -> dict[str, str]:
    """Change the model's head, and find what its file says of its answers."""
    model = looked.model
    _, targets, classes, groups, task = looked.collect()
    after, _ = cross_fit(looked)
    model.network.rescale(*found.to_tensors())
    if task.has_several:
        model.network.thresholds = choose_thresholds(after, targets)
    conformal = fit_conformal(after, targets, classes, groups, task)
    facts = {**found.to_metadata(), **conformal.to_metadata()}
    locked = _lock_again(looked, model, after)
    return {**facts, **(locked.to_metadata() if locked else {})}


def _lock_again(looked: Looked, model: Model, after: Floats) -> Locked | None:
    """The locked point's rule on these images; None where none was locked."""
    if model.locked is None:
        return None
    _, targets, classes, groups, task = looked.collect()
    positives = model.locked.positives
    where = f"data set {looked.data_set.name}"
    here = build_detection(after, targets, classes, groups, task, positives, where)
    rule = model.locked.choice.rule
    threshold = choose_threshold(here, rule)
    choice = describe_choice(here, rule, threshold)
    return Locked(positives, threshold, choice, 0, here.counted, 0, None, None)


def _describe(run: Run, looked: Looked, found: Calibration) -> str:
    how = {
        UNCHANGED: "its probabilities were left as they are, as no change made them better",
        "offset": "its probabilities were shifted to how common the classes are there",
        "logistic": "its probabilities were shifted and scaled",
    }[found.method]
    return (
        f"Fitted to {found.images:,} images of {looked.data_set.name}: {how}; sets of classes and"
        f" the threshold are of these images. The network is that of {run.name}."
    )
