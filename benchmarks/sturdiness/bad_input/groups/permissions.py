"""A user who may not read or write."""

import contextlib
import importlib
import os
from collections.abc import Iterator

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell, fill, train
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.zips import pack

NOBODY = 65534  # the user and group without rights


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """This process without root's rights."""
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def try_permissions(arena: Arena, group: Group, count: int) -> None:
    """As a user who may not read a folder, a file, or write the workspace."""
    del count
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return group.skip("only root can become another user")
    folder, closed = fill(arena.make_folder("permissions")), fill(arena.make_folder("closed"))
    (folder / "a" / "1.png").chmod(0)
    (folder / "b").chmod(0o700)
    closed.chmod(0o700)
    run = train(arena)
    good = pack(
        arena.folder / "good.zip",
        [(f"{c}/{i}.png", (folder / "a" / "0.png").read_bytes()) for c in "ab" for i in range(3)],
    )
    arena.folder.chmod(0o755)
    own, there = arena.folder / "own", os.environ["MEDAPP_HOME"]
    own.mkdir(exist_ok=True)
    for arguments in (
        ("runs", "list"),
        ("evaluate", run.name, "--split", "validation"),
        ("predict", run.name, arena.folder / "bands", "--cam", own),
    ):
        # What is imported late is imported now: another user may not read this Python.
        call_shell(*arguments)
    for module in ("zoneinfo", "rich._emoji_codes", "numpy.ctypeslib"):
        importlib.import_module(module)
    os.chown(own, NOBODY, NOBODY)
    with as_nobody():
        os.environ["MEDAPP_HOME"] = str(own)
        group.try_case("some unreadable", lambda: call_shell("data", "add", folder))
        group.try_case(
            "a closed folder", lambda: call_shell("data", "add", closed), must_refuse=True
        )
        group.try_case(
            "in a closed folder", lambda: call_shell("data", "add", closed / "a"), must_refuse=True
        )
        group.try_case(
            "a closed zip",
            lambda: call_shell("data", "add", closed / "a" / "x.zip"),
            must_refuse=True,
        )
        group.try_case(
            "a closed file to import",
            lambda: call_shell("runs", "import", closed / "x.zip"),
            must_refuse=True,
        )
        for home in (arena.folder / "nowhere", closed / "home"):
            os.environ["MEDAPP_HOME"] = str(home)
            group.try_case(
                f"workspace {home.name}", lambda: call_shell("data", "list"), must_refuse=True
            )
        os.environ["MEDAPP_HOME"] = there
        for arguments in (
            ("data", "list"),
            ("runs", "list"),
            ("runs", "show", run.name),
            ("data", "add", folder),
            ("data", "add", good),
            ("runs", "stop", run.name),
            ("train", "--data", "bands", "--epochs", "1", "--image-size", "32"),
            ("runs", "resume", run.name),
            ("runs", "delete", run.name),
            ("runs", "export", run.name, "--to", closed / "x.zip"),
            ("data", "remove", "bands"),
            ("evaluate", run.name),
            ("predict", run.name, closed / "a" / "0.png", folder, "--cam", closed),
            ("predict", run.name, closed),
            ("backbones", "export", run.name, "--to", closed / "x.safetensors"),
            ("data", "add", "phantom"),
            ("train", "--data", "bands", "--from", closed / "x.pth"),
        ):
            group.try_case(
                " ".join(map(str, arguments[:2])), lambda a=arguments: call_shell(*a), seconds=15
            )
    os.environ["MEDAPP_HOME"] = there
    return None
