"""A run's model and image files to predictions.

The way from file to tensor, and the precision, are those of the training.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.errors import ExplanationError, ImageError, Remedy
from medapp.evaluation.familiarity import Familiar
from medapp.evaluation.locked import Locked
from medapp.evaluation.words import write_probability
from medapp.explanation.drawing import OPACITY, draw_map
from medapp.explanation.explain import Heatmap, find_stage
from medapp.explanation.methods import find_method
from medapp.explanation.strength import (
    describe_cells,
    describe_contrast,
    describe_stage,
    describe_strength,
)
from medapp.imaging.geometry import View
from medapp.imaging.image import ImageFacts, load_image, read_image
from medapp.imaging.preprocess import render_full, render_square
from medapp.notes import Note, sort_notes
from medapp.prediction.acquisition import note_acquisition
from medapp.prediction.doubt import REFUSAL, is_unlike, note_familiar
from medapp.prediction.model import BATCH, Model
from medapp.store.threads import map_threaded


@dataclass(frozen=True)
class Prediction:
    """What a model says of one file.

    Attributes:
        label: what is decided, in words; None where the file could not be read, or the answer is
            withheld.
        probabilities: class → 0 to 1; empty where there is no label.
        thresholds: finding → the probability from which it counts as there; empty where each image
            has one label.
        pixels: (S, S) or (S, S, 3) uint8: the square that the network saw.
        view: where that square lies in the image.
        image_size: width and height of the image in px.
        error: why there is no prediction.
        frame: which frame, page or slice of the file, from 0; None for the first that shows
            something.
        facts: how the file holds its image, how that was read, and what to know of it.
        heatmap: over the square, where one was asked for.
        familiar: how the image lies to those that the model learned from; None where that cannot be
            told.
        refusal: why the answer is withheld; None where it is given.
        sets: level → the classes that are left at it, see `evaluation.conformal`; empty where none
            is promised, as for an image that is unlike the model's.
        kind_notes: where the file says otherwise than those that the model learned from.
        is_calibrated: whether the probabilities were calibrated.
        has_several: the image may show several findings.
        locked: the operating point that decided; None where none was locked.
    """

    file: Path
    label: str | None
    probabilities: dict[str, float]
    pixels: NDArray[np.uint8] | None = None
    view: View | None = None
    image_size: tuple[int, int] = (0, 0)
    error: str | None = None
    heatmap: Heatmap | None = None
    facts: ImageFacts | None = None
    thresholds: dict[str, float] = field(default_factory=dict)
    frame: int | None = None
    familiar: Familiar | None = None
    refusal: str | None = None
    sets: dict[float, tuple[str, ...]] = field(default_factory=dict)
    is_calibrated: bool = False
    kind_notes: tuple[Note, ...] = ()
    has_several: bool = False
    locked: Locked | None = None

    @property
    def notes(self) -> tuple[Note, ...]:
        """What to know of the image: that it is blank, a page of its file, unlike the model's."""
        own = self.facts.notes if self.facts else ()
        own = (*own, *self.kind_notes)
        return sort_notes([*own, *([] if self.refusal else note_familiar(self.familiar))])

    @property
    def explained(self) -> str | None:
        """The class that the heatmap explains; None where there is no heatmap."""
        return None if self.heatmap is None else list(self.probabilities)[self.heatmap.class_index]

    @property
    def against(self) -> str | None:
        """The class that the explained one is contrasted with; None where there is none."""
        if self.heatmap is None or self.heatmap.against is None:
            return None
        return list(self.probabilities)[self.heatmap.against]

    def list_likeliest(self, most: int = 2) -> tuple[str, ...]:
        """The most probable classes, the likeliest first; none where the image is not answered."""
        ranked = sorted(self.probabilities, key=lambda name: -self.probabilities[name])
        return tuple(ranked[:most])

    def describe_lock(self) -> str | None:
        """What the locked operating point says of the image; None without one, or an answer."""
        if self.locked is None or not self.probabilities:
            return None
        row = np.array([list(self.probabilities.values())])
        score = float(self.locked.add_up(row, list(self.probabilities))[0])
        is_found = score >= self.locked.threshold
        reached = "at or above" if is_found else "below"
        return (
            f"{self.locked.finding} {write_probability(score)}, {reached} the locked threshold of"
            f" {write_probability(self.locked.threshold)} ({self.locked.choice.rule})."
        )

    def describe_heatmap(self) -> str | None:
        """Why the heatmap shows nothing, else how much it is worth; None where there is none."""
        if self.heatmap is None or self.explained is None:
            return None
        evidence = float(self.heatmap.evidence[self.heatmap.class_index])
        if self.against is not None and not self.heatmap.note:
            return describe_contrast(evidence, self.explained, self.against)
        if self.heatmap.note or self.heatmap.strength is None:
            return self.heatmap.note
        return describe_strength(self.heatmap.strength, evidence, self.explained)

    def describe_cells(self) -> str | None:
        """That the heatmap is coarse; None where it is not, shows nothing or is not there."""
        if self.heatmap is None or self.heatmap.cells is None or not self.heatmap.values.any():
            return None
        return describe_cells(self.heatmap.cells)

    def describe_stage(self) -> str | None:
        """What it means that the heatmap was read from a chosen stage; None where none was."""
        if self.heatmap is None or self.heatmap.stage is None or self.heatmap.cells is None:
            return None
        return describe_stage(self.heatmap.stage, self.heatmap.cells)


