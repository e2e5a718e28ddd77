"""What is wrong with a data set: the audit's button, its progress, and what it found."""

import datetime
from collections.abc import Mapping

import streamlit as st

from medapp.audit.audit import Audit, find_audit, run_audit, say_outdated
from medapp.audit.checks import CHECKS, KINDS
from medapp.audit.finding import Finding, Group
from medapp.audit.proposals import list_kept, list_open
from medapp.data.layouts.order import Entry
from medapp.data.samples import DataSet
from medapp.notes import Level
from medapp.store.job import Job
from medapp.ui.data_sets.finding import TORN, draw_finding, draw_summary, draw_undo
from medapp.ui.data_sets.flattery import draw_flattery
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import TICK_SECONDS, draw_progress
from medapp.ui.shell.server import find_catalog, open_workspace
from medapp.ui.shell.words import write_time

SIGNS: Mapping[Level, str] = {
    "grave": ":red[:material/error:]",
    "caution": ":orange[:material/warning:]",
    "info": ":gray[:material/info:]",
}


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[str, Job[Audit]]:
    """The audits of this server that are under way or have ended with an error, by data set."""
    return {}


def draw_audit(data_set: DataSet) -> None:
    """Draw the audit of a data set; the address names the finding that is looked at."""
    job = hold_jobs().get(data_set.uid)
    if job is not None and job.state == "running":
        st.fragment(run_every=TICK_SECONDS)(_draw_progress)(data_set)
        return
    if job is not None and job.error:
        st.error(escape(job.error), icon=":material/error:")
    found = find_audit(open_workspace(), data_set)
    if found is None:
        _draw_beginning(data_set)
        return
    entries = _load_entries(data_set.id, find_catalog().read_marks(), data_set)
    kept = list_kept(find_catalog(), data_set)
    findings = [(finding, list_open(finding, entries, kept)) for finding in found.findings]
    number = url.read_number("finding")
    if number is not None and number < len(findings):
        finding, groups = findings[number]
        draw_finding(data_set, finding, groups, entries)
    else:
        _draw_overview(data_set, found, findings)


def _draw_beginning(data_set: DataSet) -> None:
    st.markdown(
        "Looks for what becomes a wrong result: copies and patients in two splits, copies under two"
        " classes or in other data sets, images that are blank, damaged or unlike the rest."
        " Your files are never changed."
    )
    _draw_button(data_set, "Audit this data set", "primary")


def _draw_button(data_set: DataSet, title: str, kind: frame.ButtonKind) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        is_asked = st.button(
            escape(title), type=kind, icon=":material/fact_check:", key="audit-begin"
        )
        with_features = True
        if any(check.needs_features for check in CHECKS.values()):
            with_features = st.toggle(
                "Also wrong labels and shortcuts",
                value=True,
                key="audit-features",
                help="A network reads each image, which takes longer than all the rest.",
            )
    if is_asked:
        _start_job(data_set, with_features)
        st.rerun()


def _start_job(data_set: DataSet, with_features: bool) -> None:
    workspace = open_workspace()
    job = hold_jobs()[data_set.uid] = Job(
        "audit", lambda tell: run_audit(workspace, data_set, tell, with_features)
    )
    job.start()


def _draw_progress(data_set: DataSet) -> None:
    note = "The audit goes on when you leave this page. What was read is kept for the next."
    draw_progress(
        hold_jobs(), data_set.uid, "Reading the table", "audit-stop", note, " of this step"
    )


@st.cache_resource(max_entries=3, show_spinner=False)
def _load_entries(id: int, state: tuple[int, ...], _data_set: DataSet) -> dict[int, Entry]:
    return {entry.id: entry for entry in find_catalog().list_entries(_data_set)}


@st.cache_data(max_entries=20, show_spinner=False)
def _say_outdated(id: int, state: tuple[int, ...], basis: str, _data_set: DataSet) -> str:
    return say_outdated(find_catalog(), _data_set, basis)


def _draw_overview(
    data_set: DataSet, found: Audit, findings: list[tuple[Finding, tuple[Group, ...]]]
) -> None:
    made = datetime.datetime.fromisoformat(found.made).timestamp()
    _draw_button(data_set, "Audit again", "secondary")
    st.caption(escape(f"{found.images:,} images looked at, {write_time(made)}."))
    outdated = _say_outdated(data_set.id, find_catalog().read_marks(), found.basis, data_set)
    if outdated:
        st.warning(escape(outdated), icon=":material/update:")
    draw_undo(data_set)
    standing = [n for n, (f, groups) in enumerate(findings) if groups or not f.groups]
    if not standing:
        st.success("Nothing is left to look at.", icon=":material/check_circle:")
    torn = [number for number in standing if findings[number][0].kind in TORN]
    for number in standing:
        _draw_row(number, *findings[number])
        if number in torn[:1]:
            draw_flattery(data_set)
    settled = len(findings) - len(standing)
    if settled:
        st.caption(f"Settled since: {settled} finding{'s' * (settled != 1)}.")


def _draw_row(number: int, finding: Finding, groups: tuple[Group, ...]) -> None:
    with st.container(border=True, key=f"finding-{number}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            title = escape(KINDS[finding.kind])
            count = f" · {len(groups):,}" if groups else ""
            st.markdown(f"{SIGNS[finding.severity]} **{title}**{count}", width="stretch")
            if groups and st.button("Look", key=f"look-{number}", icon=":material/visibility:"):
                url.write("finding", number)
                url.write("page", None)
                st.rerun()
        draw_summary(finding, groups)
