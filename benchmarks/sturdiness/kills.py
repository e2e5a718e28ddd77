"""Does a run survive `kill -9` of its worker, of the app, and of both, at random moments, and end
with the same weights?

    python -m benchmarks.sturdiness.kills --moments 10

On the phantom data with float32 on the CPU, where the same steps give the same bits. The app stands
here as the process that holds its supervisor; the pages add nothing to it.
"""

import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import ask_for_run
from medapp.phantom.data_set import add_phantom
from medapp.runs.events import StepTaken, WorkerReady
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import find_workspace

APP = """
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import find_workspace
Supervisor(find_workspace()).start()
input()
"""
VICTIMS = ("worker", "app", "both")


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False, image_size=64)
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    workspace = find_workspace()
    data = add_phantom(workspace).data_set
    ask = partial(
        ask_for_run,
        workspace,
        data.name,
        epochs=options.epochs,
        image_size=options.image_size,
        precision="float32",
    )
    whole = ask()
    assert Supervisor(workspace, only=whole).run_to_end(lambda event: None) == "done", (
        whole.find_last_state()
    )
    steps = max(list_steps(whole))
    draw = random.Random(0)
    for moment in range(options.moments):
        victim = VICTIMS[moment % 3]
        at = draw.randrange(0, steps)
        run = ask()
        seconds = disturb(run, victim, at)
        same = have_same_weights(whole.model_path, run.model_path)
        sittings = sum(isinstance(e, WorkerReady) for e in run.list_events())
        outcome = f"{run.state}, {sittings} sittings, {seconds:.0f} s, same weights: {same}"
        print(f"kill -9 of {victim} at step {at} of {steps}: {outcome}", flush=True)
        assert same, "the weights differ"
        run.delete()
    whole.delete()


def start_app() -> subprocess.Popen[bytes]:
    """A process that holds a supervisor, as the app does."""
    return subprocess.Popen([sys.executable, "-c", APP], stdin=subprocess.PIPE)


def disturb(run: Run, victim: str, at: int) -> float:
    """Let the run go to step `at`, kill, start the app again, and wait for the end.

    Gives the seconds of it all.
    """
    before = time.perf_counter()
    app = start_app()
    while max(list_steps(run), default=0) < at:
        time.sleep(0.02)
    if victim in ("worker", "both"):
        os.kill(
            next(e.pid for e in reversed(run.list_events()) if isinstance(e, WorkerReady)),
            signal.SIGKILL,
        )
    if victim in ("app", "both"):
        os.kill(app.pid, signal.SIGKILL)
        app.wait()
        app = start_app()
    while run.find_last_state().state not in ("done", "failed", "stopped"):
        time.sleep(0.1)
    app.kill()
    app.wait()
    return time.perf_counter() - before


def list_steps(run: Run) -> list[int]:
    """The numbers of the steps that count."""
    return [event.step for event in run.list_events() if isinstance(event, StepTaken)]


def have_same_weights(one: Path, other: Path) -> bool:
    """Bit for bit."""
    first, second = load_file(one), load_file(other)
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name]) for name in first
    )


if __name__ == "__main__":
    main()
