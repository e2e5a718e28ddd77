"""Images in Parquet, as Hugging Face stores a data set: in one file, or in several that belong
together (`train-00000-of-00002.parquet`). Images are written out byte for byte.

A file of a few kB can claim gigabytes: sizes are judged before memory is taken, and no more than a
few images are in memory at a time.
"""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from medapp.data.containers.columns import Columns, find_columns, list_columns
from medapp.data.containers.container import MAX_BYTES, MAX_IMAGES, Container, Piece
from medapp.data.containers.labels import Labels, read_findings, read_labels, read_texts
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.layouts.roles import Asked
from medapp.data.layouts.template import find_split
from medapp.errors import ArchiveError, DataError, ImageError
from medapp.imaging.image import read_content

MAX_RATIO = 200  # of unpacked to packed bytes; images are packed already
FREE_BYTES = 64 * 2**20  # unpacked bytes up to which every ratio is allowed
MAX_TEXT = 10_000  # characters of a value
MAX_VALUES = 1_000  # of a list, as a label
FEWEST_TEXTS = 6  # of which each stands once: fewer may be labels of a tiny set
_AT_ONCE = 4  # images in memory
_ROWS = 1_000  # rows of the other columns that are read at a time
_STREAM = {"pre_buffer": False, "buffer_size": 2**20}
_LIMITS = {"thrift_string_size_limit": 2**26, "thrift_container_size_limit": 200_000}
_SHARD = re.compile(r"(.*?)-(\d{5})-of-(\d{5})")


@dataclass
class _Table:
    """The columns beside the images, of all files: column → a value a row."""

    values: dict[str, list[Any]]
    shards: list[int] = field(default_factory=list)  # of each row, by number
    splits: list[str | None] = field(default_factory=list)
    paths: list[str | None] = field(default_factory=list)


def open_parquet(path: Path, shards: Sequence[Path], asked: Asked | None = None) -> Container:
    """The container in one file, or in files that belong together.

    Args:
        path: the file, or the folder that holds the files.
        shards: the files.
        asked: what a user says of the columns.

    Raises:
        ArchiveError: a file is damaged, or claims too much.
        DataError: no images or no labels, or files that differ in their columns.
    """
    columns = _find_shared_columns(shards, asked)
    table = _read_table(path, shards, columns)
    if not (asked and asked.labels):
        _refuse_reports(path.name, columns, table.values[columns.label])
    labels = _read_labels(table.values[columns.label], columns)
    files, left_out = _list_files(path, table, columns, labels)
    has_label = [text is not None for text in labels.texts]
    layout = Layout(
        path,
        "",
        tuple(files),
        tuple(left_out),
        sentences=tuple(_describe(shards, columns, labels, table)),
        task=labels.task,
        order=labels.classes,
        patients_from=f"the column {columns.patient}",
    )

    def read() -> Iterator[Piece | str]:
        row = 0
        for shard in shards:
            for content in _read_images(shard, columns):
                if has_label[row]:
                    yield content if isinstance(content, str) else Piece(content)
                row += 1

    return Container("Parquet with images", layout, read, takes_columns=True)


