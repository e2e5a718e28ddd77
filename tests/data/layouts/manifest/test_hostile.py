"""Mutated tables: each is read or refused in words, quickly, and nothing else is opened."""

import io
import random
import time
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.roles import TableChoice
from medapp.errors import MedAppError

HEADER = "image,label,patient,split,age"
ROWS = [f"img_{i}.png,{'ab'[i % 2]},P{i // 2},{'train' if i % 2 else 'test'},{i}" for i in range(8)]
TEXT = "\n".join([HEADER, *ROWS])
PIECES = (
    *("=cmd|' /C calc'!A0", "@SUM(1)", "../../../../etc/passwd", "/etc/passwd", "C:\\x\\y"),
    *("\0", "\ufeff", '"', "'", "\n", "\r", ",,,,", ";", "\t", "|", "\u202e", "é", "\ud7ff"),
    *("NaN", "1e999", "-1", "[['a'", "img_0.png", "x" * 5000, "image", "label", "{", "%s"),
)
MOST_SECONDS = 5


def mutate_text(draw: random.Random) -> str:
    text = TEXT
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(text))
        text = text[:place] + draw.choice(PIECES) + text[place + draw.choice((0, 0, 1, 5)) :]
    return text


def write_workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in TEXT.splitlines():
        sheet.append([f"={cell}" if cell == "a" else cell for cell in line.split(",")])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def write_parquet() -> bytes:
    file = io.BytesIO()
    names = [f"img_{i}.png" for i in range(8)]
    pq.write_table(pa.table({"image": names, "label": list("abababab")}), file)
    return file.getvalue()


def list_mutants(seed: int) -> dict[str, bytes]:
    """Tables by their file's name."""
    draw = random.Random(seed)
    text = mutate_text(draw)
    mutants = {
        "utf8.csv": text.encode(),
        "utf16.csv": text.encode("utf-16"),
        "cp1252.csv": text.encode("cp1252", "replace"),
        "noise.tsv": draw.randbytes(2000),
        "lines.jsonl": text.replace("img", '{"img"').encode(),
    }
    for name, content in (("book.xlsx", write_workbook()), ("rows.parquet", write_parquet())):
        damaged = bytearray(content)
        for _ in range(draw.randint(1, 8)):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        mutants[name] = bytes(damaged)
    return mutants


def read_or_refuse(folder: Path, table: str) -> Layout | MedAppError:
    try:
        return scan_folder(folder, choice=TableChoice((table,)))
    except MedAppError as error:
        return error


@pytest.mark.parametrize("seed", range(45))
def test_a_mutated_table_is_read_or_refused_in_words(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    pictures = {f"img_{i}.png" for i in range(8)}
    for name in pictures:
        (folder / name).write_bytes(b"not looked at")
    for name, content in list_mutants(seed).items():
        (tmp_path / name).write_bytes(content)
        began = time.monotonic()
        found = read_or_refuse(folder, str(tmp_path / name))
        if isinstance(found, MedAppError):
            assert found.remedy
        else:
            assert {file.path.parent for file in found.files} <= {folder}
            assert {file.name for file in found.files} <= pictures
        assert time.monotonic() - began < MOST_SECONDS
    assert {path.name for path in folder.iterdir()} == pictures


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "img.png").write_bytes(b"not looked at")
    (tmp_path / "t.csv").write_text(",".join(["x"] * 1_000_000) + "\n1\n")
    began = time.monotonic()
    with pytest.raises(MedAppError, match="1,000,000 columns"):
        scan_folder(tmp_path, choice=TableChoice(("t.csv",)))
    assert time.monotonic() - began < MOST_SECONDS
