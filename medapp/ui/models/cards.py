"""How good a model is: a verdict, figures as cards, each with its interval, and what to know."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from medapp.errors import DataError
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import Headline, find_worst, list_shown, state_references
from medapp.evaluation.intervals import OLDER_METHOD
from medapp.evaluation.notes import list_of_patients
from medapp.evaluation.sample_size import state_sample_size
from medapp.evaluation.verdict import judge
from medapp.evaluation.words import write_figure, write_interval
from medapp.notes import Note
from medapp.runs.decided import DECIDED, load_decided
from medapp.runs.learning import note_learning, state_by_heart
from medapp.runs.locking import find_locked
from medapp.runs.looks import LOOKS, count_looks, count_test_reads, note_looks
from medapp.runs.registry import find_registry
from medapp.runs.renewal import renew_figures
from medapp.runs.revisions import note_edits
from medapp.runs.run import Run
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import find_catalog, follow_run, open_workspace


def draw_quality(run: Run) -> None:
    """Draw how good a run's model is on its test split, in words first."""
    evaluation = load_decided(run)
    if evaluation is None:
        st.info("This run was not evaluated on a test split: nothing says how good its model is.")
        return
    standing = follow_run(run).read()
    n = standing.plan.validation if standing.plan else 0
    edited = note_edits(open_workspace(), run)
    # The looks of today stand in place of those at the time of the figures.
    kept = tuple(note for note in evaluation.notes if note.code not in (LOOKS, DECIDED))
    said = {note.code for note in kept}
    learned = [note for note in note_learning(standing.epochs, n) if note.code not in said]
    more = [*edited, *learned, note_run_reads(run)]
    where = f"the test split of {evaluation.dataset}"
    beside = [state_by_heart(standing.epochs), _state_lock(run, evaluation)]
    draw_evaluation(replace(evaluation, notes=kept), where, more, beside)
    if evaluation.method == OLDER_METHOD and st.button("Make the intervals anew"):
        if renew_figures(run, evaluation).method != OLDER_METHOD:
            st.rerun()
        st.info("The predictions behind these figures were not kept, so they stay as they are.")


def _state_lock(run: Run, evaluation: Evaluation) -> str:
    """How the locked threshold was chosen, and which figures are of it; empty without one."""
    locked = find_locked(run)
    if locked is None:
        return ""
    said = [note.text for note in evaluation.notes if note.code == DECIDED]
    return " ".join([f"Locked: {locked.describe_choice()}.", *said])


def draw_evaluation(
    evaluation: Evaluation, where: str, more: Sequence[Note] = (), beside: Sequence[str] = ()
) -> None:
    """Draw what is grave, the verdict, the figures as cards, then the other notes.

    Args:
        where: the images that were judged.
        more: notes beside the evaluation's own.
        beside: what stands beside the verdict, a sentence each; empty ones are left out.
    """
    notes = [*evaluation.notes, *more]
    draw_notes(note for note in notes if note.level == "grave")
    verdict = judge(evaluation)
    st.subheader(escape(verdict.title), anchor=False)
    for said in filter(None, (verdict.text, *beside)):
        st.markdown(escape(said))
    headlines = list_shown(evaluation)
    for column, headline in zip(st.columns(len(headlines)), headlines, strict=True):
        with column.container(border=True, height="stretch"):
            _draw_card(headline)
    st.caption(
        f"Figures on {evaluation.n:,} images, {escape(where)}, with 95% intervals over"
        f" {evaluation.units:,} {escape(evaluation.counted)}."
        f" {escape(state_references(evaluation))} {escape(state_sample_size(evaluation))}"
    )
    draw_notes(note for note in notes if note.level != "grave")
    if evaluation.per_patient is not None:
        _draw_patients(evaluation, evaluation.per_patient)


def _draw_patients(evaluation: Evaluation, per_patient: Evaluation) -> None:
    """Draw the figures per patient beside those per image."""
    st.markdown("**Per image and per patient**")
    said = " ".join(note.text for note in list_of_patients(evaluation, per_patient))
    worst = find_worst(evaluation)
    of_name = {one.name: one for one in list_shown(per_patient, worst)}
    shown = [one for one in list_shown(evaluation, worst) if one.name in of_name]
    pairs = [(one, of_name[one.name]) for one in shown]
    if all(of_patients.value is None for _, of_patients in pairs):
        st.caption(escape(f"No figure per patient is defined. {said}"))
        return
    rows = [
        {
            "Figure": of_images.title,
            f"Per image (n = {evaluation.n:,})": write_figure(of_images.value, of_images.interval),
            f"Per patient (n = {per_patient.n:,})": write_figure(
                of_patients.value, of_patients.interval
            ),
        }
        for of_images, of_patients in pairs
    ]
    st.dataframe(rows, hide_index=True, alt="Figures per image and per patient")
    st.caption(
        f"A patient's probabilities are the mean of those of his or her images. {escape(said)}"
    )


def _draw_card(headline: Headline) -> None:
    interval = headline.interval
    st.metric(
        escape(headline.title),
        "–" if headline.value is None else write_figure(headline.value),
        write_interval(interval) if interval else "no interval",
        delta_color="off",
        delta_arrow="off",
    )
    beside = (("guessing", headline.chance), ("majority", headline.majority))
    known = [f"{escape(name)} {value:.3f}" for name, value in beside if value is not None]
    st.caption("  \n".join(known))


def note_run_reads(run: Run) -> Note:
    """How often the test images of a run were read: those of its split, though it be drawn anew."""
    choice = run.home
    workspace = open_workspace()
    try:
        data_set = find_catalog().find_chosen(choice.id, choice.name)
    except DataError:
        text = f"{choice.name} is not in this workspace: nobody counts the looks at its test split."
        return Note("looks-not-counted", text)
    known = find_registry(workspace).find(run.id)
    if known is None or run.domain:
        return note_looks(count_test_reads(workspace, data_set))
    return note_looks(count_looks(workspace, known.test_images))
