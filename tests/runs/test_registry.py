"""The registry of runs: right after any change, and no run's files are read again for a look."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Trained, register_empty

from medapp.runs import registry as registry_module
from medapp.runs.events import KINDS, PlanMade, SpeedMeasured
from medapp.runs.locks import note_change
from medapp.runs.making import create_run, rename_run
from medapp.runs.registry import Registry, find_registry
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.store.workspace import Workspace
from medapp.training.recipe import Machine, Recipe, build_recipe, write_settings

RECIPE = build_recipe({"data": "hands"})
DAMAGED = (b"", b"{", b"[]", b"7", b'{"version": 1}', b'{"version": 1, "runs": {"a": 1}}')
_opened: list[Path] | None = None  # by this process, while somebody counts


def _note_open(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _opened is not None and isinstance(arguments[0], str | bytes | Path):
        _opened.append(Path(str(arguments[0])))


sys.addaudithook(_note_open)  # the interpreter keeps a hook for good, so there is one


@contextmanager
def list_opened() -> Iterator[list[Path]]:
    """The paths that this process opens meanwhile."""
    global _opened
    _opened = []
    try:
        yield _opened
    finally:
        _opened = None


def make_folders(workspace: Workspace, count: int, state: str = "done") -> None:
    """Run folders as `create_run` makes them, without a catalog."""
    text = write_settings(RECIPE, Machine())
    for number in range(count):
        folder = workspace.runs_folder / f"20260101-{number:06d}-001"
        folder.mkdir()
        (folder / "recipe.json").write_text(text)
        (folder / "name.txt").write_text(f"run {number}")
        event = {"time": 1.0, "kind": "state", "state": state}
        (folder / "events.jsonl").write_text(json.dumps(event) + "\n")


def find_only(registry: Registry) -> Summary:
    (summary,) = registry.list_summaries()
    return summary


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """The only run of a workspace; it waits."""
    register_empty(workspace, "hands")
    return create_run(workspace, RECIPE, name="first")


@pytest.fixture
def registry(workspace: Workspace) -> Registry:
    """As one process keeps it."""
    return Registry(workspace.runs_folder)


def test_a_thousand_runs_are_read_once(workspace: Workspace, registry: Registry) -> None:
    make_folders(workspace, 1000)
    first = registry.list_summaries()
    assert [s.name for s in first] == [f"run {number}" for number in reversed(range(1000))]
    with list_opened() as opened:
        assert registry.list_summaries() == first
    assert opened == []
    with list_opened() as opened:  # another process, or this one after a restart
        assert Registry(workspace.runs_folder).list_summaries() == first
    assert {path.name for path in opened} == {"registry.json"}


def test_after_a_change_only_that_run_is_read(workspace: Workspace, registry: Registry) -> None:
    make_folders(workspace, 50)
    registry.list_summaries()
    changed = Run(workspace.runs_folder / "20260101-000007-001")
    changed.write_name("seven")
    with list_opened() as opened:
        assert registry.list_summaries()[-8].name == "seven"
    # The registry's file is written aside, in the folder of runs itself.
    inside = {path.parent for path in opened} - {workspace.runs_folder}
    assert inside == {changed.folder}


def test_a_summary_says_what_the_run_s_files_say(trained: Trained) -> None:
    summary = find_only(Registry(trained.workspace.runs_folder))
    run = Run(trained.workspace.runs_folder / summary.id)
    evaluation = run.load_evaluation()
    assert (summary.name, summary.state, summary.has_model) == ("probe", "done", True)
    assert (summary.data_set, summary.data_set_id) == ("bands", run.recipe.data.train.id)
    assert (summary.source, summary.strategy) == ("bundled", "head-by-steps")
    assert (summary.image_size, summary.devices, summary.test_reads) == (32, 1, 1)
    assert summary.classes == ("above", "below")
    assert summary.forwards_per_second is not None
    assert evaluation is not None
    assert summary.figures is not None
    assert summary.figures["accuracy"] == evaluation.accuracy
    assert Summary.from_dict(json.loads(json.dumps(summary.to_dict()))).name == "probe"


def test_a_changed_name_state_and_deletion_are_seen(
    workspace: Workspace, registry: Registry, run: Run
) -> None:
    assert (find_only(registry).name, find_only(registry).state) == ("first", "queued")
    rename_run(workspace, run, "second")
    assert find_only(registry).name == "second"
    run.request_stop()
    assert find_only(registry).state == "stopped"
    run.request_resume()
    assert find_only(registry).state == "queued"
    run.delete()
    assert registry.list_summaries() == []


def test_changes_within_one_tick_of_the_file_system_s_clock_are_all_seen(
    registry: Registry, run: Run
) -> None:
    """Many systems stamp times a few milliseconds apart, so that two changes may bear the same."""
    seen = []
    for state in ("stopped", "queued", "failed"):
        run.set_state(state)
        os.utime(registry.folder / "changed", (1_000_000, 1_000_000))
        seen.append(find_only(registry).state)
    assert seen == ["stopped", "queued", "failed"]


def test_changed_figures_are_seen(trained: Trained, registry: Registry) -> None:
    summary = find_only(registry)
    assert summary.figures is not None
    path = trained.workspace.runs_folder / summary.id / "evaluation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"accuracy": 0.125}))
    # A person's edit says nothing; a look after ten seconds finds the other signature.
    note_change(trained.workspace.runs_folder)
    again = find_only(registry).figures
    assert again is not None
    assert again["accuracy"] == 0.125


def test_what_was_edited_by_hand_is_seen_after_a_while(
    registry: Registry, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_only(registry).name == "first"
    (run.folder / "name.txt").write_text("by hand")
    monkeypatch.setattr(registry_module, "TRUST_SECONDS", 0.0)  # the while is over
    assert find_only(registry).name == "by hand"


def test_another_process_s_change_is_seen_at_once(registry: Registry, run: Run) -> None:
    assert find_only(registry).state == "queued"
    program = (
        "import sys; from pathlib import Path; from medapp.runs.run import Run;"
        "Run(Path(sys.argv[1])).set_state('failed', 'elsewhere')"
    )
    subprocess.run([sys.executable, "-c", program, run.folder], check=True)
    assert find_only(registry).state == "failed"


def test_a_change_while_a_look_is_written_down_is_seen_at_the_next(
    registry: Registry, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may change a run after its files were read and before the look ends."""
    write = registry_module.write_bytes

    def change_then_write(path: Path, content: bytes) -> None:
        run.set_state("failed")
        monkeypatch.undo()
        write(path, content)

    monkeypatch.setattr(registry_module, "write_bytes", change_then_write)
    assert find_only(registry).state == "queued"
    assert find_only(registry).state == "failed"


