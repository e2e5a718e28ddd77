"""Tables of every kind to text, as it was written."""

import datetime
import io
import json
import tracemalloc
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medapp.data.layouts.tables import load_table, read_table
from medapp.errors import DataError

COLUMNS = ("image", "label")


def read(text: str, name: str = "t.csv", encoding: str = "utf-8") -> tuple[tuple[str, ...], ...]:
    table = read_table(name, text.encode(encoding))
    assert table.columns == COLUMNS
    return table.rows


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("image,label\n000,mél\n001,nv\n", "t.csv"),
        ("image;label\n000;mél\n001;nv\n", "t.csv"),
        ("image\tlabel\n000\tmél\n001\tnv\n", "t.tsv"),
        ("image|label\r\n000|mél\r\n001|nv", "t.csv"),
        ("image label\n000 mél\n001 nv\n", "t.txt"),
        ("sep=;\nimage;label\n000;mél\n001;nv\n", "t.csv"),
        ("image, label \n000 , mél\n\n 001,nv,\n", "t.csv"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_cells_stay_as_written_whatever_divides_and_encodes_them(
    text: str, name: str, encoding: str
) -> None:
    assert read(text, name, encoding) == (("000", "mél"), ("001", "nv"))


def test_what_was_found_of_the_encoding_and_the_divider_is_said() -> None:
    table = read_table("t.csv", "image;label\n1;mél\n".encode("cp1252"))
    assert table.sentences == (
        "t.csv is read as Windows-1252, as it is not valid UTF-8.",
        "t.csv: the cells are divided by semicolons.",
    )
    assert read_table("t.csv", b"image,label\n1,a\n").sentences == ()


def test_a_decimal_comma_in_each_row_divides_no_cells() -> None:
    assert read("image;label\na.png;4,0\nb.png;3,5\n") == (("a.png", "4,0"), ("b.png", "3,5"))


def test_quoted_cells_hold_dividers_quotes_and_line_breaks() -> None:
    assert read('image,label\n1,"a, ""b""\nc"\n2,d\n') == (("1", 'a, "b"\nc'), ("2", "d"))


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    table = read_table("t.csv", b'image,label\n1,"a\nb"\n\n2,c\n')
    assert table.numbers == (2, 4)


def test_columns_are_named_once_and_empty_ones_go() -> None:
    table = read_table("t.csv", b"id,x,,x,,\n1,2,,4,,6\n")
    assert table.columns == ("id", "x", "x (2)", "column 6")
    assert table.rows == (("1", "2", "4", "6"),)
    assert "x (2)" in table.sentences[0]


def test_a_table_without_names_of_columns_has_numbers() -> None:
    table = read_table("t.csv", b"a/1.png,1\na/2.png,0\n")
    assert table.columns == ("column 1", "column 2")
    assert table.rows == (("a/1.png", "1"), ("a/2.png", "0"))


def test_a_title_above_the_names_is_passed_over() -> None:
    table = read_table("t.csv", b"Our images\n\nimage,label\n1,a\n")
    assert table.columns == COLUMNS
    assert table.numbers == (4,)


def write_workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_read_as_it_is_shown() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["image", "label", "seen"])
    sheet.append([7, 1.0, datetime.datetime(2020, 1, 2)])
    sheet.append(["000", 0.25, True])
    sheet["A2"].number_format = "000"
    file = io.BytesIO()
    book.save(file)
    table = read_table("t.xlsx", file.getvalue())
    assert table.rows == (("007", "1", "2020-01-02"), ("000", "0.25", "true"))


def test_the_first_sheet_with_rows_is_read_and_the_others_named() -> None:
    content = write_workbook(
        ("notes", [["read me"]]), ("data", [["image", "label"], ["1", "a"]]), ("b", [[1], [2]])
    )
    table = read_table("t.xlsx", content)
    assert table.rows == (("1", "a"),)
    assert table.sentences == ("t.xlsx: the sheet 'data' is read, and not 'b'.",)


