"""A paragraph for a paper's methods, ready to paste: what was done, and nothing that was not."""

from collections.abc import Iterator

from medapp.evaluation.calibration import HOW, NONE, UNCHANGED
from medapp.evaluation.intervals import METHOD
from medapp.reports.document import Listing, Paragraph, Section
from medapp.reports.facts import Facts
from medapp.reports.references import Citations, find_family
from medapp.task import find_task
from medapp.training.optimisers import OPTIMISERS

RESIZED = {
    "squash": "by stretching",
    "crop": "by cutting the longer side",
    "pad": "by padding the shorter side",
}


def build_methods(facts: Facts) -> tuple[Section, Section]:
    """The paragraph, and the references that it cites."""
    citations = Citations()
    text = " ".join(_list_sentences(facts, citations))
    checklists = citations.cite("claim", "tripod")
    beside = f"The checklists below follow CLAIM 2024 and TRIPOD+AI{checklists}."
    methods = Section("Methods, ready to paste", (Paragraph(text), Paragraph(beside)))
    return methods, Section("References", (Listing(citations.list_references()),))


def _list_sentences(facts: Facts, citations: Citations) -> Iterator[str]:
    yield from _tell_data(facts)
    yield from _tell_model(facts, citations)
    yield from _tell_training(facts, citations)
    yield from _tell_answers(facts, citations)
    yield from _tell_judging(facts, citations)
    torch = facts.evaluation.computed.get("torch") if facts.evaluation else None
    used = f"PyTorch {torch}{citations.cite('pytorch')} was used. " if torch else ""
    yield f"{used}This text was written by MedApp {facts.version}."


def _tell_data(facts: Facts) -> Iterator[str]:
    data = facts.data
    parts = []
    for split in data.splits:
        people = f" of {split.patients:,} patients" if split.patients else ""
        parts.append(f"{split.images:,} {split.name} images{people}")
    synthetic = " synthetic" if data.now is not None and data.now.is_synthetic else ""
    yield (
        f"The {data.images:,}{synthetic} images of the data set {data.name} were parted into"
        f" {_join(parts)} (SHA-256 of the split {data.split_fingerprint[:16]}…)."
    )
    if not data.has_patients:
        yield "Patients were not known, so the split is by image."


def _tell_model(facts: Facts, citations: Citations) -> Iterator[str]:
    training = facts.training
    size, resize = training.values["image_size"], str(training.values["resize"])
    yield f"Images were brought to {size} × {size} px {RESIZED.get(resize, f'({resize})')}."
    cited = citations.cite(*find_family(training.architecture))
    start = training.start
    if start.source == "none":
        known = "random weights"
    else:
        known = f"the weights {start.title}"
        if "ImageNet" in start.data:
            known += f", pretrained on {start.data}{citations.cite('imagenet')}"
        if start.sha256:
            known += f" (SHA-256 {start.sha256[:16]}…)"
    yield f"A {training.architecture} network{cited} began from {known}."


def _tell_training(facts: Facts, citations: Citations) -> Iterator[str]:
    training = facts.training
    values = training.values
    cited = citations.cite("lp-ft") if values["strategy"] == "probe-then-fine-tune" else ""
    if training.is_fitted:
        chosen = ""
        if training.penalty is not None:
            chosen = (
                f"; the penalty {training.penalty:.2g} was chosen of {training.penalties:,} by"
                " cross-validation over training and validation images"
            )
        yield f"The strategy was {training.strategy.lower()}{chosen}. The seed was {training.seed}."
        return
    own = citations.cite("adamw") if values["optimiser"] == "adamw" else ""
    optimiser = OPTIMISERS[str(values["optimiser"])].title
    yield (
        f"The strategy was {training.strategy.lower()}{cited}, with {optimiser}{own}, a batch size"
        f" of {values['batch_size']} and seed {training.seed}. Of {training.asked:,} epochs"
        f" {training.epochs:,} were done, and the weights of epoch {training.best:,} were kept,"
        " chosen on validation images."
    )


def _tell_answers(facts: Facts, citations: Citations) -> Iterator[str]:
    found = facts.calibration
    if found is not None and found.method != NONE:
        cited = citations.cite("calibration")
        on = f"{found.images:,} {found.where}"
        if found.method == UNCHANGED:
            yield f"Calibration{cited} on {on} left the probabilities as they were."
        else:
            yield f"Probabilities were calibrated by {HOW[found.method]}{cited} on {on}."
    if facts.conformal is not None and facts.conformal.levels:
        levels = _join([f"{level:.0%}" for level in facts.conformal.levels])
        cited = citations.cite("conformal", "grouped")
        yield f"Conformal sets of classes{cited} were made for each class at {levels}."


def _tell_judging(facts: Facts, citations: Citations) -> Iterator[str]:
    found = facts.evaluation
    if found is None:
        yield "The model was not judged on a test split."
        return
    times = {1: "once", 2: "twice"}.get(facts.looks, f"{facts.looks:,} times")
    read = f" The test images were read {times}." if facts.looks else ""
    yield f"The model was judged on {found.n:,} test images.{read}"
    if found.method == METHOD:
        cited = citations.cite("wilson", "clustered")
        over = f"over {found.units:,} {found.counted}"
        yield f"95% confidence intervals are score intervals {over}{cited}."
    if "macro_auroc" in find_task(found.task).figures or found.positive:
        yield f"AUROC is the share of pairs in the right order{citations.cite('roc')}."
    if facts.probability is not None and facts.probability.brier is not None:
        yield f"Probabilities were judged by the Brier score{citations.cite('brier')} and log loss."
    compared = [one.column for one in facts.subgroups if one.gaps]
    if compared:
        cited = citations.cite("holm")
        yield f"Figures by {_join(compared)} were compared with Holm's correction{cited}."
    if facts.robustness is not None:
        yield f"Robustness was measured by FGSM and PGD{citations.cite('adversarial')}."
    if facts.stress is not None:
        yield (
            "Test images were changed by noise, blur, gamma and other ordinary faults of rising"
            " strength; drops are paired differences on the same images."
        )


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
