"""What labelling buys, in a sentence."""

from dataclasses import replace

import pytest

from medapp.studies.travel.record import Declared, Figure, Travel, Tuned
from medapp.studies.travel.words import (
    list_rows,
    name_way,
    state_declared,
    state_labelling,
    state_outcome,
)

START = (0, Figure(0.5, (0.4, 0.6)))


def build_point(count: int, value: float, gain: tuple[float, float]) -> tuple[int, Figure]:
    return count, Figure(value, (value - 0.1, value + 0.1), value - 0.5, gain)


@pytest.fixture
def found() -> Travel:
    return Travel(
        id="1",
        made="",
        run="r",
        run_name="run",
        data_set="d",
        data_set_name="there",
        images=80,
        left_out={},
        classes=("a", "b"),
        mapping={},
        verdict="go",
        reason="",
        distance=0.0,
        site_auroc=None,
        site_interval=None,
        home=None,
        home_shares=(0.5, 0.5),
        scores={},
        closed={},
        notes=(),
        runs={"run x": "Deep CORAL, x"},
    )


def test_what_the_labels_say_is_one_sentence_and_no_gain_that_cannot_be_told(
    found: Travel,
) -> None:
    assert state_outcome(found) == ""
    here, home = Figure(0.5, (0.4, 0.6)), Figure(0.8, (0.7, 0.9))
    unsure = Figure(0.55, (0.45, 0.65), 0.05, (-0.05, 0.15))
    sure = Figure(0.7, (0.6, 0.8), 0.2, (0.1, 0.3))
    read = replace(found, source_only=here, home=home, methods={"coral": unsure}, own_labels=sure)
    assert state_outcome(read) == (
        "The labels there say: balanced accuracy 0.500 [0.400, 0.600] as it is, 0.800 at home."
        " No method without labels can be told apart from that."
        " Learning from all labels there gains +20.0 [+10.0, +30.0] points."
    )
    helped = replace(read, methods={"coral": sure}, own_labels=None)
    assert state_outcome(helped).endswith(" at home. CORAL gains +20.0 [+10.0, +30.0] points.")


def test_the_first_number_that_helps_is_named_and_the_most(found: Travel) -> None:
    points = (
        START,
        build_point(20, 0.6, (-0.1, 0.3)),
        build_point(50, 0.7, (0.05, 0.35)),
        build_point(100, 0.8, (0.2, 0.4)),
    )
    assert state_labelling(replace(found, curve=points)) == [
        "50 labelled images there raise the balanced accuracy from 0.500 to 0.700 (head alone);"
        " 100 raise it to 0.800."
    ]


def test_what_cannot_be_told_is_not_called_a_gain(found: Travel) -> None:
    unsure = replace(found, curve=(START, build_point(20, 0.6, (-0.1, 0.3))))
    (said,) = state_labelling(unsure)
    assert said == (
        "With 20 labelled images there (head alone) no gain can be told: balanced accuracy 0.600,"
        " and 0.500 as it is."
    )
    worse = replace(found, curve=(START, build_point(20, 0.3, (-0.3, -0.1))))
    (said,) = state_labelling(worse)
    assert said.startswith("20 labelled images there make it worse (head alone)")


def test_each_way_that_was_tried_has_a_sentence(found: Travel) -> None:
    curve = (START, build_point(20, 0.7, (0.1, 0.3)))
    assert state_labelling(found) == []
    assert len(state_labelling(replace(found, curve=curve))) == 1
    tuned = Tuned(5, 20, 3, curve)
    said = state_labelling(replace(found, curve=curve, tuned=tuned))
    assert "(head alone)" in said[0]
    assert "(whole network)" in said[1]
    better = Tuned(5, 20, 3, (START, build_point(20, 0.8, (0.2, 0.4))))
    # The surest gain comes first: a page takes that for a title.
    assert "(whole network)" in state_labelling(replace(found, curve=curve, tuned=better))[0]
    ended = Tuned(5, 20, 0, (START,))
    assert len(state_labelling(replace(found, curve=curve, tuned=ended))) == 1


def test_all_figures_are_rows_of_a_table(found: Travel) -> None:
    full = replace(
        found,
        source_only=Figure(0.5, (0.4, 0.6)),
        methods={"coral": Figure(0.6, (0.5, 0.7), 0.1, (0.0, 0.2))},
        curve=(START, build_point(20, 0.7, (0.1, 0.3))),
    )
    heads, *rows = list_rows(full)
    assert all(len(row) == len(heads) for row in rows)
    assert rows[0] == ("The model as it is", "", 0.5, 0.4, 0.6, "", "", "")
    assert rows[1] == ("CORAL", "", 0.6, 0.5, 0.7, 0.1, 0.0, 0.2)
    assert rows[-1][:3] == ("Head alone", 20, 0.7)


def test_a_run_has_its_own_name(found: Travel) -> None:
    assert name_way(found, "run x") == "Deep CORAL, x"
    assert name_way(found, "coral") == "CORAL"
    declared = Declared(30, "run x", 50, Figure(0.7, (0.6, 0.8)), ("a.png",))
    said = state_declared(found, declared)
    assert "Deep CORAL, x" in said
    assert "On the 50 others its balanced accuracy is 0.700 [0.600, 0.800]" in said
