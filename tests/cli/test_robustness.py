"""`medapp robustness`: in words and in JSON."""

import json

import pytest
from conftest import Trained
from typer.testing import CliRunner

from medapp.cli import app


def test_the_shell_says_what_it_found_and_gives_it_as_json(trained: Trained) -> None:
    asked = ["robustness", "probe", "--images", "3", "--steps", "2"]
    result = CliRunner().invoke(app, [*asked, "--json"])
    values = json.loads(result.stdout)
    assert values["certified"] is False
    assert "stronger attack" in values["statement"]
    assert [point["grey_levels"] for point in values["attacks"]["pgd"]] == [0, 1, 2, 4, 8]
    for point in values["attacks"]["fgsm"]:
        assert point["strength"] == pytest.approx(point["grey_levels"] / 255)
        low, high = point["intervals"]["balanced_accuracy"]
        assert low <= point["balanced_accuracy"] <= high
    said = " ".join(CliRunner().invoke(app, asked).stdout.split())
    assert "This certifies nothing" in said
    assert "3 of 4 test images" in said
