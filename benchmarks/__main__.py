"""All benchmarks of speed, one after the other, and the table of what they claim.

    python -m benchmarks DATA_FOLDER             all of it, hours: measure on a quiet machine
    python -m benchmarks DATA_FOLDER --only feed gallery
    python -m benchmarks DATA_FOLDER --quick     minutes, on next to nothing: shows that they run,
    the figures mean nothing

DATA_FOLDER holds a subfolder of images for each class; without it the phantom is drawn. After each
benchmark its claims are kept in `speed.jsonl` and the table in `speed.md`, both in the folder
`--out`; those of an earlier measurement are replaced.
"""

import argparse
import importlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from benchmarks.claims import Claim, build_table


class Row(NamedTuple):
    """A benchmark with its arguments, for a measurement and to see that it runs."""

    name: str
    full: tuple[str, ...]
    quick: tuple[str, ...] | None
    takes_folder: bool = True


TINY = ("--images", "40", "--image-size", "32")
BENCHMARKS = (
    Row("probe", (), (*TINY, "--rounds", "1")),
    Row("probe", ("--architecture", "resnet50", "--rounds", "3"), None),
    Row(
        "fine_tune",
        ("--epochs", "5"),
        (*TINY, "--epochs", "1", "--batch", "8", "--bare-steps", "1"),
    ),
    Row("fine_tune", ("--epochs", "3", "--image-size", "224"), None),
    Row("time_to_auroc", (), (*TINY, "--seeds", "1", "--epochs", "1")),
    Row(
        "time_to_auroc", ("--patient-pattern", r"(\d\d)\d\d"), None
    ),  # the brain tumor slices are numbered series after series
    Row("feed", (), (*TINY, "--repeats", "1")),
    Row("heatmap_speed", (), ("--images", "20", "--image-size", "32", "--repeats", "1")),
    Row("startup", (), ("--repeats", "1"), takes_folder=False),
    Row(
        "pages",
        (),
        (
            *TINY,
            "--batch",
            "4",
            "--reruns",
            "2",
            "--rounds",
            "1",
            "--seconds",
            "4.5",
            "--minutes",
            "0.12",
        ),
    ),
    Row(
        "gallery",
        (),
        ("--sizes", "40", "80", "--repeats", "1", "--settle", "0"),
        takes_folder=False,
    ),
    Row("memory", (), ("--images", "40", "--runs", "1")),
    Row("time_left", (), (*TINY, "--batch", "4")),
    Row("two_processes", (), (*TINY, "--batch", "8", "--seeds", "1")),
    Row(
        "choices",
        (),
        ("--image-size", "32", "--batch", "4", "--repeats", "1", "--without-compiling"),
    ),
    Row(
        "live_charts", (), ("--steps", "200", "--epochs", "10", "--ticks", "2"), takes_folder=False
    ),
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[row.name for row in BENCHMARKS],
        help="names, or names with their arguments",
    )
    parser.add_argument("--out", type=Path, default=Path("docs/measured"))
    options = parser.parse_args(arguments)
    for row in BENCHMARKS:
        chosen, title = row.quick if options.quick else row.full, " ".join((row.name, *row.full))
        if not {row.name, title} & set(options.only) or chosen is None:
            continue
        print(f"\n{title}", flush=True)
        folder = [options.folder] if row.takes_folder and options.folder else []
        claims: list[Claim] = importlib.import_module(f"benchmarks.{row.name}").main(
            [*folder, *chosen]
        )
        for claim in claims:
            print(claim, flush=True)
        if not options.quick:
            keep(options.out, title, claims)


def keep(out: Path, title: str, claims: Iterable[Claim]) -> None:
    """Write the claims over those of the same benchmark, and the table anew."""
    path = out / "speed.jsonl"
    known = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if path.exists()
        else []
    )
    rows = [row for row in known if row["benchmark"] != title] + [
        {"benchmark": title, "cores": os.cpu_count(), **asdict(c)} for c in claims
    ]
    order = [" ".join((row.name, *row.full)) for row in BENCHMARKS]
    rows.sort(key=lambda row: order.index(row["benchmark"]))
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    read = [
        Claim(**{name: value for name, value in row.items() if name not in ("benchmark", "cores")})
        for row in rows
    ]
    ordered = sorted(
        read, key=lambda claim: (int("".join(filter(str.isdigit, claim.line))), claim.line)
    )
    (out / "speed.md").write_text(f"{build_table(ordered)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
