"""Figures of what is in a data set: how its classes are balanced, which values an image has.

Made for a side column.
"""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from medapp.data.samples import SPLITS
from medapp.figures.style import PALETTES, finish, shorten, show_plain

EVEN = 1.25  # classes whose sizes differ by less count as even
BINS = 64  # at most, of a histogram
MUCH = 0.05  # share of the pixels from which a background is worth a word


def draw_balance(counts: Mapping[str, Mapping[str, int]], theme: str = "light") -> go.Figure:
    """Images by class and split, from split → class → count."""
    splits = [split for split in SPLITS if split in counts]
    classes = list(dict.fromkeys(name for split in splits for name in counts[split]))
    totals = {name: sum(counts[split].get(name, 0) for split in splits) for name in classes}
    colours = dict(zip(SPLITS, PALETTES[theme].splits, strict=True))
    figure = go.Figure()
    for split in splits:
        figure.add_bar(
            y=list(range(len(classes))),
            x=[counts[split].get(name, 0) for name in classes],
            name=split,
            orientation="h",
            marker={"color": colours[split], "line": {"width": 0}},
            customdata=[[show_plain(name), totals[name]] for name in classes],
            meta={"split": split, "class": classes},
            hovertemplate=(
                f"%{{customdata[0]}}, {split}: %{{x:,}} of %{{customdata[1]:,}}"
                " images<extra></extra>"
            ),
        )
    key = [(split, colours[split]) for split in splits]
    finish(figure, theme, _state_balance(totals), 64 + 30 * len(classes), True, key)
    figure.update_layout(barmode="stack", bargap=0.3)
    figure.update_xaxes(
        title_text="images", rangemode="tozero", nticks=4, tickformat=",d", tickangle=0
    )
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=list(range(len(classes))),
        ticktext=[shorten(n) for n in classes],
    )
    return figure


def draw_histogram(pixels: ArrayLike, theme: str = "light", unit: str = "") -> go.Figure:
    """How often each value occurs among pixels (H, W) or (H, W, 3), in percent of the pixels.

    A tall peak at the darkest or the brightest is cut off, so that the
    rest can be seen; the title names a dark background.

    Args:
        unit: of the values, such as "HU"; "" where they have none: uint16 is then what is shown,
            no longer what the file holds.
    """
    values = np.asarray(pixels)
    edges = _find_edges(values)
    channels = _list_channels(values, theme)
    figure = go.Figure()
    tallest = 0.0
    for name, channel, colour in channels:
        counts, _ = np.histogram(channel, edges)
        percent = 100 * counts / max(channel.size, 1)
        tallest = max(tallest, float(percent[1:-1].max(initial=0)))
        figure.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=percent,
            name=name,
            mode="lines",
            line={"color": colour, "width": 1.5, "shape": "hvh"},
            fill=None if values.ndim == 3 else "tozeroy",
            hovertemplate=f"{name}, about %{{x:.4~g}}: %{{y:.2f}}% of the pixels<extra></extra>",
        )
    key = [(name, colour) for name, _, colour in channels] if values.ndim == 3 else []
    finish(figure, theme, _state_values(values, unit), 190, True, key)
    is_deep = values.dtype == np.uint16 and not unit
    plain = "pixel value" if values.dtype == np.uint8 else "value in the file"
    axis = "value as shown: 65,535 is white" if is_deep else unit or plain
    figure.update_xaxes(title_text=axis, nticks=5)
    figure.update_yaxes(title_text="% of the pixels", range=[0, 1.1 * tallest or 100], nticks=4)
    return figure


def _find_edges(values: NDArray[np.generic]) -> NDArray[np.float64]:
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if values.dtype.kind == "f" and high > low:
        return np.linspace(low, high, BINS + 1)
    # A whole number, or bins would hold now three values, now four.
    width = np.ceil((high - low + 1) / BINS)
    return np.arange(low, high + 1 + width, width) - 0.5


def _list_channels(
    values: NDArray[np.generic], theme: str
) -> list[tuple[str, NDArray[np.generic], str]]:
    colours = PALETTES[theme]
    if values.ndim == 2:
        return [("grey", values, colours.muted)]
    shades = (colours.classes[5], colours.classes[2], colours.classes[0])
    names = ("red", "green", "blue")
    return [
        (name, values[..., c], shade)
        for c, (name, shade) in enumerate(zip(names, shades, strict=True))
    ]


def _state_balance(totals: Mapping[str, int]) -> str:
    if len(totals) < 2:
        return f"{sum(totals.values()):,} images of one class" if totals else "There are no images"
    most = max(totals, key=totals.__getitem__)
    least = min(totals, key=totals.__getitem__)
    if totals[least] == 0:
        return f"There is no image of {least}"
    ratio = totals[most] / totals[least]
    if ratio < EVEN:
        few, many = f"{totals[least]:,}", f"{totals[most]:,}"
        if few == many:
            return f"Classes are even: {many} images each"
        return f"Classes are about even: {few} to {many} images each"
    return f"{most} is {ratio:.1f} times as common as {least}"


def _state_values(values: NDArray[np.generic], unit: str) -> str:
    if not values.size:
        return "The image has no pixels"
    known = values[np.isfinite(values)]
    if not known.size:
        return "No pixel has a value"
    least, most = (
        f"{end:,}" if values.dtype.kind in "iu" else f"{end:,.4g}"
        for end in (known.min(), known.max())
    )
    end = f" {unit}" if unit else ""
    if least == most:
        return f"All pixels have the value {least}{end}"
    share = float((values == known.min()).mean())
    background = f"; {share:.0%} of the pixels are {least}{end}" if share >= MUCH else ""
    # The axis below has true minus signs.
    return f"Values from {least} to {most}{end}{background}".replace("-", "−")
