"""Bad input to runs: zips, weights, files of a run, checkpoints, a full disk."""

import contextlib
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import bad_files
from benchmarks.bad_cases import Arena, Group, call_shell, skip, train
from medapp.data.catalog import Catalog
from medapp.imaging.thumbnails import load_thumbnail
from medapp.runs.run import Run, create_run, find_run, list_runs
from medapp.runs.supervisor import Supervisor
from medapp.store.cache import open_cache
from medapp.store.workspace import find_workspace
from medapp.training.recipe.recipe import Recipe


def try_zips_of_runs(arena: Arena, group: Group, count: int) -> None:
    del count
    import torch

    from medapp.models.network import Network
    from medapp.models.weights import save_network

    run = train(arena)
    files = [
        "recipe.json",
        "events.jsonl",
        "evaluation.json",
        "predictions.parquet",
        "split.parquet",
        "name.txt",
        "model.safetensors",
    ]
    small = arena.folder / "small.safetensors"
    save_network(Network("efficientnet_b0", ("dark", "light")), small, dtype=torch.float16)
    good = [
        (name, (small if name == "model.safetensors" else run.folder / name).read_bytes())
        for name in files
    ]
    zips = bad_files.make_zips(arena.place("run zips"), good)
    for name in files:
        others = [entry for entry in good if entry[0] != name]
        zips[f"without {name}"] = bad_files.pack(arena.place("run zips") / f"no {name}.zip", others)
        for case, content in bad_files.damage_text(
            dict(good)[name] if len(dict(good)[name]) < 10**6 else b"{}"
        ).items():
            entry = (name, b"x") if content is None else (name, content)
            zips[f"{name} {case}"] = bad_files.pack(
                arena.place("run zips") / f"{name} {case}.zip", [*others, entry]
            )
    pipe = arena.folder / "pipe.run"
    os.mkfifo(pipe)
    group.try_case("a pipe", lambda: call_shell("runs", "import", pipe), must_refuse=True)
    for case, path in zips.items():
        before = {r.id for r in list_runs(arena.workspace)}
        group.try_case(case, lambda p=path: call_shell("runs", "import", p))
        group.try_case(f"{case}: list", lambda: call_shell("runs", "list", "--json"))
        for new in [r for r in list_runs(arena.workspace) if r.id not in before]:
            group.try_case(f"{case}: show", lambda r=new: call_shell("runs", "show", r.id))
            new.delete()
    left = [
        p.name for p in arena.workspace.runs_folder.iterdir() if p.is_dir() and p.name != run.id
    ]
    group.faults += [f"left behind: {left}"] if left else []


def try_weights(arena: Arena, group: Group, count: int) -> None:
    """Weights from strangers: code in pickles, mutated and cut files, metadata that lie; read, and
    trained from.
    """
    del count
    import torch
    from safetensors.torch import save

    from medapp.models.network import Network
    from medapp.models.weights import build_network, load_network, read_weights

    folder = arena.place("weights")
    pickles = bad_files.make_pickles(folder / "code", arena.marker)
    for path in pickles:
        group.try_case(f"code {path.name}", lambda p=path: read_weights(p), must_refuse=True)
    table = {"conv1.weight": torch.zeros(4, 3), "fc.bias": torch.zeros(2)}
    torch.save(table, folder / "zip.pth")
    torch.save(table, folder / "old.pth", _use_new_zipfile_serialization=False)
    (folder / "a.safetensors").write_bytes(
        save(table, {"architecture": "resnet18", "class_names": '["a", "b"]'})
    )
    draw = np.random.default_rng(0)
    for name in ("zip.pth", "old.pth", "a.safetensors"):
        content, path = (folder / name).read_bytes(), folder / f"mutated {name}"
        for i in range(300):
            changed = np.frombuffer(content, np.uint8).copy()
            places = draw.integers(0, len(changed), 1 + i % 20)
            changed[places] = draw.integers(0, 256, len(places))
            path.write_bytes(
                changed.tobytes() if i % 4 else content[: int(draw.integers(0, len(content)))]
            )
            group.try_case(f"{name} {i}", lambda p=path: read_weights(p))
    network = Network("resnet18", ("a", "b")).model.state_dict()
    for case, facts in {
        "none": {},
        "architecture": {"architecture": "x", "class_names": "[]"},
        "classes": {"architecture": "resnet18", "class_names": "{"},
        "numbers": {"architecture": "resnet18", "class_names": "[1, 2]"},
        "nested": {"architecture": "resnet18", "class_names": "[[], {}]"},
        "text": {"architecture": "resnet18", "class_names": '"ab"'},
        "number": {"architecture": "resnet18", "class_names": "7"},
        "twice": {"architecture": "resnet18", "class_names": '["a", "a"]'},
        "deep": {"architecture": "resnet18", "class_names": "[" * 100_000},
    }.items():
        path = folder / f"facts {case}.safetensors"
        path.write_bytes(save(network, facts))
        group.try_case(
            f"model with {case}", lambda p=path: load_network(p), must_refuse=case not in ("twice",)
        )
        group.try_case(
            f"backbone with {case}",
            lambda p=path: build_network(str(p), "resnet18", ("a", "b"), 0, arena.workspace),
        )
    train(arena)
    for path in (
        *pickles[:2],
        pickles[-2],
        folder / "facts architecture.safetensors",
        folder / "zip.pth",
        Path("~nobody-at-all/x.pth"),
        Path("x" * 300),
    ):
        arguments = (
            "train",
            "--data",
            "bands",
            "--from",
            path,
            "--epochs",
            "1",
            "--image-size",
            "32",
        )
        group.try_case(
            f"train from {path.name[:40]}",
            lambda a=arguments: call_shell(*a),
            must_refuse=True,
            seconds=40,
        )
    group.faults += ["code in a pickle was run"] if arena.marker.exists() else []


