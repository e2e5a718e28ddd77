"""What to know of a data set before a model learns from it: what is missing, flatters, unknown."""

from collections.abc import Iterator

from medapp.data.catalog import Catalog, Facts
from medapp.data.samples import DataSet
from medapp.notes import Level, Note, sort_notes

GRAVE_SHARE = (
    0.05  # of the judged images; with more of them seen in training, figures are worthless
)


def describe(data_set: DataSet, catalog: Catalog) -> tuple[Note, ...]:
    """The notes that hold for this data set, the gravest first."""
    facts = catalog.load_facts(data_set)
    tests = catalog.count_samples(data_set, "test")
    left_out = len(catalog.list_unreadable(data_set))
    notes = [*_find_gaps(data_set, catalog.count_classes(data_set))]
    notes += _find_copies(facts, tests)
    notes += _find_sources(facts)
    if data_set.is_synthetic:
        text = "Synthetic phantom, not a patient: nothing learned here is true of people."
        notes.insert(0, Note("synthetic", text, "info"))
    if left_out:
        text = f"{count(left_out, 'file was', 'files were')} left out; the list says why."
        notes.append(Note("left-out", text))
    return sort_notes(notes)


def weigh_share(seen: int, judged: int) -> Level:
    """How grave it is that `seen` of `judged` images were learned from."""
    return "grave" if seen > GRAVE_SHARE * judged else "caution"


def _find_gaps(data_set: DataSet, counts: dict[str, dict[str, int]]) -> Iterator[Note]:
    classes = data_set.classes
    untaught = [label for label in classes if not counts["train"][label]]
    if len(classes) < 2:
        text = "There is one class, so there is nothing to tell apart."
        yield Note("one-class", text, "grave", "Add images of a second class before training.")
    elif len(untaught) == len(classes):
        text = "There are no training images: models are evaluated on this data set, not trained."
        yield Note("no-training", text, "info")
        return
    elif untaught:
        text = f"No training image shows {', '.join(untaught)}, so a run cannot learn from this."
        yield Note("untaught-class", text, "grave", "Add images, or remove the class's folder.")
    if not any(counts["test"].values()):
        text = "There are no test images, so nothing will say how good a model is."
        yield Note("no-test", text, remedy="Add more images.")
    if not any(counts["validation"].values()):
        text = "There are no validation images, so the best epoch cannot be told."
        yield Note("no-validation", text, remedy="Add more images.")


def _find_copies(facts: Facts, tests: int) -> Iterator[Note]:
    if facts.leaks:
        verb = "stands" if facts.leaks == 1 else "stand"
        text = (
            f"{facts.leaks:,} of {count(tests, 'test image', 'test images')} also {verb}, byte by"
            " byte, in the training or validation split: figures on this test split flatter."
        )
        yield Note("leak", text, weigh_share(facts.leaks, tests))
    if facts.contradictions:
        text = (
            f"{facts.contradictions:,} images stand, byte by byte, in more than one class: labels"
            " contradict each other."
        )
        yield Note("contradiction", text)
    if facts.copies:
        copies = count(facts.copies, "image is a copy", "images are copies")
        yield Note("copies", f"{copies} of another, byte by byte.", "info")


def _find_sources(facts: Facts) -> Iterator[Note]:
    known = facts.images - facts.without_patient
    if not facts.patients:
        text = (
            "Patients are not known, so images of one patient may stand in two splits; figures may"
            " flatter."
        )
        remedy = "Add the folder again with a patient pattern, if file names tell the patient."
        yield Note("unknown-patients", text, remedy=remedy)
    elif facts.without_patient:
        unknown = count(facts.without_patient, "image", "images")
        text = f"The patient of {unknown} is not known; each counts as a patient of its own."
        yield Note("unknown-patients", text)
    if facts.patients_in_two_splits:
        torn = count(facts.patients_in_two_splits, "patient stands", "patients stand")
        text = f"{torn} in more than one of the published splits: figures may flatter."
        yield Note("patient-leak", text)
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
