"""Test patients who have far more or fewer images each than training patients are told."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from medapp.data.catalog import Catalog
from medapp.data.notes import describe
from medapp.data.patient_sizes import (
    FAR,
    STANDARD_ERRORS,
    count_patients,
    describe_sizes,
    differ_in_size,
)
from medapp.data.samples import DataSet, Sample
from medapp.data.splits.redrawing import redraw_split
from medapp.notes import Note
from medapp.store.workspace import Workspace

ROOT = Path("/images")


def add(workspace: Workspace, sizes: dict[str, list[int]]) -> tuple[Catalog, DataSet]:
    """A data set whose patients have so many images, by split."""
    blank = Sample(0, "", ROOT, "a", None, None, "train", "", 1, 1, "8-bit grey", ())
    samples = [
        replace(
            blank,
            name=f"{split}-{patient}-{image}.png",
            path=ROOT / f"{split}-{patient}-{image}.png",
            label="ab"[patient % 2],
            patient=f"{split}-{patient}",
            split=split,
            content_hash=f"{split}-{patient}-{image}",
            copy_group=f"{split}-{patient}-{image}",
        )
        for split, counts in sizes.items()
        for patient, count in enumerate(counts)
        for image in range(count)
    ]
    catalog = Catalog(workspace)
    draft = DataSet(0, "x y", ROOT, "registered", ("a", "b"), None, True, "", False, "")
    return catalog, catalog.add(draft, samples, [])


def find(catalog: Catalog, data_set: DataSet) -> list[Note]:
    return [note for note in describe(data_set, catalog) if note.code == "patient-sizes"]


def test_single_images_in_the_test_split_alone_are_told_until_the_split_is_drawn(
    workspace: Workspace,
) -> None:
    training = [1] * 60 + [3] * 60
    catalog, data_set = add(
        workspace, {"train": training, "validation": [1] * 30, "test": [1] * 40}
    )
    (note,) = find(catalog, data_set)
    assert note.level == "caution"
    assert note.text == (
        "Test patients differ in kind from training patients: 0 of 40 test patients (0%) have"
        " several images, 1.0 each on average; 60 of 120 training patients (50%) have several"
        " images, 2.0 each on average. Figures on the test split are of patients of its kind."
    )
    assert note.in_shell.endswith('medapp data split "x y"')
    assert find(catalog, redraw_split(catalog, data_set, 0)) == []


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ([1] * 60 + [3] * 60, [1] * 20 + [3] * 20),  # of one kind
        ([1] * 100 + [3] * 20, [1] * 40),  # no patient of the test split, but few of training
        ([1, 3] * 5, [1] * 4),  # too few to tell
        ([1] * 60, [1] * 20),
        ([], [1] * 20),
    ],
)
def test_what_is_alike_small_or_unsure_is_not_told(
    workspace: Workspace, train: list[int], test: list[int]
) -> None:
    assert find(*add(workspace, {"train": train, "test": test})) == []


def test_patients_are_counted_by_split_and_images(workspace: Workspace) -> None:
    catalog, data_set = add(workspace, {"train": [1, 1, 2, 4], "test": [3, 3]})
    sizes = count_patients(catalog, data_set)
    assert sizes == {"train": {1: 2, 2: 1, 4: 1}, "validation": {}, "test": {3: 2}}
    assert [describe_sizes(found) for found in sizes.values()] == [
        "1 to 4, 2.0 on average",
        "–",
        "3",
    ]


def test_the_statistic_is_that_of_scipy() -> None:
    generator = np.random.default_rng(0)
    told = 0
    for _ in range(200):
        train = generator.geometric(generator.uniform(0.3, 0.9), generator.integers(5, 80))
        test = generator.geometric(generator.uniform(0.1, 0.9), generator.integers(5, 80))
        known = mannwhitneyu(test, train, use_continuity=False, method="asymptotic")
        away = abs(known.statistic / (len(train) * len(test)) - 0.5)
        # Four standard errors on both sides of a normal variable.
        expected = away >= FAR and known.pvalue <= 6.334248e-5
        assert differ_in_size(Counter(train.tolist()), Counter(test.tolist())) == expected
        told += expected
    assert STANDARD_ERRORS == 4
    assert 20 < told < 180
