"""Hostile and broken files of many images: NumPy's archives, Parquet, NIfTI."""

import gzip
import io
import json
import pickle
import random
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.sturdiness.bad_input.makers.images import make_images
from benchmarks.sturdiness.bad_input.makers.pickles import Code
from benchmarks.sturdiness.bad_input.makers.zips import make_zips, pack

IMAGES = np.arange(6 * 9 * 9, dtype=np.uint8).reshape(6, 9, 9)
LABELS = np.arange(6) % 2
_EVIL = "../../evil.png"


def write_array(array: np.ndarray) -> bytes:
    """A `.npy` file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _claim(shape: str, kind: str = "|u1", extra: str = "") -> bytes:
    text = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}{extra}}}\n".encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text


def make_archives(folder: Path, marker: Path) -> dict[str, Path]:
    """Archives of NumPy, by what is wrong with them; some would make `marker` if they were run."""
    good = [("images.npy", write_array(IMAGES)), ("labels.npy", write_array(LABELS))]
    made = {
        f"npz, {key}": path.rename(path.with_suffix(".npz"))
        for key, path in make_zips(folder / "zips", [("A.npy", good[1][1]), *good]).items()
    }
    objects = write_array(np.array([0], object))
    pickled = objects[: objects.index(b"\n") + 1] + pickle.dumps(Code(marker))
    huge = b"\x93NUMPY\x02\0" + struct.pack("<I", 2**32 - 1) + b"{" * 99
    for key, content in {
        "pickle": pickled,
        "pickle as a whole": pickle.dumps(Code(marker)),
        "petabytes": _claim("(1125899906842624, 9, 9)"),
        "more than integers": _claim(f"({'9' * 400}, 9, 9)"),
        "more than digits": _claim(f"({'9' * 9000},)"),
        "negative": _claim("(-6, 9, 9)"),
        "no images": _claim("(0, 9, 9)"),
        "no pixels": _claim("(6, 0, 9)"),
        "code": _claim("(1,)", extra=f", 'x': __import__('os').system('touch {marker}')"),
        "parentheses": _claim("(" * 60_000),
        "header of gigabytes": huge,
        "structure": write_array(np.zeros(6, [("a", "u1"), ("b", "u1")])),
        "complex": write_array(np.zeros((6, 9, 9), complex)),
        "dates": write_array(np.zeros(6, "M8[s]")),
        "nothing but NaN": write_array(np.full((6, 9, 9), np.nan)),
        "infinity": write_array(np.full((6, 9, 9), np.inf)),
        "wide texts": write_array(np.array(["x" * 10**6] * 6)),
        "a million rows": write_array(np.zeros((10**6 + 1, 1, 1), np.uint8)),
        "two dimensions": write_array(np.zeros((6, 81), np.uint8)),
        "nine dimensions": write_array(np.zeros((6, 1, 1, 1, 1, 1, 1, 9, 9), np.uint8)),
    }.items():
        entries = [("images.npy", content), good[1]]
        made[f"images, {key}"] = pack(folder / f"{len(made)}.npz", entries)
        entries = [good[0], ("labels.npy", content)]
        made[f"labels, {key}"] = pack(folder / f"{len(made)}.npz", entries)
    for key, labels in {
        "names of paths": [_EVIL, "/tmp/evil.png"] * 3,
        "control characters": ["a\x1b[2J", "b\r\n\x00c"] * 3,
        "markup": ["<script>x</script>", "[x](javascript:1)"] * 3,
        "formulas": ["=cmd|' /C calc'!A0", "+1"] * 3,
    }.items():
        entries = [good[0], ("labels.npy", write_array(np.array(labels)))]
        made[f"labels, {key}"] = pack(folder / f"{len(made)}.npz", entries)
    many = [(f"a{i}.npy", good[1][1]) for i in range(20_000)]
    made["20,000 arrays"] = pack(folder / "many.npz", [*good, *many])
    return made


def make_tables(folder: Path) -> dict[str, Path]:
    """Parquet of images, by what is wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    png = make_images(".png")[0]
    good = [png + bytes([i]) for i in range(6)]
    made: dict[str, Path] = {}

    def add(key: str, columns: Mapping[str, Any], metadata: Any = None, **options: Any) -> None:
        table = pa.table(dict(columns))
        if metadata is not None:
            table = table.replace_schema_metadata({"huggingface": metadata})
        made[f"parquet, {key}"] = folder / f"{len(made)}.parquet"
        pq.write_table(table, made[f"parquet, {key}"], **options)

    paths = [_EVIL, "/etc/passwd", "\\\\host\\x", "a\0b", "x" * 5000, ""]
    structs = [{"bytes": None, "path": path} for path in paths]
    add("paths outside", {"image": structs, "label": LABELS})
    add("names of paths", {"image": good, "label": [_EVIL, "/tmp/evil"] * 3})
    named = [{"bytes": b, "path": p} for b, p in zip(good, paths, strict=True)]
    add("bytes with such paths", {"image": named, "label": LABELS})
    add(
        "no images in the bytes",
        {"image": [b"PK\3\4", b"%PDF", b"", b"x", None, png[:30]], "label": LABELS},
    )
    add("labels of structures", {"image": good, "label": [{"a": 1}] * 6})
    add("labels of lists of lists", {"image": good, "label": [[[1]]] * 6})
    add("labels of bytes", {"image": good, "label": [b"a"] * 6, "mask": good})
    add(
        "labels of maps",
        {"image": good, "label": pa.array([[("a", 1)]] * 6, pa.map_("string", "int8"))},
    )
    add("labels of nothing", {"image": good, "label": pa.nulls(6)})
    add("a list of a million", {"image": good, "label": [list(range(10**6))] * 6})
    add("no rows", {"image": pa.array([], "binary"), "label": pa.array([], "int8")})
    add("no columns", {})
    add("columns named alike", {"image": good, "label": LABELS, "Label ": LABELS, "LABEL": LABELS})
    add("5,000 columns", {"image": good, "label": LABELS, **{f"c{i}": LABELS for i in range(5000)}})
    deep = pa.array([1] * 6)
    for _ in range(90):
        deep = pa.StructArray.from_arrays([deep], ["x"])
    add("a deep structure", {"image": good, "label": LABELS, "deep": deep})
    add("metadata of 20 MB", {"image": good, "label": LABELS}, b"[" * (20 << 20))
    names = {"info": {"features": {"label": {"names": {"a": 1}, "_type": "ClassLabel"}}}}
    add("names that are none", {"image": good, "label": LABELS}, json.dumps(names))
    names["info"]["features"]["label"] = {"names": [None, _EVIL], "_type": "ClassLabel"}
    add("names of paths as classes", {"image": good, "label": LABELS}, json.dumps(names))
    bombs = {"image": [bytes(40 << 20)] * 4, "label": [0, 1] * 2}
    add("images that inflate", bombs, compression="zstd", use_dictionary=False)
    text = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(5000, np.int32)), pa.array(["x" * 10**7])
    )
    add("a text repeated", {"image": [good[0]] * 5000, "label": text})
    same = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(1000, np.int32)), pa.array([bytes(10**7)])
    )
    add("an image repeated", {"image": same, "label": [0, 1] * 500})
    add("right", {"image": good, "label": LABELS})
    made.update(_break_tables(folder, made["parquet, right"].read_bytes()))
    return made


