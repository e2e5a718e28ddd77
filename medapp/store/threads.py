"""The same work on many files, in threads.

Threads help, because decoding and hashing let go of the interpreter's lock.
"""

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
# Called with how much is done and how much there is; an error that the function raises stops the
# work.
OnProgress = Callable[[int, int], None]

# Items that a thread takes at a time: a small image is decoded in less time than it takes to hand
# it over.
AT_ONCE = 8


def count_cores() -> int:
    """Cores that this process may use: a cluster's job, or a worker beside others, has a part."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_threaded(
    work: Callable[[T], R], items: Sequence[T], on_progress: OnProgress | None = None
) -> Iterator[R]:
    """What `work` gives for each item, in order.

    After an error, also one that `on_progress` raises, items that have not begun are dropped.
    """
    pool = ThreadPoolExecutor(min(count_cores(), 16), thread_name_prefix="files")
    shares = [items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)]
    try:
        results = itertools.chain.from_iterable(
            pool.map(lambda share: [work(item) for item in share], shares)
        )
        for done, result in enumerate(results, start=1):
            yield result
            if on_progress is not None:
                on_progress(done, len(items))
    finally:
        pool.shutdown(cancel_futures=True)
