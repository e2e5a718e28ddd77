import json

import pytest

from medapp.evaluation.robustness.record import Figure, Robustness, read_robustness
from medapp.evaluation.robustness.words import state_finding, state_ground, state_references
from medapp.notes import Note


def build_robustness(n: int = 60) -> Robustness:
    def point(value: float) -> dict[str, Figure]:
        bounds = (max(0.0, value - 0.1), value + 0.05)
        return {"balanced_accuracy": Figure(value, bounds), "accuracy": Figure(value, None)}

    return Robustness(
        figure="balanced_accuracy",
        chance=0.5,
        majority=0.5,
        levels=(0.0, 1.0, 8.0),
        figures={
            "fgsm": (point(0.9), point(0.8), point(0.6)),
            "pgd": (point(0.9), point(0.7), point(0.2)),
        },
        n=n,
        of=200,
        counted="patients",
        units=31,
        steps=10,
        seed=3,
        model_sha256="0" * 64,
        made="2026-11-26T12:00:00+00:00",
        notes=(Note("few", "There are few."),),
    )


def test_what_is_written_is_read_again() -> None:
    found = build_robustness()
    assert read_robustness(json.loads(json.dumps(found.to_dict()))) == found


def test_no_figure_goes_without_what_it_does_not_say() -> None:
    assert "stronger attack" in build_robustness().to_dict()["statement"]
    assert "certifies nothing" in state_finding(build_robustness())


@pytest.mark.parametrize("damage", [{}, {"levels": 3}, {"figures": {"fgsm": [{"accuracy": 1}]}}])
def test_damage_is_told(damage: dict[str, object]) -> None:
    values = {**build_robustness().to_dict(), **damage} if damage else {}
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_robustness(values)


def test_the_finding_is_of_the_strongest_attack() -> None:
    said = state_finding(build_robustness())
    assert said.startswith(
        "Balanced accuracy falls from 0.900 [0.800, 0.950] to 0.200 [0.100, 0.250] where each pixel"
        " may change by 8 of 255 grey levels"
    )
    assert "balanced accuracy of 0.500" in state_references(build_robustness())
    assert "60 of 200 test images, drawn by seed 3" in state_ground(build_robustness())
    assert state_ground(build_robustness(200)).startswith("All 200 test images;")
