"""A disk that is full."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell, train
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.zips import pack
from medapp.data.catalog import Catalog
from medapp.imaging.thumbnails import load_thumbnail
from medapp.runs.making import list_runs
from medapp.store.cache import open_cache
from medapp.store.workspace import find_workspace


@contextlib.contextmanager
def mount_small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of this size; root on Linux only."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        check=True,
        capture_output=True,
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _leave_free(disk: Path, kilobytes: int) -> None:
    """Fill the disk with a file until only so much is free."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    size = shutil.disk_usage(disk).free - kilobytes * 1024
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))


def try_full_disk(arena: Arena, group: Group, count: int) -> None:
    """Import, training, thumbnails, export on a disk with more and more of it in use."""
    del count
    run, there = train(arena), os.environ["MEDAPP_HOME"]
    good = arena.folder / "run.zip"
    call_shell("runs", "export", run.name, "--to", good)
    folder = arena.folder / "bands"
    zip_path = pack(
        arena.folder / "bands.zip",
        [
            (f"{f.parent.name}/{f.name}", f.read_bytes() + bytes(20_000))
            for f in folder.rglob("*.png")
        ],
    )
    try:
        with mount_small_disk(arena.folder / "disk", 160) as disk:
            os.environ["MEDAPP_HOME"] = str(disk / "home")
            call_shell("data", "add", folder, "--name", "bands")
            call_shell("runs", "import", good)
            samples = Catalog(find_workspace()).load_samples(
                Catalog(find_workspace()).find_data_set("bands")
            )
            first = samples[0]
            for free in (0, 4, 16, 64, 200):
                _leave_free(disk, free)
                cache = open_cache(find_workspace())
                group.try_case(
                    f"{free} kB free: thumbnail",
                    lambda c=cache, n=free: load_thumbnail(
                        first.path, first.content_hash, c, 90 + n
                    ),
                )
                _use_disk(group, disk, f"{free} kB free", folder, zip_path, good)
            for strategy, megabytes in (
                ("linear-probe", 1),
                ("linear-probe", 20),
                ("fine-tune", 1),
                ("fine-tune", 60),
            ):
                _leave_free(disk, 1024 * megabytes)
                _train_on_disk(group, f"{strategy} with {megabytes} MB free", strategy)
                _leave_free(disk, 1024)
            _leave_free(disk, 100_000)
            group.try_case(
                "with room again", lambda: call_shell("data", "add", zip_path, "--name", "again")
            )
    except (subprocess.CalledProcessError, FileNotFoundError):
        group.skip("only root on Linux can mount a small disk")
    finally:
        os.environ["MEDAPP_HOME"] = there


def _use_disk(
    group: Group, disk: Path, free: str, folder: Path, zip_path: Path, good: Path
) -> None:
    for arguments in (
        ("data", "list"),
        ("data", "add", folder),
        ("data", "add", zip_path),
        ("data", "add", "phantom"),
        ("runs", "list"),
        ("runs", "import", good),
        ("runs", "export", "probe", "--to", disk / "out.zip"),
        ("backbones", "export", "probe", "--to", disk / "out.safetensors"),
        ("predict", "probe", folder / "dark" / "0.png", "--cam", disk / "cam"),
        ("evaluate", "probe", "--split", "validation"),
        ("data", "remove", "bands 2"),
        ("runs", "stop", "probe"),
    ):
        group.try_case(
            f"{free}: {' '.join(map(str, arguments[:3]))}",
            lambda a=arguments: call_shell(*a),
            seconds=20,
        )
    for rest in ("out.zip", "out.safetensors", "out.json", "cam"):
        (
            shutil.rmtree(disk / rest)
            if (disk / rest).is_dir()
            else (disk / rest).unlink(missing_ok=True)
        )


def _train_on_disk(group: Group, case: str, strategy: str) -> None:
    before = {run.id for run in list_runs(find_workspace())}
    arguments = (
        "train",
        "--data",
        "bands",
        "--strategy",
        strategy,
        "--epochs",
        "2",
        "--image-size",
        "32",
        "--set",
        "threads=1",
        "--set",
        "precision=float32",
    )
    group.try_case(case, lambda: call_shell(*arguments), must_refuse=True, seconds=90)
    for run in [r for r in list_runs(find_workspace()) if r.id not in before]:
        said = run.find_last_state()
        if said.state != "failed" or "fault" in (said.reason or "fault"):
            group.faults.append(f"{case}: the run says {said}; {run.read_log()[-300:]}")
        group.words[f"{case}: the run"] = str(said.reason)
        run.delete()
