"""Bad input to data sets: images, zips, folders, rights, catalogs."""

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import bad_files
from benchmarks.bad_cases import NOBODY, SECONDS, Arena, Group, call_shell, fill, skip, train
from medapp.data.catalog import Catalog
from medapp.data.importing import add_folder
from medapp.imaging.image import load_image
from medapp.imaging.thumbnails import load_thumbnail
from medapp.store.cache import open_cache


def try_images(arena: Arena, group: Group, count: int) -> None:
    """Each file alone, then all of a format in one import, as thumbnails and as pixels."""
    for suffix in bad_files.FORMATS:
        folder = arena.place(f"images{suffix}")
        for number, content in enumerate(bad_files.mutate_images(suffix, count)):
            path = folder / "ab"[number % 2] / f"{number}{suffix}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            group.try_case(path.name, lambda path=path: load_image(path))
    group.words.clear()


def try_imports_of_images(arena: Arena, group: Group, count: int) -> None:
    """The same files as data sets: import, thumbnails of all that was taken, features of a page."""
    del count
    for suffix in bad_files.FORMATS:
        folder, cache = fill(arena.place(f"images{suffix}")), open_cache(arena.workspace)
        name = f"mutated {suffix}"
        group.try_case(
            f"import {suffix}",
            lambda f=folder, n=name: add_folder(arena.workspace, f, name=n),
            seconds=60,
        )
        data_set = Catalog(arena.workspace).find_data_set(name)
        for sample in Catalog(arena.workspace).load_samples(data_set):
            group.try_case(
                sample.name, lambda s=sample, c=cache: load_thumbnail(s.path, s.content_hash, c)
            )
        group.try_case(f"show {suffix}", lambda n=name: call_shell("data", "show", n))
        group.try_case(
            f"show {suffix} as JSON",
            lambda n=name: json.loads(call_shell("data", "show", n, "--json")),
        )


def try_zips_of_data(arena: Arena, group: Group, count: int) -> None:
    del count
    png = bad_files.make_images(".png")[0]
    good = [(f"set/{label}/{i}.png", png + bytes([i])) for label in "ab" for i in range(3)]
    for case, path in bad_files.make_zips(arena.place("zips"), good).items():
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


def try_folders(arena: Arena, group: Group, count: int) -> None:
    del count
    cases = {name: build(arena.place(name)) for name, build in FOLDERS.items()}
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
        return skip(group, "only root can become another user")
    folder, closed = fill(arena.place("permissions")), fill(arena.place("closed"))
    (folder / "a" / "1.png").chmod(0)
    (folder / "b").chmod(0o700)
    closed.chmod(0o700)
    run = train(arena)
    good = bad_files.pack(
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
        call_shell(
            *arguments
        )  # what is imported late is imported now: another user may not read this Python
    __import__("zoneinfo")
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


def try_catalogs(arena: Arena, group: Group, count: int) -> None:
    """The catalog with other bytes in it."""
    del count
    home, there = arena.folder / "catalog", os.environ["MEDAPP_HOME"]
    os.environ["MEDAPP_HOME"] = str(home)
    folder = fill(arena.place("plain"))
    call_shell("data", "add", folder, "--name", "plain")
    whole = sqlite3.connect(home / "catalog.sqlite")
    whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    content, draw = (home / "catalog.sqlite").read_bytes(), np.random.default_rng(0)
    cases: dict[str, bytes | None] = {
        key: value for key, value in bad_files.damage_text(content).items() if key != "twice"
    }
    for i in range(150):
        changed = np.frombuffer(content, np.uint8).copy()
        places = draw.integers(0, len(changed) if i % 3 else 4096, 1 + i)
        changed[places] = draw.integers(0, 256, len(places))
        cases[f"flipped {i}"] = (
            changed.tobytes() if i % 4 else changed.tobytes()[: int(draw.integers(1, len(changed)))]
        )
    made = arena.place("sqlite") / "x.sqlite"
    for case, script in {
        "foreign": "CREATE TABLE photos (id)",
        "foreign of our version": "CREATE TABLE photos (id); PRAGMA user_version = 2",
        "newer": "PRAGMA user_version = 99",
        "negative": "PRAGMA user_version = -3",
        "same names": "CREATE TABLE data_sets (x); PRAGMA user_version = 2",
        "half migrated": "CREATE TABLE data_sets (x)",
    }.items():
        made.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(made)) as db:
            db.executescript(script)
        cases[case] = made.read_bytes()
    for table, column, value in (
        ("data_sets", "classes", "{"),
        ("data_sets", "classes", 7),
        ("data_sets", "root", b"\xff"),
        ("samples", "split", "x"),
        ("data_sets", "name", b"\0"),
    ):
        made.write_bytes(content)
        with contextlib.closing(sqlite3.connect(made)) as db:
            db.execute(f"UPDATE {table} SET {column} = ?", (value,))
            db.commit()
        cases[f"odd {table}.{column} {value!r}"] = made.read_bytes()
    must = (
        "newer",
        "foreign",
        "negative",
        "random bytes",
        "foreign of our version",
        "same names",
        "half migrated",
    )
    for case, changed_bytes in cases.items():
        for beside in ("-wal", "-shm"):
            Path(f"{home / 'catalog.sqlite'}{beside}").unlink(missing_ok=True)
        with bad_files.spoil(home / "catalog.sqlite", changed_bytes):
            group.try_case(case, lambda: call_shell("data", "list"), must_refuse=case in must)
            for arguments in (
                ("data", "show", "plain"),
                ("data", "add", folder),
                ("train", "--data", "gone"),
                ("data", "remove", "plain"),
            ):
                group.try_case(f"{case}: {arguments[1]}", lambda a=arguments: call_shell(*a))
    os.environ["MEDAPP_HOME"] = there
