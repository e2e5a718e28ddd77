"""Parquet tables: columns that programs have named and typed.

A file of a few kB can mean gigabytes, as text that repeats is kept once. What the cells hold is
judged by the file's footer, then added up, before any cell is written out.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from medapp.data.layouts.tables.table import (
    MAX_CELLS,
    MAX_ROWS,
    MAX_UNPACKED,
    Table,
    build_table,
    write_value,
)
from medapp.errors import DataError

_REMEDY = "Save the table as CSV in UTF-8, with the columns that the images need."
_AT_ONCE = 10_000  # rows
_STREAM = {"pre_buffer": False, "buffer_size": 2**20}
_LIMITS = {"thrift_string_size_limit": 2**26, "thrift_container_size_limit": 200_000}


def read_parquet(name: str, content: bytes) -> Table:
    """A Parquet table's columns of text, numbers, dates and lists of them.

    Raises:
        DataError: no Parquet, damaged, or more rows, cells or bytes of text than a table has.
    """
    import pyarrow as pa

    try:
        kept, dropped, columns = _read_columns(name, content)
    except (pa.ArrowException, OSError, ValueError, LookupError, MemoryError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(". ")
        raise DataError(f"{name} cannot be read as Parquet: {reason}.", remedy=_REMEDY) from error
    said = [f"{name}: not read are {', '.join(dropped)}, which hold no text."] if dropped else []
    return build_table(name, _list_lines(kept, columns), said)


def _list_lines(names: list[str], columns: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield names
    yield from zip(*columns, strict=True)


def _read_columns(name: str, content: bytes) -> tuple[list[str], list[str], list[list[str]]]:
    """The names of columns that are read, those of others, and the cells of each that is."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(io.BytesIO(content), **_STREAM, **_LIMITS) as file:
        fields = list(file.schema_arrow)
        kept = [field.name for field in fields if not _is_left(field.type)]
        dropped = [field.name for field in fields if _is_left(field.type)]
        texts = _list_texts(file, kept)
        _check_claims(name, file.metadata, kept)
    columns: list[list[str]] = [[] for _ in kept]
    size = 0
    again = io.BytesIO(content)
    with pq.ParquetFile(again, read_dictionary=texts, **_STREAM, **_LIMITS) as file:
        for batch in file.iter_batches(_AT_ONCE, columns=kept, use_threads=False):
            read = [cells for cells in batch.columns if not _is_left(cells.type)]
            size += sum(map(_measure_text, read))
            _check_size(name, size)
            for cells, values in zip(columns, read, strict=True):
                cells += map(write_value, _decode(values).to_pylist())
    return kept, dropped, columns


def _list_texts(file: Any, kept: Sequence[str]) -> list[str]:
    """The paths of text within the columns that are read."""
    leaves = [file.schema.column(i) for i in range(file.metadata.num_columns)]
    return [
        leaf.path
        for leaf in leaves
        if leaf.physical_type == "BYTE_ARRAY"
        and leaf.logical_type.type == "STRING"
        and any(leaf.path == name or leaf.path.startswith(f"{name}.") for name in kept)
    ]


def _check_claims(name: str, facts: Any, kept: Sequence[str]) -> None:
    """Refuse a file whose footer says that it holds more than a table does."""
    if not 0 <= facts.num_rows <= MAX_ROWS:
        _refuse(name, f"has more than {MAX_ROWS:,} rows")
    groups = [facts.row_group(i) for i in range(facts.num_row_groups)]
    chunks = [group.column(i) for group in groups for i in range(group.num_columns)]
    read = [chunk for chunk in chunks if chunk.path_in_schema.split(".")[0] in _cut(kept)]
    if sum(chunk.num_values for chunk in read) > MAX_CELLS:
        _refuse(name, f"has more than {MAX_CELLS:,} cells")
    _check_size(name, sum(chunk.total_uncompressed_size for chunk in read))


def _cut(names: Sequence[str]) -> set[str]:
    """What the paths of columns begin with; a column's own name may have dots."""
    return {name.split(".")[0] for name in names}


def _check_size(name: str, size: int) -> None:
    if size > MAX_UNPACKED:
        _refuse(name, f"unpacks to more than {MAX_UNPACKED / 2**20:,.0f} MiB")


def _refuse(name: str, what: str) -> None:
    raise DataError(f"{name} {what}.", remedy=_REMEDY)


def _measure_text(cells: Any) -> int:
    """Bytes of text that cells become, whose dictionary is not written out yet."""
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    if _is_list(cells.type):
        return _measure_text(cells.flatten())
    if not kinds.is_dictionary(cells.type):
        return int(cells.nbytes)
    if not _is_text(cells.type.value_type):
        return int(cells.indices.nbytes)
    lengths = pc.cast(pc.binary_length(cells.dictionary), "int64")
    return int(pc.sum(lengths.take(cells.indices)).as_py() or 0)


def _decode(cells: Any) -> Any:
    """Cells with their text written out, where it is not within lists."""
    import pyarrow.types as kinds

    return cells.dictionary_decode() if kinds.is_dictionary(cells.type) else cells


def _is_text(kind: Any) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_string(kind) or kinds.is_large_string(kind))


def _is_list(kind: Any) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_list(kind) or kinds.is_large_list(kind))


def _is_left(kind: Any) -> bool:
    """Whether a column holds what no cell can: bytes, or fields within fields."""
    import pyarrow.types as kinds

    inner = kind.value_type if _is_list(kind) else kind
    inner = inner.value_type if kinds.is_dictionary(inner) else inner
    return bool(
        kinds.is_binary(inner)
        or kinds.is_large_binary(inner)
        or kinds.is_fixed_size_binary(inner)
        or kinds.is_nested(inner)
    )
