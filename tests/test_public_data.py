"""Facts of public images that were checked by hand. `MEDAPP_TEST_DATA` names the folder that holds
the sets; without it these tests skip.

`brain-tumor-boxes` is figshare 1512427 (J. Cheng), `chest-xray` a sample of NIH ChestX-ray8,
`brain-mri` the set of S. Bhuvaji et al.
"""

import os
import shutil
from pathlib import Path

import pytest

from medapp import session as api
from medapp.data.catalog import Catalog
from medapp.data.facts import load_facts
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.store.workspace import Workspace
from medapp.training.machine.precision import choose_precision

DATA = Path(os.environ.get("MEDAPP_TEST_DATA", ""))
pytestmark = pytest.mark.skipif(
    not os.environ.get("MEDAPP_TEST_DATA"),
    reason="MEDAPP_TEST_DATA names no folder of public images",
)


def test_leak_of_a_published_split_is_found(workspace: Workspace) -> None:
    report = add_folder(workspace, DATA / "brain-mri")
    assert report.splits["test"] == 394
    facts = load_facts(Catalog(workspace), report.data_set)
    assert (facts.exact_leaks, facts.leaks, report.leaks) == (251, 259, 259)


def test_patients_of_a_published_set_stay_in_one_split(workspace: Workspace) -> None:
    report = add_folder(
        workspace, DATA / "chest-xray", choice=ImportChoice(patient_pattern=r"(\d{8})_")
    )
    sides: dict[str | None, set[str]] = {}
    for sample in Catalog(workspace).load_samples(report.data_set):
        sides.setdefault(sample.patient, set()).add(sample.split)
    assert len(sides) == 682
    assert all(len(side) == 1 for side in sides.values())


def test_linear_probe_learns_brain_tumors(workspace: Workspace) -> None:
    report = add_folder(workspace, DATA / "brain-tumor-boxes")
    assert (report.images, report.unreadable) == (3064, ())
    run = api.train(report.data_set, strategy="linear-probe", image_size=64)
    figures = api.evaluate(run)
    assert figures.n == 459
    assert (figures.balanced_accuracy or 0) > 0.8


def test_bfloat16_is_as_accurate_as_float32(workspace: Workspace, tmp_path: Path) -> None:
    if choose_precision("auto", "cpu", workspace) != "bfloat16":
        pytest.skip("this processor has no bfloat16 of its own, and takes a quarter of an hour")
    for place in sorted((DATA / "brain-tumor-boxes").iterdir()):
        if place.is_dir():
            (tmp_path / "few" / place.name).mkdir(parents=True)
            files = sorted(place.iterdir())
            for file in files[:: len(files) // 120]:
                shutil.copyfile(file, tmp_path / "few" / place.name / file.name)
    few = add_folder(workspace, tmp_path / "few").data_set
    for seed in range(3):
        coarse, fine = (
            api.evaluate(
                api.train(
                    few, epochs=3, image_size=64, batch_size=16, seed=seed, precision=precision
                )
            )
            for precision in ("bfloat16", "float32")
        )
        for name in ("accuracy", "macro_auroc"):
            low, high = fine.intervals[name] or (1.0, 0.0)
            assert low <= getattr(coarse, name) <= high, f"{name}, seed {seed}"
        assert (fine.macro_auroc or 0) > 0.7
