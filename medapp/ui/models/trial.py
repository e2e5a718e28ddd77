"""What a model's heatmaps are worth: asked in the background, shown as verdicts, then figures."""

import streamlit as st

from medapp.explanation.methods import METHODS
from medapp.explanation.trials.record import CONTROLS, FILLS, REGIONS, STATEMENT, Trial
from medapp.explanation.trials.words import (
    judge_trial,
    state_finding,
    state_ground,
    write_mean,
    write_signed,
)
from medapp.figures.trial import draw_averages, draw_removal
from medapp.runs.results import load_trials
from medapp.runs.run import Run
from medapp.store.job import Job, Tell
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import begin_job, draw_progress, draw_under_way
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace

CHOICES = (30, 60, 100, 200)
USUAL = 60


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[tuple[str, int], Job[Trial]]:
    """The trials of this server under way or ended with an error, by run and head."""
    return {}


def draw_trial(run: Run) -> None:
    """Draw what is known of a run's heatmaps, and the way to find out."""
    if draw_under_way(hold_jobs().get((run.id, run.domain)), _draw_progress, run):
        return
    known = load_trials(run)
    if known:
        method = _choose_known(list(known)[::-1])
        _draw_found(known[method])
    else:
        st.markdown(
            "A heatmap can look right and mean nothing. The trial makes the network random from the"
            " head down, removes pixels in the maps' order, hides corners, borders and boxes, and"
            f" compares with maps that know nothing of the network. {STATEMENT}"
        )
    _draw_form(run, "Try the heatmaps" if not known else "Try again")


def _choose_known(methods: list[str]) -> str:
    if len(methods) == 1:
        return methods[0]
    chosen = st.selectbox(
        "Method on trial",
        methods,
        format_func=lambda name: METHODS[name].title,
        width=260,
        key="trial-shown",
    )
    return str(chosen)


def _draw_form(run: Run, title: str) -> None:
    if not run.has_model:
        st.info("The run has no model yet.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        images = st.selectbox(
            "Test images at most", CHOICES, CHOICES.index(USUAL), width=200, key="trial-images"
        )
        method = st.selectbox(
            "Heatmap method",
            list(METHODS),
            format_func=lambda name: METHODS[name].title,
            width=260,
            key="trial-method",
        )
        if st.button(escape(title), icon=":material/gavel:", key="trial-begin"):
            workspace = open_workspace()

            def work(tell: Tell) -> Trial:
                # Imported here, because the page opens without torch.
                from medapp.runs.trial import try_heatmaps

                return try_heatmaps(workspace, run, images, method, on_progress=tell)

            begin_job(hold_jobs(), (run.id, run.domain), "trial of heatmaps", work)
    st.caption(
        "Takes a minute or more. Counts as a look at the test split, once for each number of images"
        " and method."
    )


def _draw_progress(run: Run) -> None:
    note = "The trial goes on when you leave this page."
    draw_progress(hold_jobs(), (run.id, run.domain), "Reading the model", "trial-stop", note)


def _draw_found(found: Trial) -> None:
    st.markdown(f"**{escape(state_finding(found))}**")
    draw_notes(judge_trial(found))
    theme = frame.find_theme()
    left, right = frame.draw_columns([1, 1], key="trial-figures")
    with left:
        frame.draw_figure(draw_removal(found, theme), key="trial-removal")
    with right:
        st.markdown("**As ever more of the network is random**")
        st.dataframe(_list_cascade(found), hide_index=True, alt="Maps of a randomised network")
    averages = [each for each in found.averages if each.site is None]
    if averages:
        frame.draw_figure(draw_averages(averages, theme), key="trial-averages")
    with st.expander("All figures"):
        st.dataframe(_list_removal(found), hide_index=True, alt="Removal of pixels")
        if found.placement:
            st.dataframe(_list_placement(found), hide_index=True, alt="Maps and marked boxes")
        if found.classes:
            st.dataframe(_list_classes(found), hide_index=True, alt="Maps by predicted class")
        st.dataframe(_list_hiding(found), hide_index=True, alt="Hidden regions")
        for site in sorted({each.site for each in found.averages if each.site is not None}):
            own = [each for each in found.averages if each.site == site]
            frame.draw_figure(draw_averages(own, theme), key=f"trial-averages-{site}")
    st.caption(escape(f"{state_ground(found)} {STATEMENT}"))
    draw_notes(found.notes)


def _list_cascade(found: Trial) -> list[dict[str, str]]:
    return [
        {
            "Random down to": step.part,
            "Rank correlation": write_signed(step.rank),
            "SSIM": write_signed(step.ssim),
        }
        for step in found.cascade
    ]


def _list_removal(found: Trial) -> list[dict[str, str]]:
    return [
        {
            "Pixels go in the order of": CONTROLS[name],
            "Deletion": write_mean(each.deletion),
            "Insertion": write_mean(each.insertion),
            "ROAD": write_signed(each.road),
            "The map's less this": write_signed(each.gain) if each.gain else "",
        }
        for name, each in found.removal.items()
    ]


def _list_placement(found: Trial) -> list[dict[str, str]]:
    return [
        {
            "Beside the boxes": CONTROLS[name],
            "Peak inside": write_mean(each.peak),
            "Mass inside": write_mean(each.mass),
            "Overlap (IoU)": write_mean(each.overlap),
        }
        for name, each in found.placement.items()
    ]


def _list_classes(found: Trial) -> list[dict[str, str]]:
    return [
        {
            "Predicted": name,
            "Images": f"{each.n:,}",
            "ROAD": write_signed(each.road),
            "Less a random map's": write_signed(each.gain),
            "Peak inside": write_mean(each.peak),
            "Overlap (IoU)": write_mean(each.overlap),
        }
        for name, each in found.classes.items()
    ]


def _list_hiding(found: Trial) -> list[dict[str, str]]:
    return [
        {
            "Hidden": f"{REGIONS[each.region]} ({each.area:.0%})",
            "Filled with": FILLS[each.fill],
            "Answers of": label,
            "That change": f"{of.flips} of {of.n}: {write_mean(of.share)}",
            "As much elsewhere": f"{of.control_flips}: {write_mean(of.control)}",
            "Probability falls beyond that": write_signed(of.gain),
        }
        for each in found.hiding
        for label, of in {"all": each.of_all, **each.of_class}.items()
    ]