def test_a_sheet_far_shorter_than_the_longest_is_a_legend() -> None:
    rows = [["image", "label"], *([i, "a"] for i in range(30))]
    content = write_workbook(("legend", [["code", "means"], ["a", "none"]]), ("data", rows))
    table = read_table("t.xlsx", content)
    assert len(table.rows) == 30
    assert table.sentences == ("t.xlsx: the sheet 'data' is read, and not 'legend'.",)


def test_a_formula_without_a_value_is_empty_and_never_computed() -> None:
    content = write_workbook(("a", [["image", "label"], ["1", "=1+1"], ["2", "x"]]))
    assert read_table("t.xlsx", content).rows == (("1", ""), ("2", "x"))


def test_json_lines_lists_and_parquet_are_one_table(tmp_path: Path) -> None:
    rows = [
        {"image": "000", "label": "a", "age": 7.0, "found": ["x", "y"], "ok": True},
        {"image": "001", "label": "b", "age": None, "found": [], "ok": False},
    ]
    expected = (("000", "a", "7", "x|y", "true"), ("001", "b", "", "", "false"))
    lines = "\n".join(map(json.dumps, rows)).encode()
    assert read_table("t.jsonl", lines).rows == expected
    assert read_table("t.json", json.dumps(rows).encode()).rows == expected
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
    assert load_table(tmp_path / "t.parquet").rows == expected


