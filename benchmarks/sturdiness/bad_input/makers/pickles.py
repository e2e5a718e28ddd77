"""Weights files that run code when they are unpickled."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Code:
    """Unpickling this makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.write_text, (self.marker, "ran")


def make_pickles(folder: Path, marker: Path) -> list[Path]:
    """Weights files that would make `marker` if anything in them were run, as plain pickles and in
    torch's two formats.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    tables: list[Any] = [
        Code(marker),
        {"w": Code(marker)},
        {"state_dict": {"w": Code(marker)}},
        {"w": torch.zeros(2), "extra": Code(marker)},
    ]
    made: list[Path] = []
    plain: dict[str, bytes] = {}
    for number, table in enumerate(tables):
        for suffix in (".pth", ".pt", ".safetensors"):
            path = folder / f"{number}{suffix}"
            torch.save(table, path, _use_new_zipfile_serialization=number % 2 == 0)
            made.append(path)
        plain[f"{number}-plain.pth"] = pickle.dumps(table)
    code = b"cos\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR."
    plain["system.pth"] = code
    plain["system.pt"] = pickle.dumps(torch.zeros(2))[:-1] + code
    for name, content in plain.items():
        (folder / name).write_bytes(content)
        made.append(folder / name)
    return made
