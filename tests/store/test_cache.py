"""A cache gives back what was kept, stays within its limit, and never fails because of what became
of its files.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.errors import WorkspaceError
from medapp.store.cache import Cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", limit_bytes=10_000)


def keep(cache: Cache, kind: str, key: str, array: NDArray[Any]) -> NDArray[Any]:
    def fill(target: NDArray[Any]) -> None:
        target[...] = array

    return cache.build_array(kind, key, array.shape, array.dtype, fill)


def find_files(cache: Cache) -> list[Path]:
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def age(path: Path | None, seconds: int) -> None:
    assert path is not None
    os.utime(path, (1_000_000 - seconds, 1_000_000 - seconds))


def test_an_array_comes_back_memory_mapped_and_not_to_be_written(cache: Cache) -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    for kept in (keep(cache, "features", "ab01", array), cache.load_array("features", "ab01")):
        assert isinstance(kept, np.memmap)
        np.testing.assert_array_equal(kept, array)
        assert not kept.flags.writeable
    assert cache.load_array("pixels", "ab01") is None
    assert cache.load_array("features", "ab02") is None


def test_an_empty_array_is_kept_too(cache: Cache) -> None:
    assert keep(cache, "pixels", "00", np.zeros((0, 8, 8, 1), np.uint8)).shape == (0, 8, 8, 1)
    assert cache.load_array("pixels", "00") is not None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: b"\x93NUMPY" + b"\xff" * 50,
        lambda data: data[:20],
    ],
)
def test_a_damaged_entry_counts_as_never_written(cache: Cache, damage: object) -> None:
    keep(cache, "pixels", "ab", np.ones(100, np.uint8))
    path = cache.find("pixels", "ab")
    assert path is not None
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert cache.load_array("pixels", "ab") is None
    assert keep(cache, "pixels", "ab", np.ones(100, np.uint8)).sum() == 100


def test_the_longest_unused_goes_first(cache: Cache) -> None:
    for seconds, key in ((30, "aa"), (20, "bb"), (10, "cc")):
        keep(cache, "pixels", key, np.zeros(3000, np.uint8))
        age(cache.find("pixels", key), seconds)
    assert (
        cache.load_array("pixels", "aa") is not None
    )  # used just now, so it is not the oldest any more
    keep(cache, "pixels", "dd", np.zeros(3000, np.uint8))
    assert cache.find("pixels", "bb") is None
    assert cache.find("pixels", "aa") is not None
    assert cache.find("pixels", "dd") is not None
    assert cache.size_bytes() <= cache.limit_bytes


def test_an_entry_larger_than_the_limit_stays_until_the_next(cache: Cache) -> None:
    assert keep(cache, "pixels", "aa", np.zeros(20_000, np.uint8)).shape == (20_000,)
    assert cache.find("pixels", "aa") is not None
    keep(cache, "pixels", "bb", np.zeros(10, np.uint8))
    assert cache.find("pixels", "aa") is None


def test_a_failed_fill_leaves_nothing(cache: Cache) -> None:
    def fill(target: np.ndarray) -> None:  # type: ignore[type-arg]
        raise KeyError

    with pytest.raises(KeyError):
        cache.build_array("pixels", "aa", (5,), np.uint8, fill)
    assert find_files(cache) == []


def test_no_room_on_the_disk_is_said_before_anything_is_written(cache: Cache) -> None:
    with pytest.raises(
        WorkspaceError, match=r"MiB are needed .* are free\. Free some space or clear it"
    ):
        cache.build_array("pixels", "aa", (2**60,), np.uint8, lambda target: None)
    assert find_files(cache) == []


def test_a_cache_that_cannot_be_written_keeps_no_bytes_and_says_so_of_arrays(
    tmp_path: Path,
) -> None:
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    cache = Cache(tmp_path / "cache")
    assert cache.save_bytes("thumbnails", "aa", b"x") == b"x"
    assert cache.load_array("features", "aa") is None
    assert cache.load_bytes("thumbnails", "aa") is None
    with pytest.raises(WorkspaceError, match="cannot be written"):
        keep(cache, "features", "aa", np.arange(3))


def test_bytes_are_kept_and_all_can_be_cleared(cache: Cache) -> None:
    cache.save_bytes("thumbnails", "abcd", b"jpeg")
    assert cache.load_bytes("thumbnails", "abcd") == b"jpeg"
    assert cache.size_bytes() == 4
    kept = keep(cache, "pixels", "ab", np.ones(4, np.uint8))
    cache.clear()
    assert cache.size_bytes() == 0
    assert cache.load_bytes("thumbnails", "abcd") is None
    if os.name == "posix":
        assert kept.sum() == 4  # what is in use stays readable


def test_clearing_spares_what_is_being_written(cache: Cache) -> None:
    def fill(target: np.ndarray) -> None:
        cache.clear()
        target[...] = 7

    assert cache.build_array("pixels", "ab", (4,), np.uint8, fill).tolist() == [7] * 4
    assert cache.load_array("pixels", "ab") is not None


def test_what_a_killed_process_left_behind_is_cleared(cache: Cache) -> None:
    left = cache.folder / "pixels" / "ab" / ".ab.npy.1.2"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    cache.clear()
    assert not left.exists()


def test_two_caches_on_one_folder_see_each_other(cache: Cache) -> None:
    keep(cache, "pixels", "ab", np.ones(4, np.uint8))
    assert Cache(cache.folder).load_array("pixels", "ab") is not None
