"""Batches: drawn from seed and epoch alone, shared among processes, read ahead without a trace."""

import hashlib
import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from medapp.task.task import Targets
from medapp.training.features import to_tensor
from medapp.training.feed import AHEAD, Batch, Examples, Feed, Inputs, read_ahead, seed_of
from medapp.training.machine.precision import measure_room

PATIENCE_SECONDS = 10.0  # of a test that waits for a thread


def build_examples(n: int) -> Examples:
    """Images that are their own number; the target is the number too."""
    rows = np.arange(n, dtype=np.float32)[:, None]
    return Examples(Inputs(rows, np.arange(n)), np.arange(n), np.arange(n) % 3)


def count(targets: Targets) -> float:
    return len(targets)


def list_numbers(batches: Iterator[Batch]) -> list[list[int]]:
    return [batch.targets.tolist() for batch in batches]


def find_readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


def wait_for_readers() -> None:
    for thread in find_readers():
        thread.join(PATIENCE_SECONDS)


def test_seeds_are_the_same_everywhere() -> None:
    assert seed_of(0, 1, 2) == seed_of(0, 1, 2) != seed_of(0, 2, 1)
    digest = hashlib.blake2b(b"(0, 0)", digest_size=8).digest()
    assert seed_of(0, 0) == int.from_bytes(digest) >> 1


def test_an_epoch_shows_each_image_once_in_batches_of_nearly_one_size() -> None:
    batches = list_numbers(Feed(build_examples(50), 16, seed=0).batches(0, 0, count))
    assert sorted(number for batch in batches for number in batch) == list(range(50))
    assert sorted(len(batch) for batch in batches) == [12, 12, 13, 13]


def test_the_order_is_that_of_seed_and_epoch() -> None:
    def order(seed: int, epoch: int) -> list[list[int]]:
        return list_numbers(Feed(build_examples(40), 8, seed).batches(epoch, 0, count))

    assert order(1, 2) == order(1, 2)
    assert order(1, 2) != order(1, 3)
    assert order(1, 2) != order(2, 2)


@pytest.mark.parametrize("first", [0, 1, 4, 5])
def test_an_epoch_that_goes_on_sees_the_very_batches_it_would_have_seen(first: int) -> None:
    feed = Feed(build_examples(40), 8, seed=3)
    whole = list(feed.batches(1, 0, count))
    later = list(feed.batches(1, first, count))
    assert len(later) == len(whole) - first
    for one, other in zip(whole[first:], later, strict=True):
        assert torch.equal(one.targets, other.targets)
        assert torch.equal(one.seeds, other.seeds)


def test_an_image_is_augmented_by_a_seed_of_its_own_and_of_the_epoch() -> None:
    feed = Feed(build_examples(40), 8, seed=3)
    seeds = [torch.cat([b.seeds for b in feed.batches(epoch, 0, count)]) for epoch in (0, 1)]
    assert len(seeds[0].unique()) == 40
    assert not torch.equal(*seeds)
    assert 0 <= int(seeds[0].min()) <= int(seeds[0].max()) < 2**32


def test_an_image_keeps_its_seed_whatever_the_size_of_the_batches() -> None:
    seeds = [
        {
            number: seed
            for batch in Feed(build_examples(40), batch_size, seed=3).batches(1, 0, count)
            for number, seed in zip(batch.targets.tolist(), batch.seeds.tolist(), strict=True)
        }
        for batch_size in (8, 15, 40)
    ]
    assert len(seeds[0]) == 40
    assert seeds[0] == seeds[1] == seeds[2]


def test_inputs_targets_and_domains_are_of_the_same_images() -> None:
    for batch in Feed(build_examples(10), 4, seed=0).batches(0, 0, count):
        numbers = batch.targets.tolist()
        assert batch.inputs[:, 0].tolist() == numbers
        assert batch.domains is not None
        assert batch.domains.tolist() == [number % 3 for number in numbers]


@pytest.mark.parametrize("ranks", [2, 3])
def test_processes_share_each_batch(ranks: int) -> None:
    whole = list(Feed(build_examples(50), 16, seed=5).batches(0, 0, count))
    feeds = [Feed(build_examples(50), 16, 5, rank, ranks) for rank in range(ranks)]
    shares = zip(*(feed.batches(0, 0, count) for feed in feeds), strict=True)
    for batch, parts in zip(whole, shares, strict=True):
        assert torch.equal(torch.cat([part.targets for part in parts]), batch.targets)
        assert torch.equal(torch.cat([part.seeds for part in parts]), batch.seeds)
        sizes = [len(part) for part in parts]
        assert max(sizes) - min(sizes) <= 1
        assert {part.count for part in parts} == {len(batch)}
        assert {part.whole_weight for part in parts} == {batch.whole_weight}


