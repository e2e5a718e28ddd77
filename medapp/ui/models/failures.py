"""The failure book: what a model's errors share, and its worst judged test images, to be mended."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from medapp.data.edits import LEAVE_OUT, NOTE, RELABEL, TAKE_BACK, Change, list_edits
from medapp.data.labelling import edit_samples
from medapp.data.samples import DataSet, Sample
from medapp.errors import ImageError
from medapp.evaluation.familiarity import ALIEN_VERDICT, FAMILIAR_VERDICT, UNLIKE_VERDICT
from medapp.evaluation.patterns import (
    Pattern,
    Patterns,
    state_difference,
    state_pattern,
    state_patterns,
)
from medapp.evaluation.words import write_probability
from medapp.imaging.thumbnails import load_thumbnail
from medapp.runs.failures import Failure, Failures, find_failures
from medapp.runs.results import load_evidence
from medapp.runs.run import Run
from medapp.store.cache import open_cache
from medapp.task import find_task
from medapp.ui.data_sets.editing import LAST, draw_copies_left
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.heads import ASKED, list_parameters
from medapp.ui.shell.server import find_catalog, open_workspace

EVERY = "All of them"
ON_PAGE = 10
KINDS = {
    FAMILIAR_VERDICT: "of the model's kind",
    UNLIKE_VERDICT: "unlike the model's own images",
    ALIEN_VERDICT: "of another kind",
}
CHECKED = "Checked: the label is right."  # a note in the log


@st.cache_resource(show_spinner=False)
def hold_verdicts() -> dict[tuple[str, int, int], dict[str, str | None]]:
    """What models say of whether their test images are of their kind, by run, head and model."""
    return {}


def draw_failures(run: Run) -> None:
    """Draw what errors share, and the worst images, each with what can be done about it."""
    if run.load_evaluation() is None or load_evidence(run) is None:
        st.info("The predictions behind this model's figures were not kept: nothing to show here.")
        return
    verdicts = hold_verdicts().get(_name_model(run))
    found = find_failures(open_workspace(), run, verdicts)
    st.markdown(f"**{escape(state_patterns(found.patterns))}.**")
    for pattern in found.patterns.told:
        st.markdown(f"- {escape(f'{state_pattern(pattern)}: {state_difference(pattern)}.')}")
    _draw_groups(found.patterns)
    if verdicts is None and run.has_model:
        _draw_recognising(run)
    if found.worst:
        _draw_worst(run, found)


def _draw_groups(patterns: Patterns) -> None:
    """Draw all groups that were looked at."""
    if not patterns.groups:
        return
    with st.expander(f"All {len(patterns.groups)} groups that were looked at"):
        st.dataframe(
            [_list_cells(pattern) for pattern in patterns.groups],
            hide_index=True,
            alt="The share of wrong images in each group",
        )
        said = "p is corrected by Holm for all groups here; each interval is of its gap alone."
        if patterns.small:
            said += f" Too small to look at: {', '.join(patterns.small)}."
        st.caption(escape(f"{said} A group may differ in more than its name says."))


def _list_cells(pattern: Pattern) -> dict[str, str]:
    return {
        "Group": f"{pattern.column} {pattern.group}",
        "Wrong": f"{pattern.wrong:,} of {pattern.n:,}",
        "Elsewhere": f"{pattern.wrong_elsewhere:,} of {pattern.n_elsewhere:,}",
        "Difference": state_difference(pattern),
        "Told": "yes" if pattern.is_told else "no",
    }


def _draw_recognising(run: Run) -> None:
    """Draw the button that asks whether the images are of the model's kind: a pass over them."""
    if st.button("Are the wrong ones unlike the model's own images?", icon=":material/help:"):
        with st.spinner("Reading the test images"), frame.show_errors():
            # Imported here, because the page opens without torch.
            from medapp.runs.recognising import recognise_tests

            hold_verdicts()[_name_model(run)] = recognise_tests(open_workspace(), run)
            st.rerun()


def _name_model(run: Run) -> tuple[str, int, int]:
    made = run.model_path.stat().st_mtime_ns if run.has_model else 0
    return run.id, run.domain, made


