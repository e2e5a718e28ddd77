"""Each head of a run over several data sets is judged on the test split of its own data set."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import train_several, write_bands
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.errors import RunError
from medapp.runs import events
from medapp.runs.events import MessageSaid
from medapp.runs.heads import find_head, name_head
from medapp.runs.locks import note_change
from medapp.runs.looks import count_test_reads
from medapp.runs.registry import Registry
from medapp.runs.results import load_predictions
from medapp.runs.robustness import measure_robustness
from medapp.runs.run import Run
from medapp.runs.transfer import export_run, import_run
from medapp.session import Session
from medapp.store.workspace import Workspace

OTHER = "there, too"


def open_it(workspace: Workspace) -> tuple[Session, Run]:
    session = Session(workspace)
    return session, session.list_runs()[0]


def count_reads(run: Run) -> list[int]:
    return [event.domain for event in run.list_events() if isinstance(event, events.TestRead)]


def test_a_registry_tells_the_figures_of_each_head_also_after_they_were_deleted(
    two_heads: Workspace,
) -> None:
    session, run = open_it(two_heads)
    told = session.load_figures(run)[OTHER]
    assert told is not None
    for registry in (Registry(two_heads.runs_folder), Registry(two_heads.runs_folder)):
        (summary,) = registry.list_summaries()
        first, second = summary.list_models()
        assert (first.title, second.title) == (run.name, f"{run.name}, head of {OTHER}")
        assert (first.data_set, second.data_set) == ("here", OTHER)
        assert second.figures is not None
        assert second.figures["balanced_accuracy"] == told.balanced_accuracy
        assert second.learning.figures == {}
        assert set(first.test_images).isdisjoint(second.test_images)
    (run.folder / "evaluation-1.json").unlink()
    note_change(two_heads.runs_folder)
    (summary,) = registry.list_summaries()
    assert summary.list_models()[1].figures is None


def test_the_shell_lists_each_head(two_heads: Workspace) -> None:
    listed = CliRunner().invoke(app, ["runs", "list", "--json"])
    rows = json.loads(listed.stdout)
    assert [(row["head"], row["dataset"]) for row in rows] == [(None, "here"), (OTHER, OTHER)]
    assert rows[1]["n"] == Session(two_heads).load_figures(rows[1]["run"])[OTHER].n  # type: ignore[union-attr]


def test_a_further_head_is_judged_on_the_test_split_of_its_own_data_set(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session, run = open_it(two_heads)
    figures = session.load_figures(run)
    assert list(figures) == ["here", OTHER]
    told = figures[OTHER]
    assert told is not None
    # The same by hand: what the head says of each test image, as a person would ask it.
    catalog = Catalog(session.workspace)
    data_set = catalog.find_data_set(OTHER)
    tests = [s for s in catalog.load_samples(data_set) if s.split == "test"]
    said = [p.label for p in session.predict(run, [s.path for s in tests], head=OTHER)]
    shares = [
        np.mean([found == name for found, s in zip(said, tests, strict=True) if s.label == name])
        for name in ("lower", "upper")
    ]
    assert told.classes == ("lower", "upper")
    assert (told.n, told.dataset, told.split) == (len(tests), OTHER, "test")
    assert told.balanced_accuracy == pytest.approx(np.mean(shares))
    low, high = told.intervals["balanced_accuracy"] or (None, None)
    assert low is not None
    assert low <= told.balanced_accuracy <= high
    head = find_head(run, OTHER)
    assert {row["content_hash"] for row in load_predictions(head)} == {
        s.content_hash for s in tests
    }
    assert name_head(head) == f"{run.name}, head of {OTHER}"
    # The first head's figures are those of its own data set, as ever.
    assert figures["here"] == run.load_evaluation()
    assert run.load_evaluation() != told


def test_patients_are_answered_in_the_classes_of_the_head_that_is_asked(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session, run = open_it(two_heads)
    images = sorted(write_bands(tmp_path / "new", 3, seed=9).rglob("*.png"))
    found = session.predict_patients(run, images, r"p\d+", head=OTHER)
    assert [one.patient for one in found] == ["p00", "p01", "p02"]
    for one in found:
        assert set(one.probabilities) == {"lower", "upper"}
        assert len(one.files) == 2
        assert sum(one.probabilities.values()) == pytest.approx(1.0, abs=1e-5)


def test_a_look_at_a_further_test_split_is_counted_there_and_once(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session, run = open_it(two_heads)
    catalog = Catalog(session.workspace)
    assert count_reads(run) == [0, 1]
    for name in ("here", OTHER):
        assert count_test_reads(session.workspace, catalog.find_data_set(name)) == 1
    kept = session.evaluate(run, head=OTHER)
    assert kept == find_head(run, OTHER).load_evaluation()
    assert count_reads(run) == [0, 1]
    # A run of an earlier version kept the head and no figures: they are made when asked for.
    for part in ("evaluation-1.json", "predictions-1.parquet"):
        (run.folder / part).unlink()
    again = session.evaluate(run, head=OTHER)
    assert again.balanced_accuracy == kept.balanced_accuracy
    assert again.intervals == kept.intervals
    assert count_reads(run) == [0, 1, 1]
    assert count_test_reads(session.workspace, catalog.find_data_set(OTHER)) == 2
    assert count_test_reads(session.workspace, catalog.find_data_set("here")) == 1


def test_what_is_said_of_the_epoch_is_true_of_each_head(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session, run = open_it(two_heads)

    def list_codes(head: str) -> set[str]:
        return {note.code for note in session.evaluate(run, "validation", head=head).notes}

    assert "chosen-on" in list_codes("here")
    # Nothing was chosen on the validation images of a source, which nobody looked at.
    assert "chosen-on" not in list_codes(OTHER)
    assert "chosen-elsewhere" in list_codes(OTHER)
    assert "leak" not in list_codes(OTHER)


def test_figures_and_robustness_of_each_head_travel_with_the_run(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session, run = open_it(two_heads)
    heads = (run, find_head(run, OTHER))
    for head in heads:
        measure_robustness(session.workspace, head, steps=1)
    taken = import_run(session.workspace, export_run(run, tmp_path / "run.zip"))
    there = find_head(taken, OTHER)
    assert there.load_evaluation() == heads[1].load_evaluation()
    assert {row["name"] for row in load_predictions(there)} == {None}
    assert there.find_classes() == ("lower", "upper")
    for domain, part in enumerate(("robustness.json", "robustness-1.json")):
        kept, came = ((one.folder / part).read_bytes() for one in (run, taken))
        assert kept == came
        assert json.loads(came)["n"] == len(load_predictions(heads[domain]))


def test_the_shell_says_how_good_each_head_is(two_heads: Workspace) -> None:
    _, run = open_it(two_heads)

    def ask(*words: str) -> str:
        answer = CliRunner().invoke(app, words)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    told = json.loads(ask("evaluate", run.name, "--head", OTHER, "--json"))
    shown = json.loads(ask("runs", "show", run.name, "--json"))
    assert [head["data_set"] for head in shown["heads"]] == ["here", OTHER]
    assert shown["heads"][1]["balanced_accuracy"] == told["balanced_accuracy"]
    assert shown["heads"][1]["intervals"] == told["intervals"]
    words = ask("runs", "show", run.name)
    assert f"{OTHER}: Balanced accuracy {told['balanced_accuracy']:.3f}" in words
    assert "here: Balanced accuracy" in words
    assert f"head of {OTHER} on {OTHER} (test images)" in ask("evaluate", run.name, "--head", OTHER)
    attacked = ["robustness", run.name, "--head", OTHER, "--images", "2", "--steps", "1"]
    assert json.loads(ask(*attacked, "--json"))["dataset"] == OTHER
    assert f"head of {OTHER}" in ask(*attacked)
    refused = CliRunner().invoke(app, ["evaluate", run.name, "--head", "nowhere"])
    assert refused.exit_code != 0


def test_a_source_without_test_images_is_learned_and_said_to_be_unjudged(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session, _ = open_it(two_heads)
    bands = write_bands(tmp_path / "learned", 6, seed=8)
    # All of one patient, whom a split does not tear apart.
    add_folder(session.workspace, bands, "all train", ImportChoice(patient_pattern="^p"))
    run = train_several(session.workspace, "all train", OTHER)
    messages = [event.text for event in run.list_events() if isinstance(event, MessageSaid)]
    assert any("all train has no test images" in text for text in messages)
    figures = session.load_figures(run)
    assert figures["all train"] is None
    assert figures[OTHER] is not None
    assert count_reads(run) == [0, 2]
    with pytest.raises(RunError, match="no images in the test split"):
        session.evaluate(run, head="all train")


def test_a_run_over_one_data_set_has_one_head_and_no_numbered_file(
    two_heads: Workspace, tmp_path: Path
) -> None:
    session, _ = open_it(two_heads)
    run = train_several(session.workspace)
    assert list(session.load_figures(run)) == ["here"]
    assert count_reads(run) == [0]
    assert not list(run.folder.glob("*-1.*"))
    assert find_head(run, "here").load_evaluation() == run.load_evaluation()
