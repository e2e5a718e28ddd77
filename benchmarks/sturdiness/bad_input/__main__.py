"""Does bad input crash, hang, run code, or write outside the workspace? Is each refusal in words?

    python -m benchmarks.sturdiness.bad_input [--images 500] [GROUP …]

One line a group: cases, how many were taken and how many refused, the slowest. The exit status is 1
where anything but a `MedAppError` came out, a case took over 5 s, code in a file was run, or
anything was written outside the workspace and the folder of the case. Some groups need root on
Linux (another user, a small disk); elsewhere they say that they are skipped.
"""

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from benchmarks.kit.options import build_parser
from benchmarks.sturdiness.bad_input.arena import Arena
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.groups import (
    catalogs,
    containers,
    folders,
    full_disk,
    images,
    permissions,
    runs,
    weights,
    zips_of_data,
    zips_of_runs,
)

GROUPS: dict[str, Callable[[Arena, Group, int], None]] = {
    "images": images.try_images,
    "imports of images": images.try_imports_of_images,
    "zips of data": zips_of_data.try_zips_of_data,
    "containers": containers.try_containers,
    "zips of runs": zips_of_runs.try_zips_of_runs,
    "folders": folders.try_folders,
    "permissions": permissions.try_permissions,
    "catalogs": catalogs.try_catalogs,
    "weights": weights.try_weights,
    "runs": runs.try_runs,
    "checkpoints": runs.try_checkpoints,
    "full disk": full_disk.try_full_disk,
}


def main() -> int:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("groups", nargs="*", help=", ".join(GROUPS))
    parser.add_argument("--images", type=int, default=500, help="mutated files of each format")
    parser.add_argument("--words", action="store_true", help="print each refusal")
    options = parser.parse_args()
    # torch names the pickle protocol of each damaged file.
    warnings.filterwarnings("ignore", "Detected pickle protocol")
    faults = 0
    folder = Path(tempfile.mkdtemp(prefix="medapp-bad-input-"))
    try:
        arena = Arena(folder)
        for name in options.groups or GROUPS:
            group = Group(name)
            GROUPS[name](arena, group, options.images)
            group.faults += [
                f"written outside: {what}" for what in dict.fromkeys(arena.written_outside)
            ]
            group.faults += [f"escaped: {path}" for path in arena.find_escaped()]
            group.faults += ["code was run"] if arena.marker.exists() else []
            arena.written_outside.clear()
            group.report(options.words)
            faults += len(group.faults)
    finally:
        # Some folders are deeper than Python's own removal goes.
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
