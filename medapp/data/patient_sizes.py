"""How many images each patient of a split has, and whether test patients are of another kind."""

import math
from collections import Counter
from collections.abc import Iterator

from medapp.data.catalog import Catalog
from medapp.data.samples import SPLITS, DataSet
from medapp.errors import Remedy
from medapp.notes import Note
from medapp.store.plain import quote_word

# How often a test patient has more images than a training patient, ties as half, is told where it
# is so far from one half, and is so many standard errors away. Drawn splits stay well within both.
FAR = 0.2
STANDARD_ERRORS = 4


def count_patients(catalog: Catalog, data_set: DataSet) -> dict[str, Counter[int]]:
    """By split: images of a patient in that split → how many patients have so many there."""
    query = (
        "SELECT split, images, COUNT(*) FROM (SELECT split, COUNT(*) AS images FROM used"
        " WHERE data_set_id = ? AND patient IS NOT NULL GROUP BY patient, split)"
        " GROUP BY split, images"
    )
    sizes: dict[str, Counter[int]] = {split: Counter() for split in SPLITS}
    for split, images, patients in catalog.read(query, data_set.id):
        sizes.setdefault(split, Counter())[images] = patients
    return sizes


def note_patient_sizes(catalog: Catalog, data_set: DataSet) -> Iterator[Note]:
    """A note where test patients have far more, or far fewer, images each than training patients.

    A published split can be so, or one that was drawn before MedApp spread patients of every size.
    Patients must stand in one split each.
    """
    sizes = count_patients(catalog, data_set)
    if differ_in_size(sizes["train"], sizes["test"]):
        text = (
            "Test patients differ in kind from training patients:"
            f" {_describe(sizes['test'], 'test')}; {_describe(sizes['train'], 'training')}."
            " Figures on the test split are of patients of its kind."
        )
        anew = "A split drawn anew spreads patients of every kind, and gives up a published split"
        remedy = Remedy(
            f"{anew}: under Split on the data set's page.",
            f"{anew}: medapp data split {quote_word(data_set.name)}",
        )
        yield Note("patient-sizes", text, "caution", remedy)


def differ_in_size(train: Counter[int], test: Counter[int]) -> bool:
    """Whether patients of two splits differ in how many images they have, by far and surely.

    By the statistic of Mann & Whitney 1947 (doi:10.1214/aoms/1177730491) and its variance where
    both are alike, corrected for ties.

    Args:
        train, test: images of a patient → how many patients have so many.
    """
    pairs = train.total() * test.total()
    if not pairs:
        return False
    both = train + test
    whole = both.total()
    larger = sum(
        count * others * ((size > other) + 0.5 * (size == other))
        for size, count in test.items()
        for other, others in train.items()
    )
    tied = sum(count**3 - count for count in both.values()) / (whole**3 - whole)
    error = math.sqrt((1 - tied) * (whole + 1) / (12 * pairs))
    away = abs(larger / pairs - 0.5)
    return away >= FAR and away >= STANDARD_ERRORS * error


def describe_sizes(sizes: Counter[int]) -> str:
    """How many images each patient of a split has, such as "1 to 12, 1.5 on average"."""
    if not sizes:
        return "–"
    least, most = min(sizes), max(sizes)
    mean = sum(size * count for size, count in sizes.items()) / sizes.total()
    return f"{least}" if least == most else f"{least} to {most}, {mean:.1f} on average"


def _describe(sizes: Counter[int], split: str) -> str:
    """How many patients of a split have several images, and how many images each has."""
    patients = sizes.total()
    several = patients - sizes[1]
    mean = sum(size * count for size, count in sizes.items()) / patients
    have = f"{several:,} of {patients:,} {split} patients ({several / patients:.0%})"
    return f"{have} have several images, {mean:.1f} each on average"
