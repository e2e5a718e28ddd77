"""Do heatmaps point at what is known to be there? Peaks and mass inside the boxes, beside the best
that a constant point could do.

    python -m benchmarks.accuracy.heatmaps RUN

RUN is a trained run whose data set has boxes (the phantom, or a folder with a `boxes.csv`). Read on
the test split only, for the true class where the model is right. Everything is measured in the
image's own pixels.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from benchmarks.kit.options import build_parser
from medapp.data.catalog import Catalog
from medapp.data.samples import Sample
from medapp.explanation.methods import METHODS
from medapp.explanation.placing import (
    find_best_constant_point,
    measure_localisation,
    place_on_image,
)
from medapp.imaging.geometry import View
from medapp.prediction.files import predict_files
from medapp.prediction.model import load_model
from medapp.runs.making import find_run
from medapp.runs.split_table import match_split
from medapp.store.workspace import find_workspace


@dataclass
class Tally:
    """Over the images of one method and class."""

    peaks: list[bool] = field(default_factory=list)
    masses: list[float] = field(default_factory=list)
    covers: list[float] = field(default_factory=list)
    blank: int = 0


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("run")
    parser.add_argument("--methods", nargs="*", default=list(METHODS))
    options = parser.parse_args()
    workspace = find_workspace()
    run = find_run(workspace, options.run)
    catalog = Catalog(workspace)
    choice = run.recipe.data.train
    samples = match_split(
        run.folder / "split.parquet",
        catalog.load_samples(catalog.find_chosen(choice.id, choice.name)),
        run.name,
    )
    chosen = [s for s in samples if s.split == "test" and s.boxes]
    constants = find_constants(chosen)
    print(
        "| method | class | n right | peak inside the box | mass inside | box covers | best"
        " constant point |"
    )
    print("|---|---|---|---|---|---|---|")
    for method in options.methods:
        for label, tally in measure(options.run, chosen, method).items():
            n, low = len(tally.peaks), constants.get(label, float("nan"))
            figures = [
                f"{np.mean(values):.3f}" for values in (tally.peaks, tally.masses, tally.covers)
            ]
            print(
                "|",
                " | ".join(
                    [
                        METHODS[method].title,
                        label,
                        f"{n} ({tally.blank} blank)",
                        *figures,
                        f"{low:.3f}",
                    ]
                ),
                "|",
                flush=True,
            )


def find_constants(samples: list[Sample]) -> dict[str, float]:
    """For each class, and for all, the share of images whose box holds the luckiest fixed point, on
    a grid of 256 × 256.
    """
    size, found = 256, {}
    for label in (*sorted({s.label for s in samples}), "all"):
        chosen = [s for s in samples if label in (s.label, "all")]
        boxes = [
            [View(0, 0, s.width, s.height).to_square(box, size) for box in s.boxes] for s in chosen
        ]
        found[label] = find_best_constant_point(boxes, size, size)[1] / len(boxes)
    return found


def measure(name: str, samples: list[Sample], method: str) -> dict[str, Tally]:
    """A tally for each class, and for all."""
    model = load_model(find_run(find_workspace(), name).require_model())
    tallies: dict[str, Tally] = defaultdict(Tally)
    by_path = {s.path: s for s in samples}
    for prediction in predict_files(model, list(by_path), method):
        sample = by_path[prediction.file]
        if (
            prediction.label != sample.label
            or prediction.heatmap is None
            or prediction.view is None
        ):
            continue
        placed = place_on_image(
            prediction.heatmap.values, prediction.view, sample.height, sample.width
        )
        result = measure_localisation(placed, sample.boxes)
        for tally in (tallies[sample.label], tallies["all"]):
            if result.is_peak_inside is None or result.mass_inside is None:
                tally.blank += 1
                tally.peaks.append(False)
                tally.masses.append(0.0)
            else:
                tally.peaks.append(result.is_peak_inside)
                tally.masses.append(result.mass_inside)
            tally.covers.append(result.cover)
    return {
        label: tallies[label] for label in sorted(tallies, key=lambda name: (name == "all", name))
    }


if __name__ == "__main__":
    main()