@pytest.mark.parametrize(
    ("found", "columns", "rows"),
    [
        ({"a.png": "x", "b.png": 1}, ("image", "label"), (("a.png", "x"), ("b.png", "1"))),
        ({"a.png": ["x", "y"]}, ("image", "label"), (("a.png", "x|y"),)),
        (
            {"a.png": {"dx": "x", "age": 7}, "b.png": {"dx": "y"}},
            ("image", "dx", "age"),
            (("a.png", "x", "7"), ("b.png", "y", "")),
        ),
        ({"data": [{"file": "a.png", "dx": "x"}]}, ("file", "dx"), (("a.png", "x"),)),
        # A list of lists, which names no columns.
        (
            {"labels": [["0/a.png", 0], ["0/b.png", 1]]},
            ("column 1", "column 2"),
            (("0/a.png", "0"), ("0/b.png", "1")),
        ),
    ],
)
def test_a_json_object_names_images_by_its_keys(
    found: object, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> None:
    table = read_table("labels.json", json.dumps(found, indent=1).encode())
    assert table.columns == columns
    assert table.rows == rows


def test_lines_of_json_that_are_called_json_are_lines() -> None:
    content = b'{"image": "a", "label": "x"}\n{"image": "b", "label": "y"}\n'
    assert read_table("t.json", content).rows == (("a", "x"), ("b", "y"))
    # One line in a file of lines is a row, and not an object of images.
    assert read_table("t.jsonl", content[:29]).rows == (("a", "x"),)


def test_bytes_in_a_parquet_table_are_not_read_and_said(tmp_path: Path) -> None:
    pq.write_table(pa.table({"image": ["1"], "png": [b"x"]}), tmp_path / "t.parquet")
    table = load_table(tmp_path / "t.parquet")
    assert table.columns == ("image",)
    assert table.sentences == ("t.parquet: not read are png, which hold no text.",)


def write_repeated(text: str, rows: int, form: str) -> bytes:
    """A Parquet table that keeps a text once and has it in every row."""
    places = pa.array(np.zeros(rows, np.int32))
    repeated = pa.DictionaryArray.from_arrays(places, pa.array([text]))
    if form == "lists":
        ends = pa.array(np.arange(0, rows + 1, 10, dtype=np.int32))
        repeated = pa.ListArray.from_arrays(ends, repeated)
    numbers = pa.array(np.arange(len(repeated)))
    file = io.BytesIO()
    # Without the schema of Arrow the column is one of plain text.
    table = pa.table({"image": numbers, "label": repeated})
    pq.write_table(table, file, store_schema=form != "text")
    return file.getvalue()


@pytest.mark.parametrize("form", ["text", "categories", "lists"])
def test_text_that_a_parquet_table_repeats_is_measured_before_it_is_written_out(form: str) -> None:
    content = write_repeated("x" * 10_000, 200_000, form)
    assert len(content) < 2_000_000
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(DataError, match="unpacks to more than 512 MiB") as caught:
        read_table("t.parquet", content)
    assert caught.value.remedy
    assert pa.default_memory_pool().max_memory() <= max(before, 2**27)


@pytest.mark.parametrize("form", ["text", "categories", "lists"])
def test_a_parquet_table_may_repeat_text_as_labels_do(form: str) -> None:
    table = read_table("t.parquet", write_repeated("benign", 30_000, form))
    assert table.columns == ("image", "label")
    assert {row[1] for row in table.rows} == {"|".join(["benign"] * (10 if form == "lists" else 1))}
    assert [row[0] for row in table.rows] == [str(i) for i in range(len(table.rows))]
    assert len(table.rows) == (3_000 if form == "lists" else 30_000)


def test_a_parquet_table_of_too_many_cells_is_refused_by_its_footer() -> None:
    file = io.BytesIO()
    column = pa.array(np.zeros(500_000, np.int8))
    pq.write_table(pa.table({str(i): column for i in range(41)}), file)
    with pytest.raises(DataError, match="more than 20,000,000 cells"):
        read_table("t.parquet", file.getvalue())


def test_columns_with_dots_and_of_one_name_in_a_parquet_table_are_kept() -> None:
    file = io.BytesIO()
    arrays = [
        pa.array(["1", "2"]),
        pa.array(["a", "b"]),
        pa.array(["c", "d"]),
        pa.array([b"", b""]),
    ]
    pq.write_table(pa.Table.from_arrays(arrays, ["image", "x.y", "x.y", "x"]), file)
    table = read_table("t.parquet", file.getvalue())
    assert table.columns == ("image", "x.y", "x.y (2)")
    assert table.rows == (("1", "a", "c"), ("2", "b", "d"))


def test_of_a_workbook_only_the_cells_of_the_sheet_that_is_read_are_kept() -> None:
    rows = [["image", "label"], *([f"i{i}", "ab"[i % 2]] for i in range(60))]
    others = [[i + j / 7 for j in range(20)] for i in range(590)]
    content = write_workbook(("data", rows), ("measured", others))
    read_table("t.xlsx", content)
    tracemalloc.start()
    table = read_table("t.xlsx", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table.rows) == 60
    assert table.sentences == ("t.xlsx: the sheet 'data' is read, and not 'measured'.",)
    # The other sheet has 11,800 cells of some 70 bytes.
    assert peak < 1_000_000


def test_text_that_a_workbook_repeats_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medapp.data.layouts.tables.table.MAX_UNPACKED", 10_000)
    content = write_workbook(("a", [["image", "label"], *([i, "x" * 1_000] for i in range(11))]))
    with pytest.raises(DataError, match="more than 0 MiB of text"):
        read_table("t.xlsx", content)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b" \n", "is empty"),
        ("t.csv", b"image,label\n", "names of columns and no row"),
        ("t.csv", b"image,label\n1,\0a\n", r"characters of value 0 \(line 2\)"),
        ("t.csv", b'image,label\n1,"' + b"x" * 200_000, "cannot be read as a table from line"),
        ("t.csv", b"x," * 1_000_000 + b"\n1\n", "1,000,001 columns in row 1, more than 2,000"),
        ("t.xlsx", b"image,label\n1,a\n", "is no workbook"),
        ("t.xls", b"\xd0\xcf\x11\xe0" + b"0" * 600, "is an old Excel file"),
        ("t.jsonl", b'{"image": 1}\n{"image"', "cannot be read as JSON"),
        ("t.json", b"[" * 100_000, "cannot be read as JSON"),
        ("t.json", b"[1, 2]", "other values than objects"),
        ("t.parquet", b"PAR1 nothing", "cannot be read as Parquet"),
        ("t.ods", b"x", "no table that MedApp reads"),
    ],
)
def test_what_is_no_table_is_refused_in_words(name: str, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_table(name, content)
    assert caught.value.remedy


def test_a_table_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be opened: No such file"):
        load_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match="has no column 'dx'") as caught:
        read_table("t.csv", b"image,label\n1,a\n").find_column("dx")
    assert "image, label" in str(caught.value.remedy)
