"""How far a fault may go: up to where a figure holds, and from where on it falls below a floor.

A strength is judged by the interval of the paired drop, and by nothing else: the figure holds where
the whole interval leaves it above the floor, and falls where the whole interval takes it below; in
between it cannot be told. Strengths are gone through in their order, the mildest first for what
holds and the strongest first for what falls, and the first one that fails ends the claim: within a
fault no correction for several strengths is needed (fixed sequence: Maurer, Hothorn & Lehmacher
1995).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from medapp.evaluation.stress.record import Level, Stress

HOLDS = "holds"
FALLS = "falls"
UNTOLD = "untold"


@dataclass(frozen=True)
class Limit:
    """How far one fault may go.

    Attributes:
        fault: its name in `medapp.imaging.faults.FAULTS`.
        holds: the strongest of the strengths up to which the figure holds; None where it is told
            of none.
        falls: the mildest of the strengths from which on the figure is below the floor; None where
            it is told of none.
        verdicts: of each strength, "holds", "falls" or "untold".
    """

    fault: str
    holds: Level | None
    falls: Level | None
    verdicts: tuple[str, ...]


def find_floor(found: Stress) -> float | None:
    """The floor where none is named: the lower end of the undisturbed figure's interval."""
    return None if found.plain.figure is None else found.plain.figure.interval[0]


def find_limits(found: Stress, floor: float | None = None) -> tuple[Limit, ...]:
    """How far each fault may go; empty where the figure is at or below the floor without a change.

    Args:
        floor: what the figure must not fall below; see `find_floor`.
    """
    plain = found.plain.figure
    floor = find_floor(found) if floor is None else floor
    if plain is None or floor is None or floor >= plain.value:
        return ()
    margin = plain.value - floor
    return tuple(_find_limit(name, levels, margin) for name, levels in found.faults.items())


def _find_limit(name: str, levels: tuple[Level, ...], margin: float) -> Limit:
    verdicts = tuple(_judge(level, margin) for level in levels)
    holding = _count_leading(verdicts, HOLDS)
    falling = _count_leading(reversed(verdicts), FALLS)
    told = [UNTOLD] * len(levels)
    told[:holding] = [HOLDS] * holding
    told[len(levels) - falling :] = [FALLS] * falling
    return Limit(
        name,
        levels[holding - 1] if holding else None,
        levels[-falling] if falling else None,
        tuple(told),
    )


def _judge(level: Level, margin: float) -> str:
    """What the interval of the drop tells of one strength alone."""
    if level.drop is None:
        return UNTOLD
    low, high = level.drop.interval
    return HOLDS if high < margin else FALLS if low > margin else UNTOLD


def _count_leading(verdicts: Iterable[str], wanted: str) -> int:
    return sum(1 for _ in takewhile(lambda verdict: verdict == wanted, verdicts))
