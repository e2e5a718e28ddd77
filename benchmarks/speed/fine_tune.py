"""How fast is a fine-tune beside the tutorials' loop and beside the bare step, at which accuracy?
And how much faster is the last stage?

    python -m benchmarks.speed.fine_tune DATA_FOLDER

An epoch of each in turn, so that a machine whose speed drifts is fair to all: of ours a sitting
that is stopped at the epoch's end and resumed. Images per second are those of the steps, loading
included, validation left out: the tutorial decodes in each step, ours once before the first. Ours
computes at the precision that a run would choose, the tutorials' loop in float32. The bare step is
the same network, precision and optimiser on one batch that lies in memory, without augmentation. At
the end ours and the tutorials' are evaluated on the same test images.
"""

import argparse
import math
import statistics
import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

import torch

from benchmarks.kit import tutorial
from benchmarks.kit.alternate import ratio
from benchmarks.kit.bare import Step, find_rate
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import Setting, ask_for_run, open_setting
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.words import write_figure
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.reading import read_weights
from medapp.runs.events import EpochFinished, Event, PlanMade, Resumed
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import find_workspace
from medapp.training.machine.precision import choose_precision

BATCH = 32
OURS: dict[str, dict[str, Any]] = {
    "fine-tune": {"strategy": "fine-tune"},
    "last stage": {"strategy": "last-stage"},
    "last stage, maps kept": {"strategy": "last-stage", "augmentation": "none"},
}


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=128, images=0, batch=BATCH)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--bare-steps", type=int, default=15, help="a round")
    options = parser.parse_args(arguments)
    with open_setting(options.folder, options.images) as setting:
        return measure(setting, options)


def measure(setting: Setting, options: argparse.Namespace) -> list[Claim]:
    size_px, batch = options.image_size, options.batch
    facts = {"epochs": options.epochs, "image_size": size_px, "batch_size": batch, "device": "cpu"}
    ours = {
        name: Sittings(
            ask_for_run(setting.workspace, setting.data.name, **facts, **row), options.epochs
        )
        for name, row in OURS.items()
    }
    # The first epochs also read the images and decide the split.
    rates = {name: [sittings.take_epoch()] for name, sittings in ours.items()}
    weights = read_weights(BUNDLED_PATH)[0]
    loop = tutorial.build_reference(setting, ours["fine-tune"].run, weights, size_px, batch)
    steps = loop.take_steps(options.epochs)
    bare = BareStep(weights, len(setting.data.classes), size_px, batch)
    rates |= {"tutorial": [], "bare": []}
    for epoch in range(options.epochs):
        for name, sittings in ours.items() if epoch else ():
            rates[name].append(sittings.take_epoch())
        with loop.feeding:
            taken = list(islice(steps, len(loop.loader)))
        rates["tutorial"].append(sum(n for n, _ in taken) / sum(s for _, s in taken))
        rates["bare"].append(bare.take_steps(options.bare_steps))
        print(
            f"{size_px} px, images/s:"
            f" {', '.join(f'{name} {values[-1]:.0f}' for name, values in rates.items())}",
            flush=True,
        )
    images = sum(n for n, _ in taken)
    print(
        f"{size_px} px, {options.epochs} epochs, {images} training images, {loop.feeding};"
        " medians over the epochs"
    )
    for name, values in rates.items():
        reached = f", accuracy {describe(ours[name].evaluate())}" if name in ours else ""
        print(f"{name}: {statistics.median(values):.1f} images/s{reached}")
    print(f"the tutorials' loop: accuracy {describe(loop.evaluate())}")
    print(f"before its first step ours took {ours['fine-tune'].find_preparation():.1f} s")
    own, bare_step = rates["fine-tune"], "the bare step on one batch in memory"
    what, aim = f"fine-tune, ResNet-18, {size_px} px, images/s", 1.8 if bare.is_bfloat16 else 1.2
    alone, kept = f"last stage alone, {size_px} px", f"the same, maps kept, {size_px} px"
    gained, gained_kept = (ratio(rates[w], own) for w in ("last stage", "last stage, maps kept"))
    return [
        Claim("4a", what, "the tutorials' loop", ratio(own, rates["tutorial"]), aim),
        Claim("4b", what, bare_step, ratio(own, rates["bare"]), 0.95),
        Claim("6", f"{alone}, images/s", "fine-tune", gained, 2),
        Claim("6", f"{kept}, images/s", "fine-tune", gained_kept, 4),
    ]


class BareStep:
    """A bare step of the network that the run fine-tunes, at the precision that it would choose."""

    def __init__(
        self, weights: dict[str, torch.Tensor], classes: int, size_px: int, batch: int
    ) -> None:
        self.is_bfloat16 = choose_precision("auto", "cpu", find_workspace()) == "bfloat16"
        model = tutorial.build_model(weights, classes, is_frozen=False).to(
            memory_format=torch.channels_last
        )  # type: ignore[call-overload]
        images = torch.randn(batch, 3, size_px, size_px).contiguous(
            memory_format=torch.channels_last
        )
        self.step = Step(model, images, classes, self.is_bfloat16, fused=True)

    def take_steps(self, count: int) -> float:
        """Images per second over so many steps, after two to warm up."""
        for step in range(count + 2):
            if step == 2:
                before = time.perf_counter()
            self.step()
        return count * len(self.step.images) / (time.perf_counter() - before)


class Sittings:
    """A run whose worker, a process of its own as ever, is stopped after an epoch and goes on when
    asked; after the last of its epochs it is judged.
    """

    def __init__(self, run: Run, epochs: int) -> None:
        self.run, self.epochs, self.goal = run, epochs, 0.0

    def take_epoch(self) -> float:
        """One more epoch; its images per second."""
        self.goal += 1
        self._sit()
        return find_rate(self.run, int(self.goal))

    def find_preparation(self) -> float:
        """Seconds from the plan to the first step: decoding above all."""
        events = self.run.list_events()
        planned, began = (
            next(event.time for event in events if isinstance(event, kind))
            for kind in (PlanMade, Resumed)
        )
        return began - planned

    def evaluate(self) -> Evaluation:
        """On the test split, with the best epoch."""
        self.goal = math.inf
        if self.run.state != "done":
            self._sit()
        found = self.run.load_evaluation()
        assert found is not None
        return found

    def _sit(self) -> None:
        if self.run.state != "queued":
            self.run.request_resume()
        Supervisor(find_workspace(), only=self.run).run_to_end(self._watch)

    def _watch(self, event: Event) -> None:
        if isinstance(event, EpochFinished) and self.goal <= event.epoch < self.epochs:
            self.run.request_stop()


def describe(figures: Evaluation) -> str:
    """The accuracy in words."""
    return f"{write_figure(figures.accuracy, figures.intervals['accuracy'])} (n = {figures.n})"


if __name__ == "__main__":
    for claim in main():
        print(claim)
