"""Which runs are compared: by name, or from a table that sorts and filters by all that differs."""

from collections.abc import Mapping, Sequence

import streamlit as st

from medapp.runs.summary import Summary
from medapp.studies.listing import Keep, Row, Value, filter_rows, tabulate_runs
from medapp.ui.shell import frame, url
from medapp.ui.shell.server import open_workspace
from medapp.ui.shell.words import name_data_set, name_strategy

MOST = 8  # runs at a time: more is a table that nobody reads
FEW = 2  # runs that a table is worth while for: more than so many


def choose_runs(summaries: Mapping[str, Summary]) -> list[str]:
    """Draw the choice of runs; gives their ids, the one that others are compared with first."""
    asked = url.read_text("runs").split(",")
    chosen = [id for id in dict.fromkeys(asked) if id in summaries][:MOST]
    picked: list[str] = st.multiselect(
        "Runs",
        list(summaries),
        default=chosen,
        format_func=lambda id: _name(summaries[id]),
        max_selections=MOST,
        placeholder="Choose two or more",
        help="The others are compared with the first.",
        key=f"runs={','.join(chosen)}",
    )
    if picked != chosen:
        _go(picked)
    if len(summaries) > FEW:
        with st.expander("Choose from a table, by any figure or setting"):
            _draw_table(tabulate_runs(open_workspace(), list(summaries.values())))
    return picked


def _go(picked: Sequence[str]) -> None:
    url.write("runs", ",".join(picked) or None)
    st.rerun()


def _name(run: Summary) -> str:
    return f"{run.name} · {name_data_set(run)} · {name_strategy(run.strategy)}"


def _draw_table(rows: Sequence[Row]) -> None:
    columns = list(rows[0].values)
    wanted = st.multiselect(
        "Filter by", columns[1:], placeholder="Any figure or setting in which they differ"
    )
    kept = filter_rows(rows, {name: _draw_filter(name, rows) for name in wanted})
    st.caption(f"{len(kept):,} of {len(rows):,} runs. A click on a column's head sorts by it.")
    if not kept:
        return
    ticked = st.dataframe(
        [dict(row.values) for row in kept],
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="multi-row",
        alt="Runs with their figures and the settings in which they differ",
        # Other rows are another table: ticks would stay at their places and mean other runs.
        key=f"runs-{hash(tuple(row.id for row in kept))}",
    ).selection.rows
    chosen = [kept[place].id for place in ticked if place < len(kept)][:MOST]
    if st.button(
        f"Compare the {len(chosen)} ticked runs" if len(chosen) > 1 else "Compare the ticked runs",
        disabled=len(chosen) < FEW,
        icon=":material/difference:",
    ):
        _go(chosen)


def _draw_filter(name: str, rows: Sequence[Row]) -> Keep:
    values: list[Value] = [row.values.get(name) for row in rows]
    numbers = sorted({float(value) for value in values if isinstance(value, int | float)})
    shown = frame.escape(name)
    if numbers:
        if len(numbers) == 1:
            return Keep(low=numbers[0])
        low, high = st.select_slider(shown, numbers, (numbers[0], numbers[-1]))
        return Keep(low=low, high=high)
    texts = sorted({str(value) for value in values if value is not None})
    return Keep(among=tuple(st.multiselect(shown, texts, texts)))
