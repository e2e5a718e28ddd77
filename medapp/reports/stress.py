"""How far ordinary faults of images may go, as blocks of a report."""

from collections.abc import Sequence

from medapp.evaluation.stress.limits import Limit, find_limits
from medapp.evaluation.stress.record import Level, Stress
from medapp.evaluation.stress.words import SCOPE, state_finding, state_ground, write_share
from medapp.imaging.faults import FAULTS
from medapp.reports.document import Block, Notice, Paragraph, build_table

COLUMNS = ("Change", "Strengths tried", "Holds to", "Falls from", "Called unlike there")


def build_stress(found: Stress | None) -> Sequence[Block]:
    """What a stress test found, and how far each fault may go."""
    if found is None:
        return [Paragraph("How far ordinary faults of images may go was not measured.")]
    blocks: list[Block] = [Paragraph(f"{state_finding(found)} {state_ground(found)} {SCOPE}")]
    limits = find_limits(found)
    if limits:
        rows = [_list_cells(found, limit) for limit in limits]
        caption = f"n = {found.n:,} test images; a dash where it cannot be told."
        blocks.append(build_table(COLUMNS, rows, caption, left=5))
    return [*blocks, *(Notice(note.level, str(note)) for note in found.notes)]


def _list_cells(found: Stress, limit: Limit) -> tuple[str | None, ...]:
    fault = FAULTS[limit.fault]
    levels = found.faults[limit.fault]
    unlike = limit.falls.unlike if limit.falls else None
    return (
        fault.title,
        f"{fault.say(levels[0].strength)} to {fault.say(levels[-1].strength)}",
        _say(limit, limit.holds),
        _say(limit, limit.falls),
        write_share(unlike) if unlike else None,
    )


def _say(limit: Limit, level: Level | None) -> str | None:
    return FAULTS[limit.fault].say(level.strength) if level else None
