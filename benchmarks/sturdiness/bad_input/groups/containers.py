"""Hostile and broken files of many images, as data sets."""

from pathlib import Path

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.containers import (
    IMAGES,
    LABELS,
    make_archives,
    make_tables,
    make_volumes,
    mutate,
    write_array,
)
from benchmarks.sturdiness.bad_input.makers.zips import pack


def try_containers(arena: Arena, group: Group, count: int) -> None:
    """Each file is added, and a few hundred with other bytes in them."""
    folder = arena.make_folder("containers")
    made = {
        **make_archives(folder / "npz", arena.marker),
        **make_tables(folder / "parquet"),
        **make_volumes(folder / "nifti"),
    }
    for case, path in made.items():
        _try_adding(arena, group, case, path)
    entries = [("images.npy", write_array(IMAGES)), ("labels.npy", write_array(LABELS))]
    right = (
        pack(folder / "right.npz", entries),
        made["parquet, right"],
        made["nifti, right"],
    )
    for path in right:
        for number, content in enumerate(mutate(path.read_bytes(), max(1, count // 5))):
            bad = folder / f"{path.suffix[1:]} {number}{path.suffix}"
            bad.write_bytes(content)
            _try_adding(arena, group, bad.name, bad)


def _try_adding(arena: Arena, group: Group, case: str, path: Path) -> None:
    before = _list_names(arena.workspace.data_folder)
    group.try_case(case, lambda: call_shell("data", "add", path, "--name", case[:90]))
    if case in group.words and _list_names(arena.workspace.data_folder) != before:
        group.faults.append(f"{case}: was refused and left something behind")


def _list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
