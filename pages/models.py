"""Models: what was trained and how good it is.

?model=ID opens one, ?study=ID a cross-validation.
"""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.decided import note_compared
from medapp.runs.looks import count_looks, group_by_test_images, note_looks
from medapp.runs.summary import Summary
from medapp.studies.folds import list_studies
from medapp.ui.compare.luck import draw_luck
from medapp.ui.models import table
from medapp.ui.models.managing import draw_import
from medapp.ui.models.page import draw_model_page
from medapp.ui.models.study import draw_studies, draw_study
from medapp.ui.shell import frame, url
from medapp.ui.shell.counting import count_models
from medapp.ui.shell.first_model import draw_ways_to_model
from medapp.ui.shell.heads import JUDGED, list_parameters
from medapp.ui.shell.server import list_summaries, open_run, open_workspace
from medapp.ui.shell.words import name_data_set, name_figure
from medapp.ui.train.queue import draw_queue


def draw_page() -> None:
    found = list_summaries()
    runs = [run for run in found if run.damage is None]
    chosen = url.read_choice("model", {run.id for run in runs})
    studies = {study.id: study for study in list_studies(open_workspace())}
    study = url.read_choice("study", studies)
    if study and not chosen:
        draw_study(studies[study])
    elif chosen:
        draw_model_page(open_run(chosen))
    else:
        draw_list(runs, [run.damage for run in found if run.damage])


def draw_list(runs: Sequence[Summary], damages: Sequence[str]) -> None:
    studies = [study.runs for study in list_studies(open_workspace())]
    summary = count_models([run.id for run in runs if run.is_trained], studies)
    frame.draw_head("Models", summary if runs else "What you trained, and how good it is")
    if runs:
        draw_queue(runs)
        draw_studies()
        folds = {id for study in list_studies(open_workspace()) for id in study.runs}
        runs = [run for run in runs if run.id not in folds]
        draw_models([model for run in runs if run.is_trained for model in run.list_models()])
        draw_others([run for run in runs if not (run.is_trained or run.is_under_way)])
    else:
        draw_newcomer()
    for reason in damages:
        st.warning(frame.escape(reason), icon=":material/broken_image:")
    draw_import()


def draw_models(models: Sequence[Summary]) -> None:
    if models:
        st.markdown(
            "Choose a model by its **validation** figures, which give the order. The **test**"
            " figure is there to be read for the model you chose: the best of many is partly luck"
            " (in a simulation with 150 test images, the best of 20 models says 0.03 too much)."
        )
    titles: set[str] = set()
    for some in group_by_test_images(models):
        title = name_data_set(some[0])
        again = ", judged on other test images" if title in titles else ""
        titles.add(title)
        st.subheader(frame.escape(title + again), anchor=False)
        open_chosen(table.draw_models(some, f"{some[0].id}-{some[0].domain}"))
        figure = name_figure(table.find_headline(some[0]))
        looks = note_looks(count_looks(open_workspace(), some[0].test_images))
        locked = note_compared([one.title for one in some if one.is_locked])
        said = " ".join(note.text for note in (looks, *locked))
        st.caption(f"Figures are {figure}. {frame.escape(said)}")
        draw_luck(some)
    if models:
        st.caption("Tick a model to open it. Scroll a table sideways to see its other columns.")


def draw_others(runs: Sequence[Summary]) -> None:
    if runs:
        st.subheader("Runs without a model", anchor=False)
        open_chosen(table.draw_runs(runs))


def open_chosen(run: Summary | None) -> None:
    if run:
        where = {"model": run.id, **list_parameters(run, JUDGED)}
        st.switch_page(frame.MODELS, query_params=where)


def draw_newcomer() -> None:
    words = (
        "Train one on a data set, or begin with the phantom. A model of a colleague can be"
        " imported below."
    )
    with frame.draw_empty("No model yet", words, "deployed_code"):
        draw_ways_to_model("try")


frame.require_app()
draw_page()
