"""What to know of a data set before a model learns from it: what is missing, flatters, unknown."""

import functools
from collections.abc import Iterator, Mapping

from medapp.data.catalog import Catalog
from medapp.data.copies.public import PublicSet, list_public_sets, match_public
from medapp.data.facts import Facts, load_facts
from medapp.data.few_groups import note_few_groups
from medapp.data.layouts.alike import find_alike_classes
from medapp.data.layouts.nothing import find_empty_finding
from medapp.data.layouts.unlabelled import note_unlabelled
from medapp.data.one_patient import note_one_patient
from medapp.data.patient_sizes import note_patient_sizes
from medapp.data.samples import UNLABELLED, DataSet
from medapp.errors import Remedy
from medapp.notes import Level, Note, sort_notes
from medapp.store.plain import quote_word
from medapp.store.workspace import Workspace
from medapp.task import find_task

# Of the judged images; where more were learned from, figures are worthless.
GRAVE_SHARE = 0.05
# How a copy may differ from its picture.
ALTERED = "in another format, size or quality, or mirrored, turned or inverted"


def describe(data_set: DataSet, catalog: Catalog) -> tuple[Note, ...]:
    """The notes that hold for this data set, the gravest first.

    They are kept until the catalog or a file of fingerprints changes, as finding them takes a
    second or two for 100,000 images, and a form asks for them at each of its changes.
    """
    workspace = catalog.workspace
    return _describe(data_set, workspace, catalog.read_marks(), list_public_sets(workspace))


@functools.lru_cache(100)
def _describe(
    data_set: DataSet,
    workspace: Workspace,
    marks: tuple[int, ...],
    known: tuple[PublicSet, ...],
) -> tuple[Note, ...]:
    catalog = Catalog(workspace)
    emptied = _find_emptied(catalog, data_set)
    if emptied:
        return (emptied,)
    facts = load_facts(catalog, data_set)
    counts = catalog.count_classes(data_set)
    splits = catalog.count_splits(data_set)
    tests = splits["test"]
    left_out = len(catalog.list_unreadable(data_set))
    notes = [*_find_gaps(data_set, counts, splits)]
    notes += find_alike_classes(data_set.classes)
    if find_task(data_set.task).has_several:
        query = "SELECT DISTINCT label FROM used WHERE data_set_id = ?"
        labels = [label for (label,) in catalog.read(query, data_set.id)]
        notes += find_empty_finding(data_set.classes, labels)
    has_figures = data_set.classes != (UNLABELLED,)
    notes += _find_copies(facts, tests, data_set.name) if has_figures else ()
    notes += _find_public(catalog, data_set, known)
    notes += _find_one_patient(data_set, facts) if has_figures else ()
    notes += _find_sources(facts)
    if has_figures:
        notes += _find_unknown(facts)
        notes += _find_leaking_patients(facts, tests, data_set.name)
        if not facts.patients_in_two_splits:
            notes += note_patient_sizes(catalog, data_set)
        notes += note_few_groups(catalog, data_set, bool(facts.patients))
    if data_set.is_synthetic:
        text = "Synthetic phantom, not a patient: nothing learned here is true of people."
        notes.insert(0, Note("synthetic", text, "info"))
    if data_set.draws > 1:
        text = f"The split was drawn {data_set.draws} times: choosing among drawings flatters."
        notes.append(Note("draws", text, "info" if data_set.draws == 2 else "caution"))
    if left_out:
        text = f"{count(left_out, 'file was', 'files were')} left out; the list says why."
        notes.append(Note("left-out", text))
    return sort_notes(notes)


def _find_emptied(catalog: Catalog, data_set: DataSet) -> Note | None:
    """The one note of a data set all of whose images a person has left out."""
    images = catalog.count("FROM samples WHERE data_set_id = ?", data_set.id)
    if not images or catalog.count_samples(data_set):
        return None
    text = (
        f"All {count(images, 'image is', 'images are')} left out, so there is nothing to train or"
        " judge on."
    )
    remedy = Remedy(
        "Take them back, under Edits on the data set's page.",
        f'Take them back: medapp data edit {quote_word(data_set.name)} "*" --include',
    )
    return Note("emptied", text, "grave", remedy)


def weigh_share(seen: int, judged: int) -> Level:
    """How grave it is that `seen` of `judged` images were learned from."""
    return "grave" if seen > GRAVE_SHARE * judged else "caution"


def _find_gaps(
    data_set: DataSet, counts: dict[str, dict[str, int]], splits: Mapping[str, int]
) -> Iterator[Note]:
    classes = data_set.classes
    untaught = [label for label in classes if not counts["train"][label]]
    task = find_task(data_set.task)
    unlabelled = sum(by_class.get(UNLABELLED, 0) for by_class in counts.values())
    if unlabelled:
        yield note_unlabelled(unlabelled, _count_images(counts) - unlabelled)
    if classes == (UNLABELLED,):
        return
    if len(classes) < task.min_classes:
        only = f"one {task.noun}" if classes else f"no {task.noun}"
        text = f"There is {only}, so there is nothing to tell apart."
        yield Note(
            "one-class", text, "grave", f"Add images of a second {task.noun} before training."
        )
    elif not splits["train"]:
        text = "There are no training images: models are evaluated on this data set, not trained."
        yield Note("no-training", text, "info")
        return
    elif untaught:
        text = f"No training image shows {', '.join(untaught)}, so a run cannot learn from this."
        yield Note("untaught-class", text, "grave", "Add images, or derive a data set without it.")
    if not splits["test"]:
        text = "There are no test images, so nothing will say how good a model is."
        yield Note("no-test", text, remedy="Add more images.")
    if not splits["validation"]:
        text = "There are no validation images, so the best epoch cannot be told."
        yield Note("no-validation", text, remedy="Add more images.")


