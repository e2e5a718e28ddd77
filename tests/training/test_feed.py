"""Batches: drawn from seed and epoch alone, shared among processes, read ahead without a trace."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from training.example_sets import build_domains, build_examples

from medapp.task.task import Targets
from medapp.training.batch import Batch
from medapp.training.examples import Examples, Inputs
from medapp.training.feed import AHEAD, Feed, read_ahead

PATIENCE_SECONDS = 10.0  # of a test that waits for a thread


def count(targets: Targets) -> float:
    return len(targets)


def list_numbers(batches: Iterator[Batch]) -> list[list[int]]:
    return [batch.targets.tolist() for batch in batches]


def find_readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


def wait_for_readers() -> None:
    for thread in find_readers():
        thread.join(PATIENCE_SECONDS)


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


def test_inputs_and_targets_are_of_the_same_images() -> None:
    for batch in Feed(build_examples(10), 4, seed=0).batches(0, 0, count):
        assert batch.inputs[:, 0].tolist() == batch.targets.tolist()
        assert batch.domains is None
        assert batch.labelled is None


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
    assert (len(some), some.count, some.whole_weight) == (2, 10, 10)


# Several data sets


def build_mixed(rank: int = 0, ranks: int = 1) -> Feed:
    """22 labelled images, 7 labelled ones of a second data set, 9 of a third without labels."""
    examples = build_domains(22, 7, 9, labelled=29)
    return Feed(examples, 8, 3, rank, ranks, further=(3, 5))


def list_domains(batch: Batch) -> list[int]:
    assert batch.domains is not None
    return batch.domains.tolist()


def test_each_batch_has_the_share_of_each_data_set() -> None:
    feed = build_mixed()
    batches = list(feed.batches(0, 0, count))
    assert len(batches) == feed.steps_per_epoch == 3  # as many as the first one alone gives
    alone = list(Feed(build_examples(22), 8, seed=3).batches(0, 0, count))
    for batch, own in zip(batches, alone, strict=True):
        domains = np.array(list_domains(batch))
        assert np.bincount(domains).tolist() == [len(own), 3, 5]
        assert batch.count == len(batch) == len(own) + 8
        numbers = batch.inputs[:, 0].numpy()
        # Beside the others, the first one's images and seeds are those of a run on it alone.
        assert numbers[domains == 0].tolist() == own.targets.tolist()
        assert torch.equal(batch.seeds[domains == 0], own.seeds)
        assert np.digitize(numbers, [22, 29]).tolist() == domains.tolist()
    assert feed.count_images() == sum(batch.count for batch in batches) == 22 + 3 * 8
    assert feed.count_own() == 22


def test_only_labelled_images_have_a_target() -> None:
    for batch in build_mixed().batches(0, 0, lambda targets: float(targets.sum())):
        assert batch.labelled is not None
        domains = np.array(list_domains(batch))
        assert batch.labelled.tolist() == np.flatnonzero(domains < 2).tolist()
        # A target is its image's number.
        assert batch.pick_labelled(batch.inputs)[:, 0].tolist() == batch.targets.tolist()
        assert batch.whole_weight == float(batch.targets.sum())
        some = batch.take(np.arange(0, len(batch), 2))
        assert some.pick_labelled(some.inputs)[:, 0].tolist() == some.targets.tolist()
        assert len(some.targets) == sum(domain < 2 for domain in list_domains(some))


def test_further_images_are_shown_in_passes_that_go_on_from_epoch_to_epoch() -> None:
    shown = [
        int(number)
        for epoch in range(3)
        for batch in build_mixed().batches(epoch, 0, count)
        for number, domain in zip(batch.inputs[:, 0], list_domains(batch), strict=True)
        if domain == 1
    ]
    assert len(shown) == 3 * 3 * 3
    passes = [shown[start : start + 7] for start in range(0, 27, 7)]
    for each in passes[:3]:
        assert sorted(each) == list(range(22, 29))
    assert len({tuple(each) for each in passes[:3]}) == 3
    assert len(set(passes[3])) == 6


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_an_epoch_of_several_data_sets_goes_on_where_it_was(first: int) -> None:
    whole = list(build_mixed().batches(2, 0, count))[first:]
    later = list(build_mixed().batches(2, first, count))
    for one, other in zip(whole, later, strict=True):
        assert torch.equal(one.inputs, other.inputs)
        assert torch.equal(one.seeds, other.seeds)


@pytest.mark.parametrize("ranks", [2, 3])
def test_processes_and_parts_have_a_share_of_each_data_set(ranks: int) -> None:
    whole = list(build_mixed().batches(1, 0, count))
    feeds = [build_mixed(rank, ranks) for rank in range(ranks)]
    shares = zip(*(feed.batches(1, 0, count) for feed in feeds), strict=True)
    for batch, parts in zip(whole, shares, strict=True):
        assert torch.equal(torch.cat([part.inputs for part in parts]), batch.inputs)
        assert torch.equal(torch.cat([part.targets for part in parts]), batch.targets)
        counts = np.array([np.bincount(list_domains(part), minlength=3) for part in parts])
        # One apart by rounding, one more where a cut falls into a data set's stretch.
        assert (counts.max(0) - counts.min(0) <= 2).all()
        assert (counts > 0).all()
        assert {part.count for part in parts} == {len(batch)}


def test_a_data_set_without_a_share_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 domains need a share"):
        Feed(build_domains(4, 3), 2, seed=0)


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


# Mixed images


def read_mixed(ranks: int = 1, size: int = 8) -> list[list[Batch]]:
    """The batches of an epoch of 20 images, of each process."""
    feeds = [Feed(build_examples(20), size, 5, rank, ranks, mixup=0.4) for rank in range(ranks)]
    return [list(feed.batches(2, 0, count)) for feed in feeds]


def test_each_image_is_mixed_with_one_of_its_batch_as_that_is_augmented_itself() -> None:
    (batches,) = read_mixed()
    for batch in batches:
        mix = batch.mix
        assert mix is not None
        # A batch in another order, so that each image has its part once more.
        assert sorted(mix.targets.tolist()) == sorted(batch.targets.tolist())
        assert mix.inputs[:, 0].tolist() == mix.targets.tolist()
        seeds = dict(zip(batch.targets.tolist(), batch.seeds.tolist(), strict=True))
        assert mix.seeds.tolist() == [seeds[number] for number in mix.targets.tolist()]
        assert 0.5 <= mix.share <= 1
    assert len({batch.mix.share for batch in batches if batch.mix}) == len(batches)


def test_what_is_mixed_is_drawn_from_seed_epoch_and_step_alone() -> None:
    feed = Feed(build_examples(40), 8, seed=3, mixup=0.4)
    whole = [batch.mix for batch in feed.batches(1, 0, count)]
    later = [batch.mix for batch in feed.batches(1, 2, count)]
    other = [batch.mix for batch in feed.batches(2, 0, count)]
    assert [(m.share, m.targets.tolist()) for m in whole[2:] if m] == [
        (m.share, m.targets.tolist()) for m in later if m
    ]
    assert [m.share for m in whole if m] != [m.share for m in other if m]


@pytest.mark.parametrize("ranks", [2, 3])
def test_processes_and_parts_mix_as_one_would(ranks: int) -> None:
    (alone,) = read_mixed()
    shared = list(zip(*read_mixed(ranks), strict=True))
    for whole, parts in zip(alone, shared, strict=True):
        assert whole.mix
        found = [part.mix.targets for part in parts if part.mix]
        assert torch.equal(torch.cat(found), whole.mix.targets)
        assert {part.mix.share for part in parts if part.mix} == {whole.mix.share}
        pieces = [whole.take(places).mix for places in np.array_split(np.arange(len(whole)), 3)]
        assert torch.equal(torch.cat([piece.seeds for piece in pieces if piece]), whole.mix.seeds)


def test_the_share_is_that_of_a_beta_distribution_or_one_less() -> None:
    feed = Feed(build_examples(600), 1, seed=0, mixup=2.0)
    shares = [batch.mix.share for batch in feed.batches(0, 0, count) if batch.mix]
    # Of Beta(2, 2) the larger of λ and 1 − λ has the mean 11/16.
    assert np.mean(shares) == pytest.approx(11 / 16, abs=0.02)


# Balanced sampling


def build_uneven(counts: tuple[int, ...]) -> Examples:
    """Images that are their own number, so many of each class."""
    labels = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(len(labels), dtype=np.float32)[:, None]
    return Examples(Inputs(rows, np.arange(len(labels))), labels)


def test_each_class_is_seen_equally_often_in_as_many_steps() -> None:
    examples = build_uneven((60, 27, 3))
    feed = Feed(examples, 16, seed=0, is_balanced=True)
    batches = list(feed.batches(0, 0, count))
    assert len(batches) == Feed(examples, 16, seed=0).steps_per_epoch == 6
    labels = torch.cat([batch.targets for batch in batches])
    assert torch.bincount(labels).tolist() == [30, 30, 30]
    numbers = np.concatenate([batch.inputs[:, 0] for batch in batches]).astype(int)
    times = np.bincount(numbers, minlength=90)
    # None of a class comes again before each was there: 30 of 60 once, 27 once and 3 twice, 3 ten
    # times.
    assert sorted(times[:60]) == [0] * 30 + [1] * 30
    assert sorted(times[60:87]) == [1] * 24 + [2] * 3
    assert times[87:].tolist() == [10, 10, 10]
    assert len(torch.cat([batch.seeds for batch in batches]).unique()) == 90


def test_what_does_not_divide_evenly_goes_to_classes_by_chance() -> None:
    feed = Feed(build_uneven((40, 10, 1)), 8, seed=0, is_balanced=True)
    counts = [
        torch.bincount(torch.cat([b.targets for b in feed.batches(epoch, 0, count)]), minlength=3)
        for epoch in range(2)
    ]
    assert [sorted(found.tolist()) for found in counts] == [[17, 17, 17]] * 2
    feed = Feed(build_uneven((40, 9, 1)), 8, seed=0, is_balanced=True)
    found = torch.bincount(torch.cat([b.targets for b in feed.batches(0, 0, count)]))
    assert sorted(found.tolist()) == [16, 17, 17]


def test_a_balanced_epoch_goes_on_as_it_began_and_is_shared_among_processes() -> None:
    examples = build_uneven((30, 8, 2))
    feed = Feed(examples, 8, seed=3, is_balanced=True)
    whole = list(feed.batches(1, 0, count))
    for one, other in zip(whole[2:], feed.batches(1, 2, count), strict=True):
        assert np.array_equal(one.inputs, other.inputs)
        assert torch.equal(one.seeds, other.seeds)
    halves = [Feed(examples, 8, 3, rank, 2, is_balanced=True) for rank in range(2)]
    shared = zip(*(feed.batches(1, 0, count) for feed in halves), strict=True)
    for one, parts in zip(whole, shared, strict=True):
        assert np.array_equal(np.concatenate([part.inputs for part in parts]), one.inputs)
    assert [b.targets.tolist() for b in whole] != [
        b.targets.tolist() for b in feed.batches(2, 0, count)
    ]
