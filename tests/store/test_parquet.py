"""Tables come back as they were written, and none takes more memory than a table of ours."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medapp.store.parquet import read_table


def write(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path)
    return path


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    table = pa.table({"name": ["a", None, "ä", "a"], "p": [0.1, 0.2, None, 1.0]})
    path = write(tmp_path / "x.parquet", table)
    assert read_table(path).equals(table)
    empty = table.slice(0, 0)
    assert read_table(write(tmp_path / "y.parquet", empty)).to_pylist() == []


def test_a_long_text_repeated_is_refused_before_it_is_written_out(tmp_path: Path) -> None:
    texts = pa.array(["x" * 5_000]).dictionary_encode().dictionary
    places = pa.array([0] * 1_000_000, pa.int32())
    table = pa.table({"name": pa.DictionaryArray.from_arrays(places, texts)})
    path = tmp_path / "x.parquet"
    # Without its own note on types the file's column is one of plain texts.
    pq.write_table(table, path, store_schema=False)
    assert path.stat().st_size < 100_000
    before = pa.total_allocated_bytes()
    with pytest.raises(ValueError, match="texts of 5,000 characters"):
        read_table(path)
    assert pa.total_allocated_bytes() - before < 2**26


def test_more_cells_than_any_of_ours_are_refused(tmp_path: Path) -> None:
    columns = {f"{i}": pa.nulls(400_000, pa.int8()) for i in range(100)}
    with pytest.raises(ValueError, match="400,000 rows of 100 columns"):
        read_table(write(tmp_path / "x.parquet", pa.table(columns)))
