"""Windows are suggested for CT whose part of the body is known, and for nothing else."""

from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.ct_windows import REGIONS, CtWindows, find_ct_windows
from medapp.data.importing.previewing import preview
from medapp.data.layouts.unlabelled import LAYOUT
from medapp.data.preprocessing import load_preprocess
from medapp.errors import DataError
from medapp.imaging.windows import NAMED
from medapp.store.workspace import Workspace


def say(*parts: str, modality: str = "CT") -> CtWindows | None:
    return find_ct_windows([{"modality": modality, "body_part": part} for part in parts])


@pytest.mark.parametrize(
    ("parts", "windows"),
    [
        (("CHEST",), ("lung", "soft tissue")),
        (("Thorax", "LUNG"), ("lung", "soft tissue")),
        (("HEAD", "BRAIN"), ("brain", "bone")),
        (("ABDOMEN",), ("soft tissue",)),
        (("CHEST", "CHEST", "ABDOMEN"), ("lung", "soft tissue")),
        (("L-SPINE",), ("bone", "soft tissue")),
        (("CHEST", ""), ("lung", "soft tissue")),
        (("CHEST", "", ""), ()),
        (("CHEST", "HEAD"), ()),
        (("TORTOISE",), ()),
    ],
)
def test_the_part_of_the_body_tells_the_windows(
    parts: tuple[str, ...], windows: tuple[str, ...]
) -> None:
    found = say(*parts)
    assert found is not None
    assert found.suggested == windows
    assert bool(found.describe()) == bool(windows)


def test_what_is_not_all_ct_has_no_windows() -> None:
    assert say("CHEST", modality="CR") is None
    assert find_ct_windows([{"modality": "CT", "body_part": "CHEST"}, {}]) is None
    assert find_ct_windows([]) is None


def test_each_suggestion_is_a_window_there_is() -> None:
    assert {w for _, windows in REGIONS.values() for w in windows} <= set(NAMED)


def test_the_sentence() -> None:
    found = say("CHEST")
    assert found is not None
    assert found.describe() == (
        "CT of the chest: windows lung, soft tissue are suggested as channels."
    )


def test_a_preview_and_an_import_say_it_and_the_choice_is_kept(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "disc"
    folder.mkdir()
    for number in range(4):
        values = np.random.default_rng(number).integers(-1000, 400, (16, 16)).astype(np.int16)
        facts = {"Modality": "CT", "BodyPartExamined": "CHEST", "PatientID": f"H{number}"}
        scale = {"RescaleSlope": 1, "RescaleIntercept": 0}
        (folder / f"IM{number}").write_bytes(build_dicom(values, **facts, **scale))
    choice = ImportChoice(layout=LAYOUT, windows="lung, soft tissue")
    said = "CT of the chest: windows lung, soft tissue are suggested as channels."
    shown = preview(folder, choice)
    assert said in shown.describe()
    assert shown.to_dict()["windows"] == ["lung", "soft tissue"]
    report = add_path(workspace, folder, choice=choice)
    assert said in report.sentences
    kept = Catalog(workspace).find_data_set(report.data_set.name)
    assert load_preprocess(kept).windows == "lung, soft tissue"
    plain = add_path(workspace, folder, "plain", ImportChoice(layout=LAYOUT)).data_set
    assert load_preprocess(plain).windows == ""


def test_a_window_that_is_none_is_refused_before_anything_is_read() -> None:
    with pytest.raises(DataError, match="'lungs' cannot be told"):
        ImportChoice(windows="lungs")
