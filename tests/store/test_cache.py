"""A cache gives back what was kept, stays within its limit, and never fails because of what became
of its files.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.errors import WorkspaceError
from medapp.store.cache import Cache
from medapp.store.rows import Rows

LIMIT = 10_000
ROW_BYTES = 1000


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", limit_bytes=LIMIT)


def fill(rows: Rows, count: int) -> Rows:
    """Rows of 1,000 bytes."""
    keys = [hashlib.sha256(bytes([i])).hexdigest() for i in range(count)]

    def compute(missing: list[int]) -> Iterator[NDArray[np.uint8]]:
        return (np.full(ROW_BYTES, place, np.uint8) for place in missing)

    rows.fill(keys, compute)
    return rows


def keep(cache: Cache, key: str, count: int = 3) -> Path:
    """Rows that nobody reads any more; gives their folder."""
    rows = fill(cache.open_rows("pixels", key, (ROW_BYTES,), np.uint8), count)
    rows.close()
    return rows.folder


def age(path: Path, seconds: int) -> None:
    os.utime(path, (1_000_000 - seconds, 1_000_000 - seconds))


def test_rows_are_found_again_by_kind_and_key(cache: Cache) -> None:
    assert not cache.has_rows("pixels", "ab01")
    keep(cache, "ab01", 3)
    assert cache.has_rows("pixels", "ab01")
    assert len(cache.open_rows("pixels", "ab01", (ROW_BYTES,), np.uint8)) == 3
    assert len(cache.open_rows("features", "ab01", (ROW_BYTES,), np.uint8)) == 0
    assert len(cache.open_rows("pixels", "ab02", (ROW_BYTES,), np.uint8)) == 0


def test_the_longest_unused_goes_first(cache: Cache) -> None:
    folders = [keep(cache, key) for key in ("aa", "bb", "cc", "dd")]
    for seconds, folder in zip((40, 30, 20, 10), folders, strict=True):
        age(folder, seconds)
    # Used just now, so these are not the oldest any more.
    cache.open_rows("pixels", "aa", (ROW_BYTES,), np.uint8).close()
    assert [folder.exists() for folder in folders] == [True, False, True, True]
    assert cache.size_bytes() <= 0.95 * LIMIT


def test_rows_that_a_living_process_reads_are_never_evicted(cache: Cache) -> None:
    read = fill(cache.open_rows("pixels", "aa", (ROW_BYTES,), np.uint8), 8)
    array = read.open_array()
    age(read.folder, 1000)
    others = [keep(cache, key, 4) for key in ("bb", "cc")]
    cache.make_room()
    assert read.folder.exists()
    assert not any(folder.exists() for folder in others)
    assert array[7].tolist() == [7] * ROW_BYTES
    read.close()
    keep(cache, "dd", 4)
    cache.make_room()
    assert not read.folder.exists()


READ = """
import sys
from pathlib import Path
import numpy as np
from medapp.store.rows import Rows

