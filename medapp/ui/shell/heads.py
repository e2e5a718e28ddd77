"""Which head of a model is meant, where it learned several labelled data sets; the address says."""

from collections.abc import Collection
from typing import Literal

import streamlit as st

from medapp.runs.heads import list_heads
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.ui.shell import url
from medapp.ui.shell.frame import MODELS, escape
from medapp.ui.shell.words import state_quality

# Parameters of addresses, one a page: whose answers Predict gives, whose figures Models shows.
ASKED = "head"
JUDGED = "judged"


def read_head(run: Run, name: str) -> Run:
    """The run with the head that the address names, else with its first.

    Args:
        name: of the address's parameter, which holds the place of the head's data set.
    """
    asked = url.read_number(name)
    heads = {head.domain: head for head in list_heads(run).values()} if asked else {}
    return heads.get(asked or 0, run)


def draw_head_choice(
    run: Run,
    name: str,
    title: str,
    drops: Collection[str] = (),
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """Draw the choice of a head; nothing is drawn where the model has one.

    Args:
        run: with the head that the address names, see `read_head`.
        name: of the address's parameter.
        drops: parameters that make no sense with another head.
        width: in pixels.
    """
    heads = {head.domain: head for head in list_heads(run).values()}
    if len(heads) < 2:
        return
    st.selectbox(
        escape(title),
        list(heads),
        list(heads).index(run.domain),
        format_func=lambda domain: describe_head(heads[domain]),
        help="This model learned several data sets at once. It has a head for each, with the"
        " classes of that data set.",
        width=width,
        **url.bind(name, 0, drops),
    )


def draw_further_heads(run: Run) -> None:
    """Draw how good the heads of a run's other data sets are, each with the way to its figures."""
    for head in list_heads(run).values():
        if not head.domain:
            continue
        with st.container(horizontal=True, vertical_alignment="center", key=f"head-{head.domain}"):
            st.page_link(
                MODELS,
                label=escape(f"Head of {head.home.name}"),
                query_params={"model": run.id, **list_parameters(head, JUDGED)},
            )
            st.caption(escape(state_quality(head)))


def describe_head(head: Run) -> str:
    """A head in a list to choose from: its data set and the classes that it tells."""
    classes = head.find_classes()
    rest = " …" if len(classes) > 6 else ""
    return f"{head.home.name}: {', '.join(classes[:6])}{rest}"


def list_parameters(head: Run | Summary, name: str) -> dict[str, str]:
    """The parameters of an address that name a head; none for the first one."""
    return {name: str(head.domain)} if head.domain else {}
