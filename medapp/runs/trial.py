"""A trial of a run's heatmaps on its test images: are they worth looking at?"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from medapp.data.pixels import load_square
from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.evaluation.patients import number_units
from medapp.explanation.methods import find_method
from medapp.explanation.trials.asking import hide_regions, mark_regions
from medapp.explanation.trials.by_class import judge_classes
from medapp.explanation.trials.mass import average_maps, measure_mass
from medapp.explanation.trials.means import measure_mean
from medapp.explanation.trials.randomisation import randomise
from medapp.explanation.trials.record import Hiding, Mean, Trial
from medapp.explanation.trials.removal import SHARES
from medapp.explanation.trials.similarity import correlate_ranks
from medapp.explanation.trials.stability import Explain, compare_noisy, compare_shifted
from medapp.explanation.trials.trying import (
    SIGNED,
    UNIT,
    Shown,
    Subject,
    compare_removal,
    count_blank,
    draw_controls,
    follow_all,
    follow_cascade,
    place_all,
)
from medapp.imaging.geometry import Box
from medapp.prediction.card import build_explain
from medapp.prediction.model import Model, load_model
from medapp.runs.asking import choose_samples, count_asked
from medapp.runs.caveats import add_caveats
from medapp.runs.evaluate import find_split
from medapp.runs.events import TestRead
from medapp.runs.judging import judge, load_squares
from medapp.runs.results import load_trials, save_trial
from medapp.runs.run import Run
from medapp.store.files import hash_file
from medapp.store.job import Tell
from medapp.store.threads import map_threaded
from medapp.store.workspace import Workspace
from medapp.training.seeds import seed_of

IMAGES = 100  # at most, where no number is asked for
# At most, on which regions are hidden: no map is drawn for that, and a mark that some images of one
# class have is seen on many alone.
HIDDEN = 300
METHOD = "gradcam"
REASON = "asked for heatmaps, to see what they are worth"


def try_heatmaps(
    workspace: Workspace,
    run: Run,
    images: int = IMAGES,
    method: str = METHOD,
    seed: int = 0,
    on_progress: Tell | None = None,
) -> Trial:
    """Put a run's heatmaps on trial, keep what came of it, and count the look at the test split.

    What was asked before is given again, and no image is looked at.

    Args:
        images: how many at most, drawn by the seed; 0 takes all. Regions are hidden on up to
            `HIDDEN`, or as many if that is more.
        method: a key of `METHODS`.

    Raises:
        ExplanationError: there is no such method.
        RunError: the run has no model or no test images, its images have changed, or no heatmap can
            be drawn of its model.
    """
    find_method(method)
    if images < 0:
        raise RunError("Images must be 0 or more.", remedy="Choose another number.")
    path = run.require_model()
    kept = load_trials(run).get(method)
    if kept is not None and (kept.n, kept.seed) == (count_asked(images, kept.of), seed):
        return kept
    model = _load_explained(run)
    tell = on_progress or (lambda *_: None)
    data_set, everything = find_split(workspace, run, "test")
    samples = choose_samples(everything, images, seed)
    tell("Drawing heatmaps", 0, len(samples))

    def show(part: Sequence[Sample]) -> Shown:
        pixels = load_squares(workspace, model, data_set, part).take()
        return build_shown(model, pixels, part, seed)

    shown = show(samples)
    with run.lock():
        run.append_event(TestRead(reason=REASON, domain=run.domain))
    subject = _draw_maps(model, method, shown)
    found = judge(samples, shown.probabilities, model.classes, model.task, model.thresholds)
    # Looks are counted by the whole split.
    is_of = replace(found, split="test", dataset=data_set.name)
    notes = add_caveats(workspace, run, is_of, everything, data_set).notes
    trial = _try(model, method, subject, samples, seed, tell)
    more = choose_samples(everything, images and max(images, HIDDEN), seed)
    trial = replace(
        trial,
        hiding=_find_hiding(run, len(more), seed)
        or _hide(shown if len(more) == len(samples) else show(more), tell),
        of=len(everything),
        counted=found.counted,
        units=found.units,
        model_sha256=hash_file(path),
        notes=notes,
    )
    with run.lock():
        save_trial(run, trial)
    return trial


def _find_hiding(run: Run, n: int, seed: int) -> tuple[Hiding, ...]:
    """What hiding regions of so many images did, as asked with another method; empty if never.

    No map has a part in it.
    """
    known = [each.hiding for each in load_trials(run).values() if each.seed == seed]
    return next((hiding for hiding in known if hiding and hiding[0].of_all.n == n), ())


def _hide(shown: Shown, tell: Tell) -> tuple[Hiding, ...]:
    return hide_regions(shown, mark_regions(shown), tell)


def _load_explained(run: Run) -> Model:
    """A run's model, of which heatmaps can be drawn."""
    model = load_model(run.require_model())
    if model.network.unexplained:
        raise RunError(
            f"Run {run.name} has no heatmaps to try. {model.network.unexplained}",
            remedy="Choose a run whose model is another network.",
        )
    return model


