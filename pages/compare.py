"""Compare: runs beside each other on the same test images, races, and learning curves.

?runs=ID,ID names runs, the one that others are compared with first; ?race=ID opens a race,
?curve=ID a learning curve, ?travel=ID an answer to whether a model travels.
"""

import streamlit as st

from medapp.studies.curve import list_curves
from medapp.studies.race import list_races
from medapp.studies.travel.record import list_travels
from medapp.ui.compare.choosing import choose_runs
from medapp.ui.compare.curves import draw_curve, draw_curves
from medapp.ui.compare.page import draw_comparison
from medapp.ui.compare.races import draw_race, draw_races
from medapp.ui.compare.readers import draw_readers, draw_upload
from medapp.ui.compare.travel_answer import draw_travel
from medapp.ui.compare.travels import draw_travels
from medapp.ui.shell import frame, url
from medapp.ui.shell.first_model import draw_ways_to_model
from medapp.ui.shell.server import list_summaries, open_workspace


def draw_page() -> None:
    races = {race.id: race for race in list_races(open_workspace())}
    race = url.read_choice("race", races)
    if race:
        draw_race(races[race])
        return
    curves = {curve.id: curve for curve in list_curves(open_workspace())}
    curve = url.read_choice("curve", curves)
    if curve:
        draw_curve(curves[curve])
        return
    travels = {found.id: found for found in list_travels(open_workspace())}
    travel = url.read_choice("travel", travels)
    if travel:
        draw_travel(travels[travel])
        return
    frame.draw_head("Compare", "Which model is better, and whether that can be told")
    runs = {run.id: run for run in list_summaries() if run.damage is None and run.figures}
    chosen = choose_runs(runs) if runs else []
    readers = draw_upload(chosen, runs) if chosen else None
    if readers is not None:
        draw_readers(chosen, readers)
        return
    if len(chosen) > 1:
        draw_comparison(chosen)
        return
    if len(runs) > 1:
        st.caption(
            "Choose two or more, or one and a table of what human readers called. Each is compared"
            " with the first on the test images that all of them judged; a difference is called one"
            " only where its interval leaves out zero."
        )
    else:
        words = (
            "A comparison takes two models that were judged on the same test images, or a model"
            " and a table of what human readers called."
        )
        with frame.draw_empty("Nothing to compare yet", words, "difference"):
            if runs:
                st.page_link(frame.TRAIN, label="Train another model")
            else:
                draw_ways_to_model("compare")
    draw_races()
    draw_curves()
    draw_travels()


frame.require_app()
draw_page()
