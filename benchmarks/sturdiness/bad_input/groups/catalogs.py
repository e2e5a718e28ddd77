"""Catalogs with other bytes in them."""

import contextlib
import os
import sqlite3
from pathlib import Path

import numpy as np

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell, fill
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.spoiling import damage_text, spoil


def try_catalogs(arena: Arena, group: Group, count: int) -> None:
    """The catalog with other bytes in it."""
    del count
    home, there = arena.folder / "catalog", os.environ["MEDAPP_HOME"]
    os.environ["MEDAPP_HOME"] = str(home)
    folder = fill(arena.make_folder("plain"))
    call_shell("data", "add", folder, "--name", "plain")
    whole = sqlite3.connect(home / "catalog.sqlite")
    whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    content, draw = (home / "catalog.sqlite").read_bytes(), np.random.default_rng(0)
    cases: dict[str, bytes | None] = {
        key: value for key, value in damage_text(content).items() if key != "twice"
    }
    for i in range(150):
        changed = np.frombuffer(content, np.uint8).copy()
        positions = draw.integers(0, len(changed) if i % 3 else 4096, 1 + i)
        changed[positions] = draw.integers(0, 256, len(positions))
        cases[f"flipped {i}"] = (
            changed.tobytes() if i % 4 else changed.tobytes()[: int(draw.integers(1, len(changed)))]
        )
    made = arena.make_folder("sqlite") / "x.sqlite"
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
        with spoil(home / "catalog.sqlite", changed_bytes):
            group.try_case(case, lambda: call_shell("data", "list"), must_refuse=case in must)
            for arguments in (
                ("data", "show", "plain"),
                ("data", "add", folder),
                ("train", "--data", "gone"),
                ("data", "remove", "plain"),
            ):
                group.try_case(f"{case}: {arguments[1]}", lambda a=arguments: call_shell(*a))
    os.environ["MEDAPP_HOME"] = there
