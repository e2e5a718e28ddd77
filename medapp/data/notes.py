"""What to know of a data set before a model learns from it, in plain sentences.

The sentences say what is missing, what flatters, and what is unknown.
"""

from medapp.data.catalog import Catalog, Facts
from medapp.data.samples import DataSet


def describe(data_set: DataSet, catalog: Catalog) -> list[str]:
    """The sentences that hold for this data set, the gravest first."""
    facts = catalog.load_facts(data_set)
    tests = catalog.count_samples(data_set, "test")
    return [*_find_gaps(data_set, catalog), *_find_copies(facts, tests), *_find_sources(facts)]


def _find_gaps(data_set: DataSet, catalog: Catalog) -> list[str]:
    counts = catalog.count_classes(data_set)
    left_out = len(catalog.list_unreadable(data_set))
    classes = data_set.classes
    untaught = [label for label in classes if not counts["train"][label]]
    notes = []
    if data_set.is_synthetic:
        notes.append("Synthetic phantom, not a patient: nothing learned here is true of people.")
    if len(classes) < 2:
        notes.append(
            "There is one class, so there is nothing to tell apart: add images of a second class"
            " before training."
        )
    elif untaught:
        notes.append(
            f"No training image shows {', '.join(untaught)}, so a run cannot learn from this."
        )
    if not any(counts["test"].values()):
        notes.append(
            "There are no test images, so nothing will say how good a model is: add more images."
        )
    if not any(counts["validation"].values()):
        notes.append(
            "There are no validation images, so the best epoch cannot be told: add more images."
        )
    if left_out:
        notes.append(f"{_count(left_out, 'file was', 'files were')} left out; the list says why.")
    return notes


def _find_copies(facts: Facts, tests: int) -> list[str]:
    notes = []
    if facts.leaks:
        verb = "stands" if facts.leaks == 1 else "stand"
        notes.append(
            f"{facts.leaks:,} of {_count(tests, 'test image', 'test images')} also {verb}, byte by"
            " byte, in the training or validation split: figures on this test split flatter."
        )
    if facts.contradictions:
        notes.append(
            f"{facts.contradictions:,} images stand, byte by byte, in more than one class: labels"
            " contradict each other."
        )
    if facts.copies:
        notes.append(
            f"{_count(facts.copies, 'image is a copy', 'images are copies')} of another, byte by"
            " byte."
        )
    return notes


def _find_sources(facts: Facts) -> list[str]:
    notes = []
    if not facts.patients:
        notes.append(
            "Patients are not known, so images of one patient may stand in two splits; figures may"
            " flatter."
        )
    else:
        known = facts.images - facts.without_patient
        notes.append(
            f"{_count(facts.patients, 'patient', 'patients')} in"
            f" {_count(known, 'image', 'images')}."
        )
        if facts.without_patient:
            unknown = _count(facts.without_patient, "image", "images")
            notes.append(
                f"The patient of {unknown} is not known; each counts as a patient of its own."
            )
    if facts.patients_in_two_splits:
        torn = _count(facts.patients_in_two_splits, "patient stands", "patients stand")
        notes.append(f"{torn} in more than one of the published splits: figures may flatter.")
    if facts.sites:
        notes.append(f"The images come from {_count(facts.sites, 'site', 'sites')}.")
    if facts.with_box:
        notes.append(
            f"{_count(facts.with_box, 'image has', 'images have')} boxes that show where the"
            " finding is."
        )
    return notes


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
