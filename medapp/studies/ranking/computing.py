"""Sources ranked for a data set: what each sees in the images, scored and resampled by patient.

Only the training and validation splits are read: what is chosen on the test split cannot be judged
on it any more.
"""

import datetime
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medapp.audit.audit import hash_basis
from medapp.audit.questions import ask, number_groups
from medapp.data.catalog import Catalog
from medapp.data.preprocessing import load_preprocess
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError, WeightsError
from medapp.evaluation.intervals import Interval, Z, count_effective, find_wilson
from medapp.evaluation.transferability.order import find_told_apart
from medapp.evaluation.transferability.resampling import Indices, draw_resamples
from medapp.imaging.preprocess import Preprocess
from medapp.runs.seen import find_overlap, list_seen
from medapp.store.workspace import Workspace
from medapp.studies.ranking.candidates import RUN, Candidate, list_candidates, name_baselines
from medapp.studies.ranking.ranking import Ranking, Row, save_ranking
from medapp.studies.ranking.scorers import DECIDING, SCORERS, Score, Scorer, Seen

MOST_IMAGES = 1000  # more change the order little, and take longer
FEWEST = 20  # images of a rare label that are looked at all the same
RESAMPLES = 200
SEED = 0

# Called with what is being done, how much is done and how much there is of that; an error that the
# function raises stops the ranking.
OnRanking = Callable[[str, int, int], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Ground:
    """The images that sources are asked about.

    Attributes:
        samples: (N,) of training and validation.
        questions: rows (n,) of the samples, and their labels, of each question.
        groups: (N,) equal for images of one patient or one picture.
        draws: resamples of the N rows, the same for all sources.
        least: how many groups the rarest class has.
        left_out: how many more samples there are.
        everything: all samples of the data set, of the test split too; of these nothing is known
            here but which images and patients they are.
    """

    samples: Sequence[Sample]
    questions: Sequence[tuple[Indices, NDArray[np.int64]]]
    groups: NDArray[np.int64]
    draws: Sequence[Indices]
    least: int
    left_out: int
    everything: Sequence[Sample]


def rank_sources(
    workspace: Workspace,
    data_set: DataSet,
    sources: Sequence[str] = (),
    image_size: int | None = None,
    on_progress: OnRanking | None = None,
    most_images: int = MOST_IMAGES,
) -> Ranking:
    """Score what can be started from, and keep the ranking.

    Args:
        sources: as recipes name them; without any, all that are on this machine.
        most_images: so many are looked at, of as many patients as can be.

    Raises:
        DataError: too few images or patients to tell anything.
        WeightsError: a source that was named is not there.
        ImageError: an image is missing, damaged, or not the one that was registered.
    """
    started = time.perf_counter()
    candidates = list_candidates(workspace, data_set, sources)
    ground = _lay_ground(workspace, data_set, most_images)
    preprocess = load_preprocess(data_set)
    if image_size is not None:
        preprocess = preprocess.model_copy(update={"image_size": image_size})
    rows, replicates = _score_all(workspace, data_set, candidates, ground, preprocess, on_progress)
    ranked = _order(rows, replicates)
    ranking = Ranking(
        data_set=data_set.uid,
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        basis=hash_basis(Catalog(workspace), data_set),
        images=len(ground.samples),
        units=int(ground.groups.max()) + 1,
        counted="patients" if any(s.patient is not None for s in ground.samples) else "images",
        left_out=ground.left_out,
        image_size=preprocess.image_size,
        seconds=time.perf_counter() - started,
        rows=(*ranked, *(row for row in rows if row.reason)),
    )
    save_ranking(workspace, ranking)
    return ranking


def _score_all(
    workspace: Workspace,
    data_set: DataSet,
    candidates: Sequence[Candidate],
    ground: _Ground,
    preprocess: Preprocess,
    on_progress: OnRanking | None,
) -> tuple[list[Row], dict[str, Floats]]:
    """A row for each candidate, and of those with scores the deciding one's replicates."""
    rows: list[Row] = []
    replicates: dict[str, Floats] = {}
    for candidate in candidates:

        def tell(done: int, total: int, title: str = candidate.title) -> None:
            if on_progress is not None:
                on_progress(title, done, total)

        tell(0, len(ground.samples))
        row = _start_row(candidate, candidates)
        reason = _find_reason(workspace, data_set, candidate, ground.everything)
        if not reason:
            try:
                found = _score(workspace, data_set, candidate, ground, preprocess, tell)
                replicates[row.source] = found[DECIDING][1]
                row = replace(row, scores=_summarise(found, ground.least))
            except WeightsError as error:
                reason = str(error)
        rows.append(replace(row, reason=reason))
    return rows, replicates


def _lay_ground(workspace: Workspace, data_set: DataSet, most_images: int) -> _Ground:
    """The images that are looked at, what is asked of them, and how they are drawn anew."""
    loaded = Catalog(workspace).load_samples(data_set)
    known = [sample for sample in loaded if sample.split != "test"]
    samples = _choose(known, most_images)
    questions = list(ask(data_set, samples)) if samples else []
    if not questions:
        raise DataError(
            f"The training and validation splits of {data_set.name} hold too few images to rank"
            " sources by.",
            remedy="Of at least two classes there must be images of five patients each.",
        )
    at = {sample.id: row for row, sample in enumerate(samples)}
    asked = [(np.array([at[s.id] for s in q.samples], np.intp), q.labels) for q in questions]
    groups = number_groups(samples)
    strata = np.unique([sample.label for sample in samples], return_inverse=True)[1]
    least = min(
        len(set(question.groups[question.labels == answer]))
        for question in questions
        for answer in range(len(question.classes))
    )
    draws = draw_resamples(groups, strata, RESAMPLES, SEED)
    left_out = len(known) - len(samples)
    return _Ground(samples, asked, groups, draws, least, left_out, loaded)


def _choose(samples: Sequence[Sample], most: int) -> list[Sample]:
    """So many of the samples, about: labels in their shares, and images of as many patients as can
    be, because more of one patient tell little more.
    """
    if len(samples) <= most:
        return list(samples)
    random = np.random.default_rng(SEED)
    groups = number_groups(samples)
    labels = np.unique([sample.label for sample in samples], return_inverse=True)[1]
    chosen: list[int] = []
    for label in range(int(labels.max()) + 1):
        rows = random.permutation(np.flatnonzero(labels == label))
        seen: Counter[int] = Counter()
        # How many images of its patient come before each.
        turns = []
        for row in rows:
            turns.append(seen[groups[row]])
            seen[groups[row]] += 1
        share = -(-most * len(rows) // len(samples))
        wanted = max(share, min(len(rows), FEWEST))
        chosen += rows[np.argsort(turns, kind="stable")[:wanted]].tolist()
    return [samples[row] for row in sorted(chosen)]


def _start_row(candidate: Candidate, candidates: Sequence[Candidate]) -> Row:
    baselines = name_baselines(candidates)
    names = tuple(name for name, source in baselines.items() if source == candidate.source)
    parameters = candidate.parameters
    facts = (candidate.source, candidate.title, candidate.trained_on, parameters)
    return Row(*facts, {}, baselines=names)


def _find_reason(
    workspace: Workspace, data_set: DataSet, candidate: Candidate, samples: Sequence[Sample]
) -> str:
    """Why a source has no place among the others: it learned from these very images.

    Args:
        samples: all of the data set: a model that has seen test images, or images that are not
            looked at here, cannot be judged on this data set either.
    """
    if not candidate.source.startswith(RUN):
        return ""
    seen = list_seen(workspace, candidate.source)
    is_same = any(image.data_set == data_set.uid for image in seen)

    def count(some: Sequence[Sample]) -> int:
        overlap = find_overlap(some, seen)
        return overlap.copies + overlap.patients * is_same

    known = count(samples)
    if not known:
        return ""
    tests = count([sample for sample in samples if sample.split == "test"])
    what = "its score" if not tests else "a test figure" if tests == known else "any figure"
    of_test = f", {tests:,} of them in the test split" if tests else ""
    return (
        f"It has learned from {known:,} of these {len(samples):,} images or their patients"
        f"{of_test}, so {what} would flatter it."
    )


def _score(
    workspace: Workspace,
    data_set: DataSet,
    candidate: Candidate,
    ground: _Ground,
    preprocess: Preprocess,
    on_progress: Callable[[int, int], None],
) -> dict[str, tuple[float, Floats]]:
    """Of each scorer that can be asked its value, and its values (B,) on the resamples."""
    # Imported here, because a page that shows a ranking does without torch.
    from medapp.studies.ranking.seeing import see

    features, classes = see(workspace, data_set, ground.samples, candidate, preprocess, on_progress)
    seen = [
        Seen(
            features[rows],
            None if classes is None else classes[rows],
            labels,
            ground.groups[rows],
        )
        for rows, labels in ground.questions
    ]
    found = {}
    # Each counts as one step, so that a stop is heard between them.
    for number, (name, scorer) in enumerate(SCORERS.items()):
        on_progress(number, len(SCORERS))
        result = _ask_scorer(scorer, seen, ground)
        if result is not None:
            found[name] = result
    return found


def _ask_scorer(
    scorer: Scorer, seen: Sequence[Seen], ground: _Ground
) -> tuple[float, Floats] | None:
    """The mean of a score over the questions, and on each resample; None where it has none."""
    scores: list[Score] = []
    for each in seen:
        score = scorer.prepare(each)
        if score is None:
            return None
        scores.append(score)
    whole = [np.arange(len(each.labels)) for each in seen]
    value = float(np.mean([score(rows) for score, rows in zip(scores, whole, strict=True)]))
    drawn = [
        [score(rows) for score, rows in zip(scores, places, strict=True)]
        for places in _place_draws(ground)
    ]
    return value, np.nanmean(np.array(drawn), axis=1)


def _place_draws(ground: _Ground) -> Iterator[list[Indices]]:
    """Of each resample the rows of every question, numbered within the question."""
    places = []
    for rows, _ in ground.questions:
        place = np.full(len(ground.samples), -1, np.intp)
        place[rows] = np.arange(len(rows))
        places.append(place)
    for draw in ground.draws:
        placed = [place[draw] for place in places]
        yield [rows[rows >= 0] for rows in placed]


def _summarise(
    found: dict[str, tuple[float, Floats]], least: int
) -> dict[str, tuple[float, Interval]]:
    return {
        name: (value, _find_interval(value, drawn, SCORERS[name].is_auroc, least))
        for name, (value, drawn) in found.items()
    }


def _find_interval(value: float, drawn: Floats, is_auroc: bool, least: int) -> Interval:
    """The 95% interval from the spread over resamples; an AUROC's stays within 0 and 1.

    Resampled images are there twice, which a fit mistakes for certainty: the resamples tell how far
    a score varies, and not where it lies.
    """
    spread = float(drawn.std(ddof=1))
    if not is_auroc:
        return value - Z * spread, value + Z * spread
    witnesses = least if spread > 0 else 0
    return find_wilson(value, count_effective(value, spread**2, witnesses, least))


def _order(rows: Sequence[Row], replicates: dict[str, Floats]) -> list[Row]:
    """The rows that have a deciding score, the highest first, with what tells them apart."""
    ranked = sorted((row for row in rows if not row.reason), key=lambda row: -row.value)
    values = np.array([row.value for row in ranked])
    drawn = np.array([replicates[row.source] for row in ranked]).T
    told = find_told_apart(values, drawn)
    ordered = []
    for number, row in enumerate(ranked):
        apart = tuple(ranked[other].source for other in np.flatnonzero(told[number]))
        difference = None
        if number:
            gap = float(values[number] - values[0])
            half = Z * float((drawn[:, number] - drawn[:, 0]).std(ddof=1))
            difference = (gap, (gap - half, gap + half))
        ordered.append(replace(row, apart_from=apart, difference=difference))
    return ordered
