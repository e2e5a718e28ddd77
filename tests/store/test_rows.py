"""Rows on disk: each item costs one row, once, whoever fills them and whatever cuts it off."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.errors import WorkspaceError
from medapp.store import rows as rows_module
from medapp.store.rows import KEPT_AT_ONCE, KEY_BYTES, Rows

SHAPE = (2, 3)


def name_item(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def build_row(number: int) -> NDArray[np.int32]:
    return np.full(SHAPE, number, np.int32) + np.arange(6, dtype=np.int32).reshape(SHAPE)


class Filler:
    """Fills rows of numbers, and keeps account of what was computed."""

    def __init__(self, folder: Path, shape: tuple[int, ...] = SHAPE) -> None:
        self.rows = Rows(folder, shape, np.int32)
        self.computed: list[int] = []

    def fill(self, numbers: list[int], fail_at: int | None = None) -> NDArray[np.int64]:
        """Rows of numbers; computing `fail_at` raises."""

        def compute(missing: list[int]) -> Iterator[NDArray[Any]]:
            for place in missing:
                if numbers[place] == fail_at:
                    raise KeyError("no such image")
                self.computed.append(numbers[place])
                yield build_row(numbers[place])

        return self.rows.fill([name_item(number) for number in numbers], compute)

    def take(self, numbers: list[int]) -> NDArray[Any]:
        found = self.rows.find([name_item(number) for number in numbers])
        taken: NDArray[Any] = self.rows.open_array()[found]
        return taken


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ab.rows"


def test_rows_come_back_memory_mapped_and_not_to_be_written(folder: Path) -> None:
    Filler(folder).fill([5, 3, 9])
    later = Filler(folder)
    array = later.rows.open_array()
    assert isinstance(array, np.memmap)
    assert not array.flags.writeable
    np.testing.assert_array_equal(later.take([9, 5, 3]), np.stack(list(map(build_row, [9, 5, 3]))))
    assert later.rows.find([name_item(7)]).tolist() == [-1]
    assert len(later.rows) == 3


def test_one_item_more_costs_one_row(folder: Path) -> None:
    Filler(folder).fill([1, 2, 3])
    size = (folder / "rows.bin").stat().st_size
    later = Filler(folder)
    assert later.fill([3, 4, 1]).tolist() == [2, 3, 0]
    assert later.computed == [4]
    assert (folder / "rows.bin").stat().st_size == size + later.rows.row_bytes
    again = Filler(folder)
    again.fill([4, 2])
    assert again.computed == []


def test_copies_share_a_row(folder: Path) -> None:
    filler = Filler(folder)
    assert filler.fill([7, 8, 7, 7, 8]).tolist() == [0, 1, 0, 0, 1]
    assert filler.computed == [7, 8]
    assert len(filler.rows) == 2


def test_what_was_given_before_a_fault_is_kept(folder: Path) -> None:
    first = Filler(folder)
    with pytest.raises(KeyError):
        first.fill([1, 2, 3, 4], fail_at=3)
    later = Filler(folder)
    later.fill([1, 2, 3, 4])
    assert later.computed == [3, 4]
    np.testing.assert_array_equal(later.take([1, 3]), np.stack([build_row(1), build_row(3)]))


def test_the_same_rows_can_be_filled_after_a_fault(folder: Path) -> None:
    filler = Filler(folder)
    with pytest.raises(KeyError):
        filler.fill([1, 2, 3], fail_at=2)
    filler.fill([3, 2])
    np.testing.assert_array_equal(filler.take([1, 2, 3]), np.stack(list(map(build_row, [1, 2, 3]))))


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        (lambda folder: cut(folder / "rows.bin", 24 * 2 + 5), 2),
        (lambda folder: cut(folder / "rows.bin", 0), 0),
        (lambda folder: (folder / "rows.bin").unlink(), 0),
        (lambda folder: cut(folder / "keys.bin", KEY_BYTES * 3 + 1), 3),
        (lambda folder: cut(folder / "keys.bin", 10), 0),
        (lambda folder: (folder / "keys.bin").unlink(), 0),
        (lambda folder: (folder / "rows.bin").open("ab").write(b"torn"), 4),
    ],
    ids=["rows cut", "rows empty", "no rows", "keys cut", "key cut", "no keys", "row half written"],
)
def test_what_was_torn_is_computed_again(
    folder: Path, damage: Callable[[Path], object], kept: int
) -> None:
    Filler(folder).fill([1, 2, 3, 4])
    damage(folder)
    later = Filler(folder)
    assert len(later.rows) == kept
    later.fill([1, 2, 3, 4, 5])
    assert later.computed == [1, 2, 3, 4, 5][kept:]
    for filler in (later, Filler(folder)):
        np.testing.assert_array_equal(
            filler.take([1, 2, 3, 4, 5]), np.stack([build_row(i) for i in range(1, 6)])
        )


KILLED = """
import os, sys
from pathlib import Path
import numpy as np
from medapp.store.rows import Rows

def compute(missing):
    for place in missing:
        if place == 300:
            os._exit(1)
        yield np.full((2, 3), place, np.int32)

