"""What a person can change of images, wherever they are seen: one bar of buttons, with a reason."""

from collections.abc import Sequence

import streamlit as st

from medapp.data.edits import (
    LEAVE_OUT,
    MOVE,
    NOTE,
    RELABEL,
    TAKE_BACK,
    Change,
    list_copies_left,
)
from medapp.data.labelling import edit_samples
from medapp.data.leaving import count_labels, foresee_leaving
from medapp.data.notes import count
from medapp.data.samples import NO_SPLIT, SPLITS, DataSet, Sample
from medapp.task import find_task
from medapp.task.multi_label import SEPARATOR
from medapp.ui.data_sets.leaving import HELP, draw_leaving_out
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog

LAST = "last-edit"  # in the session: the data set's uid, the changes made together last, and why
DEEDS = {
    RELABEL: "Relabel {} too",
    MOVE: "Move {} too",
    LEAVE_OUT: "Leave {} out too",
}


def draw_edit_bar(data_set: DataSet, samples: Sequence[Sample], key: str) -> bool:
    """Draw the buttons that leave images out, relabel, move or note them.

    Args:
        key: tells this bar from others on the page.

    Returns:
        True where something was just changed; the page is then to be drawn again.
    """
    if not samples:
        return False
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"edit-{key}"):
        reason = st.text_input(
            "Reason", placeholder="why, for the log", width=220, key=f"reason-{key}"
        )
        planned = [
            *_draw_leaving_out(data_set, samples, key),
            *_draw_relabelling(data_set, samples, key),
            *_draw_moving(samples, key),
            *_draw_noting(samples, key),
        ]
    if not planned:
        return False
    with frame.show_errors():
        edit_samples(find_catalog(), data_set, planned, reason)
        st.session_state[LAST] = (data_set.uid, planned, reason)
        images = count(len(samples), "image", "images")
        done = f"{planned[0].kind.capitalize()}: {images}. Undo it under Edits."
        st.toast(frame.escape(done))
        return True
    return False


def draw_copies_left(data_set: DataSet) -> None:
    """Draw what copies of the images that were edited last are still, and the button for them."""
    uid, changes, reason = st.session_state.get(LAST, ("", [], ""))
    left = list_copies_left(find_catalog(), data_set, changes) if uid == data_set.uid else []
    if not left:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="copies-left"):
        words = say_copies_left(data_set, left, len(changes))
        st.markdown(frame.escape(words), width="stretch")
        title = DEEDS[left[0][1].kind].format("it" if len(left) == 1 else "them")
        if st.button(
            frame.escape(title), icon=":material/content_copy:", type="primary", key="copies-too"
        ):
            with frame.show_errors():
                edit_samples(find_catalog(), data_set, [change for _, change in left], reason)
                st.rerun()
        if st.button(
            "Leave as it is" if len(left) == 1 else "Leave as they are", key="copies-stay"
        ):
            del st.session_state[LAST]
            st.rerun()


def say_copies_left(data_set: DataSet, left: Sequence[tuple[Sample, Change]], edited: int) -> str:
    """What copies of edited images still are, in a sentence.

    Args:
        edited: how many images were edited.
    """
    task = find_task(data_set.task)
    kind = left[0][1].kind
    of = "it" if edited == 1 else "these images"
    who = f"{count(len(left), 'copy', 'copies')} of {of}"
    verb = "stands" if len(left) == 1 else "stand"
    if kind == RELABEL:
        labels = sorted({task.say_label(sample.label) for sample, _ in left})
        return f"{who} {verb} as {' and as '.join(labels)}."
    if kind == MOVE:
        splits = sorted({sample.split for sample, _ in left}, key=(*SPLITS, NO_SPLIT).index)
        return f"{who} {verb} in the {' and the '.join(splits)} split."
    return f"{who} {'is' if len(left) == 1 else 'are'} still in use."


def _draw_leaving_out(data_set: DataSet, samples: Sequence[Sample], key: str) -> list[Change]:
    leaving = [sample.label for sample in samples if not sample.is_left_out]
    if not leaving:
        is_wanted = st.button(
            "Take back", icon=":material/add_circle:", help=HELP, key=f"leave-{key}"
        )
        return [Change(sample.id, TAKE_BACK) for sample in samples] if is_wanted else []
    counts = count_labels(find_catalog(), data_set)
    remainder = foresee_leaving(find_task(data_set.task), leaving, counts)
    is_wanted = draw_leaving_out("Leave out", remainder, f"leave-{key}", ":material/block:")
    return [Change(sample.id, LEAVE_OUT) for sample in samples] if is_wanted else []


def _draw_relabelling(data_set: DataSet, samples: Sequence[Sample], key: str) -> list[Change]:
    with st.popover("Relabel", icon=":material/label:", key=f"relabelling-{key}"):
        label = draw_new_label(data_set, samples[0].label, key)
        is_pressed = st.button("Relabel", disabled=label is None, key=f"relabel-{key}")
    if label is None or not is_pressed:
        return []
    return [Change(sample.id, RELABEL, label) for sample in samples]


def draw_new_label(data_set: DataSet, now: str, key: str) -> str | None:
    """Draw the choice of another label; None where nothing is chosen.

    Args:
        now: the label of the first image; its findings are chosen at the beginning.
    """
    task = find_task(data_set.task)
    if task.has_several:
        chosen = st.multiselect(
            frame.escape(f"New {task.nouns}"),
            data_set.classes,
            [name for name in task.list_labels(now) if name in data_set.classes],
            accept_new_options=True,
            key=f"label-{key}",
        )
        return SEPARATOR.join(sorted(chosen))
    label: str | None = st.selectbox(
        frame.escape(f"New {task.noun}"),
        data_set.classes,
        index=None,
        placeholder="choose, or type a new one",
        accept_new_options=True,
        key=f"label-{key}",
    )
    return label


def _draw_moving(samples: Sequence[Sample], key: str) -> list[Change]:
    with st.popover("Move", icon=":material/call_split:", key=f"moving-{key}"):
        split = st.radio("New split", SPLITS, index=None, key=f"split-{key}")
        is_pressed = st.button("Move", disabled=split is None, key=f"move-{key}")
    return [Change(s.id, MOVE, split) for s in samples] if is_pressed and split else []


def _draw_noting(samples: Sequence[Sample], key: str) -> list[Change]:
    with st.popover("Note", icon=":material/edit_note:", key=f"noting-{key}"):
        text = st.text_area("What should be remembered", key=f"text-{key}")
        is_pressed = st.button("Keep the note", key=f"note-{key}")
    return [Change(s.id, NOTE, text) for s in samples] if is_pressed else []
