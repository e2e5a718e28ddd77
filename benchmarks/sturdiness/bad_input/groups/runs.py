"""Runs and checkpoints with other bytes in them."""

import io
import shutil
from pathlib import Path

from benchmarks.kit.setting import ask_for_run
from benchmarks.sturdiness.bad_input.arena import PROBE, RUN_FILES, Arena, call_shell, train
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.pickles import Code
from benchmarks.sturdiness.bad_input.makers.spoiling import damage_text, spoil
from medapp.runs.events import MessageSaid
from medapp.runs.making import find_run
from medapp.runs.progress import Follower
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor


def try_runs(arena: Arena, group: Group, count: int) -> None:
    """Each file of a run with other bytes in it, before every command that reads runs."""
    del count
    run, image = train(arena), arena.folder / "bands" / "dark" / "0.png"
    other = ask_for_run(arena.workspace, "bands", "other")
    other.request_stop()
    events = {
        "steps without numbers": b"".join(
            b'{"kind": "%s", "time": 1}\n' % kind
            for kind in b"step epoch resume plan message progress state speed".split()
        ),
        "no kind": b'{"time": 1}\n',
        "odd state": b'{"kind": "state", "state": ["x"], "time": "y"}\n',
        "odd kind": b'{"kind": [1]}\n',
    }
    for name in (*RUN_FILES, "log.txt", "stop"):
        path = run.folder / name
        cases = damage_text(path.read_bytes() if path.is_file() else b"")
        if name == "events.jsonl":
            cases |= {key: path.read_bytes() + value for key, value in events.items()} | events
        if name == "model.safetensors":
            cases.pop("twice")
        for case, content in cases.items():
            with spoil(path, content):
                _read_all(
                    arena,
                    group,
                    f"{name} {case}",
                    run,
                    image,
                    is_thorough=name not in ("log.txt", "name.txt"),
                )


def _read_all(
    arena: Arena, group: Group, case: str, run: Run, image: Path, is_thorough: bool
) -> None:
    listed = io.StringIO()
    group.try_case(
        f"{case}: list as JSON", lambda: listed.write(call_shell("runs", "list", "--json"))
    )
    if '"other"' not in listed.getvalue():
        group.faults.append(f"{case}: the other run is not listed")
    group.try_case(f"{case}: list", lambda: call_shell("runs", "list"))
    group.try_case(f"{case}: live", lambda: Follower(run).read())
    group.try_case(f"{case}: mistakes", lambda: load_predictions(run))
    group.try_case(f"{case}: waiting", lambda: Supervisor(arena.workspace)._find_waiting())
    for arguments in (
        [
            ("runs", "show", run.id),
            ("runs", "show", run.id, "--json"),
            ("data", "show", "bands"),
            ("runs", "export", run.id, "--to", arena.folder / "out.zip"),
            ("evaluate", run.id, "--json"),
            ("evaluate", run.id, "--split", "validation"),
            ("predict", run.id, image),
        ]
        if is_thorough
        else []
    ):
        group.try_case(
            f"{case}: {' '.join(map(str, arguments[:2]))}", lambda a=arguments: call_shell(*a)
        )


def try_checkpoints(arena: Arena, group: Group, count: int) -> None:
    """A run that goes on from a damaged checkpoint says so and starts again.

    Code in it is not run.
    """
    del count
    import torch

    train(arena)
    first = find_run(arena.workspace, "probe").checkpoint_path.read_bytes()
    foreign, code, middle = io.BytesIO(), io.BytesIO(), len(first) // 2
    torch.save({"suffix": {}, "optimiser": [], "progress": 7}, foreign)
    torch.save({"suffix": Code(arena.marker)}, code)
    contents = {
        "cut": first[:middle],
        "foreign": foreign.getvalue(),
        "code": code.getvalue(),
        "a list": b"[1]",
        "flipped": first[:middle] + b"\xff" * 50 + first[middle + 50 :],
    }
    for case, content in contents.items():
        run = ask_for_run(arena.workspace, "bands", f"checkpoint {case}", **PROBE)
        run.checkpoint_path.write_bytes(content)
        shutil.copyfile(find_run(arena.workspace, "probe").model_path, run.model_path)
        group.try_case(case, lambda r=run: _finish(arena, r), seconds=40)
        said = [event.text for event in run.list_events() if isinstance(event, MessageSaid)]
        if not any("checkpoint cannot be read" in text for text in said):
            group.faults.append(f"{case}: nothing was said of the checkpoint")
    group.faults += ["code in a pickle was run"] if arena.marker.exists() else []


def _finish(arena: Arena, run: Run) -> None:
    state = Supervisor(arena.workspace, only=run).run_to_end(lambda event: None)
    assert state == "done", run.find_last_state()
