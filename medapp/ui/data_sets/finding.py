"""One finding of an audit: its groups side by side, and what can be done about each and all."""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from medapp.audit.checks import KINDS
from medapp.audit.finding import Finding, Group, Member
from medapp.audit.proposals import Entries, Proposal, find_proposal, keep, list_used
from medapp.data.edits import (
    LEAVE_OUT,
    MOVE,
    RELABEL,
    Change,
    list_last,
    undo_edits,
)
from medapp.data.labelling import edit_samples
from medapp.data.layouts.order import Entry
from medapp.data.leaving import Remainder, foresee_leaving
from medapp.data.samples import SPLITS, DataSet
from medapp.data.splits.cleaning import make_clean_split
from medapp.errors import DataError
from medapp.task import find_task
from medapp.ui.data_sets.editing import draw_new_label
from medapp.ui.data_sets.gallery import build_tile
from medapp.ui.data_sets.leaving import draw_leaving_out
from medapp.ui.elements.gallery import Tile, draw_gallery
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import find_catalog

GROUPS_A_PAGE = 12
MOST_TILES = 12  # of one group
# In px, of groups with so many members: four or two fill a row of a wide page, as a larger one does
# alone. On a narrow page a group is as wide as the page.
WIDTHS = {1: 250, 2: 516, 3: 516}
FULL_WIDTH = 1048
# The kinds that a clean split settles.
TORN = ("leak", "patients_in_two_splits")