def _count_images(counts: Mapping[str, Mapping[str, int]]) -> int:
    return sum(sum(by_class.values()) for by_class in counts.values())


def _find_copies(facts: Facts, tests: int, name: str) -> Iterator[Note]:
    if facts.leaks:
        verb = "stands" if facts.leaks == 1 else "stand"
        text = (
            f"{facts.leaks:,} of {count(tests, 'test image', 'test images')} also {verb} in the"
            f" training or validation split, {say_how(facts.exact_leaks, facts.leaks)}"
        )
        yield note_share("leak", text, facts.leaks, tests, suggest_split(name))
    if facts.contradictions:
        text = (
            f"{facts.contradictions:,} images have a copy with another label: labels contradict"
            " each other."
        )
        remedy = Remedy(
            "The list stands under Audit on the data set's page.",
            f"The list: medapp data copies {quote_word(name)}",
        )
        yield Note("contradiction", text, remedy=remedy)
    if facts.copies:
        copies = count(facts.copies, "image is a copy", "images are copies")
        yield Note("copies", f"{copies} of another, byte by byte.", "info")
    if facts.near_copies:
        copies = count(facts.near_copies, "image is a copy", "images are copies")
        text = f"{copies} of another {ALTERED}."
        yield Note("near-copies", text, "info")
    if facts.unchecked:
        images = count(facts.unchecked, "image", "images")
        text = f"Copies {ALTERED} were not looked for among {images}."
        remedy = Remedy(
            "Look now, under Audit on the data set's page.",
            f"Look now: medapp data check {quote_word(name)}",
        )
        yield Note("unchecked-copies", text, "info", remedy)


def _find_public(
    catalog: Catalog, data_set: DataSet, known: tuple[PublicSet, ...]
) -> Iterator[Note]:
    """A note for each public data set that some of the images are of."""
    query = "SELECT fingerprint, label FROM used WHERE data_set_id = ? ORDER BY id"
    marks = tuple(catalog.read(query, data_set.id))
    for match in match_public(known, marks, data_set.task == "single-label"):
        remedy = "Judge no model on them that learned from that set."
        yield Note("public-set", match.describe(), "info", remedy)


def say_how(exact: int, copies: int) -> str:
    """How many of some copies are the same byte by byte."""
    if exact == copies:
        return "byte by byte"
    near = f"{exact:,} of them byte by byte, {copies - exact:,} {ALTERED}"
    return near if exact else ALTERED


def note_share(code: str, text: str, seen: int, judged: int, remedy: str) -> Note:
    """A note that `seen` of `judged` images, as `text` begins, are no test of what was learned."""
    level = weigh_share(seen, judged)
    end = "figures on them say nothing of new images" if level == "grave" else "figures flatter"
    return Note(code, f"{text}: {end}.", level, remedy)


def suggest_split(name: str) -> Remedy:
    """What to do where copies or patients of a data set stand in several splits."""
    clean = "Make a clean split, in which copies and patients stay together"
    return Remedy(
        f"{clean}, under Split on the data set's page.",
        f"{clean}: medapp data clean-split {quote_word(name)}",
    )


def _find_leaking_patients(facts: Facts, tests: int, name: str) -> Iterator[Note]:
    if facts.patient_leaks:
        images = count(tests, "test image", "test images")
        verb = "is of a patient" if facts.patient_leaks == 1 else "are of patients"
        text = f"{facts.patient_leaks:,} of {images} {verb} who also trained or validated"
        remedy = suggest_split(name)
        yield note_share("patient-leak", text, facts.patient_leaks, tests, remedy)
    elif facts.patients_in_two_splits:
        torn = count(facts.patients_in_two_splits, "patient stands", "patients stand")
        yield Note("patients-torn", f"{torn} in training and in validation.", "info")


def _find_one_patient(data_set: DataSet, facts: Facts) -> Iterator[Note]:
    is_known = facts.patients == 1 and not facts.without_patient and facts.images > 1
    if is_known or data_set.reading.get("has_one_patient"):
        yield note_one_patient(facts.images, not is_known)


def _find_unknown(facts: Facts) -> Iterator[Note]:
    if not facts.patients:
        text = (
            "Patients are not known, so images of one patient may stand in two splits; figures may"
            " flatter."
        )
        remedy = "Add the folder again with a patient pattern, if file names tell the patient."
        yield Note("patients-unknown", text, remedy=remedy)
    elif facts.without_patient:
        unknown = count(facts.without_patient, "image", "images")
        text = f"The patient of {unknown} is not known; each counts as a patient of its own."
        yield Note("patients-partly-unknown", text)


def _find_sources(facts: Facts) -> Iterator[Note]:
    known = facts.images - facts.without_patient
    if facts.patients:
        patients = count(facts.patients, "patient", "patients")
        yield Note("patients", f"{patients} in {count(known, 'image', 'images')}.", "info")
    if facts.sites:
        text = f"The images come from {count(facts.sites, 'site', 'sites')}."
        yield Note("sites", text, "info")
    if facts.with_box:
        boxes = count(facts.with_box, "image has", "images have")
        yield Note("boxes", f"{boxes} boxes that show where the finding is.", "info")


def count(number: int, one: str, many: str) -> str:
    """A number with its noun, such as `1,204 images`."""
    return f"{number:,} {one if number == 1 else many}"
