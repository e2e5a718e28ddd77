"""Benchmarks of speed run on a handful of images and print a ratio; what the ratio is, no test says."""

import importlib
import re

import pytest
import torch
from conftest import Trained

COMMANDS = {
    "probe": ["{folder}", "--image-size", "32", "--repeats", "1"],
    "fine_tune": ["{folder}", "--image-size", "32", "--epochs", "2", "--workers", "0"],
    "feed": ["{folder}", "--image-size", "32", "--repeats", "1"],
    "heatmap_speed": ["probe", "--images", "4", "--repeats", "1"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_benchmark_runs_and_prints_a_ratio(
    name: str, trained: Trained, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [part.format(folder=trained.folder) for part in COMMANDS[name]]
    monkeypatch.setattr("sys.argv", [name, *arguments])
    threads = torch.get_num_threads()
    try:
        importlib.import_module(f"benchmarks.{name}").main()
    finally:
        torch.set_num_threads(threads)  # the benchmarks take all cores; the tests after this one share them
    assert re.search(r"\d\.\d+ (times|of the limit)|ratio of images/s: \d", capsys.readouterr().out)
