"""Models: what was trained and how good it is. ?model=ID opens one."""

import tempfile
from pathlib import Path

import streamlit as st

from medapp.runs.run import Run, list_damaged, list_runs
from medapp.runs.transfer import import_run
from medapp.ui.data_sets.adding import save_upload
from medapp.ui.models.model_page import draw_model_page
from medapp.ui.models.run_table import draw_run_table
from medapp.ui.shell import frame, url
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import open_workspace

frame.require_app()

IMPORT_LIMIT_MB = 300


def draw_list(runs: list[Run]) -> None:
    done = sum(run.has_model for run in runs)
    summary = f"{done:,} trained, {len(runs):,} run{'s' * (len(runs) != 1)} in all"
    frame.draw_head("Models", summary if runs else "What you trained, and how good it is")
    if not runs:
        words = (
            "Train one on a data set, or begin with the phantom. A model of a colleague can be"
            " imported below."
        )
        with frame.draw_empty("No model yet", words, "deployed_code"):
            draw_first_model_button("try")
    else:
        opened = draw_run_table(runs)
        st.caption(
            "Figures on each run's own test part, with 95% bootstrap intervals. Click a run to"
            " open it."
        )
        if opened:
            st.switch_page(frame.MODELS, query_params={"model": opened})
    for _, reason in list_damaged(open_workspace()):
        st.warning(frame.escape(reason), icon=":material/broken_image:")
    draw_import()


def draw_import() -> None:
    with st.expander("Import a model", icon=":material/upload:"):
        file = st.file_uploader(
            "A zip that MedApp exported", type=["zip"], max_upload_size=IMPORT_LIMIT_MB
        )
        if st.button("Import", disabled=file is None) and file is not None:
            with (
                tempfile.TemporaryDirectory(dir=open_workspace().cache_folder) as folder,
                st.spinner("Checking the model"),
            ):
                run = import_run(open_workspace(), save_upload(file, Path(folder)))
            st.switch_page(frame.MODELS, query_params={"model": run.id})


runs = list_runs(open_workspace())
chosen = url.read_choice("model", {run.id for run in runs})
if chosen:
    draw_model_page(next(run for run in runs if run.id == chosen))
else:
    draw_list(runs)