def test_a_vanished_process_leaves_an_interrupted_run(registry: Registry, run: Run) -> None:
    lock = run.lock()
    run.set_state("training")
    assert find_only(registry).state == "training"
    lock.release()  # as the system does when the process dies, without a word
    assert find_only(registry).state == "interrupted"
    assert [summary.state for summary in registry.list_unfinished()] == ["interrupted"]


def test_a_look_at_the_test_split_is_counted_though_the_run_never_ended(
    registry: Registry, run: Run
) -> None:
    lock = run.lock()
    run.set_state("evaluating")
    assert find_only(registry).test_reads == 0
    run.append_event(KINDS["test_read"]())
    assert find_only(registry).test_reads == 1
    lock.release()  # the process vanished before there were figures
    assert (find_only(registry).state, find_only(registry).test_reads) == ("interrupted", 1)


def test_the_end_of_a_run_brings_all_that_its_events_say(registry: Registry, run: Run) -> None:
    with run.lock():
        run.set_state("preparing")
        assert find_only(registry).classes == ()
        run.append_event(PlanMade(epochs=1, steps_per_epoch=1, classes=["a", "b"]))
        run.append_event(SpeedMeasured(forwards_per_second=12.5))
        run.set_state("training")
        run.model_path.write_bytes(b"")
        note_change(registry.folder)  # a model alone is seen at a look after ten seconds
        assert find_only(registry).has_model
        run.set_state("done")
    summary = find_only(registry)
    assert (summary.classes, summary.forwards_per_second) == (("a", "b"), 12.5)


