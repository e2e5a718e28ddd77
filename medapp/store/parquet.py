"""A Parquet table, bounded before memory is taken: a file of a few kB can claim gigabytes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MAX_CELLS = 30_000_000  # of a table: 200,000 images with 150 classes
MAX_BYTES = 2**30  # of one column's texts, written out


def read_table(path: Path) -> pa.Table:
    """The table in a file.

    Texts are looked at as a dictionary and the places in it, which is how they lie in the file:
    a long one that is repeated a million times takes its length once.

    Raises:
        ValueError: the table is larger than any of ours.
        OSError, pa.ArrowException: the file cannot be read as a table.
    """
    with pq.ParquetFile(path) as file:
        facts, schema = file.metadata, file.schema_arrow
    groups = (facts.row_group(i) for i in range(facts.num_row_groups))
    too_long = sum(group.total_byte_size for group in groups) > MAX_BYTES
    if facts.num_rows * facts.num_columns > MAX_CELLS or too_long:
        raise ValueError(f"it claims {facts.num_rows:,} rows of {facts.num_columns:,} columns")
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    table = pq.read_table(path, read_dictionary=texts)
    for name in texts:
        lengths = [pc.max(pc.binary_length(c.dictionary)).as_py() for c in table[name].chunks]
        longest = max((length or 0 for length in lengths), default=0)
        if longest * table.num_rows > MAX_BYTES:
            raise ValueError(f"its column {name} holds texts of {longest:,} characters")
    return table.cast(schema)
