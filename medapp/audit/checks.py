"""The table of checks: a row is enough for the audit, its page and the shell."""

from collections.abc import Callable
from dataclasses import dataclass

from medapp.audit.burnt_in import find_burnt_in
from medapp.audit.duplicates import find_copies
from medapp.audit.elsewhere import find_in_other_sets, find_public_sets
from medapp.audit.finding import Finding
from medapp.audit.ground import Ground
from medapp.audit.odd import find_odd
from medapp.audit.outliers import find_outliers
from medapp.audit.patients import find_torn_patients
from medapp.audit.quality import find_faults
from medapp.audit.shortcuts import find_shortcuts
from medapp.audit.small import find_small_classes
from medapp.audit.suspects import find_suspected_labels
from medapp.store.threads import OnProgress

# What each kind of finding is called on pages.
KINDS: dict[str, str] = {
    "leak": "Copies in two splits",
    "patients_in_two_splits": "Patients in two splits",
    "contradiction": "Copies with two labels",
    "suspected_label": "Suspected wrong labels",
    "shortcut": "Shortcuts",
    "small_class": "Classes too small to judge",
    "other_data_set": "Copies in another data set",
    "public_set": "Images of a public data set",
    "unreadable": "Files that cannot be read",
    "blank": "Blank images",
    "odd": "Images unlike the rest",
    "burnt_in": "Text burnt into images",
    "copies": "The same picture twice",
    "near_copies": "Nearly the same picture twice",
}


@dataclass(frozen=True)
class Check:
    """One row: what is looked for, and by which function.

    Attributes:
        title: what is being done, for the bar of progress.
        run: takes the ground, and a function that is called with what is done and what there is.
        needs_features: whether a backbone reads the images, which takes longer than all the rest.
    """

    title: str
    run: Callable[[Ground, OnProgress], list[Finding]]
    needs_features: bool = False


CHECKS: dict[str, Check] = {
    "quality": Check("Reading images", find_faults),
    "copies": Check("Comparing images", find_copies),
    "patients": Check("Looking at patients", find_torn_patients),
    "other_sets": Check("Comparing data sets", find_in_other_sets),
    "public_sets": Check("Looking for public images", find_public_sets),
    "burnt_in": Check("Looking for text", find_burnt_in),
    "odd": Check("Comparing images with the rest", find_odd),
    "small_classes": Check("Counting classes", find_small_classes),
    "labels": Check("Judging labels", find_suspected_labels, needs_features=True),
    "shortcuts": Check("Looking for shortcuts", find_shortcuts, needs_features=True),
    "outliers": Check("Comparing what images show", find_outliers, needs_features=True),
}
