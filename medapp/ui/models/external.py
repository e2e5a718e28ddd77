"""A model on the images of another place: its figures beside home, and whether it may be used."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from medapp.data.samples import DataSet
from medapp.errors import RunError
from medapp.evaluation.class_map import map_classes
from medapp.evaluation.elsewhere.record import Elsewhere
from medapp.evaluation.elsewhere.words import list_sides
from medapp.evaluation.operating import state_outcomes
from medapp.figures import draw_confusion, list_numbers
from medapp.figures.elsewhere import draw_elsewhere
from medapp.figures.thinning import ALL_POINTS
from medapp.runs.making import check_name
from medapp.runs.run import Run
from medapp.store.job import Job, Tell
from medapp.task import find_task
from medapp.ui.models.findings import draw_findings_table
from medapp.ui.models.subgroups import draw_groups
from medapp.ui.shell import frame
from medapp.ui.shell.class_map import draw_class_map
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import begin_job, draw_progress, draw_under_way
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import find_catalog, list_summaries, open_workspace

Key = tuple[str, int, str]
VERDICTS = {
    "yes": ("Yes: it holds here", ":green[:material/check_circle:]"),
    "no": ("No: do not use it here", ":red[:material/cancel:]"),
    "label more": ("Label more images: these do not tell", ":orange[:material/pending:]"),
}


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[Key, Job[Elsewhere]]:
    """What this server judges elsewhere, or what ended with an error: run, head and data set."""
    return {}


@st.cache_resource(show_spinner=False)
def hold_found() -> dict[Key, tuple[object, Elsewhere]]:
    """What was found, with the state of model and data sets that it is of."""
    return {}


def draw_external(run: Run) -> None:
    """Draw the choice of a data set, and what was found once it was asked for."""
    classes = run.find_classes()
    learned = run.home.id
    others = [
        data_set
        for data_set in find_catalog().list_data_sets()
        if data_set.uid != learned and fits(data_set, run)
    ]
    # Those whose classes have the model's names come first.
    others.sort(key=lambda one: -_count_known(one, classes))
    st.markdown(
        "Does the model hold on images of another hospital? Label 50 to 100 of its cases, add"
        " them as a data set, and ask."
    )
    if not others:
        task = find_task(run.recipe.data.task)
        known = escape(f"{task.nouns} ({', '.join(classes)})")
        st.info(f"No other data set has this model's {known}.")
        st.page_link(frame.DATA_SETS, label="Add a data set", icon=":material/add:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = st.selectbox("Data set", others, format_func=lambda one: one.name, width=320)
        floor = _ask_for_floor(run)
        is_asked = st.button("Judge it there", type="primary", icon=":material/travel_explore:")
    asked: dict[str, str] = {}
    if not find_task(other.task).has_several and set(other.classes) - set(classes):
        asked = draw_class_map(other.classes, classes, "elsewhere")
    key = (run.id, run.domain, other.uid)
    if is_asked and asked and len(set(asked.values()) - {""}) < 2:
        st.warning("Say what its classes mean to the model, at least two of them, then ask again.")
        return
    if is_asked:
        _begin(run, other, floor, asked)
    job = hold_jobs().get(key)
    if draw_under_way(job, _draw_progress, key) or (job is not None and job.error):
        return
    state, found = hold_found().get(key, (None, None))
    if found is not None and state == _read_state(run):
        _draw_found(run, other, found, asked)


def _read_state(run: Run) -> object:
    """What an answer hangs on: the model's file, and the data sets' labels."""
    return run.model_path.stat().st_mtime_ns, find_catalog().read_marks()


def _ask_for_floor(run: Run) -> float | None:
    """The least AUROC that is asked for; None leaves it to what it was at home."""
    is_known = run.load_evaluation() is not None
    asked = st.number_input(
        "AUROC at least",
        0.5,
        0.99,
        None if is_known else 0.8,
        0.01,
        placeholder="0.1 below home",
        help="Empty: 0.1 less than on the model's own test split.",
        width=200,
    )
    return None if asked is None else float(asked)


def _begin(run: Run, other: DataSet, floor: float | None, asked: Mapping[str, str]) -> None:
    workspace = open_workspace()
    key = (run.id, run.domain, other.uid)
    state = _read_state(run)
    results = hold_found()

    def work(tell: Tell) -> Elsewhere:
        # Imported here, because the page opens without torch.
        from medapp.runs.external import validate_elsewhere

        found = validate_elsewhere(workspace, run, other.uid, floor, asked, tell)
        results[key] = state, found
        return found

    begin_job(hold_jobs(), key, "elsewhere", work)


def _draw_progress(key: Key) -> None:
    note = "The model is judged further when you leave this page."
    draw_progress(hold_jobs(), key, "Reading the model", "elsewhere-stop", note)


def _draw_found(run: Run, other: DataSet, found: Elsewhere, asked: Mapping[str, str]) -> None:
    decision = found.decision
    title, icon = VERDICTS[decision.verdict]
    draw_notes(note for note in found.here.notes if note.level == "grave")
    with st.container(border=True):
        st.subheader(f"{icon} {title}", anchor=False)
        st.markdown(f"**{escape(decision.reasons[0])}**")
        if decision.reasons[1:]:
            st.markdown("\n".join(f"- {escape(reason)}" for reason in decision.reasons[1:]))
    rows = [
        {"95% intervals": what, "At home": there, f"On {other.name}": here}
        for what, there, here in list_sides(found)
    ]
    st.dataframe(rows, hide_index=True, width="stretch", alt="The model at home and here")
    if found.point is not None:
        st.caption(escape(state_outcomes(found.point)))
    draw_notes(note for note in found.here.notes if note.level != "grave")
    if found.here.thresholds:
        draw_findings_table(found.here)
    else:
        left, right = frame.draw_columns(2, key="elsewhere")
        with left:
            figure = draw_confusion(found.here, frame.find_theme())
            frame.draw_figure(figure, key="confusion-elsewhere")
        with right:
            _draw_roc(found)
    if found.subgroups:
        _draw_groups(found)
    if decision.verdict != "no":
        _draw_adopting(run, other, asked)


def _draw_roc(found: Elsewhere) -> None:
    """Draw where the model's threshold stands here and at home, on the curve of these images."""
    if found.detection is None or found.point is None:
        return
    at_home = found.sensitivity_at_home, found.specificity_at_home
    draw = partial(draw_elsewhere, found.detection, found.point, at_home)
    whole = partial(draw, most=ALL_POINTS)
    frame.draw_figure(draw(frame.find_theme()), "roc-elsewhere", lambda: list_numbers(whole()))


