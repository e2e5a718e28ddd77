from dataclasses import replace

from evaluation.stress.test_record import build_stress

from medapp.evaluation.stress.limits import find_limits
from medapp.evaluation.stress.record import Figure
from medapp.evaluation.stress.words import (
    describe_level,
    list_columns,
    state_finding,
    state_ground,
    state_limit,
    state_noticing,
    state_references,
)


def say_limits(floor: float | None = None) -> dict[str, str]:
    found = build_stress()
    return {each.fault: state_limit(found, each, floor) for each in find_limits(found, floor)}


def test_how_far_a_fault_may_go_is_said_with_its_unit() -> None:
    said = say_limits()
    assert said["blur"] == "Blur: holds to 1 px; falls below 0.800 from 2 px on"
    assert said["jpeg"] == "JPEG: holds to quality 5, the most that was tried"
    assert said["noise"] == (
        "Noise: falls below 0.800 from 2 grey levels on, the least that was tried"
    )
    assert said["darker"] == (
        "Darker (gamma): whether it holds 0.800 cannot be told at any strength"
    )
    assert say_limits(0.5)["blur"] == "Blur: holds to 2 px; beyond, it cannot be told"


def test_the_finding_names_what_is_told_and_no_more() -> None:
    assert state_finding(build_stress()) == (
        "Balanced accuracy is 0.900 [0.800, 0.950] without a change; it falls below 0.800 by blur"
        " and noise and holds to the strongest change of JPEG."
    )
    assert "nothing to fall from" in state_finding(build_stress(), 0.9)
    untold = replace(build_stress(), faults={"darker": build_stress().faults["darker"]})
    assert "can be told neither to hold 0.800 nor to fall" in state_finding(untold)
    undefined = replace(build_stress(), plain=replace(build_stress().plain, figure=None))
    assert "is undefined" in state_finding(undefined)


def test_whether_the_model_notices_is_said_of_the_first_strength_that_falls() -> None:
    found = build_stress()
    blur, jpeg, noise, _ = find_limits(found)
    assert state_noticing(found, blur).startswith("At 2 px the model notices: 90% [80%, 95%]")
    assert state_noticing(found, jpeg) == ""
    for share, words in ((0.1, "At 2 grey levels most go unnoticed"), (0.5, "At 2 grey levels, ")):
        assert noise.falls is not None
        level = replace(noise.falls, unlike=Figure(share, (share - 0.1, share + 0.1)))
        assert state_noticing(found, replace(noise, falls=level)).startswith(words)


def test_a_figure_stands_with_its_ground() -> None:
    assert "balanced accuracy of 0.500" in state_references(build_stress())
    ground = state_ground(build_stress())
    assert ground.startswith("60 of 200 test images, whole patients drawn by seed 3, at 64 px;")
    assert "over 31 patients" in ground
    assert "Without a change, 10% [5%, 20%] are called unlike" in ground
    assert state_ground(build_stress(200)).startswith("All 200 test images, at 64 px;")


def test_a_row_has_a_cell_a_column() -> None:
    found = build_stress()
    cells = describe_level(found, "blur", found.faults["blur"][0])
    assert cells[0] == "0.5 px"
    assert cells[3] == "10% [5%, 20%]"
    assert len(cells) == len(list_columns(found))
