"""What a trial says: no more than its intervals, and what it writes is read again."""

import json
from dataclasses import replace

import pytest

from medapp.explanation.trials.record import (
    STATEMENT,
    Average,
    Flips,
    Hiding,
    Mean,
    Placement,
    Removal,
    Step,
    Trial,
    read_trial,
)
from medapp.explanation.trials.words import (
    judge_trial,
    state_finding,
    state_ground,
    write_signed,
)
from medapp.notes import Note


def mean(value: float, reach: float = 0.05, n: int = 40) -> Mean:
    return Mean(value, (value - reach, value + reach), n)


def build_flips(
    flips: int, controls: int, n: int = 100, gain: float = 0.0, p: float = 1.0
) -> Flips:
    difference = mean((flips - controls) / n, 0.08, n)
    shares = mean(flips / n, n=n), mean(controls / n, n=n)
    return Flips(n, flips, controls, *shares, difference, mean(gain), mean(gain), p)


def build_removal(road: float, gain: float | None) -> Removal:
    ways = mean(0.4 - road), mean(0.4 + road), mean(road)
    return Removal(*ways, None if gain is None else mean(gain), (0.5, 0.3), (0.7, 0.5))


def build_trial() -> Trial:
    """One that passes all."""
    hiding = Hiding("corners", "around", 0.06, build_flips(5, 6), {"a": build_flips(5, 6)})
    return Trial(
        method="gradcam",
        cascade=(Step("head", mean(0.3), mean(0.2), 0), Step("stem", mean(0.1), mean(0.1), 2)),
        edges=mean(0.1),
        shares=(0.2, 0.8),
        removal={
            "map": build_removal(0.2, None),
            "random": build_removal(0.0, 0.2),
            "edges": build_removal(0.1, 0.1),
            "constant": build_removal(0.1, 0.1),
        },
        placement={
            "map": Placement(mean(0.8), mean(0.4), mean(0.3)),
            "point": Placement(mean(0.5), None, None, mean(0.3)),
        },
        cover=mean(0.1),
        shift=mean(0.9),
        noise=mean(0.97),
        mass={"corners": mean(0.02, 0.01)},
        areas={"corners": 0.06},
        hiding=(hiding,),
        averages=(Average("a", None, 40, ((0.0, 1.0), (0.5, 0.25))),),
        blank=0,
        n=40,
        of=90,
        counted="patients",
        units=31,
        size_px=224,
        cells=(7, 7),
        seed=3,
        model_sha256="0" * 64,
        made="2026-11-26T12:00:00+00:00",
        notes=(Note("few", "There are few."),),
    )


def find(trial: Trial, code: str) -> Note:
    return next(note for note in judge_trial(trial) if note.code == code)


def test_what_is_written_is_read_again() -> None:
    found = build_trial()
    assert read_trial(json.loads(json.dumps(found.to_dict()))) == found
    assert found.to_dict()["statement"] == STATEMENT


@pytest.mark.parametrize("damage", [{}, {"cascade": 3}, {"removal": {"map": {"road": 1}}}])
def test_damage_is_told(damage: dict[str, object]) -> None:
    values = {**build_trial().to_dict(), **damage} if damage else {}
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_trial(values)


def test_a_trial_that_passes_says_so_and_rests_on_its_images() -> None:
    found = build_trial()
    assert {note.level for note in judge_trial(found)} == {"info"}
    assert state_finding(found) == "Grad-CAM fails no check on this model."
    assert "40 of 90 test images, drawn by seed 3, at 224 px" in state_ground(found)
    assert "31 patients" in state_ground(found)


@pytest.mark.parametrize(
    ("rank", "level"), [(mean(0.3), "info"), (mean(0.48), "caution"), (mean(0.7), "grave")]
)
def test_a_map_follows_the_weights_only_as_far_as_the_interval_says(rank: Mean, level: str) -> None:
    cascade = (Step("stem", rank, mean(0.1), 0),)
    assert find(replace(build_trial(), cascade=cascade), "trial-weights").level == level


