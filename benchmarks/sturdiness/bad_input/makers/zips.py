"""Hostile and broken zips."""

import random
import stat
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

Entry = tuple[str, bytes] | tuple[str, bytes, dict[str, Any]]


def pack(path: Path, entries: list[Entry], compression: int = zipfile.ZIP_STORED) -> Path:
    """A zip with names as they are given, however bad; the third part of an entry sets fields of
    its `ZipInfo`.
    """
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duplicate names
        for name, content, *fields in entries:
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, compression
            for key, value in (fields[0] if fields else {}).items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return path


def make_zips(folder: Path, good: list[tuple[str, bytes]]) -> dict[str, Path]:
    """Hostile and broken zips, by what is wrong with them.

    `good` are the files of one that is right, small ones first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name, content = good[0]
    suffix = Path(name).suffix
    names = {
        "parent": "../evil" + suffix,
        "parent inside": "a/../../evil" + suffix,
        "absolute": "/tmp/evil" + suffix,
        "drive": "C:\\evil" + suffix,
        "drive relative": "c:evil" + suffix,
        "backslashes": "..\\..\\evil" + suffix,
        "share": "\\\\host\\share\\evil" + suffix,
        "only dots": "..",
        "control characters": "a/e\r\n\x1b[2Jvil\x07" + suffix,
        "long name": "a/" + "n" * 300 + suffix,
        "long path": "/".join(["n" * 200] * 30) + suffix,
        "very deep": "d/" * 1500 + "evil" + suffix,
        "reserved name": "con/aux" + suffix,
        "trailing dots": "a. . ./evil. " + suffix,
        "other case": name.upper(),
        "twice": name,
        "lock as a folder": "lock/evil",
        "stop": "stop/evil",
        "home": "~/evil" + suffix,
        "stream": "a/evil" + suffix + ":stream",
        "unprintable": "a/\u202eevil" + suffix,
        "empty name": "",
    }
    made = {
        key: pack(folder / f"{number}.zip", [*good, (bad, content)])
        for number, (key, bad) in enumerate(names.items())
    }
    links = {"link": stat.S_IFLNK, "device": stat.S_IFBLK, "pipe": stat.S_IFIFO}
    for key, kind in links.items():
        made[key] = pack(
            folder / f"{key}.zip",
            [*good, ("a/link" + suffix, b"/etc/passwd", {"external_attr": (kind | 0o777) << 16})],
        )
    made["NUL in a name"] = _edit(
        made["other case"], folder / "nul.zip", name.upper().encode()[:3], b"\0\0\0"
    )
    made["bomb by ratio"] = pack(
        folder / "ratio.zip", [("a/bomb" + suffix, bytes(70 << 20))], zipfile.ZIP_DEFLATED
    )
    made["bomb by count"] = pack(
        folder / "count.zip", [(f"a/{i}{suffix}", b"") for i in range(200_001)]
    )
    made["bomb by size"] = _claim(
        pack(folder / "claims.zip", [*good, ("a/bomb" + suffix, b"x" * 9999)]), 9999, 0xFFFFFFF0
    )
    made["size too small"] = _claim(
        pack(folder / "small.zip", [*good, ("a/bomb" + suffix, b"x" * 9999)]), 9999, 10
    )
    made["nested"] = pack(
        folder / "nested.zip",
        [("inner.zip", made["twice"].read_bytes()), ("a/inner.zip", made["twice"].read_bytes())],
    )
    whole = pack(folder / "good.zip", list(good)).read_bytes()
    for share in (0, 0.1, 0.5, 0.99):
        made[f"cut at {share:.0%}"] = _write(
            folder / f"cut {share}.zip", whole[: int(share * len(whole))]
        )
    made["no zip"] = _write(folder / "no.zip", random.Random(0).randbytes(5000))
    made["empty zip"] = _write(folder / "empty.zip", b"PK\x05\x06" + bytes(18))
    made["another archive"] = _write(folder / "other.zip", b"7z\xbc\xaf\x27\x1c" + bytes(100))
    for key, method in (
        ("bzip2", zipfile.ZIP_BZIP2),
        ("lzma", zipfile.ZIP_LZMA),
        ("deflate", zipfile.ZIP_DEFLATED),
    ):
        made[f"damaged {key}"] = _damage(pack(folder / f"{key}.zip", list(good[:2]), method))
    made["unknown compression"] = _mark(folder / "method.zip", whole, 8, 10, 97)
    made["encrypted"] = _mark(folder / "encrypted.zip", whole, 6, 8, 1)
    return made


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _edit(source: Path, path: Path, old: bytes, new: bytes) -> Path:
    return _write(path, source.read_bytes().replace(old, new))


def _claim(path: Path, true: int, said: int) -> Path:
    return _edit(path, path, struct.pack("<I", true), struct.pack("<I", said))


def _damage(path: Path) -> Path:
    """Bytes of the first file's packed content are changed."""
    content, draw = bytearray(path.read_bytes()), random.Random(0)
    for at in range(60, min(400, len(content) // 2)):
        content[at] = draw.randrange(256)
    return _write(path, bytes(content))


def _mark(path: Path, whole: bytes, local: int, central: int, value: int) -> Path:
    content = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] = value
            at = content.find(mark, at + 4)
    return _write(path, bytes(content))
