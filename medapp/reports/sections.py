"""The sections of a report on images and training, from facts to words."""

from collections.abc import Iterator

from medapp.evaluation.verdict import judge
from medapp.reports.acquisition import state_acquisition
from medapp.reports.data_facts import DataFacts, SplitFacts
from medapp.reports.document import (
    Block,
    Drawing,
    Listing,
    Notice,
    Paragraph,
    Section,
    Table,
    build_table,
)
from medapp.reports.drawing import draw_flow
from medapp.reports.facts import Facts
from medapp.reports.figures_tables import build_headlines
from medapp.reports.people import write_ages
from medapp.reports.training_facts import TrainingFacts

# Of data sets that a run learned from beside that of the head.
ROLES = {
    "train": "its first data set",
    "source": "a further one with labels",
    "target": "without its labels",
}
INTENDED = (
    "For research alone. The model is no medical device and was not examined as one: it must not"
    " guide the care of a patient."
)
LIMITS = (
    "The figures hold for images like those of the test split: the same scanners, population, and"
    " share of each class. For another hospital they say nothing; measure there first.",
    "Labels are taken as they came with the data set; how they were made is not in these records.",
    "Whether the model helps its readers was not studied.",
)


def build_summary(facts: Facts) -> Section:
    """The verdict, the headline figures, and what to know of them."""
    blocks: list[Block] = []
    if facts.evaluation is None:
        blocks.append(Notice("grave", "Not judged on a test split: nothing says how good it is."))
    else:
        verdict = judge(facts.evaluation)
        said = f"{verdict} {facts.training.by_heart}".strip()
        blocks += [Paragraph(said), build_headlines(facts.evaluation)]
        times = {1: "once", 2: "twice"}.get(facts.looks, f"{facts.looks:,} times")
        counted = f"were read {times}" if facts.looks else "were read; nobody counted how often"
        blocks.append(Paragraph(f"The test images {counted}, by the runs that are kept."))
    blocks += [Notice(note.level, str(note)) for note in facts.notes]
    return Section("Summary", tuple(blocks))


def build_use(facts: Facts) -> Section:
    """What the model is for, and where its figures end."""
    return Section(
        "Intended use and limits", (Paragraph(INTENDED), Listing(tuple(list_limits(facts))))
    )


def list_limits(facts: Facts) -> list[str]:
    """Where the figures end, a sentence each."""
    limits = list(LIMITS)
    now = facts.data.now
    if now is not None and now.is_synthetic:
        limits.insert(0, "The images are synthetic: the model has seen no patient.")
    if not facts.data.has_patients:
        limits.append("Patients are not known, so one of them may stand in two splits.")
    return limits


def build_data(data: DataFacts) -> Section:
    """Which images, how they were parted, and by what they can be known again."""
    blocks: list[Block] = [Paragraph(_state_set(data))]
    blocks.append(Drawing(draw_flow(data), state_flow(data)))
    blocks.append(_build_splits(data))
    blocks += _list_people(data)
    blocks.append(Paragraph(state_disjointness(data)))
    prints = (
        ("The images", data.fingerprint),
        ("The images and their splits", data.split_fingerprint),
    )
    caption = (
        "SHA-256 over the images' own SHA-256, sorted, a line each; of the second, each with a"
        " space and its split behind it."
    )
    blocks.append(build_table(("Fingerprint of", "SHA-256"), prints, caption, left=2))
    return Section("Data", tuple(blocks))


def state_flow(data: DataFacts) -> str:
    """The flow of images in a sentence, for who does not see the drawing."""
    parts = [f"{data.images:,} images were taken"]
    if data.now is not None:
        kept = f"{data.now.images:,} images are in the data set now"
        parts = [f"{kept}, {data.now.left_out:,} of them left out", *parts]
    parts += [f"{split.images:,} {split.name}" for split in data.splits]
    if data.choosing is not None:
        uses = f"{data.choosing:,} chose, {data.calibrating:,} calibrated"
        parts.append(f"of the validation images {uses}")
    return "; ".join(parts) + "."


def state_disjointness(data: DataFacts) -> str:
    """At which level splits share nothing, as counted in the run's table."""
    images = f"{data.shared_images:,} images stand" if data.shared_images else "No image stands"
    if not data.has_patients:
        return f"{images} in two splits. Patients are not known, so one may stand in two."
    shared = data.shared_patients
    people = f"{shared:,} patients stand" if shared else "no patient stands"
    unknown = sum(split.unknown for split in data.splits)
    text = f"{images} in two splits, and {people} in two"
    return f"{text}; of {unknown:,} images the patient is unknown." if unknown else f"{text}."