def draw_finding(
    data_set: DataSet, finding: Finding, groups: Sequence[Group], entries: Entries
) -> None:
    """Draw the open groups of a finding, a page at a time, and the buttons that settle them."""
    if st.button("All findings", icon=":material/arrow_back:", type="tertiary", key="findings"):
        _leave()
    title = f"{KINDS[finding.kind]} · {len(groups):,}"
    st.subheader(escape(title), anchor=False)
    draw_summary(finding, groups)
    draw_undo(data_set)
    if not groups:
        st.success("Nothing is left to look at here.", icon=":material/check_circle:")
        return
    used = [list_used(group, entries) for group in groups]
    with frame.show_errors():
        _draw_actions_for_all(data_set, finding, groups, used, entries)
    pages = -(-len(groups) // GROUPS_A_PAGE)
    page = min(max(1, url.read_number("page") or 1), pages)
    first = (page - 1) * GROUPS_A_PAGE
    shown = range(first, min(first + GROUPS_A_PAGE, len(groups)))
    with st.container(horizontal=True, key="groups"):
        for number in shown:
            with frame.show_errors():
                _draw_group(data_set, finding, groups[number], used[number], entries)
    if pages > 1:
        st.pagination(pages, default=page, width="stretch", **url.bind("page", 1))


def draw_summary(finding: Finding, groups: Sequence[Group]) -> None:
    """Draw what was found and what to do; the numbers are the audit's, so what is left is said.

    Args:
        groups: those that are open.
    """
    if len(groups) < finding.count:
        left = f"{len(groups):,} of {finding.count:,} left to look at. The audit found:"
        st.markdown(escape(left))
    st.markdown(escape(finding.summary))
    if finding.remedy:
        st.caption(escape(finding.remedy))


def draw_undo(data_set: DataSet) -> None:
    """Draw what was changed last, with the button that takes it back."""
    last = list_last(find_catalog(), data_set)
    if not last:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo"):
        names = ", ".join(edit.name.rpartition("/")[2] for edit in last[:3])
        more = f" and {len(last) - 3:,} more" if len(last) > 3 else ""
        facts = [f"Last change: {last[0].kind}", f"{names}{more}", last[0].reason]
        st.caption(escape(" · ".join(filter(None, facts))))
        if st.button("Undo", icon=":material/undo:", key="undo-last"):
            undo_edits(find_catalog(), data_set, [edit.id for edit in last])
            st.rerun()


def _leave() -> None:
    url.write("finding", None)
    url.write("page", None)
    st.rerun()


def _draw_actions_for_all(
    data_set: DataSet,
    finding: Finding,
    groups: Sequence[Group],
    used: Sequence[Sequence[Entry]],
    entries: Entries,
) -> None:
    proposal = find_proposal(finding.kind)
    changes = _plan(proposal, groups, used)
    with st.container(horizontal=True, key="for-all"):
        if finding.kind in TORN and st.button(
            "Make a clean split",
            type="primary",
            icon=":material/call_split:",
            key="clean-split",
            help="The fewest images move, so that copies and patients stand in one split.",
        ):
            st.toast(escape(make_clean_split(find_catalog(), data_set).describe()))
            _leave()
        title = f"{proposal.title_all} ({len(changes):,})"
        is_offered = bool(proposal.title_all and changes)
        icon = ":material/done_all:"
        if is_offered and _draw_deed(data_set, title, changes, entries, "all-of-it", icon):
            _apply(data_set, changes, finding)
        if any(used) and st.button("Keep all", icon=":material/check:", key="keep-all"):
            _apply(data_set, [c for mine in used for c in keep(finding, mine)], finding)


def _plan(
    proposal: Proposal, groups: Sequence[Group], used: Sequence[Sequence[Entry]]
) -> list[Change]:
    pairs = zip(groups, used, strict=True)
    return [change for group, mine in pairs if mine for change in proposal.plan(group, mine)]


def _apply(data_set: DataSet, changes: Sequence[Change], finding: Finding) -> None:
    edit_samples(find_catalog(), data_set, changes, f"audit: {finding.kind.replace('_', ' ')}")
    st.rerun()


def _draw_deed(
    data_set: DataSet,
    title: str,
    changes: Sequence[Change],
    entries: Entries,
    key: str,
    icon: str | None = None,
) -> bool:
    """Draw the button for some changes; gives whether they are wanted."""
    if any(wanted.kind != LEAVE_OUT for wanted in changes):
        return st.button(escape(title), icon=icon, key=key)
    remainder = _foresee(data_set, [wanted.sample_id for wanted in changes], entries)
    return draw_leaving_out(title, remainder, key, icon)


def _foresee(data_set: DataSet, ids: Sequence[int], entries: Entries) -> Remainder:
    counts = Counter(entry.label for entry in entries.values())
    return foresee_leaving(find_task(data_set.task), [entries[id].label for id in ids], counts)


def _draw_group(
    data_set: DataSet, finding: Finding, group: Group, used: Sequence[Entry], entries: Entries
) -> None:
    key = "-".join([finding.kind, *map(_name_member, group.members[:2])])
    width = WIDTHS.get(len(group.members), FULL_WIDTH)
    with st.container(border=True, width=width, key=f"group-{key}"):
        facts = [group.text] if group.text else []
        if len(group.members) > MOST_TILES:
            facts.append(f"the first {MOST_TILES} of {len(group.members):,} are shown")
        if facts:
            st.markdown(escape(" · ".join(facts)))
        _draw_tiles(data_set, group.members[:MOST_TILES], key)
        if used:
            _draw_actions(data_set, finding, group, used, key, entries)


def _name_member(member: Member) -> str:
    """What tells a member from others in keys: a file that is no sample has its name alone."""
    return str(member.id) if member.id is not None else f"file{zlib.crc32(member.name.encode()):x}"


def _draw_tiles(data_set: DataSet, members: Sequence[Member], key: str) -> None:
    tiles = [tile for member in members if (tile := _build_tile(data_set, member))]
    names = [member.name for member in members if member.id is None]
    if names:
        st.markdown(escape(", ".join(names)))
    if tiles:
        opened = draw_gallery(tiles, (), key=f"tiles-{key}")
        if opened is not None:
            _open(members, opened)


def _build_tile(data_set: DataSet, member: Member) -> Tile | None:
    """A member as a tile; one of another data set says so, one that is gone is left out."""
    if member.id is None:
        return None
    catalog = find_catalog()
    try:
        home = catalog.find_data_set(member.data_set) if member.data_set else data_set
    except DataError:
        return None
    sample = next(iter(catalog.load_some(home, [member.id])), None)
    if sample is None:
        return None
    tile = build_tile(home, sample, "left out" if sample.is_left_out else sample.split)
    if member.data_set:
        return replace(tile, caption=f"{home.name}: {tile.caption}", colour=None)
    return tile


def _open(members: Sequence[Member], id: int) -> None:
    member = next(member for member in members if member.id == id)
    if member.data_set:
        home = find_catalog().find_data_set(member.data_set)
        query = {"set": str(home.id), "image": str(id)}
        st.switch_page(frame.DATA_SETS, query_params=query)
    url.write("image", id)
    st.rerun()


def _draw_actions(
    data_set: DataSet,
    finding: Finding,
    group: Group,
    used: Sequence[Entry],
    key: str,
    entries: Entries,
) -> None:
    proposal = find_proposal(finding.kind)
    with st.container(horizontal=True, key=f"actions-{key}"):
        changes = proposal.plan(group, used)
        said = group.suggestion
        title = f"{proposal.title}: {said}" if said else proposal.title
        if changes and _draw_deed(data_set, title, changes, entries, f"do-{key}"):
            _apply(data_set, changes, finding)
        with st.popover("More", icon=":material/more_horiz:"):
            _draw_choices(data_set, finding, used, key, entries)
        if st.button("Keep", icon=":material/check:", key=f"keep-{key}"):
            _apply(data_set, keep(finding, used), finding)


def _draw_choices(
    data_set: DataSet, finding: Finding, used: Sequence[Entry], key: str, entries: Entries
) -> None:
    """Draw what can be done about some images of a group, or all of them."""
    names = {entry.id: escape(entry.name.rpartition("/")[2]) for entry in used}
    ids = [int(entry.id) for entry in used]
    chosen = st.pills(
        "Images",
        ids,
        selection_mode="multi",
        default=ids,
        format_func=names.__getitem__,
        key=f"chosen-{key}",
    )
    label = draw_new_label(data_set, used[0].label if used else "", key)
    split = st.selectbox("Split", SPLITS, index=None, placeholder="new split", key=f"split-{key}")
    remainder = _foresee(data_set, chosen, entries)
    words = escape(f"To leave out: {remainder.describe()}")
    is_sure = not remainder.is_large or st.checkbox(words, key=f"sure-{key}")
    is_meant = bool(chosen) and is_sure
    with st.container(horizontal=True):
        if st.button("Relabel", disabled=not chosen or label is None, key=f"relabel-{key}"):
            _apply(data_set, [Change(id, RELABEL, label or "") for id in chosen], finding)
        if st.button("Move", disabled=not (chosen and split), key=f"move-{key}"):
            _apply(data_set, [Change(id, MOVE, split or "") for id in chosen], finding)
        if st.button("Leave out", disabled=not is_meant, key=f"out-{key}"):
            _apply(data_set, [Change(id, LEAVE_OUT) for id in chosen], finding)
