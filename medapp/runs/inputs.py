"""Samples to what a training takes: pixels, or the frozen part's features of them, and targets."""

import time
from collections.abc import Sequence

import numpy as np

from medapp.data.pixels import Table, count_channels, load_pixels
from medapp.data.samples import Sample
from medapp.models.network import Network
from medapp.runs.reporter import Reporter
from medapp.store.cache import Cache
from medapp.store.rows import Rows
from medapp.training.features import load_features, measure_feature
from medapp.training.feed import Inputs, Part
from medapp.training.learner import Learner
from medapp.training.recipe import Recipe


class InputLoader:
    """Loads the splits of one run, all from the same kept rows.

    Attributes:
        passes, seconds: forward passes of the frozen part that were needed, and what they took.
    """

    def __init__(
        self,
        recipe: Recipe,
        learner: Learner,
        samples: Sequence[Sample],
        data_set_id: str,
        cache: Cache,
        reporter: Reporter,
    ) -> None:
        self.recipe = recipe
        self.learner = learner
        self.channels = count_channels(samples)
        self.data_set_id = data_set_id
        self.cache = cache
        self.reporter = reporter
        self.passes = 0
        self.seconds = 0.0
        self._held: list[Rows] = []  # rows that are read are not evicted
        learner.keeps_features = self._should_keep_features(len(samples))

    def load(self, samples: Sequence[Sample], split: str) -> Part:
        """One split; the first of several processes loads what the others then find kept."""
        network: Network = self.learner.network
        labels = [sample.label for sample in samples]
        targets = network.task.encode(labels, network.classes)
        with self.learner.fabric.rank_zero_first():
            table = self._load_table(samples, split)
        self._held.append(table.source)
        return Part(Inputs(table.rows, table.numbers), targets)

    def _load_table(self, samples: Sequence[Sample], split: str) -> Table:
        pixels = load_pixels(
            samples,
            self.recipe.preprocess,
            self.channels,
            self.cache,
            self.data_set_id,
            self.reporter.follow_stage(f"Reading {split} images"),
        )
        if not self.learner.keeps_features:
            return pixels
        before = time.perf_counter()
        assert self.learner.prefix is not None
        features = load_features(
            self.learner.prefix,
            self.learner.network.normalisation,
            pixels,
            [sample.content_hash for sample in samples],
            self.learner.fabric,
            self.cache,
            self.reporter.follow_stage(f"Features of {split} images"),
        )
        if features.computed:
            self.passes += features.computed
            self.seconds += time.perf_counter() - before
        return features

    def _should_keep_features(self, images: int) -> bool:
        """Images do not vary, and what the frozen part makes of them leaves half of the cache to
        others, or the strategy has no other way."""
        prefix = self.learner.prefix
        if prefix is None or not self.learner.can_keep_features():
            return False
        side = self.recipe.preprocess.image_size
        shape, dtype = measure_feature(prefix, side, self.learner.fabric)
        size = images * int(np.prod(shape)) * np.dtype(dtype).itemsize
        fits = size <= self.cache.limit_bytes / 2
        return fits or self.learner.strategy.must_keep_features
