"""Weights from strangers."""

from pathlib import Path

import numpy as np

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell, train
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.pickles import make_pickles


def try_weights(arena: Arena, group: Group, count: int) -> None:
    """Weights from strangers: code in pickles, mutated and cut files, metadata that lie; read, and
    trained from.
    """
    del count
    import torch
    from safetensors.torch import save

    from medapp.models.network import Network
    from medapp.models.reading import read_weights
    from medapp.models.weights import build_network, load_network

    folder = arena.make_folder("weights")
    pickles = make_pickles(folder / "code", arena.marker)
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
            positions = draw.integers(0, len(changed), 1 + i % 20)
            changed[positions] = draw.integers(0, 256, len(positions))
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
