"""What the records tell of what reporting guidelines ask, in a sentence each; empty where nothing.

Shared by the checklists, so that each says the same.
"""

from medapp.evaluation.headline import list_headlines, list_shown
from medapp.evaluation.verdict import judge
from medapp.evaluation.words import write_interval
from medapp.reports.acquisition import state_acquisition
from medapp.reports.facts import Facts
from medapp.reports.people import state_people
from medapp.reports.sections import INTENDED, list_limits, state_disjointness, write_sizes


def tell_source(facts: Facts) -> str:
    """The data set, by name and fingerprint."""
    data = facts.data
    return f"{data.name}: {data.images:,} images, fingerprint {data.fingerprint[:16]}…"


def tell_preprocessing(facts: Facts) -> str:
    """From file to square, as settings."""
    chosen = [setting for setting in facts.training.settings if setting.group == "Preprocess"]
    said = "; ".join(f"{setting.title}: {setting.value}" for setting in chosen)
    return f"{said}." if said else ""


def tell_missing(facts: Facts) -> str:
    """Images without a label, left out, or unreadable."""
    now = facts.data.now
    if now is None:
        return ""
    return (
        f"In the data set now: {now.unlabelled:,} images without a label, {now.left_out:,} left"
        f" out, {now.unreadable:,} files unreadable."
    )


def tell_pixels(facts: Facts) -> str:
    """How pixels are stored, and what headers say of scanners."""
    now = facts.data.now
    if now is None or now.sizes is None:
        return ""
    headers = state_acquisition(now.acquisition, now.images)
    return f"{write_sizes(*now.sizes)}; {', '.join(now.modes)}. {headers}".rstrip()


def tell_identity(facts: Facts) -> str:
    """What of headers was read, and what headers say of text in the images."""
    here = "This record names no file, patient or site."
    now = facts.data.now
    if now is None or not now.acquisition.headers:
        return here
    n = now.acquisition.burnt_in
    burnt = f"{n:,} of them say that text is burnt in" if n else "none says that text is burnt in"
    return (
        "Of DICOM headers names, dates and free text were not read, and identifiers were hashed;"
        f" {burnt}. {here}"
    )


def tell_labels(facts: Facts) -> str:
    """How many labels were changed after the images were added."""
    now = facts.data.now
    if now is None:
        return ""
    if not now.relabelled:
        return "Labels are as they came with the images; none was changed here."
    return f"{now.relabelled:,} labels were changed here after the images were added."


def tell_people(facts: Facts) -> str:
    """Ages and sexes by split where a column tells, and the classes."""
    return f"{_state_people(facts)} {tell_classes(facts)}".lstrip()


def tell_participants(facts: Facts) -> str:
    """The flow of images, with ages and sexes by split where a column tells."""
    return f"{tell_flow(facts)} {_state_people(facts)}".rstrip()


def _state_people(facts: Facts) -> str:
    return state_people(facts.data.now.people) if facts.data.now is not None else ""


def tell_limits(facts: Facts) -> str:
    """Where the figures end."""
    return " ".join(list_limits(facts))


def tell_flow(facts: Facts) -> str:
    """Images and patients by split."""
    parts = []
    for split in facts.data.splits:
        people = f" ({split.patients:,} patients)" if split.patients else ""
        parts.append(f"{split.name} {split.images:,}{people}")
    return f"Images: {', '.join(parts)}; see the drawing under Data."


def tell_classes(facts: Facts) -> str:
    """Classes of each split."""
    parts = [
        f"{split.name}: {', '.join(f'{name} {n:,}' for name, n in split.classes.items())}"
        for split in facts.data.splits
    ]
    return f"{'; '.join(parts)}."


def tell_assignment(facts: Facts) -> str:
    """Where the split comes from."""
    now = facts.data.now
    return f"{now.split_origin.rstrip('.')}." if now is not None and now.split_origin else ""


def tell_disjointness(facts: Facts) -> str:
    """At which level splits share nothing."""
    return state_disjointness(facts.data)


def tell_precision(facts: Facts) -> str:
    """How wide the interval of the first figure is."""
    found = facts.evaluation
    if found is None:
        return ""
    first = list_headlines(found)[0]
    if first.interval is None:
        return ""
    of = f" of {found.units:,} patients" if found.is_by_patient else ""
    return (
        f"{found.n:,} test images{of} give the {first.title.lower()}"
        f" the 95% interval {write_interval(first.interval)}."
    )