@contextlib.contextmanager
def _open(path: Path, **options: Any) -> Iterator[pq.ParquetFile]:
    """A file, judged by its footer; what goes wrong within is said in words."""
    try:
        with pq.ParquetFile(path, **_STREAM, **_LIMITS, **options) as file:
            _check_sizes(path, file)
            yield file
    except (pa.ArrowException, OSError, ValueError, TypeError, LookupError, MemoryError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(". ")
        raise ArchiveError(
            f"{path.name} is no Parquet file, or a damaged one: {reason}.",
            remedy="Export it again.",
        ) from error


def _check_sizes(path: Path, file: pq.ParquetFile) -> None:
    facts = file.metadata
    groups = [facts.row_group(i) for i in range(facts.num_row_groups)]
    size = sum(group.total_byte_size for group in groups)
    packed = max(path.stat().st_size, 1)
    if facts.num_rows > MAX_IMAGES or size > MAX_BYTES or facts.num_rows < 0:
        raise ArchiveError(
            f"{path.name} claims {facts.num_rows:,} images of {size >> 30:,} GiB, more than"
            f" {MAX_IMAGES:,} or {MAX_BYTES >> 30} GiB.",
            remedy="Export it in parts.",
        )
    if size > FREE_BYTES and size > MAX_RATIO * packed:
        raise ArchiveError(
            f"{path.name} unpacks to {size // packed} times its size, as bombs do.",
            remedy="Export it again.",
        )


def _find_shared_columns(shards: Sequence[Path], asked: Asked | None) -> Columns:
    found: list[Columns] = []
    for shard in shards:
        with _open(shard) as file:
            found.append(find_columns(file.schema_arrow, shard.name, asked))
        if found[-1] != found[0]:
            raise DataError(
                f"{shard.name} has other columns or classes than {shards[0].name}.",
                remedy="Bring them in one by one, as data sets of their own.",
            )
    return found[0]


def _read_table(path: Path, shards: Sequence[Path], columns: Columns) -> _Table:
    """The columns beside the images."""
    table = _Table({column: [] for column in list_columns(columns)})
    paths = [f"{columns.image}.path"] if columns.has_path else []
    splits = _find_shard_splits(path, shards)
    for number, (shard, split) in enumerate(zip(shards, splits, strict=True)):
        before = len(table.values[columns.label])
        with _open(shard) as file:
            schema = file.schema_arrow
            texts = [name for name in table.values if _is_text(schema.field(name).type)]
        with _open(shard, read_dictionary=texts) as file:
            wanted = [*table.values, *paths]
            for batch in file.iter_batches(_ROWS, columns=wanted, use_threads=False):
                for name in table.values:
                    table.values[name] += _list_values(batch.column(name), name)
                if paths:
                    given = batch.column(columns.image).field("path")
                    table.paths += _list_values(given, paths[0])
        rows = len(table.values[columns.label]) - before
        table.shards += [number] * rows
        table.splits += [split] * rows
    if len(table.splits) > MAX_IMAGES:
        raise ArchiveError(
            f"There are {len(table.splits):,} images, more than {MAX_IMAGES:,}.",
            remedy="Bring the files in one by one.",
        )
    if columns.split:
        table.splits = [find_split(str(v or "")) for v in table.values[columns.split]]
    table.paths = table.paths or [None] * len(table.splits)
    return table


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _list_values(column: pa.Array, name: str) -> list[Any]:
    """A column's values; a text or a list that is repeated is looked at before it is written out.

    Raises:
        DataError: a text or a list is too long.
    """
    texts = column.dictionary if pa.types.is_dictionary(column.type) else column
    longest = 0
    if _is_text(texts.type):
        longest = (pc.max(pc.binary_length(texts)).as_py() or 0) - MAX_TEXT
    elif pa.types.is_list(texts.type) or pa.types.is_large_list(texts.type):
        longest = (pc.max(pc.list_value_length(texts)).as_py() or 0) - MAX_VALUES
    if longest > 0:
        raise DataError(
            f"The column {name} holds values that are far too long.", remedy="Leave it out."
        )
    values: list[Any] = column.to_pylist()
    return values


def _find_shard_splits(root: Path, shards: Sequence[Path]) -> list[str | None]:
    """The split that each file's name means, or that of a folder below the root that holds it.

    Of several files, as `lung_train` and `lung_test`, one word is enough, if each has one.
    """
    stems = [re.sub(r"[-_]\d+(?:-of-\d+)?$", "", shard.stem) for shard in shards]
    folders = [shard.relative_to(root).parts[:-1] for shard in shards]
    whole = [_find_first((stem, *above)) for stem, above in zip(stems, folders, strict=True)]
    if len(shards) < 2 or all(whole):
        return whole
    words = [_find_first(re.split(r"[^A-Za-z]+", stem)) for stem in stems]
    either = [split or word for split, word in zip(whole, words, strict=True)]
    return either if all(either) else whole


def _find_first(names: Sequence[str]) -> str | None:
    return next((split for name in names if (split := find_split(name))), None)


def _refuse_reports(name: str, columns: Columns, values: Sequence[Any]) -> None:
    """Refuse texts of which each stands once, as those of reports and captions do.

    Raises:
        DataError: they are no labels.
    """
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) >= FEWEST_TEXTS and len(set(texts)) == len(texts):
        others = ", ".join(columns.attributes[:8])
        raise DataError(
            f"{name} has no column of labels: {columns.label} says something else of each image,"
            f" such as {texts[0][:40]!r}.",
            remedy="Name the column of labels"
            + (f"; there are {others}." if others else ", or add one that repeats a few names."),
        )


def _read_labels(values: Sequence[Any], columns: Columns) -> Labels:
    first = next((value for value in values if value is not None), None)
    if isinstance(first, list):
        return _read_lists(values, columns)
    if isinstance(first, bool | int | float):
        numbers = [-1 if value is None else value for value in values]
        return read_labels(np.array(numbers), columns.names)
    if isinstance(first, str) or first is None:
        return read_texts(values)
    raise DataError(
        f"The column {columns.label} holds neither numbers nor texts nor lists of them.",
        remedy="Store a number or a name for each image.",
    )


def _read_lists(values: Sequence[Any], columns: Columns) -> Labels:
    """Findings: numbers with or without names, or the names themselves."""
    flat = [item for value in values for item in value or ()]
    if all(isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in flat):
        return read_findings(values, columns.names)
    if not all(isinstance(item, str) for item in flat):
        raise DataError(
            f"The lists in the column {columns.label} hold other things than numbers and names.",
            remedy="Store the findings of each image by number or name.",
        )
    names = sorted(set(flat))
    place = {name: number for number, name in enumerate(names)}
    return read_findings([None if v is None else [place[i] for i in v] for v in values], names)