def _draw_worst(run: Run, found: Failures) -> None:
    data_set = find_catalog().find_chosen(run.home.id, run.home.name)
    draw_copies_left(data_set)
    shown = _choose(found)
    pages = -(-len(shown) // ON_PAGE)
    page = min(max(1, url.read_number("page") or 1), pages)
    start = (page - 1) * ON_PAGE
    checked = _list_checked(data_set)
    for place, failure in enumerate(shown[start : start + ON_PAGE], start):
        _draw_failure(run, data_set, failure, place, checked)
    if pages > 1:
        st.pagination(pages, default=page, width="stretch", **url.bind("page", 1))
    st.caption(
        "Highest loss first. The run keeps the labels that it was judged by; edits count from the"
        " next run on, and can be undone on the data set's page."
        + (f" {frame.SYNTHETIC}." if data_set.is_synthetic else "")
    )


def _choose(found: Failures) -> Sequence[Failure]:
    """Draw the choice of an error or of a pattern, and give its images."""
    kinds: dict[str, Sequence[Failure]] = {f"{EVERY} ({len(found.worst):,})": found.worst}
    for pair, count in found.pairs.items():
        kinds[f"{pair} ({count:,})"] = [each for each in found.worst if each.pair == pair]
    for pattern in found.patterns.groups:
        if pattern.wrong:
            name = f"{pattern.column} {pattern.group} ({pattern.wrong:,} of {pattern.n:,})"
            kinds[name] = found.list_of(pattern)
    chosen = st.selectbox(
        "Wrong images",
        list(kinds),
        width=420,
        key="failures-of",
        on_change=url.write,
        args=("page", None),
    )
    return kinds[chosen]


def _draw_failure(
    run: Run, data_set: DataSet, failure: Failure, place: int, checked: frozenset[int]
) -> None:
    """Draw one image with what was said of it, and what can be done."""
    sample = failure.sample
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        _draw_picture(sample)
        with st.container(width="stretch", gap="xsmall"):
            st.markdown(f"**{escape(f'{failure.label} → {failure.prediction}')}**")
            st.caption(escape(" · ".join(_list_facts(failure))))
            if state := _state(data_set, failure, checked):
                st.caption(f":material/edit: {escape(state)}")
            if sample is not None:
                with st.container(horizontal=True, gap="xsmall"):
                    _draw_deeds(run, data_set, failure, sample, f"failure-{place}-{sample.id}")


def _draw_picture(sample: Sample | None) -> None:
    if sample is None:
        st.caption("no longer there", width=96)
        return
    cache = open_cache(open_workspace())
    try:
        jpeg = load_thumbnail(sample.path, sample.content_hash, cache, frame=sample.frame)
        st.image(jpeg, width=96)
    except ImageError:
        st.caption("cannot be read", width=96)


def _list_facts(failure: Failure) -> list[str]:
    facts = [
        f"{failure.probability_of} {write_probability(failure.probability)}",
        f"loss {failure.loss:.2f}",
        failure.name.rpartition("/")[2],
    ]
    if failure.patient is not None:
        facts.append(f"patient {failure.patient}")
    if failure.site is not None:
        facts.append(f"site {failure.site}")
    if failure.familiarity is not None:
        facts.append(
            {"familiar": "of the model's kind"}.get(failure.familiarity, failure.familiarity)
        )
    return facts


def _state(data_set: DataSet, failure: Failure, checked: frozenset[int]) -> str:
    """What was done about an image since; empty for nothing."""
    sample = failure.sample
    if sample is None:
        return "the image is gone, or another one stands in its place"
    if sample.is_left_out:
        return "left out"
    now = find_task(data_set.task).say_label(sample.label)
    if now != failure.label:
        return f"relabelled as {now}"
    return "label checked" if sample.id in checked else ""


def _list_checked(data_set: DataSet) -> frozenset[int]:
    log = list_edits(find_catalog(), data_set)
    return frozenset(
        edit.sample_id
        for edit in log
        if edit.kind == NOTE and edit.after == CHECKED and not edit.is_undone
    )


def _draw_deeds(run: Run, data_set: DataSet, failure: Failure, sample: Sample, key: str) -> None:
    """Draw what can be done about an image: look, relabel as predicted, leave out, tick off."""
    if st.button("Open", icon=":material/biotech:", key=f"{key}-open", help="With its heatmap."):
        where = {"by": run.id, "sample": str(sample.id), **list_parameters(run, ASKED)}
        st.switch_page(frame.PREDICT, query_params=where)
    if sample.is_left_out:
        deeds = [("Take back", ":material/add_circle:", Change(sample.id, TAKE_BACK))]
    else:
        deeds = [
            ("Leave out", ":material/block:", Change(sample.id, LEAVE_OUT)),
            ("Label is right", ":material/check:", Change(sample.id, NOTE, CHECKED)),
        ]
        said = find_task(data_set.task).say_label(failure.suggestion)
        if sample.label != failure.suggestion:
            relabel = Change(sample.id, RELABEL, failure.suggestion)
            deeds.insert(0, (f"Relabel: {said}", ":material/label:", relabel))
    for title, icon, wanted in deeds:
        weight: Literal["secondary", "tertiary"]
        weight = "secondary" if wanted.kind == RELABEL else "tertiary"
        if st.button(escape(title), icon=icon, type=weight, key=f"{key}-{wanted.kind}"):
            _edit(run, data_set, wanted)


def _edit(run: Run, data_set: DataSet, wanted: Change) -> None:
    reason = f"failures of {run.name}"
    with frame.show_errors():
        edit_samples(find_catalog(), data_set, [wanted], reason)
        st.session_state[LAST] = (data_set.uid, [wanted], reason)
        st.rerun()
