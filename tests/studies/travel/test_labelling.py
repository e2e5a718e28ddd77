"""What labelling buys: drawings, their order, and what is learned from them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.studies.travel.heads import teach_head
from medapp.studies.travel.judging import Truth
from medapp.studies.travel.labelling import Learn, draw_rows, list_lessons, trace_labels


def learn_from(truth: Truth, features: NDArray[np.float32]) -> Learn:
    """A head over these features."""

    def learn(
        rows: NDArray[np.int64], is_judged: NDArray[np.bool_], draw: int
    ) -> NDArray[np.int64] | None:
        found = teach_head(
            features[rows], truth.labels[rows], truth.groups[rows], features[is_judged], 2
        )
        return None if found is None else found.argmax(1)

    return learn


def test_copies_and_patients_stay_together_where_labels_are_drawn() -> None:
    groups = np.repeat(np.arange(30), 4)
    truth = Truth(np.arange(120) % 2, groups)
    rows = draw_rows(truth, np.arange(120), 20, [0])
    assert len(rows) == 20
    assert set(np.bincount(groups[rows], minlength=30)) == {0, 4}
    again = draw_rows(truth, np.arange(120), 20, [0])
    assert rows.tolist() == again.tolist()


def test_what_labelling_buys() -> None:
    """Classes that the model cannot tell, and a head with labels can."""
    random = np.random.default_rng(1)
    labels = np.arange(240) % 2
    features = random.normal(size=(240, 8)).astype(np.float32)
    features[:, 0] += 4 * labels
    truth = Truth(labels, np.arange(240))
    own = random.integers(0, 2, 240)
    curve = trace_labels(truth, own, learn_from(truth, features))
    assert [count for count, _ in curve] == [0, 20, 50, 100]  # half is judged, so 200 are not there
    figures = [figure.balanced_accuracy for _, figure in curve]
    assert figures[0] == pytest.approx(0.5, abs=0.12)
    assert figures[1] > 0.85
    assert figures[3] > 0.95
    assert curve[3][1].gain == pytest.approx(figures[3] - figures[0])


def test_every_number_comes_once_before_any_comes_twice() -> None:
    assert list_lessons(60, 2) == [(0, 20), (0, 50), (1, 20), (1, 50)]
    assert list_lessons(19, 3) == []


def test_where_time_ends_there_is_what_was_learned_until_then() -> None:
    truth = Truth(np.arange(240) % 2, np.arange(240))
    asked: list[int] = []

    def has_time(count: int) -> bool:
        asked.append(count)
        return len(asked) <= 2

    def learn(
        rows: NDArray[np.int64], is_judged: NDArray[np.bool_], draw: int
    ) -> NDArray[np.int64]:
        # Right about everything from 50 labels on, and about one class with 20.
        return truth.labels[is_judged] * (len(rows) >= 50)

    curve = trace_labels(truth, np.zeros(240, np.int64), learn, has_time)
    assert [(count, figure.balanced_accuracy) for count, figure in curve] == [
        (0, 0.5),
        (20, 0.5),
        (50, 1.0),
    ]
    assert asked == [20, 50, 100]


def test_drawings_that_disagree_make_a_gain_less_sure() -> None:
    truth = Truth(np.arange(240) % 2, np.arange(240))
    own = np.zeros(240, np.int64)

    def trace(is_moody: bool) -> tuple[float, float]:
        def learn(
            rows: NDArray[np.int64], is_judged: NDArray[np.bool_], draw: int
        ) -> NDArray[np.int64]:
            labels = truth.labels[is_judged]
            count = len(labels) * (3 + (draw % 2 if is_moody else 0.5)) / 5
            return np.where(np.arange(len(labels)) < count, labels, 1 - labels)

        interval = trace_labels(truth, own, learn, draws=4)[1][1].gain_interval
        assert interval is not None
        return interval

    steady, moody = trace(is_moody=False), trace(is_moody=True)
    assert moody[1] - moody[0] > 1.2 * (steady[1] - steady[0])
