import json

import pytest

from medapp.evaluation.stress.record import Figure, Level, Stress, read_stress
from medapp.imaging.faults import FAULTS
from medapp.notes import Note

SHARE = Figure(0.1, (0.05, 0.2))
BLUR = ((-0.02, 0.03), (0.0, 0.06), (0.02, 0.12), (0.12, 0.3), (0.3, 0.5))
JPEG = ((-0.02, 0.03),) * 5
NOISE = ((0.2, 0.4),) * 5
GAMMA = ((-0.02, 0.2),) * 5


def build_levels(name: str, drops: tuple[tuple[float, float], ...]) -> tuple[Level, ...]:
    return tuple(
        Level(
            strength,
            Figure(0.9 - (low + high) / 2, (0.5, 0.95)),
            Figure((low + high) / 2, (low, high)),
            SHARE,
            Figure(0.9, (0.8, 0.95)) if low > 0.1 else SHARE,
            SHARE,
        )
        for strength, (low, high) in zip(FAULTS[name].strengths, drops, strict=True)
    )


def build_stress(n: int = 60) -> Stress:
    """0.90 without a change, with an interval from 0.80: a margin of 0.10."""
    zero = Figure(0.0, (-0.02, 0.02))
    return Stress(
        figure="balanced_accuracy",
        chance=0.5,
        majority=0.5,
        plain=Level(0, Figure(0.9, (0.8, 0.95)), zero, zero, SHARE, None),
        faults={
            name: build_levels(name, drops)
            for name, drops in (
                ("blur", BLUR),
                ("jpeg", JPEG),
                ("noise", NOISE),
                ("darker", GAMMA),
            )
        },
        n=n,
        of=200,
        asked=60,
        counted="patients",
        units=31,
        image_size=64,
        seed=3,
        model_sha256="0" * 64,
        made="2026-11-26T12:00:00+00:00",
        notes=(Note("few", "There are few."),),
    )


def test_what_is_written_is_read_again() -> None:
    found = build_stress()
    assert read_stress(json.loads(json.dumps(found.to_dict()))) == found


@pytest.mark.parametrize(
    "damage", [{}, {"plain": 3}, {"faults": {"blur": [{"strength": 1}]}}, {"faults": {"rain": []}}]
)
def test_damage_is_told(damage: dict[str, object]) -> None:
    values = {**build_stress().to_dict(), **damage} if damage else {}
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_stress(values)
