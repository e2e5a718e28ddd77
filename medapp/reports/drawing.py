"""Small drawings in SVG, for light paper; no script and no other file is needed to see them."""

import html
from collections.abc import Iterator

from medapp.evaluation.reliability import Reliability
from medapp.reports.data_facts import DataFacts

TEXT = "#13212B"
MUTED = "#51616B"
GRID = "#DCE3E7"
ACCENT = "#0B6E8A"
FILL = "#F2F6F8"
WIDTH = 660
BOX = 46  # px, height


def draw_flow(data: DataFacts) -> str:
    """From the data set to the splits, and what validation images were for."""
    tops: list[tuple[str, str]] = []
    if data.now is not None:
        left = f"left out {data.now.left_out:,} · without label {data.now.unlabelled:,}"
        tops.append((f"In the data set now: {data.now.images:,} images", left))
    patients = "by patient" if data.has_patients else "patients not known"
    tops.append((f"Taken by the run: {data.images:,} images", f"parted {patients}"))
    parts = list(_list_parts(data))
    step = BOX + 26
    height = step * (len(tops) + 1) - 24
    found = [_draw_box(170, i * step + 1, 320, *top) for i, top in enumerate(tops)]
    ends = [(i * step + BOX + 1, (i + 1) * step) for i in range(len(tops) - 1)]
    found += [_draw_line(330, high, 330, low) for high, low in ends]
    last = len(tops) * step
    width = (WIDTH - 12 * (len(parts) - 1)) / max(len(parts), 1)
    for i, part in enumerate(parts):
        x = i * (width + 12)
        found.append(_draw_line(330, last - step + BOX + 1, x + width / 2, last))
        found.append(_draw_box(x, last, width, *part))
    return _wrap(WIDTH, height + 2, found)


def _list_parts(data: DataFacts) -> Iterator[tuple[str, str]]:
    for split in data.splits:
        people = f"{split.patients:,} patients" if split.patients else "patients unknown"
        if split.name == "validation" and data.choosing is not None and data.calibrating:
            yield f"choose: {data.choosing:,}", "of the validation split"
            yield f"calibrate: {data.calibrating:,}", "of the validation split"
        else:
            yield f"{split.name}: {split.images:,}", people


def draw_reliability(found: Reliability) -> str:
    """What was said beside what was seen, with 95% intervals; the diagonal is perfect."""
    side, margin = 260, 40

    def x(value: float) -> float:
        return margin + value * side

    def y(value: float) -> float:
        return 8 + (1 - value) * side

    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(_draw_line(x(0), y(tick), x(1), y(tick), GRID))
        parts.append(_draw_line(x(tick), y(0), x(tick), y(1), GRID))
        parts.append(_write(x(tick), y(0) + 14, f"{tick:g}", MUTED, "middle"))
        parts.append(_write(x(0) - 6, y(tick) + 4, f"{tick:g}", MUTED, "end"))
    parts.append(_draw_line(x(0), y(0), x(1), y(1), MUTED))
    for one in found.bins:
        low, high = one.interval
        parts.append(_draw_line(x(one.said), y(low), x(one.said), y(high), ACCENT))
        parts.append(
            f'<circle cx="{x(one.said):.1f}" cy="{y(one.seen):.1f}" r="3.5" fill="{ACCENT}"/>'
        )
    parts.append(_write(x(0.5), y(0) + 30, "probability said", TEXT, "middle"))
    turned = f'transform="rotate(-90 12 {y(0.5):.1f})"'
    parts.append(_write(12, y(0.5), "share seen", TEXT, "middle", turned))
    return _wrap(side + margin + 16, side + 46, parts)


def _draw_box(x: float, y: float, width: float, title: str, below: str) -> str:
    middle = x + width / 2
    return (
        f'<rect x="{x + 0.5:.1f}" y="{y:.1f}" width="{width - 1:.1f}" height="{BOX}" rx="5"'
        f' fill="{FILL}" stroke="{ACCENT}"/>'
        + _write(middle, y + 19, title, TEXT, "middle", 'font-weight="600"')
        + _write(middle, y + 36, below, MUTED, "middle")
    )


def _draw_line(x1: float, y1: float, x2: float, y2: float, colour: str = MUTED) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}"/>'


def _write(x: float, y: float, text: str, colour: str, anchor: str, more: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="12"'
    return f"<text {place} {more}>{html.escape(text)}</text>"


def _wrap(width: float, height: float, parts: list[str]) -> str:
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'