def predict_files(
    model: Model,
    files: Sequence[Path],
    method: str | None = None,
    class_name: str | None = None,
    frame: int | None = None,
    answers_all: bool = False,
    against: str | None = None,
    stage: str | None = None,
) -> Iterator[Prediction]:
    """A prediction for each file, in order; a file that cannot be read gives one that says why.

    So does an image that is unlike all that the model learned from.

    Args:
        method: a key of `explanation.METHODS` for a heatmap beside each prediction.
        class_name: the class that the heatmap explains; the predicted one where none is named.
        frame: which frame, page or slice of each file, from 0; None for the first that shows
            something.
        answers_all: give an answer for such an image too.
        against: another class, so that the heatmap shows why the one and not this.
        stage: the network's stage that the heatmap is read from, one of `Model.list_stages`; the
            method's own where none is named.

    Raises:
        ExplanationError: no such method, class or stage, or a stage without a method.
    """
    if method is not None:
        find_method(method)
    if stage is not None:
        _check_stage(model, stage, method)
    for name in (class_name, against):
        if name is not None and name not in model.classes:
            raise ExplanationError(
                f"The model knows no class {name!r}.",
                remedy=f"Its classes: {', '.join(model.classes)}.",
            )
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        read = list(map_threaded(lambda file: _read_square(model, file, frame), batch))
        yield from _predict_batch(model, read, method, class_name, answers_all, against, stage)


def _check_stage(model: Model, stage: str, method: str | None) -> None:
    """Refuse a stage where no heatmap is drawn, or that the network does not have."""
    if method is None:
        raise ExplanationError(
            f"A stage ({stage}) is for heatmaps, and none is asked for.",
            remedy=Remedy("Name a method, or no stage.", "Name a folder by --cam, or no --stage."),
        )
    if model.network.unexplained:
        raise ExplanationError(
            f"There is no stage to read a heatmap from: {model.network.unexplained}",
            remedy=Remedy("Name no stage.", "Leave --stage out."),
        )
    find_stage(model.network, stage)


def _predict_batch(
    model: Model,
    read: Sequence[Prediction],
    method: str | None,
    class_name: str | None,
    answers_all: bool,
    against: str | None,
    stage: str | None,
) -> Iterator[Prediction]:
    squares = [r.pixels for r in read if r.pixels is not None]
    if not squares:
        yield from read
        return
    found = model.answer_images(to_batch(squares), method, class_name, against, stage)
    rows = iter(zip(found.probabilities, found.familiar, found.heatmaps, strict=True))
    for prediction in read:
        if prediction.error is not None:
            yield prediction
            continue
        row, familiar, heatmap = next(rows)
        is_calibrated = model.calibration is not None and model.calibration.is_calibrated
        seen = replace(
            prediction,
            familiar=familiar,
            is_calibrated=is_calibrated,
            kind_notes=_compare_acquisition(model, prediction),
            has_several=model.task.has_several,
            locked=model.locked,
        )
        if familiar is not None and familiar.is_alien and not answers_all:
            yield replace(seen, refusal=REFUSAL)
        else:
            yield _answer(model, seen, row, heatmap)


def _answer(
    model: Model, seen: Prediction, row: NDArray[np.float32], heatmap: Heatmap | None
) -> Prediction:
    """A prediction with what the model says of its image, from probabilities (K,)."""
    return replace(
        seen,
        label=model.describe(row),
        probabilities={name: float(p) for name, p in zip(model.classes, row, strict=True)},
        heatmap=heatmap,
        thresholds=dict(zip(model.classes, model.thresholds, strict=False)),
        sets={} if is_unlike(seen.familiar) else model.find_sets(row),
    )


def _compare_acquisition(model: Model, prediction: Prediction) -> tuple[Note, ...]:
    said = prediction.facts.acquired if prediction.facts else {}
    return tuple(note_acquisition(model.acquisition, said))


def _read_square(model: Model, file: Path, frame: int | None) -> Prediction:
    """The square that the network will see, or why there is none."""
    try:
        asked = model.recipe.preprocess
        image, facts = read_image(file, asked.value_range, frame, asked.windows)
    except ImageError as error:
        return Prediction(file, None, {}, error=str(error), frame=frame)
    square = render_square(image, model.recipe.preprocess)
    size = (image.shape[1], image.shape[0])
    return Prediction(file, None, {}, square.pixels, square.view, size, facts=facts, frame=frame)


def to_batch(squares: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Squares (S, S) or (S, S, 3) to a batch (N, S, S, C); C is 1 where all are grey."""
    if all(square.ndim == 2 for square in squares):
        return np.stack([square[..., None] for square in squares])
    return np.stack([s if s.ndim == 3 else np.repeat(s[..., None], 3, axis=2) for s in squares])


def draw_heatmap(
    prediction: Prediction, opacity: float = OPACITY, as_contours: bool = False
) -> bytes:
    """The prediction's heatmap over its image, at the image's own size, as PNG.

    Args:
        opacity: of the hottest place of a map of full strength; a weaker map is dimmed.
        as_contours: as lines at fixed shares of the map's maximum over the untouched image, see
            `explanation.contours`; `opacity` is not asked then.

    Raises:
        ExplanationError: the prediction was made without a heatmap.
        ImageError: the file cannot be read any more.
    """
    if prediction.heatmap is None or prediction.view is None:
        raise ExplanationError(
            f"{prediction.file.name} was predicted without a heatmap.", remedy="Name a method."
        )
    image = render_full(load_image(prediction.file, frame=prediction.frame))
    heatmap = prediction.heatmap
    asked = (heatmap.values, prediction.view, heatmap.strength, as_contours, opacity)
    file = io.BytesIO()
    Image.fromarray(draw_map(image, *asked)).save(file, "PNG")
    return file.getvalue()
