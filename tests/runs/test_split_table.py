"""Who was in which split stays as it was decided, and images are known again by their content."""

from dataclasses import replace
from pathlib import Path

import pytest

from medapp.data.samples import SPLITS, Sample
from medapp.errors import RunError
from medapp.runs.split_table import load_split, match_split, save_split, select


def build_sample(number: int, split: str, patient: str | None = None) -> Sample:
    name = f"{number}.png"
    path = Path("/images", name)
    label = "ab"[number % 2]
    content = f"hash {number}"
    return Sample(number, name, path, label, patient, "s", split, content, 4, 3, "8-bit grey")


SAMPLES = [build_sample(i, SPLITS[i % 3], None if i == 4 else f"p{i // 2}") for i in range(6)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_split(tmp_path / "split.parquet", SAMPLES)
    return tmp_path / "split.parquet"


def test_the_table_gives_back_its_rows(path: Path) -> None:
    rows = load_split(path, "first")
    assert [row["name"] for row in rows] == [sample.name for sample in SAMPLES]
    assert [row["patient"] for row in rows] == [sample.patient for sample in SAMPLES]
    assert match_split(path, SAMPLES, "first") == SAMPLES


def test_split_and_label_stay_as_they_were_decided(path: Path) -> None:
    changed = [replace(sample, split="test", label="z") for sample in reversed(SAMPLES)]
    changed.append(build_sample(9, "train"))  # one that came later is not of this run
    assert match_split(path, changed, "first") == SAMPLES


@pytest.mark.parametrize("change", [{"content_hash": "other"}, {"name": "moved.png"}])
def test_an_image_that_changed_or_left_is_said(path: Path, change: dict[str, str]) -> None:
    samples = [replace(SAMPLES[0], **change), *SAMPLES[1:]]
    with pytest.raises(RunError, match=r"1 of its 6 images are gone or different \(0\.png is one"):
        match_split(path, samples, "first")


def test_samples_are_chosen_by_their_attributes() -> None:
    assert select(SAMPLES, {}) == SAMPLES
    assert select(SAMPLES, {"label": ("a",)}) == SAMPLES[::2]
    assert select(SAMPLES, {"patient": ("p0", "p1"), "label": ("b",)}) == [SAMPLES[1], SAMPLES[3]]
    assert select(SAMPLES, {"patient": ()}) == []