def test_the_weight_is_that_of_the_whole_batch() -> None:
    feed = Feed(build_examples(12), 6, seed=0, rank=1, ranks=2)
    weights = [b.whole_weight for b in feed.batches(0, 0, lambda targets: float(targets.sum()))]
    assert sum(weights) == sum(range(12))


def test_part_of_a_batch_still_knows_the_whole() -> None:
    batch = next(Feed(build_examples(10), 10, seed=0).batches(0, 0, count))
    some = batch.take(np.array([4, 1]))
    assert some.targets.tolist() == [4, 1]
    assert some.inputs[:, 0].tolist() == [4, 1]
    assert torch.equal(some.seeds, batch.seeds[[4, 1]])
    assert some.domains is not None
    assert some.domains.tolist() == [1, 1]
    assert (len(some), some.count, some.whole_weight) == (2, 10, 10)


def test_rows_of_some_images_are_taken_in_their_order() -> None:
    inputs = Inputs(np.arange(10)[:, None], np.array([7, 3, 3, 0]))
    assert len(inputs) == 4
    assert np.asarray(inputs.take(np.array([3, 0])))[:, 0].tolist() == [0, 7]
    assert np.asarray(inputs.take(slice(1, 3)))[:, 0].tolist() == [3, 3]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.uint16])
def test_inputs_stay_what_they_are_wherever_they_lie(dtype: type) -> None:
    rows = np.random.default_rng(0).integers(0, 200, (150, 4, 3)).astype(dtype)
    inputs = Inputs(rows, np.arange(149, -1, -1))
    device = torch.device("cpu")
    # A CPU's memory holds them anyway.
    assert inputs.move_to(device, measure_room(device)) is inputs
    assert inputs.move_to(device, rows.nbytes - 1) is inputs
    elsewhere = inputs.move_to(torch.device("meta"), rows.nbytes).rows
    assert isinstance(elsewhere, torch.Tensor)
    assert (elsewhere.device.type, elsewhere.shape) == ("meta", rows.shape)
    there = inputs.move_to(device, rows.nbytes)
    assert isinstance(there.rows, torch.Tensor)
    assert there.move_to(device, rows.nbytes) is there
    places = np.array([4, 0, 149])
    moved = to_tensor(there.take(places)).view(torch.uint8)
    assert torch.equal(moved, to_tensor(inputs.take(places)).view(torch.uint8))


# Reading ahead


def test_reading_ahead_changes_no_batch() -> None:
    plain, ahead = (
        Feed(build_examples(50), 8, seed=1, reads_ahead=reads_ahead)
        for reads_ahead in (False, True)
    )
    for epoch in range(2):
        read = list_numbers(ahead.batches(epoch, 1, count))
        assert read == list_numbers(plain.batches(epoch, 1, count))
    wait_for_readers()
    assert find_readers() == []


def test_items_are_made_before_they_are_asked_for_but_not_many() -> None:
    made: list[int] = []
    enough = threading.Event()

    def make() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == AHEAD + 1:
                enough.set()
            yield number

    items = read_ahead(make())
    assert next(items) == 0
    assert enough.wait(PATIENCE_SECONDS)  # nobody has asked for those
    assert len(made) <= AHEAD + 2  # given, waiting, and one in hand
    assert list(items) == list(range(1, 100))


def test_what_the_items_raise_is_raised_where_they_are_asked_for() -> None:
    def fail() -> Iterator[int]:
        yield 1
        raise KeyError("lost")

    items = read_ahead(fail())
    assert next(items) == 1
    with pytest.raises(KeyError, match="lost"):
        next(items)
    wait_for_readers()
    assert find_readers() == []


@pytest.mark.parametrize("is_left", [False, True])
def test_a_thread_that_is_ahead_waits_until_it_is_asked_or_left(is_left: bool) -> None:
    is_ahead = threading.Event()

    def make() -> Iterator[int]:
        for number in range(1000):
            if number == AHEAD + 1:
                is_ahead.set()
            yield number

    items = read_ahead(make())
    assert next(items) == 0
    assert is_ahead.wait(PATIENCE_SECONDS)
    (reader,) = find_readers()
    reader.join(0.3)  # several of its looks
    assert reader.is_alive()
    if is_left:
        items.close()  # type: ignore[attr-defined]
    else:
        assert list(items) == list(range(1, 1000))
    wait_for_readers()
    assert find_readers() == []
