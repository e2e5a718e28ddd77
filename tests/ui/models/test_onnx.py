"""A model goes out as one zip of graph, card and script, or what is missing is said in words."""

import io
import json
import sys
import zipfile

import pytest
from conftest import Trained

from medapp.errors import WeightsError
from medapp.runs.making import find_run
from medapp.ui.models.onnx import zip_onnx


def test_graph_card_and_script_travel_together(trained: Trained) -> None:
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    run = find_run(trained.workspace, "probe")
    with zipfile.ZipFile(io.BytesIO(zip_onnx(run))) as archive:
        assert sorted(archive.namelist()) == ["ask.py", "model.json", "model.onnx"]
        card = json.loads(archive.read("model.json"))
    assert (card["model"], card["classes"]) == ("probe", ["above", "below"])


def test_missing_packages_are_said(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(WeightsError, match="needs the packages"):
        zip_onnx(find_run(trained.workspace, "probe"))
