"""How near is the memory that a page states before a run to what the run's process took?

    python -m benchmarks.speed.memory DATA_FOLDER

Runs of one epoch with several networks, sizes, strategies and precisions, from random weights; the
peak is that of the worker, asked of the system twenty times a second. Linux only.
"""

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil

import medapp
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import open_setting
from medapp.runs.plan import find_network
from medapp.training.machine.memory import estimate_bytes

RUNS = (
    ("resnet18", 32, 2, "bfloat16", "linear-probe"),
    ("resnet18", 128, 32, "bfloat16", "fine-tune"),
    ("resnet18", 128, 32, "float32", "fine-tune"),
    ("resnet18", 224, 32, "bfloat16", "fine-tune"),
    ("resnet18", 224, 16, "float32", "fine-tune"),
    ("resnet18", 128, 64, "bfloat16", "last-stage"),
    ("resnet18", 224, 32, "bfloat16", "linear-probe"),
    ("resnet50", 128, 32, "bfloat16", "fine-tune"),
    ("resnet50", 224, 32, "bfloat16", "linear-probe"),
    ("resnet50", 224, 32, "bfloat16", "last-stage"),
    ("densenet121", 128, 16, "bfloat16", "fine-tune"),
    ("vgg16_bn", 128, 16, "bfloat16", "fine-tune"),
    ("efficientnet_b0", 128, 16, "bfloat16", "fine-tune"),
    ("convnext_tiny", 128, 16, "bfloat16", "fine-tune"),
)


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, images=120)
    parser.add_argument(
        "--runs", type=int, default=len(RUNS), help="the first so many of the table"
    )
    options = parser.parse_args(arguments)
    off = []
    with open_setting(options.folder, options.images) as setting:
        for architecture, size_px, batch, precision, strategy in RUNS[: options.runs]:
            settings = {
                "architecture": architecture,
                "image_size": size_px,
                "batch_size": batch,
                "precision": precision,
            }
            with Watch() as watch:
                run = medapp.train(
                    setting.data,
                    source="none",
                    strategy=strategy,
                    epochs=1,
                    device="cpu",
                    **settings,
                )
            network = find_network(setting.workspace, run.recipe)
            stated = estimate_bytes(run.recipe, run.machine, network, precision) / 2**20
            off.append(stated / watch.peak_mib - 1)
            words = f"{architecture}, {size_px} px, batch {batch}, {precision}, {strategy}"
            print(
                f"{words}: stated {stated:.0f} MiB, taken {watch.peak_mib:.0f} MiB"
                f" ({off[-1]:+.0%})",
                flush=True,
            )
    worst = max(map(abs, off))
    what = f"memory stated before a run: largest error of {len(off)} kinds of run"
    return [Claim("15", what, "what it took", worst, 0.2, "", is_ceiling=True)]


class Watch:
    """The largest peak among this process's children, while it is open."""

    def __enter__(self) -> "Watch":
        self.peak_mib, self._ended = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(OSError):  # it has just ended
                    lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
                    self.peak_mib = max(
                        [
                            self.peak_mib,
                            *(
                                int(line.split()[1]) / 1024
                                for line in lines
                                if line.startswith("VmHWM")
                            ),
                        ]
                    )


if __name__ == "__main__":
    for claim in main():
        print(claim)