def test_a_run_that_found_its_features_tells_the_speed_of_its_head_alone(
    registry: Registry, run: Run
) -> None:
    with run.lock():
        run.set_state("preparing")
        run.append_event(SpeedMeasured(forwards_per_second=0.0, head_seconds=0.25))
        run.set_state("done")
    summary = find_only(registry)
    key = (summary.source, summary.strategy, summary.image_size, summary.devices)
    assert registry.find_speed(*key) == (None, 0.25)
    assert registry.find_speed("none", *key[1:]) == (None, None)


def test_unfinished_runs_are_given_oldest_first(workspace: Workspace, registry: Registry) -> None:
    make_folders(workspace, 3, "queued")
    note_change(workspace.runs_folder)
    assert [s.name for s in registry.list_unfinished()] == ["run 0", "run 1", "run 2"]
    Run(workspace.runs_folder / "20260101-000001-001").set_state("done")
    assert [s.name for s in registry.list_unfinished()] == ["run 0", "run 2"]


@pytest.mark.parametrize("content", [None, *DAMAGED])
def test_the_file_may_be_deleted_or_damaged(
    trained: Trained, registry: Registry, content: bytes | None
) -> None:
    before = registry.list_summaries()
    path = trained.workspace.runs_folder / "registry.json"
    assert path.is_file()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert Registry(trained.workspace.runs_folder).list_summaries() == before
    assert registry.list_summaries() == before


@pytest.mark.parametrize(
    ("file", "reason"),
    [("recipe.json", "not valid JSON"), ("split.parquet", "The split of run run 1 cannot be read")],
)
def test_a_damaged_run_is_among_the_others_with_the_reason(
    workspace: Workspace, registry: Registry, file: str, reason: str
) -> None:
    make_folders(workspace, 2)
    damaged = workspace.runs_folder / "20260101-000001-001"
    (damaged / file).write_bytes(b"{")
    summaries = registry.list_summaries()
    assert [summary.name for summary in summaries] == ["run 1", "run 0"]
    assert reason in (summaries[0].damage or "")
    assert summaries[1].damage is None


def test_a_run_that_an_older_version_could_not_read_is_read_again(
    workspace: Workspace, registry: Registry, run: Run
) -> None:
    registry.list_summaries()
    path = workspace.runs_folder / "registry.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["runs"][run.id][1]["damage"] = "There is no objective of this name."
    path.write_text(json.dumps(values), encoding="utf-8")
    assert Registry(workspace.runs_folder).list_summaries()[0].damage is None


def test_a_folder_without_a_recipe_is_no_run(workspace: Workspace, registry: Registry) -> None:
    (workspace.runs_folder / "notes").mkdir()
    assert registry.list_summaries() == []


def test_there_is_one_for_a_workspace(workspace: Workspace, tmp_path: Path) -> None:
    assert find_registry(workspace) is find_registry(Workspace(workspace.root))
    assert find_registry(workspace) is not find_registry(Workspace(tmp_path / "other"))


def test_a_workspace_without_runs_has_none(tmp_path: Path) -> None:
    assert Registry(tmp_path / "absent").list_summaries() == []


def test_threads_share_it(workspace: Workspace, registry: Registry) -> None:
    make_folders(workspace, 100)
    with ThreadPoolExecutor(8) as pool:
        looks = list(pool.map(lambda _: registry.list_summaries(), range(32)))
    assert all(look == looks[0] for look in looks)
    assert len(looks[0]) == 100


def build(**settings: object) -> Recipe:
    return build_recipe({"data": "hands", **settings})


def test_a_source_left_to_the_strategy_is_named(workspace: Workspace, run: Run) -> None:
    create_run(workspace, build(strategy="scratch"))
    summaries = Registry(workspace.runs_folder).list_summaries()
    assert [summary.source for summary in summaries] == ["none", "bundled"]
