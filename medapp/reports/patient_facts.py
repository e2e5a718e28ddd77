"""What a model says of one patient's images, gathered for a report that is read without MedApp.

What leaves here names no folder of this machine, and no training image.
"""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.errors import ImageError
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.locked import Locked
from medapp.explanation.drawing import draw_map
from medapp.explanation.methods import METHODS
from medapp.explanation.trials.card import judge_card
from medapp.explanation.trials.words import state_finding
from medapp.imaging.geometry import View
from medapp.imaging.image import draw_picture, open_picture
from medapp.imaging.preprocess import render_full
from medapp.imaging.sight import describe_sight
from medapp.imaging.thumbnails import load_thumbnail
from medapp.notes import Note
from medapp.prediction.card import describe_map
from medapp.prediction.files import Prediction, predict_files
from medapp.prediction.job import build_row
from medapp.prediction.memory import describe_memory
from medapp.prediction.model import Model
from medapp.prediction.patients import PatientPrediction, combine_rows
from medapp.prediction.second_opinion import ask_again
from medapp.reports.data_facts import DataFacts, gather_data
from medapp.reports.training_facts import TrainingFacts, gather_training
from medapp.runs.decided import load_decided
from medapp.runs.heads import name_head, note_unjudged
from medapp.runs.known_files import find_known_split, load_known
from medapp.runs.results import load_trials
from medapp.runs.run import Run
from medapp.runs.siblings import find_siblings
from medapp.runs.split_table import SPLIT
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace
from medapp.version import __version__

LONGEST_PX = 640  # of a picture in a report
CLASSES = 2  # the likeliest ones, of which siblings are shown


@dataclass(frozen=True)
class Wanted:
    """What is asked of a report.

    Attributes:
        patient: what the patient is called in it; empty for no name.
        method, class_name, against, stage: of the heatmaps, see
            `medapp.prediction.files.predict_files`.
        answers_all: an image unlike all that the model learned from is answered too.
        with_siblings: the most alike training images are shown, which are other patients'.
        frame: which frame of each file, from 0; None for the first that shows something.
        as_contours: heatmaps are drawn as contours, see `explanation.contours`; else in colours.
    """

    patient: str = ""
    method: str = "gradcam"
    class_name: str | None = None
    against: str | None = None
    answers_all: bool = False
    with_siblings: bool = False
    frame: int | None = None
    as_contours: bool = False
    stage: str | None = None


@dataclass(frozen=True)
class Alike:
    """A training image, as a small JPEG, with its class and its distance (0 to 2)."""

    name: str
    distance: float
    content: bytes


@dataclass(frozen=True)
class Seen:
    """One image, and all that is said of it.

    Attributes:
        name: of the file, without its folders.
        split: of the run's that holds this very file; empty where none does.
        sight: what the model sees of it, in words; empty where the file could not be read.
        picture, heatmap: PNG, as the model sees the image and the same under its map; empty where
            there is none.
        map_notes: what the report card of the map says.
        opinion: what the model says of slightly changed copies; empty where there is no answer.
        alike: the most alike training images, of `compared`.
    """

    name: str
    prediction: Prediction
    split: str = ""
    sight: str = ""
    picture: bytes = b""
    heatmap: bytes = b""
    map_notes: tuple[Note, ...] = ()
    opinion: str = ""
    alike: tuple[Alike, ...] = ()
    compared: int = 0


@dataclass(frozen=True)
class Judge:
    """The model that answers.

    Attributes:
        task: its title.
        locked: the operating point that decides; None where none was locked.
        trial: what a trial of its heatmaps has found, in words.
        notes: what holds for each of its answers.
        reach: how far these reach, in sentences.
    """

    name: str
    id: str
    classes: tuple[str, ...]
    task: str
    locked: Locked | None
    data_set: str
    data: DataFacts | None
    training: TrainingFacts
    evaluation: Evaluation | None
    reach: tuple[str, ...]
    notes: tuple[Note, ...]
    trial: str


@dataclass(frozen=True)
class PatientFacts:
    """All that a report of one patient says.

    Attributes:
        written: when, UTC; `version` is the MedApp that did.
        together: the answer for all answered images of the patient; None of one image, and where
            none is answered.
    """

    wanted: Wanted
    written: str
    version: str
    judge: Judge
    images: tuple[Seen, ...]
    together: PatientPrediction | None


