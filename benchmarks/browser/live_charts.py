"""What does a tick of the live charts cost late in a very long run?

    python -m benchmarks.browser.live_charts

A run's events are written as its worker would write them: 100,000 steps, 100 epochs. Then, as on
the page each second: one more step, the events read, the standing summed up, the charts built as
they are sent. Server time of a tick, points and bytes sent.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from medapp.figures.curves import build_charts
from medapp.runs.events import StepTaken
from medapp.runs.progress import Follower
from medapp.runs.run import Run
from medapp.ui.elements.live_chart import build_plain


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--ticks", type=int, default=50)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        run = Run(Path(home))
        write_events(run, options.steps, options.epochs)
        follower, seconds = Follower(run), []
        before = time.perf_counter()
        follower.read()
        first = time.perf_counter() - before
        for tick in range(options.ticks):
            step = build_step(options.steps + tick + 1, options.steps // options.epochs)
            run.append_event(StepTaken(**step))
            before = time.perf_counter()
            sent = [build_plain(chart) for chart in build_charts(follower.read(), "training")]
            seconds.append(time.perf_counter() - before)
    points = sum(len(line["x"]) for chart in sent for line in chart["series"])
    size = len(json.dumps(sent, separators=(",", ":")).encode())
    print(
        f"{options.steps} steps: the first look took {first:.2f} s, a tick"
        f" {1e3 * statistics.median(seconds):.1f} ms in the median"
    )
    milliseconds = 1e3 * sorted(seconds)[int(0.95 * len(seconds))]
    high = "server time of a tick, 95th percentile"
    what = f"live charts of a run of {options.steps:,} steps"
    return [
        Claim("12", f"{what}: {high}", "", milliseconds, 50, "ms", is_ceiling=True),
        Claim("12", f"{what}: points a tick", "", points, 2000, "points", is_ceiling=True),
        Claim("12", f"{what}: sent a tick", "", size / 1e3, 20, "kB", is_ceiling=True),
    ]


def write_events(run: Run, steps: int, epochs: int) -> None:
    """All at once, in the worker's format."""
    per_epoch = steps // epochs
    events = [
        {
            "kind": "plan",
            "epochs": 2 * epochs,
            "steps_per_epoch": per_epoch,
            "classes": ["a", "b"],
            "validation": 500,
        }
    ]
    events += [{"kind": "resume", "epoch": 0, "step": 0}, {"kind": "state", "state": "training"}]
    for step in range(1, steps + 1):
        events.append({"kind": "step", **build_step(step, per_epoch)})
        if step % per_epoch == 0:
            loss, quality = 1 / (1 + step / per_epoch), 1 - 0.7123 / (1 + step / per_epoch)
            row = {
                "epoch": step // per_epoch,
                "is_best": True,
                "train_loss": loss,
                "validation_loss": 1.1234 * loss,
            }
            row |= dict.fromkeys(
                ("train_accuracy", "accuracy", "balanced_accuracy", "macro_auroc"), quality
            )
            events.append({"kind": "epoch", **row})
    now = time.time() - steps
    lines = [json.dumps({"time": round(now + i, 3), **event}) for i, event in enumerate(events)]
    with (run.folder / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def build_step(step: int, per_epoch: int) -> dict[str, Any]:
    return {
        "epoch": (step - 1) // per_epoch + 1,
        "step": step,
        "loss": 0.123456789 + 1 / step,
        "rate": 1e-3,
        "images_per_second": 83.1234,
    }


if __name__ == "__main__":
    for claim in main():
        print(claim)