def build_training(training: TrainingFacts) -> Section:
    """What learned, from what, with which settings, on which machine."""
    blocks: list[Block] = [
        build_table(("Fact", "Value"), list(_list_training(training)), left=2),
        build_table(
            ("Settings", "Values"),
            [(title, "; ".join(said)) for title, said in _group(training).items()],
            "All settings with an effect; what nobody asked for stands as it was taken.",
            left=2,
        ),
    ]
    return Section("Model and training", tuple(blocks))


def _state_set(data: DataFacts) -> str:
    now = data.now
    if now is None:
        return f"{data.name}: {data.images:,} images. The data set is no longer in this workspace."
    text = f"{data.name}: {data.images:,} images were taken by this run."
    kinds = ", ".join(f"{count:,} {mode}" for mode, count in now.modes.items())
    if now.sizes is not None:
        text += f" They are {write_sizes(*now.sizes)} ({kinds})."
    acquired = state_acquisition(now.acquisition, now.images)
    if acquired:
        text += f" {acquired}"
    if now.split_origin:
        text += f" {now.split_origin.rstrip('.')}."
    if now.is_synthetic:
        text += " The images are synthetic."
    if now.unreadable:
        text += f" {now.unreadable:,} files could not be read and are no part of it."
    for name, role in data.others:
        text += f" The run also learned from {name}, {ROLES[role]}."
    return text


def _build_splits(data: DataFacts) -> Table:
    classes = sorted({name for split in data.splits for name in split.classes})
    head = ("Split", "Images", "Patients", *classes)
    rows = [
        (
            split.name,
            split.images,
            _write_patients(split),
            *(split.classes.get(name, 0) for name in classes),
        )
        for split in data.splits
    ]
    return build_table(head, rows, "Images, patients and classes by split.")


def _list_people(data: DataFacts) -> list[Block]:
    """A table of ages and sexes by split; nothing where no column tells."""
    people = data.now.people if data.now is not None else ()
    if not people:
        return []
    sexes = sorted({sex for one in people for sex in one.sexes})
    head = ("Split", "Counted", "Age: median (range)", "Age known of", *sexes)
    rows = [
        (
            one.split,
            f"{one.n:,} {one.counted}",
            write_ages(one),
            one.aged,
            *(one.sexes.get(sex, 0) for sex in sexes),
        )
        for one in people
    ]
    caption = "Of whom the images are, as the data set's columns say now; years."
    return [build_table(head, rows, caption, left=2)]


def _write_patients(split: SplitFacts) -> str:
    if split.patients is None:
        return "unknown"
    more = f" and {split.unknown:,} images of unknown ones" if split.unknown else ""
    return f"{split.patients:,}{more}"


def write_sizes(least: tuple[int, int], most: tuple[int, int]) -> str:
    """Widths and heights in pixels, from the smallest to the largest."""
    sizes = dict.fromkeys(f"{width:,} × {height:,}" for width, height in (least, most))
    return f"{' to '.join(sizes)} px"


def _group(training: TrainingFacts) -> dict[str, list[str]]:
    """Settings in words, by the title of their group."""
    found: dict[str, list[str]] = {}
    for setting in training.settings:
        found.setdefault(setting.group, []).append(f"{setting.title}: {setting.value}")
    return found


def _list_training(training: TrainingFacts) -> Iterator[tuple[str, object]]:
    start = training.start
    yield "Architecture", training.architecture
    yield "Start", f"{start.title}{f', trained on {start.data}' if start.data else ''}"
    if start.sha256:
        yield "SHA-256 of the start's weights", start.sha256
    if start.terms:
        yield "Terms of the start", start.terms
    yield "Strategy", f"{training.strategy}: {training.strategy_help}"
    if training.parameters:
        yield "Parameters that learned", training.parameters
    if training.penalty is not None:
        yield "Penalty of the fit", f"{training.penalty:.2g}, of {training.penalties:,} tried"
    elif training.epochs:
        kept = f"the kept one is {training.best:,}"
        yield "Epochs", f"{training.epochs:,} of {training.asked:,}; {kept}"
    yield "Seed", training.seed
    machine = [training.device, training.precision]
    if training.threads:
        machine.append(f"{training.threads} threads" if training.threads > 1 else "1 thread")
    yield "Computed on", ", ".join(filter(None, machine)) or "not noted"
    yield "Began", training.began or "not noted"
    yield "Time taken", f"{training.seconds:,.0f} s"
    yield "SHA-256 of the model", training.model_sha256 or "no model"
