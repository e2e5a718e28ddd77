"""A run over several data sets as what another run starts from."""

import json
from pathlib import Path

import pytest
import torch
from conftest import write_bands
from safetensors.torch import load_file
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.catalog import Catalog
from medapp.models.weights import build_network
from medapp.runs.events import MessageSaid
from medapp.runs.heads import find_head
from medapp.runs.making import create_run
from medapp.runs.seen import list_earlier
from medapp.runs.sitting import Sitting
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.task import find_task

OTHER = "there, too"
SHORT = {"strategy": "fine-tune", "epochs": 1, "image_size": 32, "batch_size": 8}


@pytest.mark.parametrize(
    ("classes", "part"),
    [
        (("above", "below"), "model.safetensors"),
        (("lower", "upper"), "model-1.safetensors"),
        (("cat", "dog"), "model.safetensors"),
    ],
)
def test_a_network_takes_the_head_of_its_own_classes(
    two_heads: Workspace, classes: tuple[str, ...], part: str
) -> None:
    run = Session(two_heads).list_runs()[0]
    network = build_network(
        f"run:{run.id}", "auto", classes, 0, two_heads, find_task("single-label")
    )
    kept = load_file(run.folder / part)
    assert network.loaded is not None
    assert network.loaded.origin == part
    is_same = torch.equal(network.head.weight, kept["fc.weight"])
    assert is_same == network.loaded.has_head == ("cat" not in classes)
    assert torch.equal(network.model.state_dict()["conv1.weight"], kept["conv1.weight"])


def test_it_is_fine_tuned_on_a_new_data_set_and_says_what_it_starts_from(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session = Session(two_heads)
    earlier = session.list_runs()[0]
    session.add_data(write_bands(tmp_path / "new", 12, seed=8), "new")
    made = session.build_settings("new", source=f"run:{earlier.name}", **SHORT)
    run = create_run(two_heads, *made)
    assert run.recipe.find_source() == f"run:{earlier.id}"
    assert Sitting(two_heads, run, lambda: False).do()
    said = [event.text for event in run.list_events() if isinstance(event, MessageSaid)]
    start = f"The start is run {earlier.name}, which learned from here; {OTHER}."
    assert any(text.startswith(f"{start} ") and "with the head" in text for text in said)
    # What the earlier run had seen of both its data sets is known of the new one.
    catalog = Catalog(two_heads)
    sets = {catalog.find_data_set(name).uid for name in ("here", OTHER)}
    assert {image.data_set for image in list_earlier(two_heads, run)} == sets
    # Its test images stay unseen, and it is judged on them alone.
    evaluation = run.load_evaluation()
    assert evaluation is not None
    assert evaluation.dataset == "new"
    assert "leak" not in {note.code for note in evaluation.notes}


def test_a_shell_starts_from_it_for_one_of_its_own_sources(two_heads: Workspace) -> None:
    earlier = Session(two_heads).list_runs()[0]
    words = ["train", "--data", OTHER, "--from", f"run:{earlier.id}", "--json"]
    words += ["--strategy", "fine-tune", "--epochs", "1", "--image-size", "32"]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert any(
        f"run {earlier.name}, which learned from here; {OTHER}." in text
        and "loaded from model-1.safetensors; with the head" in text
        for text in told["messages"]
    )
    assert [head["data_set"] for head in told["heads"]] == [OTHER]
    # The very images that the earlier run's head was judged on were never learned from.
    judged = find_head(earlier, OTHER).load_evaluation()
    assert judged is not None
    assert told["heads"][0]["n"] == judged.n
    assert "leak" not in {note["code"] for note in told["notes"]}
