"""The test images that a run's model is most at odds with: in figures, and small where asked for.

What leaves here names no file and no patient.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medapp.data.catalog import Catalog
from medapp.data.samples import Sample
from medapp.errors import DataError, ImageError
from medapp.evaluation.words import write_probability
from medapp.imaging.thumbnails import load_thumbnail
from medapp.reports.document import (
    Block,
    Notice,
    Paragraph,
    Picture,
    Pictures,
    Section,
    build_table,
)
from medapp.runs.decided import find_decide, list_decided_rows
from medapp.runs.failures import rank_wrong
from medapp.runs.results import Evidence, load_evidence
from medapp.runs.run import Run
from medapp.store.cache import Cache, open_cache
from medapp.store.workspace import Workspace
from medapp.task.thresholds import THRESHOLD

MOST = 12
SHARE = "This report shows test images. Share it only with those who may see them."


@dataclass(frozen=True)
class Failure:
    """One test image.

    Attributes:
        label, prediction: in words.
        said: the probabilities of what is wrong, in words.
        picture: a small JPEG; empty where it was not asked for, or cannot be read.
    """

    label: str
    prediction: str
    said: str
    picture: bytes = b""


@dataclass(frozen=True)
class Failures:
    """What a model does wrong on its test split.

    Attributes:
        n, wrong: test images, and how many are decided otherwise than their labels say.
        worst: at most `MOST` of the wrong ones, the highest loss first.
        with_images: pictures were asked for.
    """

    n: int
    wrong: int
    worst: tuple[Failure, ...]
    with_images: bool = False


def gather_failures(workspace: Workspace, run: Run, with_images: bool = False) -> Failures | None:
    """The failures of a run's head; None where no predictions were kept.

    Raises:
        RunError: its predictions are damaged.
    """
    evaluation = run.load_evaluation()
    evidence = load_evidence(run)
    if evaluation is None or evidence is None:
        return None
    rows = list_decided_rows(run)
    decide = find_decide(run, evaluation)
    ranked = rank_wrong(evidence, evaluation.thresholds, decide)
    pictures = _load_pictures(workspace, run, rows, ranked[:MOST]) if with_images else {}
    task = evidence[-1]
    worst = tuple(
        Failure(
            task.say_label(rows[i]["label"]),
            rows[i]["prediction"],
            _write_wrong(evidence, evaluation.thresholds, rows[i], i),
            pictures.get(i, b""),
        )
        for i in ranked[:MOST]
    )
    return Failures(len(rows), len(ranked), worst, with_images)


def build_failures(found: Failures | None) -> Section:
    """The worst of them as a table, or as small pictures."""
    if found is None:
        said = "No predictions were kept, so the images that were misjudged are not known."
        return Section("Failures", (Paragraph(said),))
    blocks: list[Block] = []
    are = "is" if found.wrong == 1 else "are"
    text = f"Of {found.n:,} test images, {found.wrong:,} {are} decided otherwise than labelled."
    if found.worst:
        text += " Below, those that the model is most at odds with, the worst first."
    blocks.append(Paragraph(text))
    shown = [one for one in found.worst if one.picture]
    if shown:
        blocks.append(Notice("caution", SHARE))
        blocks.append(Pictures(tuple(map(_build_picture, shown))))
    if found.with_images and len(shown) < len(found.worst):
        lost = len(found.worst) - len(shown)
        blocks.append(Paragraph(f"{lost:,} of them cannot be shown: their files are gone."))
    if found.worst and not shown:
        rows = [(i, one.label, one.prediction, one.said) for i, one in enumerate(found.worst, 1)]
        head = ("Rank", "Label", "Prediction", "Probabilities")
        blocks.append(build_table(head, rows, f"n = {found.n:,} test images.", left=4))
    return Section("Failures", tuple(blocks))


def _build_picture(one: Failure) -> Picture:
    return Picture(one.picture, f"Label: {one.label}", (f"Prediction: {one.prediction}", one.said))


def _write_wrong(
    evidence: Evidence, thresholds: Sequence[float], row: Mapping[str, Any], index: int
) -> str:
    """The probabilities of the label and the prediction; of findings, of those that are wrong."""
    probabilities, targets, classes, _, task = evidence
    if task.has_several:
        limits = thresholds or (THRESHOLD,) * len(classes)
        names = [
            name
            for c, name in enumerate(classes)
            if targets[index][c] == float(probabilities[index][c] < limits[c])
        ]
    else:
        names = list(dict.fromkeys([row["prediction"], *task.list_labels(row["label"])]))
    known = {name: probabilities[index][c] for c, name in enumerate(classes)}
    return ", ".join(f"{name} {write_probability(known[name])}" for name in names if name in known)


def _load_pictures(
    workspace: Workspace, run: Run, rows: Sequence[Mapping[str, Any]], wanted: Sequence[int]
) -> dict[int, bytes]:
    catalog = Catalog(workspace)
    try:
        data_set = catalog.find_chosen(run.home.id, run.home.name)
    except DataError:
        return {}
    samples = {s.content_hash: s for s in catalog.load_samples(data_set, with_left_out=True)}
    cache = open_cache(workspace)
    known = [(i, samples.get(rows[i]["content_hash"])) for i in wanted]
    return {i: picture for i, sample in known for picture in _load_picture(sample, cache)}


def _load_picture(sample: Sample | None, cache: Cache) -> Iterator[bytes]:
    """The small picture of a sample; nothing where its file is gone or another one."""
    if sample is None:
        return
    try:
        yield load_thumbnail(sample.path, sample.content_hash, cache, frame=sample.frame)
    except ImageError:
        return
