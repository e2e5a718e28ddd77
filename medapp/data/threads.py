"""The same work on many files, in threads: decoding and hashing let go of the interpreter's lock."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]  # (done, of how many); raise from it to stop


def map_threaded(work: Callable[[T], R], items: Sequence[T], on_progress: Progress | None = None) -> Iterator[R]:
    """`work` of each item, in order. An error, also one that `on_progress` raises, drops what has not begun."""
    pool = ThreadPoolExecutor(min(os.cpu_count() or 1, 16), thread_name_prefix="files")
    try:
        for done, result in enumerate(pool.map(work, items), start=1):
            yield result
            if on_progress is not None:
                on_progress(done, len(items))
    finally:
        pool.shutdown(cancel_futures=True)
