"""Both hospitals as a run sees them: its own images with labels, the other's without."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.audit.features import load_features
from medapp.audit.questions import number_groups
from medapp.data.catalog import Catalog
from medapp.data.notes import count
from medapp.data.pixels import Table, count_channels, load_pixels
from medapp.data.samples import UNLABELLED, DataSet, Sample
from medapp.errors import DataError, Remedy, RunError
from medapp.evaluation.class_map import map_classes
from medapp.models.network import to_input
from medapp.prediction.model import Model, load_model
from medapp.runs.run import Run
from medapp.runs.seen import UNLABELLED as WITHOUT_LABEL
from medapp.runs.seen import list_earlier, list_own, mark_copies
from medapp.runs.split_table import match_split
from medapp.store.cache import Cache, open_cache
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.training.adaptation.batch_norm import estimate_statistics, has_batch_norm
from medapp.training.features import BATCH, FrozenPart, to_tensor
from medapp.training.machine.devices import open_fabric

Features = NDArray[np.float32]
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
# Called with what is being done, how much is done and how much there is of that.
Tell = Callable[[str, int, int], None]

# Why images of the other data set are left out.
COPIES = "they are copies of the run's own images"
STRANGERS = "they are of a class that the run does not know"
# With fewer images nothing can be said of how a hospital's images differ.
FEWEST = 20


@dataclass(frozen=True)
class Side:
    """The images of one hospital.

    Attributes:
        samples: (N,).
        groups: (N,) equal for images of one patient or one picture.
        pixels: (N, S, S, C) as the run's network takes them.
        features: (N, F) by the run's own network, before its head.
        adapted: (N, F) the same with BatchNorm statistics of these images; None where the network
            has none.
        looks: (N, G) by the bundled backbone, whatever the run learned from: what both hospitals'
            images are compared by.
    """

    samples: Sequence[Sample]
    groups: Indices
    pixels: Table
    features: Features
    adapted: Features | None
    looks: Features


@dataclass(frozen=True)
class Ground:
    """What can be known without a label of the other hospital.

    Attributes:
        home: the data set that the run learned from.
        source: the run's training and validation images.
        labels: (N,) of the source, indices of the run's classes.
        is_train: (N,) whether a source image is of the training split; the others are held out.
        target: the other hospital's images; their labels are not here.
        mapping: the other data set's class to the run's; empty where they have none in common.
        left_out: why images of the other data set were left out, and how many.
    """

    run: Run
    model: Model
    data_set: DataSet
    home: DataSet
    source: Side
    labels: Indices
    is_train: NDArray[np.bool_]
    target: Side
    mapping: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """The run's."""
        return self.model.classes


def open_sides(
    workspace: Workspace,
    run: Run,
    data_set: DataSet,
    asked: Mapping[str, str] | None,
    labelled: int,
    minutes: float,
    tell: Tell,
) -> Ground:
    """Read the images of both hospitals, and what the run's network makes of them.

    Args:
        labelled: so many images of the other hospital will be declared a validation set.
        minutes: for fine-tuning; 0 for none.

    Raises:
        RunError: the run has no model, or none that could be fine-tuned, or its images are not in
            this workspace.
        DataError: the run or the data set asks for several findings an image, too few images of
            the other hospital are left, or so many labels cannot be declared.
    """
    model = load_model(run.require_model())
    _refuse_findings(run, model, data_set)
    if minutes and model.network.keeps_neighbours:
        raise RunError(
            f"Run {run.name} votes among its training images and has nothing to fine-tune.",
            remedy="Ask without minutes for fine-tuning: heads are fitted all the same.",
        )
    catalog = Catalog(workspace)
    choice = run.recipe.data.train
    home = catalog.find_chosen(choice.id, choice.name)
    matched = match_split(
        run.folder / "split.parquet", catalog.load_samples(home, with_left_out=True), run.name
    )
    own = [sample for sample in matched if sample.split != "test"]
    mapping = map_classes(data_set.classes, model.classes, asked)
    others, left_out = _choose(workspace, run, catalog.load_samples(data_set), mapping)
    if len(others) < FEWEST:
        raise _refuse_few(run, data_set, len(others), left_out)
    _check_declared(data_set, labelled, len(others), bool(mapping), run.name)
    look = _Looking(workspace, model, tell)
    return Ground(
        run=run,
        model=model,
        data_set=data_set,
        home=home,
        source=look.at(home, own, "the run's images"),
        labels=model.task.encode([sample.label for sample in own], model.classes),
        is_train=np.array([sample.split == "train" for sample in own], bool),
        target=look.at(data_set, others, f"images of {data_set.name}"),
        mapping=mapping,
        left_out=left_out,
    )


def _refuse_few(run: Run, data_set: DataSet, left: int, left_out: Mapping[str, int]) -> DataError:
    """That too few images can be compared, why, and what helps most."""
    said = "".join(f" {number:,} were left out: {why}." for why, number in left_out.items())
    remedy: str | Remedy = "Add images of that hospital; they need no labels."
    if left + left_out.get(STRANGERS, 0) >= FEWEST:
        known = ", ".join(run.find_classes())
        remedy = Remedy(
            f"Say which of its classes means which of the run's: {known}.",
            f"Say with --map THEIRS=OURS which of its classes means which of the run's: {known}.",
        )
    elif left_out.get(COPIES):
        remedy = "Name a data set whose images the run has not seen."
    images = count(left, "image", "images")
    return DataError(
        f"{data_set.name} has {images} that can be compared with those of run {run.name}; that"
        f" needs at least {FEWEST}.{said}",
        remedy=remedy,
    )


