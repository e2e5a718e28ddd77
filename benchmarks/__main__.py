"""All benchmarks of speed, one after the other, and the table of what they claim.

    python -m benchmarks DATA_FOLDER             all of it, hours: measure on a quiet machine
    python -m benchmarks DATA_FOLDER --only feed gallery
    python -m benchmarks DATA_FOLDER --quick     minutes, on next to nothing: shows that they run,
    the figures mean nothing

DATA_FOLDER holds a subfolder of images for each class; without it the phantom is drawn. After each
benchmark its claims are kept in `speed.jsonl` and the table in `speed.md`, both in the folder
`--out`; those of an earlier measurement are replaced.
"""

import importlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.kit.claims import Claim, build_table
from benchmarks.kit.options import build_parser


@dataclass(frozen=True)
class Row:
    """A benchmark with its arguments.

    Attributes:
        module: under `benchmarks`, such as "speed.probe".
        full: arguments of a measurement.
        quick: arguments that show in seconds that it runs; None leaves it out of `--quick`.
    """

    module: str
    full: str
    quick: str | None
    takes_folder: bool = True

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]

    @property
    def title(self) -> str:
        return f"{self.name} {self.full}".strip()

    def run(self, arguments: str, folder: str | None = None) -> list[Claim]:
        """The benchmark's claims, with these arguments."""
        given = [folder] if folder and self.takes_folder else []
        benchmark = importlib.import_module(f"benchmarks.{self.module}")
        claims: list[Claim] = benchmark.main([*given, *arguments.split()])
        return claims


TINY = "--images 40 --image-size 32"
BENCHMARKS = (
    Row("speed.probe", "", f"{TINY} --rounds 1"),
    Row("speed.probe", "--architecture resnet50 --rounds 3", None),
    Row("speed.fine_tune", "--epochs 5", f"{TINY} --epochs 1 --batch 8 --bare-steps 1"),
    Row("speed.fine_tune", "--epochs 3 --image-size 224", None),
    Row("accuracy.time_to_auroc", "", f"{TINY} --seeds 1 --epochs 1"),
    # The brain tumor slices are numbered series after series.
    Row("accuracy.time_to_auroc", r"--patient-pattern (\d\d)\d\d", None),
    Row("speed.feed", "", f"{TINY} --repeats 1"),
    Row("speed.heatmap_speed", "", "--images 12 --image-size 32 --repeats 1"),
    Row("browser.startup", "", "--repeats 1", takes_folder=False),
    Row(
        "browser.pages",
        "",
        f"{TINY} --batch 4 --reruns 2 --rounds 1 --seconds 4.5 --minutes 0.12",
    ),
    Row("browser.gallery", "", "--sizes 40 80 --repeats 1 --settle 0", takes_folder=False),
    Row("speed.memory", "", "--images 40 --runs 1"),
    Row("speed.time_left", "", f"{TINY} --batch 4 --strategies last-stage"),
    Row("sturdiness.two_processes", "", f"{TINY} --batch 8 --seeds 1"),
    Row("speed.choices", "", "--image-size 32 --batch 4 --repeats 1 --without-compiling"),
    Row("speed.many_runs", "", "--few 3 --many 20 --repeats 3", takes_folder=False),
    Row("browser.live_charts", "", "--steps 200 --epochs 10 --ticks 2", takes_folder=False),
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = build_parser(__doc__)
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
        chosen = row.quick if options.quick else row.full
        if chosen is None or not {row.name, row.title} & set(options.only):
            continue
        print(f"\n{row.title}", flush=True)
        claims = row.run(chosen, options.folder and str(options.folder))
        for claim in claims:
            print(claim, flush=True)
        if not options.quick:
            keep(options.out, row.title, claims)


def keep(out: Path, title: str, claims: Iterable[Claim]) -> None:
    """Write the claims over those of the same benchmark, and the table anew."""
    path = out / "speed.jsonl"
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [row for line in known if (row := json.loads(line))["benchmark"] != title]
    rows += [{"benchmark": title, "cores": os.cpu_count(), **asdict(c)} for c in claims]
    order = [row.title for row in BENCHMARKS]
    rows.sort(key=lambda row: order.index(row["benchmark"]))
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")
    read = [
        Claim(**{name: value for name, value in row.items() if name not in ("benchmark", "cores")})
        for row in rows
    ]
    read.sort(key=lambda claim: (int("".join(filter(str.isdigit, claim.line))), claim.line))
    (out / "speed.md").write_text(f"{build_table(read)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
