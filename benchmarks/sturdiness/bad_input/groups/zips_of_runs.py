"""Bad zips of runs."""

import os

from benchmarks.sturdiness.bad_input.arena import RUN_FILES, Arena, call_shell, train
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.spoiling import damage_text
from benchmarks.sturdiness.bad_input.makers.zips import make_zips, pack
from medapp.runs.making import list_runs


def try_zips_of_runs(arena: Arena, group: Group, count: int) -> None:
    del count
    import torch

    from medapp.models.network import Network
    from medapp.models.weights import save_network

    run = train(arena)
    small = arena.folder / "small.safetensors"
    save_network(Network("efficientnet_b0", ("dark", "light")), small, dtype=torch.float16)
    good = [
        (name, (small if name == "model.safetensors" else run.folder / name).read_bytes())
        for name in RUN_FILES
    ]
    zips = make_zips(arena.make_folder("run zips"), good)
    for name in RUN_FILES:
        others = [entry for entry in good if entry[0] != name]
        zips[f"without {name}"] = pack(arena.make_folder("run zips") / f"no {name}.zip", others)
        for case, content in damage_text(
            dict(good)[name] if len(dict(good)[name]) < 10**6 else b"{}"
        ).items():
            entry = (name, b"x") if content is None else (name, content)
            zips[f"{name} {case}"] = pack(
                arena.make_folder("run zips") / f"{name} {case}.zip", [*others, entry]
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