def tell_model(facts: Facts) -> str:
    """Architecture, and what learned."""
    training = facts.training
    learned = f"; {training.parameters:,} parameters learned" if training.parameters else ""
    return f"{training.architecture}{learned}; SHA-256 {training.model_sha256[:16]}…"


def tell_software(facts: Facts) -> str:
    """What is noted of versions and of the machine."""
    noted = facts.evaluation.computed if facts.evaluation else {}
    torch = f"PyTorch {noted['torch']}; " if "torch" in noted else ""
    device = facts.training.device or "not noted"
    return f"{torch}device {device}; report by MedApp {facts.version}."


def tell_start(facts: Facts) -> str:
    """What the network knew before it learned."""
    start = facts.training.start
    data = f", trained on {start.data}" if start.data else ""
    sha256 = f", SHA-256 {start.sha256[:16]}…" if start.sha256 else ""
    return f"{start.title}{data}{sha256}."


def tell_training(facts: Facts) -> str:
    """Strategy, and where settings stand."""
    return f"{facts.training.strategy}, seed {facts.training.seed}; see Model and training."


def tell_selection(facts: Facts) -> str:
    """How the kept model was chosen."""
    training = facts.training
    if training.penalty is not None:
        return f"Fitted; penalty chosen by cross-validation, of {training.penalties:,}."
    if training.is_fitted or not training.best:
        return ""
    return f"Epoch {training.best:,} of {training.epochs:,}, chosen on validation images."


def tell_single(facts: Facts) -> str:
    """That the figures are those of one model."""
    return "No ensemble: the figures are of one model."


def tell_metrics(facts: Facts) -> str:
    """Which figures stand first."""
    found = facts.evaluation
    return f"{', '.join(h.title for h in list_shown(found))}." if found else ""


def tell_intervals(facts: Facts) -> str:
    """How intervals were made."""
    found = facts.evaluation
    return f"95%, {found.interval_method}; {found.units:,} {found.counted}." if found else ""


def tell_robustness(facts: Facts) -> str:
    """Whether robustness was measured."""
    tried = ["FGSM and PGD"] if facts.robustness else []
    tried += ["Ordinary faults of images"] if facts.stress else []
    return f"{'; '.join(tried)}; see Robustness and heatmaps." if tried else ""


def tell_heatmaps(facts: Facts) -> str:
    """Which heatmap methods were tried, and where that stands."""
    names = ", ".join(trial.method for trial in facts.trials)
    return f"{names} put on trial; see Robustness and heatmaps." if names else ""


def tell_elsewhere(facts: Facts) -> str:
    """Where else the model was judged."""
    names = ", ".join(row.dataset for row in facts.elsewhere)
    return f"Judged on {names}; see In other places." if names else ""


def tell_performance(facts: Facts) -> str:
    """The first figure with its interval, in words."""
    return judge(facts.evaluation).text if facts.evaluation else ""


def tell_subgroups(facts: Facts) -> str:
    """By which columns figures were parted."""
    columns = ", ".join(found.column for found in facts.subgroups)
    return f"By {columns}; see Subgroups." if columns else ""


def tell_errors(facts: Facts) -> str:
    """Where errors are counted."""
    worst = "; the worst stand under Failures" if facts.failures and facts.failures.worst else ""
    return f"Counted in the confusion matrix and per class{worst}." if facts.evaluation else ""


def tell_availability(facts: Facts) -> str:
    """What the bundle holds."""
    return "Bundle with predictions, split and recipe; medapp verify makes the figures again."


def tell_use(facts: Facts) -> str:
    """What the model is not for."""
    return INTENDED


def tell_output(facts: Facts) -> str:
    """What the model gives, and from which probability it decides."""
    if facts.evaluation is None:
        return ""
    limits = facts.evaluation.thresholds
    how = "each finding by its own threshold" if limits else "the most probable class"
    if facts.point is not None and facts.point.choice is not None:
        how = f"{facts.point.finding} from a probability of {facts.point.threshold:.3g} on"
    return f"Probabilities of {', '.join(facts.evaluation.classes)}; decides by {how}."