@pytest.mark.parametrize(
    ("gain", "level", "said"),
    [
        (0.02, "caution", "is not shown to tell more than an edge filter"),
        (-0.2, "grave", "tells less than an edge filter"),
        (0.2, "info", "better than an edge filter"),
    ],
)
def test_a_map_is_to_beat_an_edge_filter(gain: float, level: str, said: str) -> None:
    removal = {"map": build_removal(0.2, None), "edges": build_removal(0.2, gain)}
    note = find(replace(build_trial(), removal=removal), "trial-removal")
    assert note.level == level
    assert said in note.text
    assert ("Do not interpret" in note.text) == (level != "info")
    ends = {"grave": "fails one check", "caution": "and one is open.", "info": "on this model."}
    assert ends[level] in state_finding(replace(build_trial(), removal=removal))


def test_hidden_corners_that_change_more_than_elsewhere_are_grave() -> None:
    hiding = Hiding("corners", "around", 0.06, build_flips(31, 6), {"a": build_flips(31, 6)})
    found = replace(build_trial(), hiding=(hiding,))
    note = find(found, "trial-corners")
    assert note.level == "grave"
    assert note.text.startswith("Hiding the corners changes 31 of 100 answers")
    assert "hiding as much elsewhere 6" in note.text
    assert "may use a mark there" in note.text
    said = "Grad-CAM fails no check on this model. The model may use a mark in the corners."
    assert state_finding(found) == said


def test_one_class_is_enough_where_its_probability_falls_and_all_were_looked_at() -> None:
    calm = build_flips(1, 2, 30, p=0.9)
    of_class = {"a": build_flips(6, 0, 21, gain=0.3, p=0.001), "b": calm, "c": calm, "d": calm}
    hiding = Hiding("corners", "around", 0.06, build_flips(9, 8), of_class)
    note = find(replace(build_trial(), hiding=(hiding,)), "trial-corners")
    assert note.level == "grave"
    assert "Of a 6 of 21 against 0" in note.text
    # Of four classes, one below a twentieth by itself is no finding; nor is a fall of 3%.
    for odd in (build_flips(6, 0, 21, gain=0.3, p=0.03), build_flips(6, 0, 21, gain=0.03, p=0.001)):
        quiet = replace(hiding, of_class={**of_class, "a": odd})
        assert find(replace(build_trial(), hiding=(quiet,)), "trial-corners").level == "info"


def test_other_fills_are_figures_and_no_verdicts() -> None:
    hiding = Hiding("corners", "mean", 0.06, build_flips(31, 6), {})
    assert not any(
        note.code == "trial-corners"
        for note in judge_trial(replace(build_trial(), hiding=(hiding,)))
    )


def test_places_stability_mass_and_coarseness_are_said() -> None:
    worse = {
        "map": Placement(mean(0.2), mean(0.1), mean(0.1)),
        "point": Placement(mean(0.5), None, None, mean(-0.3)),
    }
    found = replace(
        build_trial(),
        placement=worse,
        shift=mean(0.3),
        mass={"corners": mean(0.4)},
        cells=(4, 4),
        blank=2,
    )
    assert find(found, "trial-place").level == "grave"
    assert "8 of 40 images" in find(found, "trial-place").text
    assert "shift by 4 px" in find(found, "trial-stability").text
    assert "6% of the image" in find(found, "trial-mass").text
    assert "4 × 4 cells" in find(found, "trial-cells").text
    assert "2 of 40 maps" in find(found, "trial-blank").text


def test_signed_figures_have_a_sign() -> None:
    assert write_signed(Mean(-0.051, (-0.1, 0.002), 5)) == "−0.051 [−0.100, +0.002]"
    assert write_signed(Mean(0.5, None, 1)) == "+0.500"
    assert write_signed(None) == "undefined"
