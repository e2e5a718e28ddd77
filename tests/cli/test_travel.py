"""`medapp travel` in words and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Trained, write_bands
from PIL import Image, ImageOps
from typer.testing import CliRunner

from medapp.cli import app
from medapp.cli.travel import describe_travel
from medapp.errors import DataError
from medapp.studies.travel.record import list_travels

runner = CliRunner()


def medapp(*args: object) -> str:
    result = runner.invoke(app, [str(arg) for arg in args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def there(trained: Trained, tmp_path: Path) -> str:
    """A data set whose images are inverted, so that each class looks like the other."""
    folder = write_bands(tmp_path / "there", 40)
    (folder / "above").rename(folder / "Above")
    for number in range(16):  # the run has these, and copies that are inverted and turned are found
        for label in ("Above", "below"):
            (folder / label / f"p{number:02d}.png").unlink()
    for path in folder.glob("*/*.png"):
        ImageOps.invert(Image.open(path)).rotate(90).save(path)
    medapp("data", "add", folder)
    return "there"


def test_the_verdict_comes_first_and_json_holds_all(trained: Trained, there: str) -> None:
    found: dict[str, Any] = json.loads(medapp("travel", "probe", "--to", there, "--json"))
    assert found["verdict"] in ("go", "adapt", "stop")
    assert found["reason"].startswith("Images there differ")
    assert 0 <= found["site_auroc"] <= 1
    assert found["mapping"] == {"Above": "above", "below": "below"}
    assert found["target_labels_read"] == "for reporting"
    assert set(found["source_only"]) == {"balanced_accuracy", "interval", "gain", "gain_interval"}
    low, high = found["methods"]["coral"]["interval"]
    assert low <= found["methods"]["coral"]["balanced_accuracy"] <= high
    assert found["labelled"] is None
    assert {each["labels"] for each in found["curve"]} >= {0, 20}
    shares = found["unlabelled"]["source-only"]["shares"]
    assert sum(shares.values()) == pytest.approx(1)
    said = medapp("travel", "probe", "--to", there, "--labelled", 10)
    first = {"go": "Go:", "adapt": "Adapt:", "stop": "Stop:"}[found["verdict"]]
    assert said.startswith(first)
    assert "By 10 declared labelled images" in said
    described = describe_travel(list_travels(trained.workspace)[0])
    assert len(described["labelled"]["names"]) == described["labelled"]["images"] == 10
    assert described["labelled"]["read"] == "to choose a method"
    assert described["labelled"]["names"][0] in said
    assert described["fine_tuned"] is None
    assert described["chance"] == 0.5
    json.dumps(described)


def test_a_mapping_that_cannot_be_read_is_refused(trained: Trained) -> None:
    with pytest.raises(DataError, match="THEIRS=OURS"):
        runner.invoke(
            app, ["travel", "probe", "--to", "bands", "--map", "above"], catch_exceptions=False
        )