def _refuse_findings(run: Run, model: Model, data_set: DataSet) -> None:
    for name, task in ((f"Run {run.name}", model.task), (data_set.name, find_task(data_set.task))):
        if task.has_several:
            raise DataError(
                f"{name} asks for several findings an image, and whether a model travels is"
                " answered for classes that exclude each other.",
                remedy=Remedy(
                    "Judge each finding there, under Another data set on the model's page.",
                    "Judge each finding there with: medapp evaluate RUN --data NAME",
                ),
            )


def _choose(
    workspace: Workspace, run: Run, samples: Sequence[Sample], mapping: Mapping[str, str]
) -> tuple[list[Sample], dict[str, int]]:
    """The images that are another hospital's and show a class that the run knows."""
    seen = [*list_own(run, with_test=True), *list_earlier(workspace, run)]
    # Images whose labels a run has not read may be judged; it was adapted to them.
    known = [image for image in seen if image.split != WITHOUT_LABEL]
    _, is_copy = mark_copies(samples, known)
    others = [s for s, copied in zip(samples, is_copy.tolist(), strict=True) if not copied]
    left_out = {COPIES: int(is_copy.sum())}
    if mapping:
        chosen = [sample for sample in others if sample.label in mapping]
        left_out[STRANGERS] = len(others) - len(chosen)
        others = chosen
    return others, {why: count for why, count in left_out.items() if count}


def _check_declared(
    data_set: DataSet, labelled: int, count: int, is_mapped: bool, run_name: str
) -> None:
    """Refuse a validation set that cannot be, before images are read."""
    if not labelled:
        return
    if not is_mapped:
        if data_set.classes == (UNLABELLED,):
            raise DataError(
                f"{data_set.name} has no labels, so none can be declared.",
                remedy="Label 30 to 100 of its images, or ask without declared labels.",
            )
        raise DataError(
            f"{data_set.name} and run {run_name} have no class in common, so no label can be used.",
            remedy="Say which class means which.",
        )
    if not 2 <= labelled < count:
        raise DataError(
            f"{labelled:,} labelled images cannot be declared: {data_set.name} has {count:,} that"
            " can be compared, and others have to be left to judge on.",
            remedy="Declare 30 to 100, or fewer than half.",
        )


class _Looking:
    """One network over the images of several data sets."""

    def __init__(self, workspace: Workspace, model: Model, tell: Tell) -> None:
        self.workspace = workspace
        self.model = model
        self.tell = tell
        network = model.network
        stages = [stage for _, stage in network.stages]
        self.prefix = nn.Sequential(*stages, network.pool).eval().requires_grad_(False)
        self.fabric = open_fabric(model.device, model.precision, 1)

    def at(self, data_set: DataSet, samples: Sequence[Sample], words: str) -> Side:
        """All that is seen of the images of one hospital.

        Args:
            words: what these images are called while they are read.
        """
        cache = open_cache(self.workspace)
        preprocess = self.model.recipe.preprocess
        channels = count_channels(samples, preprocess)

        def say(title: str) -> OnProgress:
            return lambda done, total: self.tell(f"{title} {words}", done, total)

        pixels = load_pixels(samples, preprocess, channels, cache, data_set.uid, say("Reading"))
        keys = [sample.content_hash for sample in samples]
        features = self._compute(self.prefix, pixels, keys, cache, say("Features of"))
        adapted = None
        if has_batch_norm(self.prefix):
            part = estimate_statistics(self.prefix, self._deal(pixels))
            adapted = self._compute(part, pixels, keys, cache, say("Adapted features of"))
        looks = load_features(
            self.workspace, data_set, samples, say("Looks of"), preprocess=preprocess
        )
        return Side(samples, number_groups(samples), pixels, features, adapted, looks)

    def _compute(
        self,
        part: nn.Module,
        pixels: Table,
        keys: Sequence[str],
        cache: Cache,
        on_progress: OnProgress,
    ) -> Features:
        frozen = FrozenPart(
            part,
            self.model.network.normalisation,
            self.model.recipe.preprocess.image_size,
            self.fabric,
        )
        rows = frozen.load(pixels, keys, cache, on_progress).take()
        found: Features = to_tensor(rows).float().numpy()
        if not np.isfinite(found).all():
            raise RunError(
                "The network gives no numbers (NaN or infinite) for some images.",
                remedy="Train a run in float32.",
            )
        return found

    def _deal(self, pixels: Table) -> Iterator[Tensor]:
        """The images in mixed order, in batches of about one size."""
        count = len(pixels.numbers)
        order = np.random.default_rng(0).permutation(count)
        batches = np.array_split(order, max(1, round(count / BATCH)))
        for done, batch in enumerate(batches):
            self.tell("Statistics of BatchNorm", done, len(batches))
            rows = pixels.rows[pixels.numbers[np.sort(batch)]]
            there = torch.from_numpy(np.array(rows)).to(self.model.device)
            yield to_input(there, self.model.network.normalisation)