keys = [f"{i:064x}" for i in range(1000)]
Rows(Path(sys.argv[1]), (2, 3), np.int32).fill(keys, compute)
"""


def test_a_killed_process_costs_at_most_what_is_kept_at_once(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, folder], check=False)
    rows = Rows(folder, SHAPE, np.int32)
    assert len(rows) == KEPT_AT_ONCE
    computed: list[int] = []

    def compute(missing: list[int]) -> Iterator[NDArray[Any]]:
        computed.extend(missing)
        return (np.full(SHAPE, place, np.int32) for place in missing)

    numbers = rows.fill([f"{i:064x}" for i in range(1000)], compute)
    assert computed == list(range(KEPT_AT_ONCE, 1000))
    assert rows.open_array()[numbers, 0, 0].tolist() == list(range(1000))


SHARED = """
import sys
from pathlib import Path
import numpy as np
from medapp.store.rows import Rows

first, last = int(sys.argv[2]), int(sys.argv[3])
computed = 0

def compute(missing):
    global computed
    for place in missing:
        computed += 1
        yield np.full((2, 3), first + place, np.int32)

rows = Rows(Path(sys.argv[1]), (2, 3), np.int32)
print("open", flush=True)
sys.stdin.readline()
rows.fill([f"{i:064x}" for i in range(first, last)], compute)
print(computed, flush=True)
"""


def test_two_processes_fill_the_same_rows(folder: Path) -> None:
    command = [sys.executable, "-c", SHARED, str(folder)]
    both = [
        subprocess.Popen(
            [*command, *map(str, span)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for span in ((0, 2000), (1000, 3000))
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"  # neither knows a row of the other's
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    computed = [int(process.communicate()[0]) for process in both]
    assert sum(computed) == 3000
    rows = Rows(folder, SHAPE, np.int32)
    found = rows.find([f"{i:064x}" for i in range(3000)])
    assert sorted(found.tolist()) == list(range(3000))
    assert rows.open_array()[found, 1, 2].tolist() == list(range(3000))


def test_what_another_one_filled_meanwhile_is_found(folder: Path) -> None:
    one, other = Filler(folder), Filler(folder)
    one.fill([1, 2])
    other.fill([3, 1])
    assert other.computed == [3]
    np.testing.assert_array_equal(other.take([3, 1]), np.stack([build_row(3), build_row(1)]))
    one.fill([1, 3])
    assert one.computed == [1, 2]
    np.testing.assert_array_equal(one.take([3, 2]), np.stack([build_row(3), build_row(2)]))


def test_an_open_array_stays_readable_while_rows_are_added(folder: Path) -> None:
    filler = Filler(folder)
    filler.fill([1, 2])
    array = filler.rows.open_array()
    Filler(folder).fill(list(range(100)))
    np.testing.assert_array_equal(array, np.stack([build_row(1), build_row(2)]))


def test_no_rows_are_an_array_of_the_right_shape(folder: Path) -> None:
    filler = Filler(folder)
    assert filler.fill([]).shape == (0,)
    assert filler.rows.open_array().shape == (0, *SHAPE)


def test_rows_without_a_value_are_counted_all_the_same(folder: Path) -> None:
    rows = Rows(folder, (0, 3), np.int32)
    keys = [name_item(number) for number in range(3)]
    rows.fill(keys, lambda missing: (np.zeros((0, 3), np.int32) for _ in missing))
    later = Rows(folder, (0, 3), np.int32)
    assert later.find(keys).tolist() == [0, 1, 2]
    assert later.open_array().shape == (3, 0, 3)


def test_no_room_on_the_disk_is_said_before_anything_is_computed(folder: Path) -> None:
    rows = Rows(folder, (2**60,), np.uint8)
    with pytest.raises(
        WorkspaceError, match=r"MiB are needed .* are free\. Free some space or clear it"
    ):
        rows.fill([name_item(0)], lambda missing: pytest.fail("computed"))
    assert not (folder / "rows.bin").exists()


LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from medapp.errors import WorkspaceError
from medapp.store.rows import Rows

resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
keys = [f"{i:064x}" for i in range(1000)]
try:
    Rows(Path(sys.argv[1]), (2, 3), np.int32).fill(
        keys, lambda missing: (np.full((2, 3), place, np.int32) for place in missing)
    )
except WorkspaceError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="files cannot be limited there")
def test_a_disk_that_fills_up_meanwhile_is_said_and_no_row_is_half(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, folder], capture_output=True, text=True, check=True
    )
    assert "cannot be written: File too large. Free some space or clear it." in done.stdout
    assert (folder / "rows.bin").stat().st_size == 10_000
    rows = Rows(folder, SHAPE, np.int32)
    assert len(rows) == KEPT_AT_ONCE
    keys = [f"{i:064x}" for i in range(1000)]
    numbers = rows.fill(keys, lambda missing: (np.full(SHAPE, i, np.int32) for i in missing))
    assert rows.open_array()[numbers, 1, 2].tolist() == list(range(1000))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        Rows(tmp_path / "cache" / "ab.rows", SHAPE, np.int32)


def test_a_compute_that_gives_too_few_rows_is_a_fault(folder: Path) -> None:
    rows = Rows(folder, SHAPE, np.int32)
    with pytest.raises(ValueError, match="shorter"):
        rows.fill([name_item(0), name_item(1)], lambda missing: iter([build_row(0)]))
    assert len(Rows(folder, SHAPE, np.int32)) == 1


def test_rows_are_in_use_until_they_are_closed(folder: Path) -> None:
    assert not rows_module.is_in_use(folder)
    one, other = Rows(folder, SHAPE, np.int32), Rows(folder, SHAPE, np.int32)
    one.close()
    assert rows_module.is_in_use(folder)
    other.close()
    assert not rows_module.is_in_use(folder)
    assert list((folder / "users").iterdir()) == []