def _draw_groups(found: Elsewhere) -> None:
    """Draw the headline figure here in each group of the column that is chosen."""
    columns = {each.column: each for each in found.subgroups}
    st.markdown("**For whom it holds here**")
    column = st.selectbox("Groups by", list(columns), key="elsewhere-groups", width=260)
    draw_groups(columns[column], "groups-elsewhere")


def _draw_adopting(run: Run, other: DataSet, asked: Mapping[str, str]) -> None:
    """Draw the form that keeps a copy whose answers are fitted to this place."""
    with st.container(border=True, width=560):
        st.markdown(
            f"**Keep a copy fitted to {escape(other.name)}**: its probabilities, sets of classes"
            " and locked threshold are found anew on these images; the network stays. What it was"
            " fitted to cannot judge it: that takes further cases."
        )
        name = st.text_input("Name", f"{run.name} at {other.name}", key="adopt-name").strip()
        fault = ""
        try:
            check_name(name, list_summaries())
        except RunError as error:
            fault = str(error)
            st.error(escape(fault), icon=":material/block:")
        if st.button("Keep a copy", icon=":material/content_copy:", disabled=bool(fault)):
            with frame.show_errors(), st.spinner("Fitting it to these images"):
                # Imported here, because the page opens without torch.
                from medapp.runs.adopting import adopt_run

                copy = adopt_run(open_workspace(), run, other.uid, name, asked)
                st.switch_page(frame.MODELS, query_params={"model": copy.id})


def fits(data_set: DataSet, run: Run) -> bool:
    """Whether a run's model may be judged on a data set: what is asked, and the classes.

    Where an image has one class, classes by other names can be said to mean the model's.
    """
    task = find_task(run.recipe.data.task)
    if find_task(data_set.task).has_several != task.has_several:
        return False
    if task.has_several:
        return bool(set(run.find_classes()).intersection(data_set.classes))
    return len(data_set.classes) > 1


def _count_known(data_set: DataSet, classes: Sequence[str]) -> int:
    """How many of the model's classes a data set has by their names."""
    return len(set(map_classes(data_set.classes, classes).values()))
