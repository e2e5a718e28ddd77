"""How fast is a fine-tune beside the tutorials' loop, at which accuracy?

    python -m benchmarks.fine_tune DATA_FOLDER

Both train on the CPU on the same images from the same weights, an epoch of one and an epoch of the other in turn (of ours a sitting that
is stopped at the epoch's end and resumed), so that a machine whose speed drifts is fair to both. Images per second are those of the
steps, loading included, validation left out: the tutorial decodes in each step, ours once before the first, which is said apart. Ours
computes at the precision that a run would choose, the tutorial's loop in float32. At the end both are evaluated on the same test images.
"""

import argparse
import math
import os
import statistics
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import torch
from torchvision import datasets

import medapp
from benchmarks import tutorial
from benchmarks.alternate import ratio
from medapp.evaluation import evaluate
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.weights import read_weights
from medapp.runs.events import Event
from medapp.runs.folder import Run, create_run
from medapp.runs.supervisor import Supervisor
from medapp.training.recipe import Recipe
from medapp.workspace import find_workspace

BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--workers", type=int, default=2, help="of the tutorial's DataLoader")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of the tutorial's arithmetic")
    options = parser.parse_args()
    data = medapp.add_data(options.folder)
    recipe = Recipe(data.name, strategy="fine-tune", epochs=options.epochs, image_size=options.image_size, batch_size=BATCH, device="cpu")
    ours = Sittings(create_run(find_workspace(), recipe))
    own_rates, rates = [ours.take_epoch()], []  # the first one also reads the images and decides the split
    places = [find_places(options.folder, ours.run, side) for side in ("train", "test")]
    loader, test_loader = tutorial.build_loaders(options.folder, options.image_size, BATCH, options.workers, *places)
    model = tutorial.build_model(read_weights(BUNDLED_PATH)[0], len(data.classes), is_frozen=False)
    steps = tutorial.train(model, loader, options.epochs, 1e-3)
    for epoch in range(1, options.epochs + 1):
        if epoch > 1:
            own_rates.append(ours.take_epoch())
        torch.set_num_threads(options.threads)
        taken = list(islice(steps, len(loader)))
        rates.append(sum(n for n, _ in taken) / sum(s for _, s in taken))
        print(f"epoch {epoch}: {own_rates[-1]:.0f} and {rates[-1]:.0f} images/s", flush=True)
    probabilities, labels = tutorial.predict(model, test_loader)
    theirs = evaluate(probabilities.numpy(), labels.numpy(), data.classes).to_dict()
    print(f"{options.image_size} px, {options.epochs} epochs, {len(places[0])} training images, medians over the epochs")
    plan = next(e for e in ours.run.events if e["kind"] == "plan")
    print(f"ours, {plan['precision']}:               {statistics.median(own_rates):.0f} images/s, accuracy {describe(ours.evaluate())}")
    print(f"tutorial's loop, Adam 0.001:  {statistics.median(rates):.0f} images/s, accuracy {describe(theirs)}")
    print(f"ratio of images/s: {ratio(own_rates, rates):.2f}; before its first step ours took {ours.find_preparation():.1f} s")
    ours.run.delete()


class Sittings:
    """A run whose worker, a process of its own as ever, is stopped after an epoch and goes on when asked."""

    def __init__(self, run: Run) -> None:
        self.run, self.goal = run, 0.0

    def take_epoch(self) -> float:
        """One more epoch; its images per second."""
        self.goal += 1
        self._sit()
        return float([e for e in self.run.events if e["kind"] == "step" and e["epoch"] == self.goal][-1]["images_per_second"])

    def find_preparation(self) -> float:
        """Seconds from the plan to the first step: decoding above all."""
        times = {kind: next(e["time"] for e in self.run.events if e["kind"] == kind) for kind in ("plan", "resume")}
        return float(times["resume"] - times["plan"])

    def evaluate(self) -> dict[str, Any]:
        """On the test part, with the best epoch."""
        self.goal = math.inf
        self._sit()
        found = self.run.load_evaluation()
        assert found is not None
        return found

    def _sit(self) -> None:
        if self.run.state != "queued":
            self.run.request_resume()
        Supervisor(find_workspace(), only=self.run).run_to_end(self._watch)

    def _watch(self, event: Event) -> None:
        if event["kind"] == "epoch" and event["epoch"] >= self.goal:
            self.run.request_stop()


def find_places(folder: Path, run: Run, side: str) -> list[int]:
    """Where the images of one side of a run stand in `ImageFolder`."""
    rows = pq.read_table(run.folder / "split.parquet").to_pylist()
    names = {row["name"] for row in rows if row["split"] == side}
    files = datasets.ImageFolder(str(folder)).samples
    return [i for i, (path, _) in enumerate(files) if Path(path).relative_to(folder).as_posix() in names]


def describe(figures: dict[str, Any]) -> str:
    low, high = figures["intervals"]["accuracy"]
    return f"{figures['accuracy']:.3f} [{low:.3f}, {high:.3f}] (n = {figures['n']})"


if __name__ == "__main__":
    main()