def gather_patient(
    workspace: Workspace,
    run: Run,
    model: Model,
    files: Sequence[Path],
    wanted: Wanted,
    names: Sequence[str] = (),
) -> PatientFacts:
    """What the model of a run's head says of the images of one patient.

    Args:
        files: at least one.
        names: what the files are called in the report; their own last names where none are given.

    Raises:
        ExplanationError: no such heatmap method, class or stage.
        ImageError: no image can be read.
        RunError, DataError: siblings are asked for, and the images that the run learned from are
            gone; or a file of the run is damaged.
    """
    named = names or [file.name for file in files]
    asked = (wanted.method, wanted.class_name, wanted.frame, wanted.answers_all, wanted.against)
    found = predict_files(model, files, *asked, wanted.stage)
    known = load_known(run)
    images = tuple(
        replace(
            _look(workspace, run, model, name, prediction, wanted),
            split=find_known_split(prediction, known),
        )
        for name, prediction in zip(named, found, strict=True)
    )
    problems = [seen.prediction.error for seen in images if seen.prediction.error is not None]
    if len(problems) == len(images):
        raise ImageError(f"There is nothing to report. {problems[0]}")
    return PatientFacts(
        wanted=wanted,
        written=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        version=__version__,
        judge=_describe_judge(workspace, run, model, wanted),
        images=images,
        together=_combine(model, images),
    )


def _describe_judge(workspace: Workspace, run: Run, model: Model, wanted: Wanted) -> Judge:
    evaluation = load_decided(run)
    graver = [note for note in evaluation.notes if note.level != "info"] if evaluation else []
    if run.domain and evaluation is None:
        graver = [note_unjudged(run)]
    # A trial reads the method's own stage.
    trial = None if wanted.stage else load_trials(run).get(wanted.method)
    title = METHODS[wanted.method].title + (f" from {wanted.stage}" if wanted.stage else "")
    untried = (
        f"{title} was not tried on this model: whether its maps follow what was learned is unknown."
    )
    return Judge(
        name=name_head(run),
        id=run.id,
        classes=model.classes,
        task=model.task.title,
        locked=model.locked,
        data_set=run.home.name,
        data=gather_data(workspace, run) if run.find_part(SPLIT).exists() else None,
        training=gather_training(workspace, run),
        evaluation=evaluation,
        reach=tuple(describe_memory(run.model_path)),
        notes=(*graver, *model.list_notes()),
        trial=f"{title} on trial: {state_finding(trial)}" if trial else untried,
    )


def _look(
    workspace: Workspace, run: Run, model: Model, name: str, found: Prediction, wanted: Wanted
) -> Seen:
    if found.pixels is None or found.view is None:
        return Seen(name, found)
    preprocess = model.recipe.preprocess
    picture = open_picture(found.file, found.frame)
    drawn, _ = draw_picture(picture, preprocess.value_range, preprocess.windows)
    shown = render_full(drawn, preprocess, LONGEST_PX)
    is_windowed = picture.measured is not None and picture.measured.is_hounsfield
    sight = describe_sight(preprocess, is_windowed)
    if found.refusal is not None:
        return Seen(name, found, sight=sight, picture=_write_png(shown))
    card = describe_map(model, found, wanted.method)
    seen = Seen(
        name,
        found,
        sight=sight,
        picture=_write_png(shown),
        heatmap=_draw_map(found, shown, found.view, wanted.as_contours),
        map_notes=judge_card(card) if card else (),
        opinion=ask_again(model, found.pixels).describe(),
    )
    if not wanted.with_siblings:
        return seen
    alike, compared = _find_alike(workspace, run, model, found, found.pixels)
    return replace(seen, alike=alike, compared=compared)


def _draw_map(found: Prediction, shown: NDArray[np.uint8], view: View, as_contours: bool) -> bytes:
    """The image (H, W) or (H, W, 3) with the prediction's map, as PNG; empty of a blank map."""
    heatmap = found.heatmap
    if heatmap is None or not heatmap.values.any():
        return b""
    height, width = shown.shape[:2]
    x, y = width / found.image_size[0], height / found.image_size[1]
    scaled = View(view.x0 * x, view.y0 * y, view.x1 * x, view.y1 * y)
    return _write_png(draw_map(shown, heatmap.values, scaled, heatmap.strength, as_contours))


def _write_png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return file.getvalue()


def _find_alike(
    workspace: Workspace,
    run: Run,
    model: Model,
    found: Prediction,
    pixels: NDArray[np.uint8],
) -> tuple[tuple[Alike, ...], int]:
    """The most alike training images of the likeliest classes, and of how many."""
    siblings = find_siblings(workspace, run, model, pixels, found.list_likeliest(CLASSES))
    cache = open_cache(workspace)
    alike = [
        Alike(
            name,
            one.distance,
            load_thumbnail(one.sample.path, one.sample.content_hash, cache, frame=one.sample.frame),
        )
        for name, rows in siblings.of_class.items()
        for one in rows
    ]
    return tuple(alike), siblings.compared


def _combine(model: Model, images: Sequence[Seen]) -> PatientPrediction | None:
    rows = [build_row(one.prediction) for one in images]
    rows = [row for row in rows if row.problem is None]
    if len(images) < 2 or not rows:
        return None
    (found,) = combine_rows(rows, ["one"] * len(rows), model.task, model.classes)
    return found
