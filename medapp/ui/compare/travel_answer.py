"""One answer to whether a model travels: the verdict, what it rests on, then what labels say."""

from collections.abc import Callable

import streamlit as st

from medapp.evaluation.words import write_figure
from medapp.figures.intervals import IntervalRow, draw_intervals
from medapp.figures.labelling import LabellingLine, draw_labelling
from medapp.figures.map import Points, draw_map, list_places
from medapp.studies.travel.positions import find_positions
from medapp.studies.travel.record import NOT_READ, Travel
from medapp.studies.travel.rule import ADAPT, GO, STOP, TITLES
from medapp.studies.travel.words import (
    NAMES,
    SCORES,
    list_curves,
    list_figures,
    list_rows,
    list_scores,
    name_way,
    state_declared,
    state_labelling,
    state_outcome,
    write_gain,
)
from medapp.training.adaptation.table import SOURCE_ONLY
from medapp.ui.compare.asking import draw_sheet
from medapp.ui.shell import frame
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace

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
    _draw_map(found)
    for key, why in found.closed.items():
        st.caption(frame.escape(f"{name_way(found, key)} was not used: {why}"))


def _draw_figures(found: Travel) -> None:
    st.subheader("With the labels there", anchor=False)
    guess = f" Guessing gets {write_figure(found.chance)}." if found.chance else ""
    st.markdown(f"**{frame.escape(state_outcome(found))}**")
    st.caption(f"Read after the verdict, for reporting alone.{guess}")
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
        {"Method": name, "Points gained over the model as it is, 95% interval": write_gain(each)}
        for name, each in list_figures(found)
        if write_gain(each)
    ]
    st.dataframe(gains, hide_index=True, alt="What each method gains")
    draw_sheet(list_rows(found), "medapp-travel")
    if found.declared is not None:
        st.markdown(frame.escape(state_declared(found, found.declared)))
        with st.expander("Declared images", icon=":material/fact_check:"):
            st.caption("Their labels were read to choose by, and they are in no figure.")
            names = [{"Image": name} for name in found.declared.names]
            st.dataframe(names, hide_index=True, alt="Images that were declared a validation set")


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
    curves = list_curves(found)
    if not curves:
        return
    st.subheader("What labelling buys", anchor=False)
    title, *others = state_labelling(found)
    lines = [
        LabellingLine(name, [(n, f.balanced_accuracy, f.interval) for n, f in curve])
        for name, curve in curves
    ]
    figure = draw_labelling(lines, title, "balanced accuracy, 95% interval", frame.find_theme())
    frame.draw_figure(figure, key="travel-labelling")
    for sentence in others:
        st.markdown(frame.escape(sentence))
    rows = [
        {
            "Learns": name,
            "Labelled images there": count,
            "Balanced accuracy, 95% interval": write_figure(each.balanced_accuracy, each.interval),
            "Points gained": write_gain(each) or None,
        }
        for name, curve in curves
        for count, each in curve
    ]
    st.dataframe(rows, hide_index=True, placeholder="–", alt="What labelling buys")
    st.caption(frame.escape(_describe_curves(found)))


def _describe_curves(found: Travel) -> str:
    said = (
        "Judged throughout on one half of the images there, patients whole; so many are"
        " drawn from the other half, several times, and figures are means. 0 is the model as it"
        " is. The head moves on from what the model says."
    )
    if found.tuned is None:
        return said
    tuned = found.tuned
    return (
        f"{said} Fine-tuned from the model for {tuned.epochs} epochs each: {tuned.trainings}"
        f" trainings ended in the {tuned.minutes:g} minutes that were given."
    )


def _draw_unlabelled(found: Travel) -> None:
    rows = [_list_shares(found, "Its own validation images", found.home_shares)]
    for key, each in found.scores.items():
        scores = [None if score is None else write_figure(score) for score in list_scores(each)]
        more = dict(zip(SCORES, scores, strict=True))
        rows.append({**_list_shares(found, name_way(found, key), each.shares), **more})
    with st.expander("What can be said without a label", icon=":material/visibility_off:"):
        st.dataframe(rows, hide_index=True, placeholder="–", alt="What can be said without labels")
        st.caption(
            "The share of images that is decided as each class. *Expected accuracy*: the share"
            " above the confidence at which as many validation images lie as are decided rightly."
            " *Circular*: balanced accuracy on the images it learned from of a head that takes the"
            " answers there for labels. *Evenness*: 1 where all classes are decided equally often,"
            " 0 where one gets all. *As the model*: the share that is decided as the model decides"
            " as it is. Where images differ much, each of these numbers flatters: models that"
            " failed were as sure as at home."
        )


def _draw_map(found: Travel) -> None:
    """Where the images of both hospitals lie."""
    placed = find_positions(open_workspace(), found.id)
    if placed is None:
        return
    home = "Learned from"
    values = [found.data_set_name if there else home for there in placed.is_there.tolist()]
    points = Points(placed.places, placed.shares, range(len(placed.names)), placed.names)
    st.subheader("Both hospitals on one map", anchor=False)
    order = (home, found.data_set_name)
    figure = draw_map(points, values, frame.find_theme(), order)
    frame.draw_figure(figure, "travel-map", lambda: list_places(points, values, "hospital"))
    st.caption(
        "Images that a network sees alike lie near one another. Two clouds apart say that images"
        " differ, not that the model fails."
    )


def _list_shares(found: Travel, name: str, shares: tuple[float, ...]) -> dict[str, str | None]:
    cells: dict[str, str | None] = {"": name}
    for label, share in zip(found.classes, shares, strict=True):
        cells[label] = f"{share:.0%}"
    return cells
