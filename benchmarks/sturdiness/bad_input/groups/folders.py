"""Bad folders of images."""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell, fill
from benchmarks.sturdiness.bad_input.group import SECONDS, Group


def try_folders(arena: Arena, group: Group, count: int) -> None:
    del count
    cases = {name: build(arena.make_folder(name)) for name, build in FOLDERS.items()}
    for case, folder in cases.items():
        group.try_case(
            case,
            lambda f=folder, c=case: call_shell("data", "add", f, "--name", c),
            seconds=30 if "10,000" in case else SECONDS,
        )
        group.try_case(f"{case}: show", lambda c=case: call_shell("data", "show", c))
    for case, path in {
        "long path": "x" * 5000,
        "long name": "y" * 300,
        "unknown user": "~nobody-at-all/x",
        "not Unicode": os.fsdecode(b"/tmp/\xff\xfe"),
        "a device": "/dev/null",
        "markup": "[/b]",
        "a file": __file__,
    }.items():
        group.try_case(f"add {case}", lambda p=path: call_shell("data", "add", p), must_refuse=True)
        group.try_case(
            f"import {case}", lambda p=path: call_shell("runs", "import", p), must_refuse=True
        )
    group.try_case(
        "markup in a name",
        lambda: call_shell("data", "add", cases["plain"], "--name", "a [/b] [red]:smile:"),
    )
    group.try_case("markup: list", lambda: call_shell("data", "list"))
    group.try_case("markup: remove", lambda: call_shell("data", "remove", "a [/b] [red]:smile:"))
    group.try_case(
        "odd pattern",
        lambda: call_shell(
            "data", "add", cases["plain"], "--patient-pattern", "(((", "--name", "pattern"
        ),
        must_refuse=True,
    )


def _add_boxes(content: bytes) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (fill(folder) / "boxes.csv").write_bytes(content)
        return folder

    return build


def _fill_deep(folder: Path) -> Path:
    """Folders until the system takes no longer path."""
    fill(folder)
    here = os.getcwd()  # noqa: PTH109 - to make folders deeper than a path may be long
    try:
        os.chdir(folder / "a")
        for _ in range(2100):
            os.mkdir("d")  # noqa: PTH102
            os.chdir("d")
        shutil.copyfile(folder / "b" / "0.png", "deep.png")
    finally:
        os.chdir(here)
    return folder


def _fill_specials(folder: Path) -> Path:
    fill(folder)
    os.mkfifo(folder / "a" / "pipe.png")
    os.mkfifo(folder / "boxes.csv")
    with contextlib.suppress(PermissionError):
        os.mknod(folder / "a" / "device.png", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "a" / "link.png").symlink_to("/etc/passwd")
    (folder / "a" / "self.png").symlink_to("self.png")
    (folder / "a" / "folder.png").mkdir()
    return folder


def _fill_empty(folder: Path) -> Path:
    fill(folder)
    for i in range(10_000):
        (folder / "a" / f"empty {i}.png").touch()
    return folder


def _fill_stray(folder: Path) -> Path:
    fill(folder)
    for name in (b"\xff\xfe.png", b"a\nb\x1b[2J.png", b"..png", b"%s%n.png", b"[b].png"):
        shutil.copyfile(folder / "a" / "0.png", os.path.join(os.fsencode(folder / "b"), name))  # noqa: PTH118
    return folder


def _fill_huge(folder: Path) -> Path:
    fill(folder)
    with (folder / "a" / "huge.png").open("wb") as file:
        file.truncate(1 << 40)  # sparse
    return folder


FOLDERS: dict[str, Callable[[Path], Path]] = {
    "plain": fill,
    "empty": lambda f: f,
    "one class": lambda f: fill(f, "a"),
    "deep": _fill_deep,
    "specials": _fill_specials,
    "10,000 empty files": _fill_empty,
    "stray names": _fill_stray,
    "a sparse terabyte": _fill_huge,
    "odd classes": lambda f: fill(
        f,
        "con",
        "a\nb",
        "..a",
        "[b]",
        "[",
        "/".join("xy"),
        " ",
        "{}",
        "'; DROP TABLE samples; --",
        "nul.",
        "a\tb",
        "*",
        "~",
        "=1+1",
        "x" * 255,
    ),
    "boxes: random bytes": _add_boxes(np.random.default_rng(0).bytes(5000)),
    "boxes: NUL": _add_boxes(bytes(5000)),
    "boxes: no columns": _add_boxes(b"a,b\n1,2\n"),
    "boxes: one long line": _add_boxes(b"image,label,x0,y0,x1,y1\n" + b"a" * 5_000_000),
    "boxes: numbers": _add_boxes(
        b"image,label,x0,y0,x1,y1\n"
        + b"".join(
            b"a/0.png,l,%s,0,9,9\n" % v
            for v in (b"nan", b"inf", b"-1e308", b"1e999", b"", b"x", b"9" * 999, b"0x1", b"1_0")
        )
    ),
    "boxes: ragged": _add_boxes(
        b'image,label,x0,y0,x1,y1\na/0.png\na/0.png,l,1,2,3,4,5,6,7\n"a/0.png,l\n'
    ),
    "boxes: empty": _add_boxes(b""),
}