def _list_files(
    path: Path, table: _Table, columns: Columns, labels: Labels
) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """The files that the rows become, and the rows without a label."""
    files: list[FoundFile] = []
    left_out: list[tuple[str, str]] = []
    seen: Counter[str | None] = Counter()
    for row, text in enumerate(labels.texts):
        split = table.splits[row]
        name = _name_row(split, seen[split], table.paths[row])
        seen[split] += 1
        if text is None:
            left_out.append((name, "it has no label"))
            continue
        known = {key: _write(table.values[key][row]) for key in columns.attributes}
        files.append(
            FoundFile(
                path / name,
                name,
                text,
                split,
                _write(table.values[columns.patient][row]) if columns.patient else None,
                _write(table.values[columns.site][row]) if columns.site else None,
                {key: value for key, value in known.items() if value is not None},
            )
        )
    return files, left_out


def _name_row(split: str | None, number: int, given: str | None) -> str:
    """A name that begins with the row's number in its split, and goes on with the file's own."""
    stem = re.sub(r"[^\w-]+", "_", PurePath(given.replace("\\", "/")).stem)[:80] if given else ""
    folder = f"{split}/" if split else ""
    return f"{folder}{number:06d}{'-' if stem else ''}{stem}"


def _write(value: Any) -> str | None:
    if value is None or value != value:
        return None
    return str(value).strip() or None


def _read_images(shard: Path, columns: Columns) -> Iterator[bytes | str]:
    """The bytes of each image, or why there are none."""
    with _open(shard) as file:
        for batch in file.iter_batches(_AT_ONCE, columns=[columns.image], use_threads=False):
            cells = batch.column(0)
            is_struct = pa.types.is_struct(cells.type)
            contents = cells.field("bytes") if is_struct else cells
            paths = cells.field("path") if columns.has_path else [None] * len(cells)
            for content, given in zip(contents, paths, strict=True):
                found = content.as_py()
                yield found if found else _read_beside(shard, given.as_py() if given else None)


def _read_beside(shard: Path, given: str | None) -> bytes | str:
    """The bytes of a file that a row names instead of holding it; only beside the Parquet file."""
    if not given:
        return "the row holds no image"
    folder = shard.parent.resolve()
    try:
        path = (folder / given).resolve()
        if not path.is_relative_to(folder):
            return "the row names a file outside the folder"
        return read_content(path)
    except (OSError, ValueError, RuntimeError):
        return "the row names a file that is not there"
    except ImageError as error:
        return str(error)


def _describe(
    shards: Sequence[Path], columns: Columns, labels: Labels, table: _Table
) -> Iterator[str]:
    files = f"{len(shards)} files of Parquet" if len(shards) > 1 else shards[0].name
    yield (
        f"Read from {files}: images from the column {columns.image}, labels from {columns.label}."
    )
    yield "Its images are copied into the workspace, as they are."
    yield from labels.sentences
    roles: Mapping[str, str | None] = {
        "Sites": columns.site,
        "Splits": columns.split,
    }
    yield from (f"{role} from the column {column}." for role, column in roles.items() if column)
    if columns.attributes:
        yield f"Kept as columns: {', '.join(columns.attributes[:12])}."
    if columns.unused:
        yield f"Not used: {', '.join(columns.unused[:8])}."
    yield from _find_missing(shards)
    yield from _find_apart(shards, labels, table)


def _find_apart(shards: Sequence[Path], labels: Labels, table: _Table) -> Iterator[str]:
    """A sentence where two files share no label, as those of several data sets do.

    The parts of one series may be sorted by label, and a file of one label may be its class.
    """
    labels_of: dict[int, set[str]] = {}
    for shard, text in zip(table.shards, labels.texts, strict=True):
        if text is not None:
            labels_of.setdefault(shard, set()).add(text)
    alone = {
        number: found
        for number, found in labels_of.items()
        if len(found) > 1 and not _SHARD.fullmatch(shards[number].stem)
    }
    for (one, first), (other, second) in combinations(alone.items(), 2):
        if not first & second:
            yield (
                f"{shards[one].name} and {shards[other].name} share no label, as several data sets"
                " do. Here they become one; a file that is added alone stays by itself."
            )
            return


def _find_missing(shards: Sequence[Path]) -> Iterator[str]:
    """A sentence for each series of files of which some are not there."""
    series: dict[tuple[str, int], set[int]] = {}
    for shard in shards:
        if match := _SHARD.fullmatch(shard.stem):
            series.setdefault((match[1], int(match[3])), set()).add(int(match[2]))
    for (stem, count), found in series.items():
        if len(found) < count:
            yield f"Of the {count} files of {stem}, {len(found)} are here; the others are missing."