rows = Rows(Path(sys.argv[1]), (1000,), np.uint8)
print(len(rows), flush=True)
sys.stdin.readline()
"""


def test_rows_of_another_process_stay_while_it_lives_and_go_when_it_is_dead(cache: Cache) -> None:
    folder = keep(cache, "aa", 12)
    process = subprocess.Popen(
        [sys.executable, "-c", READ, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"12\n"
    cache.make_room()
    assert folder.exists()
    process.kill()
    process.communicate()
    assert len(list((folder / "users").iterdir())) == 1  # it could not say good-bye
    cache.make_room()
    assert not folder.exists()


def test_a_fill_larger_than_the_limit_does_not_evict_its_own_rows(cache: Cache) -> None:
    other = keep(cache, "bb", 3)
    rows = fill(cache.open_rows("pixels", "aa", (ROW_BYTES,), np.uint8), 20)
    cache.make_room()
    cache.save_bytes("thumbnails", "cc", b"x" * 5000)
    assert not other.exists()
    assert len(rows.open_array()) == len(Rows(rows.folder, (ROW_BYTES,), np.uint8)) == 20


def test_room_is_made_before_rows_are_opened(cache: Cache) -> None:
    large = keep(cache, "aa", 20)
    assert large.exists()  # within a fill the limit may be passed
    cache.open_rows("pixels", "bb", (ROW_BYTES,), np.uint8)
    assert not large.exists()


def test_a_cache_that_cannot_be_written_keeps_no_bytes_and_says_so_of_rows(
    tmp_path: Path,
) -> None:
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    cache = Cache(tmp_path / "cache")
    assert cache.save_bytes("thumbnails", "aa", b"x") == b"x"
    assert cache.load_bytes("thumbnails", "aa") is None
    with pytest.raises(WorkspaceError, match="cannot be written"):
        cache.open_rows("features", "aa", (3,), np.uint8)


def test_bytes_are_kept_and_all_can_be_cleared(cache: Cache) -> None:
    cache.save_bytes("thumbnails", "abcd", b"jpeg")
    assert cache.load_bytes("thumbnails", "abcd") == b"jpeg"
    assert cache.load_bytes("thumbnails", "abce") is None
    assert cache.size_bytes() == 4
    folder = keep(cache, "ab")
    assert cache.size_bytes() > 3 * ROW_BYTES
    cache.clear()
    assert cache.size_bytes() == 0
    assert not folder.exists()
    assert cache.load_bytes("thumbnails", "abcd") is None


def test_clearing_spares_what_is_being_read_or_written(cache: Cache) -> None:
    rows = cache.open_rows("pixels", "ab", (ROW_BYTES,), np.uint8)

    def compute(missing: list[int]) -> Iterator[NDArray[np.uint8]]:
        for place in missing:
            cache.clear()
            yield np.full(ROW_BYTES, place, np.uint8)

    numbers = rows.fill([hashlib.sha256(bytes([i])).hexdigest() for i in range(3)], compute)
    assert rows.open_array()[numbers, 0].tolist() == [0, 1, 2]


def test_thumbnails_are_evicted_in_the_order_of_their_use(cache: Cache) -> None:
    paths = {}
    for seconds, key in enumerate(("d", "c", "b", "a")):
        cache.save_bytes("thumbnails", key, bytes(2400))
        (paths[key],) = cache.folder.rglob(f"{key}.bin")
        age(paths[key], 100 - seconds)
    assert cache.load_bytes("thumbnails", "d") is not None  # looked at just now
    cache.save_bytes("thumbnails", "e", bytes(2400))
    left = {key for key, path in paths.items() if path.exists()}
    assert left == {"d", "a"}  # down to nine tenths of the limit
    assert cache.size_bytes() == 3 * 2400


def test_the_entry_that_was_just_saved_is_not_evicted(cache: Cache) -> None:
    cache.save_bytes("thumbnails", "a", bytes(2 * LIMIT))
    assert cache.load_bytes("thumbnails", "a") is not None
    cache.save_bytes("thumbnails", "b", b"x")
    assert cache.load_bytes("thumbnails", "a") is None
    assert cache.load_bytes("thumbnails", "b") == b"x"


def test_what_a_killed_process_left_behind_is_cleared(cache: Cache) -> None:
    left = cache.folder / "thumbnails" / "ab" / ".ab.bin.1.2"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    cache.clear()
    assert left.exists()  # perhaps it is being written just now
    os.utime(left, (0, 0))
    cache.clear()
    assert not left.exists()


def test_arrays_that_0_1_0_kept_are_evicted_like_all_else(cache: Cache) -> None:
    old = cache.folder / "pixels" / "ab" / "abcd.npy"
    old.parent.mkdir(parents=True)
    old.write_bytes(bytes(2 * LIMIT))
    cache.make_room()
    assert not old.exists()


def test_two_caches_on_one_folder_see_each_other(cache: Cache) -> None:
    keep(cache, "ab", 4)
    assert len(Cache(cache.folder).open_rows("pixels", "ab", (ROW_BYTES,), np.uint8)) == 4


def test_rows_that_another_process_deleted_are_made_anew(cache: Cache) -> None:
    keep(cache, "ab", 4)
    Cache(cache.folder).clear()
    rows = fill(cache.open_rows("pixels", "ab", (ROW_BYTES,), np.uint8), 2)
    assert rows.open_array()[:, 0].tolist() == [0, 1]


def test_what_is_kept_of_an_image_is_forgotten(cache: Cache) -> None:
    gone, kept = (hashlib.sha256(word).hexdigest() for word in (b"gone", b"kept"))
    for content in (gone, kept):
        cache.save_bytes("thumbnails", f"{content}-160-3", b"jpeg")
    rows = {name: cache.open_rows("pixels", name * 64, (ROW_BYTES,), np.uint8) for name in "ab"}
    rows["a"].fill([gone, kept], lambda missing: (np.zeros(ROW_BYTES, np.uint8) for _ in missing))
    rows["b"].fill([kept], lambda missing: (np.zeros(ROW_BYTES, np.uint8) for _ in missing))
    for some in rows.values():
        some.close()
    cache.forget({gone})
    assert cache.load_bytes("thumbnails", f"{gone}-160-3") is None
    assert cache.load_bytes("thumbnails", f"{kept}-160-3") == b"jpeg"
    assert [rows[name].folder.exists() for name in "ab"] == [False, True]
