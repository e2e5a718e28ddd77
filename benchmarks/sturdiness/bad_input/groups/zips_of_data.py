"""Bad zips of data sets."""

import os
from pathlib import Path

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.images import make_images
from benchmarks.sturdiness.bad_input.makers.zips import make_zips


def try_zips_of_data(arena: Arena, group: Group, count: int) -> None:
    del count
    png = make_images(".png")[0]
    good = [(f"set/{label}/{i}.png", png + bytes([i])) for label in "ab" for i in range(3)]
    for case, path in make_zips(arena.make_folder("zips"), good).items():
        before = _list_names(arena.workspace.data_folder)
        group.try_case(case, lambda p=path, c=case: call_shell("data", "add", p, "--name", c))
        if case in group.words and _list_names(arena.workspace.data_folder) != before:
            group.faults.append(f"{case}: was refused and left something behind")
    pipe = arena.folder / "pipe.zip"
    os.mkfifo(pipe)
    group.try_case("a pipe", lambda: call_shell("data", "add", pipe), must_refuse=True)
    group.try_case("list", lambda: call_shell("data", "list"))


def _list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