def try_runs(arena: Arena, group: Group, count: int) -> None:
    """Each file of a run with other bytes in it, before every command that reads runs."""
    del count
    run, image = train(arena), arena.folder / "bands" / "dark" / "0.png"
    other = create_run(arena.workspace, Recipe("bands"), "other")
    other.request_stop()
    events = {
        "steps without numbers": b"".join(
            b'{"kind": "%s", "time": 1}\n' % kind
            for kind in b"step epoch resume plan message progress state speed".split()
        ),
        "no kind": b'{"time": 1}\n',
        "odd state": b'{"kind": "state", "state": ["x"], "time": "y"}\n',
        "odd kind": b'{"kind": [1]}\n',
    }
    for name in (
        "recipe.json",
        "events.jsonl",
        "evaluation.json",
        "predictions.parquet",
        "split.parquet",
        "name.txt",
        "log.txt",
        "model.safetensors",
        "stop",
    ):
        path = run.folder / name
        cases = bad_files.damage_text(path.read_bytes() if path.is_file() else b"")
        if name == "events.jsonl":
            cases |= {key: path.read_bytes() + value for key, value in events.items()} | events
        if name == "model.safetensors":
            cases.pop("twice")
        for case, content in cases.items():
            with bad_files.spoil(path, content):
                _read_all(
                    arena,
                    group,
                    f"{name} {case}",
                    run,
                    image,
                    is_thorough=name not in ("log.txt", "name.txt"),
                )


def _read_all(
    arena: Arena, group: Group, case: str, run: Run, image: Path, is_thorough: bool
) -> None:
    from medapp.runs.progress import summarise  # plain values; nothing of Streamlit
    from medapp.runs.results import load_predictions

    listed = io.StringIO()
    group.try_case(
        f"{case}: list as JSON", lambda: listed.write(call_shell("runs", "list", "--json"))
    )
    if '"other"' not in listed.getvalue():
        group.faults.append(f"{case}: the other run is not listed")
    group.try_case(f"{case}: list", lambda: call_shell("runs", "list"))
    group.try_case(f"{case}: live", lambda: summarise(run.events))
    group.try_case(f"{case}: mistakes", lambda: load_predictions(run))
    group.try_case(f"{case}: waiting", lambda: Supervisor(arena.workspace)._find_waiting())
    for arguments in (
        [
            ("runs", "show", run.id),
            ("runs", "show", run.id, "--json"),
            ("data", "show", "bands"),
            ("runs", "export", run.id, "--to", arena.folder / "out.zip"),
            ("evaluate", run.id, "--json"),
            ("evaluate", run.id, "--split", "validation"),
            ("predict", run.id, image),
        ]
        if is_thorough
        else []
    ):
        group.try_case(
            f"{case}: {' '.join(map(str, arguments[:2]))}", lambda a=arguments: call_shell(*a)
        )


def try_checkpoints(arena: Arena, group: Group, count: int) -> None:
    """A run that goes on from a damaged checkpoint says so and starts again.

    Code in it is not run.
    """
    del count
    import torch

    train(arena)
    recipe = Recipe(
        "bands",
        strategy="linear-probe",
        image_size=32,
        epochs=2,
        batch_size=4,
        precision="float32",
        threads=1,
    )
    first = find_run(arena.workspace, "probe").checkpoint_path.read_bytes()
    foreign, code, middle = io.BytesIO(), io.BytesIO(), len(first) // 2
    torch.save({"suffix": {}, "optimiser": [], "progress": 7}, foreign)
    torch.save({"suffix": bad_files.Code(arena.marker)}, code)
    contents = {
        "cut": first[:middle],
        "foreign": foreign.getvalue(),
        "code": code.getvalue(),
        "a list": b"[1]",
        "flipped": first[:middle] + b"\xff" * 50 + first[middle + 50 :],
    }
    for case, content in contents.items():
        run = create_run(arena.workspace, recipe, f"checkpoint {case}")
        run.checkpoint_path.write_bytes(content)
        shutil.copyfile(find_run(arena.workspace, "probe").model_path, run.model_path)
        group.try_case(case, lambda r=run: _finish(arena, r), seconds=40)
        if not any("checkpoint cannot be read" in e.get("text", "") for e in run.events):
            group.faults.append(f"{case}: nothing was said of the checkpoint")
    group.faults += ["code in a pickle was run"] if arena.marker.exists() else []


def _finish(arena: Arena, run: Run) -> None:
    state = Supervisor(arena.workspace, only=run).run_to_end(lambda event: None)
    assert state == "done", run.last_state


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
    zip_path = bad_files.pack(
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
            for free in (0, 4, 16, 64, 200):
                _leave_free(disk, free)
                cache = open_cache(find_workspace())
                group.try_case(
                    f"{free} kB free: thumbnail",
                    lambda c=cache, n=free: load_thumbnail(samples[0], c, 90 + n),
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
        skip(group, "only root on Linux can mount a small disk")
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
        said = run.last_state
        if said["state"] != "failed" or "fault" in said.get("reason", "fault"):
            group.faults.append(f"{case}: the run says {said}; {run.log[-300:]}")
        group.words[f"{case}: the run"] = str(said.get("reason"))
        run.delete()
