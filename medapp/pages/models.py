"""Models: what was trained and how good it is. ?model=ID opens one."""

import tempfile
from pathlib import Path

import streamlit as st

from medapp.runs.folder import Run, list_runs
from medapp.runs.transfer import import_run
from medapp.ui import frame, url
from medapp.ui.adding import save_upload
from medapp.ui.first_model import draw_first_model_button
from medapp.ui.model_page import draw_model_page
from medapp.ui.run_view import METRICS, write_figure
from medapp.ui.server import open_workspace

IMPORT_LIMIT_MB = 300


def draw_list(runs: list[Run]) -> None:
    done = sum(run.has_model for run in runs)
    frame.draw_head("Models", f"{done:,} trained · figures on the test part, with 95% intervals" if runs else "What you trained, and how good it is")
    if not runs:
        with frame.draw_empty("No model yet", "Train one on a data set, or begin with the phantom. A model of a colleague can be imported below.", "deployed_code"):
            draw_first_model_button("try")
    else:
        rows = [describe_row(run) for run in runs]
        columns = {"Model": st.column_config.TextColumn(width="medium", pinned=True)}
        chosen = st.dataframe(rows, hide_index=True, on_select="rerun", selection_mode="single-row", column_config=columns, key="models").selection.rows
        st.caption("Choose a row to open a model.")
        if chosen:
            st.switch_page(frame.MODELS, query_params={"model": runs[chosen[0]].id})
    draw_import()


def describe_row(run: Run) -> dict[str, object]:
    recipe, figures = run.recipe, run.load_evaluation()
    row: dict[str, object] = {"Model": run.name, "State": run.state, "Data": recipe.dataset, "From": recipe.source, "Strategy": recipe.strategy}
    row["n"] = figures["n"] if figures else None
    for name, label in METRICS.items():
        row[label] = write_figure(figures[name], figures["intervals"][name]) if figures else "–"
    return row


def draw_import() -> None:
    with st.expander("Import a model", icon=":material/upload:"):
        file = st.file_uploader("A zip that MedApp exported", type=["zip"], max_upload_size=IMPORT_LIMIT_MB)
        if st.button("Import", disabled=file is None) and file is not None:
            with tempfile.TemporaryDirectory(dir=open_workspace().cache_folder) as folder, st.spinner("Checking the model"):
                run = import_run(open_workspace(), save_upload(file, Path(folder)))
            st.switch_page(frame.MODELS, query_params={"model": run.id})


runs = list_runs(open_workspace())
chosen = url.read_choice("model", {run.id for run in runs})
if chosen:
    draw_model_page(next(run for run in runs if run.id == chosen))
else:
    draw_list(runs)