def _break_tables(folder: Path, whole: bytes) -> Iterator[tuple[str, Path]]:
    draw = random.Random(1)
    cases = {f"cut at {share:.0%}": whole[: int(share * len(whole))] for share in (0, 0.5, 0.99)}
    cases["encrypted"] = whole[:-4] + b"PARE"
    cases["footer of gigabytes"] = whole[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1"
    cases["no table"] = b"PAR1" + draw.randbytes(5000) + struct.pack("<I", 4000) + b"PAR1"
    for key, content in cases.items():
        path = folder / f"{key}.parquet"
        path.write_bytes(content)
        yield f"parquet, {key}", path


def make_volumes(folder: Path) -> dict[str, Path]:
    """NIfTI, by what is wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    image = nibabel.Nifti1Image(np.arange(6 * 7 * 8, dtype=np.int16).reshape(6, 7, 8), np.eye(4))
    nibabel.save(image, folder / "right.nii")
    whole = (folder / "right.nii").read_bytes()
    made = {"nifti, right": folder / "right.nii"}
    not_a_number = struct.pack("<f", float("nan"))
    for key, offset, content in (
        ("terabytes", 42, struct.pack("<3h", *[32767] * 3)),
        ("negative dimensions", 42, struct.pack("<3h", -1, -1, -1)),
        ("no dimensions", 40, struct.pack("<8h", *[0] * 8)),
        ("9 dimensions", 40, struct.pack("<h", 9)),
        ("7 dimensions", 40, struct.pack("<8h", 7, 6, 7, 8, 32767, 32767, 32767, 32767)),
        ("an unknown kind", 70, struct.pack("<h", 999)),
        ("complex numbers", 70, struct.pack("<2h", 32, 64)),
        ("slope of no number", 112, not_a_number),
        ("intercept of no number", 116, not_a_number),
        ("slope of infinity", 112, struct.pack("<f", float("inf"))),
        ("sides of no number", 76, not_a_number * 8),
        ("sides of nothing", 76, bytes(32)),
        ("sides of kilometres", 80, struct.pack("<3f", 1e-3, 1, 1e6)),
        ("an affine of no number", 280, not_a_number * 12),
        ("an affine of nothing", 280, bytes(48)),
        ("voxels before the file", 108, struct.pack("<f", -1e9)),
        ("voxels after the file", 108, struct.pack("<f", 1e9)),
        ("a pair without its other half", 344, b"ni1\0"),
        ("extensions of gigabytes", 348, b"\1\0\0\0" + struct.pack("<2i", 2**31 - 16, 4)),
    ):
        content = whole[:offset] + content + whole[offset + len(content) :]
        path = folder / f"{key}.nii"
        path.write_bytes(content)
        made[f"nifti, {key}"] = path
        packed = folder / f"{key}.nii.gz"
        packed.write_bytes(gzip.compress(content))
        made[f"nifti, packed, {key}"] = packed
    shape = struct.pack("<3h", 640, 640, 640)
    bomb = whole[:42] + shape + whole[48:]
    with gzip.open(folder / "bomb.nii.gz", "wb", compresslevel=1) as file:
        file.write(bomb)
        for _ in range(500):
            file.write(bytes(1 << 20))
    made["nifti, a bomb"] = folder / "bomb.nii.gz"
    for share in (0, 0.5, 0.9):
        path = folder / f"cut {share}.nii.gz"
        packed_whole = gzip.compress(whole)
        path.write_bytes(packed_whole[: int(share * len(packed_whole))])
        made[f"nifti, cut at {share:.0%}"] = path
    return made


def mutate(whole: bytes, count: int) -> Iterator[bytes]:
    """Files with a few other bytes in them."""
    draw = random.Random(2)
    for _ in range(count):
        content = bytearray(whole)
        for _ in range(draw.choice((1, 2, 8, 40))):
            content[draw.randrange(len(content))] = draw.randrange(256)
        yield bytes(content[: draw.choice((len(content), draw.randrange(len(content))))])
