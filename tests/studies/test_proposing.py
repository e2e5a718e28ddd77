"""Where a race proposes folds, and where more patients would show no more."""

from pathlib import Path

import pytest

from medapp.data.samples import Sample
from medapp.evaluation.comparison import Difference
from medapp.runs.run import Run
from medapp.runs.split_table import save_split
from medapp.studies.contrast import Contrast
from medapp.studies.proposing import propose_folds


def build_run(folder: Path, patients: int) -> Run:
    """A run on two images of each patient."""
    folder.mkdir()
    samples = [
        Sample(
            id=number,
            name=f"{number}.png",
            path=folder / f"{number}.png",
            label="a",
            patient=f"p{number // 2}",
            site=None,
            split="train",
            content_hash=f"{number:064}",
            width=8,
            height=8,
            mode="8-bit grey",
        )
        for number in range(2 * patients)
    ]
    save_split(folder / "split.parquet", samples)
    return Run(folder)


def contrast(value: float, units: int, reach: float = 0.2, seed_reach: float = 0.0) -> Contrast:
    """A difference that is looked at alone, on so many patients."""
    found = Difference(0.7 + value, 0.7, (value - reach, value + reach), seed_reach)
    return Contrast("a", "b", "balanced_accuracy", found, found.p, 2 * units, units, "patients")


@pytest.mark.parametrize(
    ("patients", "found", "is_proposed"),
    [
        (60, contrast(0.1, 9), True),
        # Told apart: nothing is lacking.
        (60, contrast(0.3, 9), False),
        # Nobody is left whom folds would judge besides; or too few for five folds.
        (60, contrast(0.1, 60), False),
        (9, contrast(0.1, 3), False),
        # Enough are judged, and the ways do alike or differ by their seeds: more show no more.
        (200, contrast(0.0, 40), False),
        (200, contrast(0.1, 40, seed_reach=0.2), False),
        (200, contrast(0.1, 40), True),
        # Of nine patients nobody knows that yet.
        (60, contrast(0.0, 9), True),
    ],
)
def test_folds_are_proposed_where_they_can_tell_more(
    tmp_path: Path, patients: int, found: Contrast, is_proposed: bool
) -> None:
    run = build_run(tmp_path / "run", patients)
    notes = list(propose_folds(run, "my set", [found]))
    assert bool(notes) == is_proposed
    if notes:
        (note,) = notes
        assert f"has {found.units} of the {patients} patients" in note.text
        assert note.level == "info"
        assert note.in_shell.endswith('medapp race --data "my set" --folds 5')
        assert "medapp" not in note.remedy


def test_one_open_question_of_several_is_enough(tmp_path: Path) -> None:
    run = build_run(tmp_path / "run", 60)
    assert list(propose_folds(run, "set", [contrast(0.3, 9), contrast(0.1, 9)]))
    assert not list(propose_folds(run, "set", []))
