"""One file of the workspace with other bytes in it."""

import contextlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def spoil(path: Path, content: bytes | None) -> Iterator[None]:
    """The file holds `content`, or is a folder where that is None, and afterwards is as it was, or
    not there.
    """
    before = path.read_bytes() if path.is_file() else None
    path.unlink(missing_ok=True)
    path.mkdir() if content is None else path.write_bytes(content)
    try:
        yield
    finally:
        if path.is_dir():
            shutil.rmtree(path)
        path.write_bytes(before) if before is not None else path.unlink(missing_ok=True)


def damage_text(whole: bytes, seed: int = 0) -> dict[str, bytes | None]:
    """What can become of a file of text: cut short, no text, another kind of JSON, nothing, a
    folder.
    """
    draw, middle = random.Random(seed), len(whole) // 2
    return {
        "empty": b"",
        "cut": whole[:middle],
        "last byte": whole[:-2],
        "random bytes": draw.randbytes(999),
        "not UTF-8": whole[:middle] + b"\xff\xfe\n" + whole[middle:],
        "list": b"[1, 2]\n",
        "number": b"7\n",
        "null": b"null\n",
        "empty object": b"{}\n",
        "deep": b"[" * 100_000,
        "NUL": bytes(500),
        "a folder": None,
        "twice": whole + whole,
    }