def build_shown(
    model: Model, pixels: NDArray[np.uint8], samples: Sequence[Sample], seed: int
) -> Shown:
    """Images as a model is shown them, and what it says of each."""
    probabilities = model.predict(pixels)
    limits = np.array(model.thresholds) if model.thresholds else None
    picks = np.asarray(model.task.pick(probabilities, limits), dtype=np.intp)
    preprocess = model.recipe.preprocess
    views = [square.view for square in map_threaded(lambda s: load_square(s, preprocess), samples)]
    size = pixels.shape[1]
    contents = [
        view.to_square(Box("", 0, 0, sample.width, sample.height), size)
        for view, sample in zip(views, samples, strict=True)
    ]
    boxes = [
        [
            view.to_square(box, size)
            for box in sample.boxes
            if box.label not in model.classes or box.label == model.classes[pick]
        ]
        for view, sample, pick in zip(views, samples, picks, strict=True)
    ]
    units, _, _ = number_units([sample.patient for sample in samples], len(samples))
    return Shown(
        pixels=pixels,
        contents=contents,
        boxes=boxes,
        classes=model.classes,
        picks=picks,
        units=units,
        seeds=[seed_of(seed, sample.content_hash) for sample in samples],
        probabilities=probabilities,
        answer=model.predict,
        decide=lambda rows: model.task.decide(rows, limits),
    )


def _draw_maps(model: Model, method: str, shown: Shown) -> Subject:
    """The maps of what a model predicts of the images that it was shown."""
    explain = build_explain(model, method)
    _, first = model.explain(shown.pixels[:1], method)
    facts = {field.name: getattr(shown, field.name) for field in fields(Shown)}
    return Subject(
        **facts, cells=first[0].cells, maps=explain(shown.pixels, shown.picks), explain=explain
    )


def _try(
    model: Model,
    method: str,
    subject: Subject,
    samples: Sequence[Sample],
    seed: int,
    tell: Tell,
) -> Trial:
    """All checks, one after the other; what they rest on is filled in by whoever knows it."""
    units = subject.units
    controls = draw_controls(subject)
    placement, cover = place_all(subject, controls)
    regions = mark_regions(subject)
    shift, noise = _measure_stability(subject, tell)
    labels = [subject.classes[index] for index in subject.picks]
    random = _explain_cascade(model, method, seed)
    cascade = follow_cascade(subject, random, _count_parts(model), tell)
    curves = follow_all(subject, controls, tell)
    return Trial(
        method=method,
        cascade=cascade,
        edges=measure_mean(correlate_ranks(subject.maps, controls["edges"]), units, SIGNED),
        shares=SHARES,
        removal=compare_removal(subject, curves),
        classes=judge_classes(subject, curves),
        placement=placement,
        cover=cover,
        shift=shift,
        noise=noise,
        mass={
            name: measure_mean(measure_mass(subject.maps, masks), units, UNIT)
            for name, masks in regions.items()
            if name != "box"
        },
        areas={name: float(m.mean()) for name, m in regions.items() if name != "box"},
        hiding=(),
        averages=average_maps(subject.maps, labels, [sample.site for sample in samples]),
        blank=int((~subject.shows).sum()),
        n=len(samples),
        of=len(samples),
        counted="images",
        units=len(np.unique(units)),
        size_px=subject.size_px,
        cells=subject.cells,
        seed=seed,
        model_sha256="",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _measure_stability(subject: Subject, tell: Tell) -> tuple[Mean, Mean]:
    """How far maps stay when images are shifted, and under noise; a map gone blank counts as 0."""
    title = "Changing images a little"
    asked = (subject.explain, subject.pixels, subject.maps, subject.picks)
    tell(title, 0, 2)
    shifted = count_blank(subject, compare_shifted(*asked))
    tell(title, 1, 2)
    noisy = count_blank(subject, compare_noisy(*asked, subject.seeds))
    tell(title, 2, 2)
    units = subject.units
    return measure_mean(shifted, units, SIGNED), measure_mean(noisy, units, SIGNED)


def _explain_cascade(model: Model, method: str, seed: int) -> Iterator[tuple[str, Explain]]:
    for part, network in randomise(model.network, seed):
        yield part, build_explain(replace(model, network=network), method)


def _count_parts(model: Model) -> int:
    parts = (model.network.head, model.network.pool, *(stage for _, stage in model.network.stages))
    return sum(any(True for _ in part.parameters()) for part in parts)
