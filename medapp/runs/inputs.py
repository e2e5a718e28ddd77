"""Samples to what a training takes: pixels, or the frozen part's features of them, and targets."""

import time
from collections.abc import Sequence

from medapp.data.pixels import Table, count_channels, load_pixels
from medapp.data.samples import Sample
from medapp.models.network import Network
from medapp.runs.learned import Learned
from medapp.runs.reporter import Reporter
from medapp.store.cache import Cache
from medapp.store.rows import Rows
from medapp.training.examples import Examples, Inputs
from medapp.training.features import FrozenPart
from medapp.training.learner import Learner
from medapp.training.recipe import Recipe


class InputLoader:
    """Loads the splits of one run's data sets, those of one all from the same kept rows.

    Args:
        learned: the run's data sets, by their domains.

    Attributes:
        passes, seconds: forward passes of the frozen part that were needed, and what they took.
    """

    def __init__(
        self,
        recipe: Recipe,
        learner: Learner,
        learned: Sequence[Learned],
        cache: Cache,
        reporter: Reporter,
    ) -> None:
        self.recipe = recipe
        self.learner = learner
        self.learned = learned
        samples = [sample for one in learned for sample in one.samples]
        # One number for all, since a batch holds images of each data set.
        self.channels = count_channels(samples, recipe.preprocess)
        self.cache = cache
        self.reporter = reporter
        self.passes = 0
        self.seconds = 0.0
        # Held open, because rows that are read are not evicted.
        self._held: list[Rows] = []
        self._frozen = self._find_frozen_part(len(samples))
        learner.keeps_features = self._frozen is not None

    def load(self, samples: Sequence[Sample], split: str, domain: int = 0) -> Examples:
        """The examples of one split of one of the run's data sets; a target's have no targets.

        Of several processes the first one makes the rows, and the others then find them kept.
        """
        network: Network = self.learner.network
        home = self.learned[domain]
        labels = [] if home.role == "target" else [sample.label for sample in samples]
        targets = network.task.encode(labels, home.data_set.classes)
        what = f"{home.data_set.name}'s images" if domain else f"{split} images"
        with self.learner.fabric.rank_zero_first():
            table = self._load_table(samples, home.data_set.uid, what)
        self._held.append(table.source)
        groups = [
            f"image {sample.content_hash}" if sample.patient is None else f"of {sample.patient}"
            for sample in samples
        ]
        return Examples(Inputs(table.rows, table.numbers), targets, groups=groups)

    def load_training(self) -> list[Examples]:
        """What the run learns from: the examples of each data set's training split."""
        return [
            self.load(home.list_split("train"), "train", domain)
            for domain, home in enumerate(self.learned)
        ]

    def _load_table(self, samples: Sequence[Sample], data_set_id: str, what: str) -> Table:
        pixels = load_pixels(
            samples,
            self.recipe.preprocess,
            self.channels,
            self.cache,
            data_set_id,
            self.reporter.follow_stage(f"Reading {what}"),
        )
        if self._frozen is None:
            return pixels
        before = time.perf_counter()
        keys = [sample.content_hash for sample in samples]
        progress = self.reporter.follow_stage(f"Features of {what}")
        features = self._frozen.load(pixels, keys, self.cache, progress)
        if features.computed:
            self.passes += features.computed
            self.seconds += time.perf_counter() - before
        return features

    def _find_frozen_part(self, images: int) -> FrozenPart | None:
        """The frozen part whose features are kept; None where pixels are the inputs.

        Features are kept where images do not vary, and either the features leave half of the cache
        to others or the strategy has no other way.
        """
        learner = self.learner
        if learner.prefix is None or not learner.can_keep_features():
            return None
        size = self.recipe.preprocess.image_size
        found = FrozenPart(learner.prefix, learner.network.normalisation, size, learner.fabric)
        fits = images * found.image_bytes <= self.cache.limit_bytes / 2
        return found if fits or learner.strategy.must_keep_features else None
