"""Results come in order, and an error drops what has not begun."""

import threading

import pytest

from medapp.store.threads import AT_ONCE, map_threaded


def test_results_in_order_with_progress() -> None:
    seen: list[tuple[int, int]] = []
    assert list(map_threaded(lambda i: i * i, range(50), lambda *done: seen.append(done))) == [
        i * i for i in range(50)
    ]
    assert seen == [(i, 50) for i in range(1, 51)]


def test_a_stop_from_the_progress_drops_the_rest() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def work(i: int) -> int:
        begun.append(i)
        if i >= AT_ONCE:
            gate.wait(5)
        return i

    def stop(done: int, total: int) -> None:
        gate.set()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(map_threaded(work, range(10_000), stop))
    assert len(begun) < 10_000


def test_an_error_in_the_work_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_threaded(lambda i: 1 // i, [1, 0, 1]))
