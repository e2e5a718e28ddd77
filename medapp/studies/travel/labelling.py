"""What labelling buys: figures of models that learn from ever more labelled images there.

What this module does not know: how a model learns from them.
"""

from collections.abc import Callable, Sequence

import numpy as np

from medapp.evaluation.comparison import average_seeds, subtract_means
from medapp.studies.travel.judging import Truth, judge
from medapp.studies.travel.record import Figure
from medapp.studies.travel.sides import Indices, Mask
from medapp.training.folds import draw_folds

COUNTS = (20, 50, 100, 200)  # labelled images
DRAWS = 5  # of so many labelled images, whose figures are averaged

# The labelled rows, which rows are judged, and the drawing's number to decisions (J,) for the
# latter, as indices of the run's classes; None where nothing can be learned from these labels.
Learn = Callable[[Indices, Mask, int], Indices | None]
# Whether there is time to learn from so many images.
HasTime = Callable[[int], bool]


def trace_labels(
    truth: Truth,
    own: Indices,
    learn: Learn,
    has_time: HasTime = lambda count: True,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[tuple[int, Figure]]:
    """Numbers of labelled images and the figure of what learns from them.

    One half of the patients is judged throughout; from the other half so many images are drawn,
    patient by patient, several times, and the figures are averaged. The doubt over drawings is in
    the interval of the gain. 0 is the run's own model. A number that the half does not hold is left
    out; where time ends, what was learned until then is what there is.

    Args:
        own: (M,) decisions of the run's own model.
        draws: the most drawings of each number.
    """
    is_judged = draw_folds([str(g) for g in truth.groups], truth.labels, 2, seed) == 0
    pool = np.flatnonzero(~is_judged)
    held = truth.take(is_judged)
    if not len(pool) or len(np.unique(held.labels)) < 2:
        return []
    learned: dict[int, list[Indices]] = {}
    for draw, count in list_lessons(len(pool), draws):
        if not has_time(count):
            break
        rows = draw_rows(truth, pool, count, [seed, draw])
        decided = learn(rows, is_judged, draw)
        if decided is not None:
            learned.setdefault(count, []).append(decided)
    start = (0, judge(held, own[is_judged]))
    return [start, *((n, _average(held, learned[n], own[is_judged])) for n in sorted(learned))]


def list_lessons(room: int, draws: int) -> list[tuple[int, int]]:
    """Drawing and number of labelled images of each training; every number once, then again."""
    counts = [count for count in COUNTS if count <= room]
    return [(draw, count) for draw in range(draws) for count in counts]


def draw_rows(truth: Truth, pool: Indices, count: int, seed: Sequence[int]) -> Indices:
    """About so many rows of a pool, whole patients in mixed order until there are enough."""
    random = np.random.default_rng(seed)
    names = random.permutation(np.unique(truth.groups[pool]))
    place = {name: number for number, name in enumerate(names.tolist())}
    order = np.array([place[group] for group in truth.groups[pool].tolist()])
    return np.sort(pool[np.argsort(order, kind="stable")][:count])


def _average(held: Truth, drawn: Sequence[Indices], own: Indices) -> Figure:
    """The mean over drawings, which share their judged images."""
    each = [held.estimate(decided) for decided in drawn]
    mean = average_seeds(each)
    gain = subtract_means(each, [held.estimate(own)])
    return Figure(mean.value, mean.interval, gain.value, gain.interval)
