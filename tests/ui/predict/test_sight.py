"""Of an image that a model judges the page shows what the model sees, and the file's on demand."""

from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom

from medapp.imaging.preprocess import Preprocess
from medapp.prediction.files import Prediction
from medapp.ui.predict.sight import load_sight

CT = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -2000}
LUNG = Preprocess(image_size=64, windows="lung")


def write(folder: Path, hounsfield: list[int], **facts: object) -> Prediction:
    path = folder / "1.dcm"
    stored = (np.array([hounsfield]) + 2000).astype(np.uint16)
    path.write_bytes(build_dicom(stored, WindowCenter=40, WindowWidth=400, **{**CT, **facts}))
    return Prediction(path, "x", {})


def test_the_models_window_is_shown_first(tmp_path: Path) -> None:
    sight = load_sight(write(tmp_path, [-1350, -600, 149]), LUNG)
    assert (sight.is_models, sight.differs, sight.is_windowed) == (True, True, True)
    # ((-600 + 1350) / 1499) · 255 = 127.6
    assert sight.image.tolist() == [[0, 128, 255]]
    assert sight.depth is not None
    assert (sight.depth.level, sight.depth.range, sight.depth.unit) == (-600, 1500, "HU")


def test_the_file_says_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medapp.ui.shell.url.st.query_params", {"shown": "file"})
    sight = load_sight(write(tmp_path, [-160, 40, 239]), LUNG)
    assert not sight.is_models
    # ((40 + 160) / 399) · 255 = 127.8
    assert sight.image.tolist() == [[0, 128, 255]]
    assert "window 40/400 of the file" in sight.facts.mode
    assert sight.depth is not None
    assert (sight.depth.level, sight.depth.range) == (40, 400)


def test_where_both_are_alike_there_is_nothing_to_choose(tmp_path: Path) -> None:
    mr = write(tmp_path, [0, 100, 200], Modality="MR")
    sight = load_sight(mr, LUNG)
    assert (sight.differs, sight.is_windowed) == (False, False)
    assert load_sight(mr, Preprocess(clahe=2.0, value_range="image")).differs
