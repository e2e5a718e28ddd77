"""What MedApp finds on this machine, as plain values.

Versions, devices, decoders, disk, workspace, address. Nothing is measured and nothing is sent.
"""

import contextlib
import importlib.metadata
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

import medapp
from medapp.cli.application import PORT, find_listening, is_port_taken
from medapp.errors import WorkspaceError
from medapp.imaging.readers.decoders import DICOM_DECODERS
from medapp.store.cache import open_cache
from medapp.store.shipped import APP, ASSETS, SETTINGS
from medapp.store.workspace import Workspace, find_workspace

Report = dict[str, Any]

# A fine-tune of the bundled backbone keeps 0.2 GB of weights and checkpoints; 2,000 images at
# 224 px keep 0.3 GB of pixels.
MIN_FREE_BYTES = 10**9
BFLOAT16_FLAGS = ("amx_bf16", "avx512_bf16", "bf16")  # in /proc/cpuinfo, of x86 and of ARM
PILLOW_FEATURES = {"PNG": "zlib", "JPEG": "jpg", "TIFF, compressed": "libtiff", "WebP": "webp"}


def build_report() -> Report:
    """The whole report; `missing` lists what MedApp cannot do without, in sentences."""
    report: Report = {
        "medapp": {"version": medapp.__version__, "folder": str(Path(medapp.__file__).parent)},
        "python": {"version": platform.python_version(), "program": sys.executable},
        "machine": find_machine(),
        "packages": find_packages(),
        "torch": find_torch(),
        "decoders": [*find_pillow_decoders(), *find_dicom_decoders()],
        "workspace": find_room(),
        "server": find_server(),
    }
    return {**report, "missing": list(list_missing(report))}


def find_machine() -> Report:
    """The system, its processor's cores and its memory in bytes."""
    memory = psutil.virtual_memory()
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory_bytes": memory.total,
        "memory_free_bytes": memory.available,
    }


def find_packages() -> dict[str, str | None]:
    """The version of each package that MedApp requires; None where it is not installed."""
    try:
        requirements = importlib.metadata.requires("medapp") or []
    except importlib.metadata.PackageNotFoundError:
        return {"medapp": None}
    versions: dict[str, str | None] = {}
    for requirement in requirements:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^\w.-]", requirement)[0]
        versions[name] = None
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def find_torch() -> Report:
    """PyTorch's build, the devices that it can use, and which of them know bfloat16."""
    try:
        import torch
        import torchvision  # noqa: F401 - the two are built for each other, or fail together
    except (ImportError, OSError, RuntimeError) as error:
        return {"version": None, "error": f"{type(error).__name__}: {error}", "devices": []}
    build = "CPU"
    if torch.version.cuda:
        build = f"CUDA {torch.version.cuda}"
    elif torch.version.hip:
        build = f"ROCm {torch.version.hip}"
    cpu = {
        "kind": "cpu",
        "name": f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}",
        "has_bfloat16": _find_cpu_bfloat16(),
    }
    cards = [
        {
            "kind": "cuda",
            "name": torch.cuda.get_device_name(index),
            "memory_bytes": torch.cuda.get_device_properties(index).total_memory,
            "has_bfloat16": torch.cuda.is_bf16_supported(including_emulation=False),
        }
        for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    ]
    apple = [{"kind": "mps", "name": platform.machine(), "has_bfloat16": None}]
    is_apple = torch.backends.mps.is_available()
    devices = [*cards, *(apple if is_apple else []), cpu]
    return {"version": torch.__version__, "build": build, "error": None, "devices": devices}


def _find_cpu_bfloat16() -> bool | None:
    """Whether the processor computes in bfloat16; None where the system does not say."""
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return None
    return any(flag in words for flag in BFLOAT16_FLAGS)


def find_pillow_decoders() -> list[Report]:
    """Pictures that Pillow reads as it is built here."""
    from PIL import features

    return [
        {"format": name, "is_there": bool(features.check(feature)), "install": "pillow"}
        for name, feature in PILLOW_FEATURES.items()
    ]


def find_dicom_decoders() -> list[Report]:
    """DICOM's compressions, and which of them pydicom reads with what is installed.

    Files without compression need no decoder.
    """
    from pydicom.pixels import decoders

    return [
        {
            "format": f"DICOM {name}",
            "is_there": getattr(decoders, f"{syntax}Decoder").is_available,
            "install": package,
        }
        for name, (syntax, package) in DICOM_DECODERS.items()
    ]


def find_room() -> Report:
    """The workspace, what its cache takes, and what its disk has left, in bytes."""
    try:
        workspace = find_workspace()
        _try_writing(workspace)
    except WorkspaceError as error:
        return {"folder": None, "error": str(error), "free_bytes": None, "cache_bytes": None}
    return {"folder": str(workspace.root), "error": None, **_measure_room(workspace)}


def _try_writing(workspace: Workspace) -> None:
    try:
        tempfile.TemporaryFile(dir=workspace.root).close()
    except OSError as error:
        raise WorkspaceError(
            f"The workspace {workspace.root} cannot be written: {error.strerror}.",
            remedy="Set MEDAPP_HOME to a folder that you may write to.",
        ) from error


def _measure_room(workspace: Workspace) -> Report:
    cache = open_cache(workspace)
    return {
        "free_bytes": shutil.disk_usage(workspace.root).free,
        "cache_bytes": cache.size_bytes(),
        "cache_limit_bytes": cache.limit_bytes,
    }


def find_server(port: int = PORT) -> Report:
    """Where `medapp app` would listen, and whether somebody does already."""
    return {**asdict(find_listening(port)), "is_port_taken": is_port_taken(port)}


def list_missing(report: Report) -> Iterator[str]:
    """What MedApp cannot do without and what to do about each, a sentence or two each."""
    absent = [name for name, version in report["packages"].items() if version is None]
    if absent:
        yield f"Not installed: {', '.join(absent)}. Install MedApp anew, with its requirements."
    if report["torch"]["error"]:
        yield f"PyTorch cannot be loaded ({report['torch']['error']}). Install torch anew."
    lost = [str(path) for path in (APP, ASSETS, SETTINGS) if not path.exists()]
    if lost:
        yield f"Not there: {', '.join(lost)}. Install MedApp anew."
    broken = [d["format"] for d in report["decoders"] if not d["is_there"]]
    needed = [name for name in ("PNG", "JPEG") if name in broken]
    if needed:
        yield f"Pillow is built without {' and '.join(needed)}. Install pillow from PyPI."
    room = report["workspace"]
    if room["error"]:
        yield room["error"]
    elif room["free_bytes"] < MIN_FREE_BYTES:
        yield (
            f"The disk of {room['folder']} has {room['free_bytes'] / 1e9:.1f} GB left. Free 1 GB or"
            " more, or set MEDAPP_HOME to a folder on another disk."
        )
