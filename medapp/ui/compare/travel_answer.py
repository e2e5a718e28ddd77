"""One answer to whether a model travels: the verdict, what it rests on, then what labels say."""

from collections.abc import Callable

import streamlit as st

from medapp.evaluation.words import write_figure
from medapp.figures.intervals import IntervalRow, draw_intervals
from medapp.studies.travel.record import NOT_READ, Travel
from medapp.studies.travel.rule import ADAPT, GO, STOP, TITLES
from medapp.studies.travel.words import NAMES, list_figures, write_gain
from medapp.training.adaptation.table import SOURCE_ONLY
from medapp.ui.shell import frame
from medapp.ui.shell.notes import draw_notes

BOXES: dict[str, tuple[Callable[..., object], str]] = {
    GO: (st.success, ":material/check_circle:"),
    ADAPT: (st.warning, ":material/tune:"),
    STOP: (st.error, ":material/front_hand:"),
}


def draw_travel(found: Travel) -> None:
    """Draw an answer."""
    frame.draw_head(
        f"{found.run_name} on {found.data_set_name}",
        f"Does it travel? · {found.images:,} images of {found.data_set_name}",
        {"Compare": (frame.COMPARE, {})},
    )
    draw_box, icon = BOXES[found.verdict]
    draw_box(f"**{TITLES[found.verdict]}.** {frame.escape(found.reason)}", icon=icon)
    if found.site_auroc is not None:
        st.markdown(
            frame.escape(
                "A classifier tells the two hospitals' images apart with an AUROC of"
                f" {write_figure(found.site_auroc, found.site_interval)}: that they differ, not"
                " that the model fails."
            )
        )
    draw_notes(found.notes)
    if found.target_labels_read != NOT_READ:
        _draw_figures(found)
        _draw_labels(found)
    _draw_unlabelled(found)
    for key, why in found.closed.items():
        st.caption(frame.escape(f"{NAMES[key]} was not used: {why}"))


def _draw_figures(found: Travel) -> None:
    st.subheader("With the labels there", anchor=False)
    st.caption("Read after the verdict, for reporting alone.")
    rows = [
        IntervalRow(
            name,
            figure.balanced_accuracy,
            figure.interval,
            name == NAMES[SOURCE_ONLY],
            write_figure(figure.balanced_accuracy, figure.interval),
        )
        for name, figure in list_figures(found)
    ]
    title = _state_gap(found)
    figure = draw_intervals(rows, title, "balanced accuracy, 95% interval", frame.find_theme())
    frame.draw_figure(figure, key="travel-figures")
    gains = [
        {"": name, "Points more than as it is, 95% interval": write_gain(each)}
        for name, each in list_figures(found)
        if write_gain(each)
    ]
    st.dataframe(gains, hide_index=True, alt="What each method gains")
    if found.declared is not None:
        declared = found.declared
        each = declared.figure
        said = write_figure(each.balanced_accuracy, each.interval) if each else "not told"
        st.markdown(
            frame.escape(
                f"By {declared.images:,} declared labelled images: {NAMES[declared.chosen]}. On the"
                f" {declared.judged:,} others its balanced accuracy is {said}."
            )
        )


def _state_gap(found: Travel) -> str:
    assert found.source_only is not None
    now = write_figure(found.source_only.balanced_accuracy)
    if found.own_labels is None:
        return f"Balanced accuracy {now} as it is"
    return (
        f"Balanced accuracy {now} as it is,"
        f" {write_figure(found.own_labels.balanced_accuracy)} with labels of the place"
    )


def _draw_labels(found: Travel) -> None:
    """What labelling buys."""
    if len(found.curve) < 2:
        return
    st.subheader("What labelling buys", anchor=False)
    rows = [
        {
            "Labelled images there": count,
            "Balanced accuracy, 95% interval": write_figure(each.balanced_accuracy, each.interval),
            "Points more than as it is": write_gain(each) or None,
        }
        for count, each in found.curve
    ]
    st.dataframe(rows, hide_index=True, placeholder="–", alt="What labelling buys")
    st.caption(
        "A head that learns from so many labelled images there, judged on the other half of the"
        " patients; the mean of five drawings."
    )


def _draw_unlabelled(found: Travel) -> None:
    st.subheader("Without a label", anchor=False)
    rows = [_list_shares(found, "Its own validation images", found.home_shares)]
    for key, each in found.scores.items():
        more = {
            "Mean probability": write_figure(each.confidence),
            "Decided as the model": write_figure(each.agreement),
        }
        rows.append({**_list_shares(found, NAMES[key], each.shares), **more})
    st.dataframe(rows, hide_index=True, placeholder="–", alt="What can be said without labels")
    st.caption(
        "The share of images that is decided as each class. Where images differ much, each of these"
        " numbers flatters: models that failed were as sure as at home."
    )


def _list_shares(found: Travel, name: str, shares: tuple[float, ...]) -> dict[str, str | None]:
    cells: dict[str, str | None] = {"": name}
    for label, share in zip(found.classes, shares, strict=True):
        cells[label] = f"{share:.0%}"
    return cells
