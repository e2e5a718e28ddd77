"""What stands around every page: crumb, title with one line of facts, errors in words, foot."""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.pages_manager import PagesManager

from medapp.errors import MedAppError
from medapp.figures import CONFIG, list_numbers
from medapp.store.plain import show_controls
from medapp.store.shipped import ASSETS
from medapp.ui.elements.arrival import begin_at_top
from medapp.ui.elements.menu import open_menu
from medapp.ui.elements.theme import follow_theme
from medapp.ui.shell import url
from medapp.ui.shell.saving import Numbers, call_files, draw_ways_to_save

MARK = str(ASSETS / "icons" / "mark.png")
STYLE = ASSETS / "style.css"
FOOT = "Research use only. Not a medical device. Everything stays on this machine."
SYNTHETIC = "synthetic phantom, not a patient"
ButtonKind = Literal["primary", "secondary"]
Parents = Mapping[str, tuple[str, Mapping[str, str]]]  # label → (page, query parameters)

HOME = "pages/home.py"
DATA_SETS = "pages/data_sets.py"
TRAIN = "pages/train.py"
MODELS = "pages/models.py"
COMPARE = "pages/compare.py"
PREDICT = "pages/predict.py"

# Parameters of the address that lead on to other content of a page with the same title.
PARTS = ("finding", "page")

WORD_JOINER = "\u2060"
_FOUND_LATER = re.compile(
    r"://"  # an address
    r"|(?<=www)\."
    r"|(?<=[\w.+-])@(?=[\w-])"  # an address of mail
    r"|:(?=[\w+/-]+:)"  # an icon or emoji
    r"|(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S)",  # arrows and signs
    re.IGNORECASE,
)


def build_navigation() -> dict[str, list[st.Page]]:
    """The pages by section.

    Call this in each run of the script, as Streamlit keeps a run's state in the pages.
    """
    return {
        "": [st.Page(HOME, title="Start", icon=":material/home:", default=True)],
        "Work": [
            st.Page(DATA_SETS, title="Data sets", icon=":material/photo_library:"),
            st.Page(TRAIN, title="Train", icon=":material/model_training:"),
            st.Page(MODELS, title="Models", icon=":material/deployed_code:"),
            st.Page(COMPARE, title="Compare", icon=":material/difference:"),
            st.Page(PREDICT, title="Predict", icon=":material/biotech:"),
        ],
    }


def require_app() -> None:
    """Run the page again by way of app.py, where Streamlit ran the page alone. Call this first.

    A page opened by deep link on a fresh server, before `st.navigation` has run, is found by
    Streamlit's older discovery of a folder called pages and run alone; once is enough, as the flag
    belongs to the server.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


@contextlib.contextmanager
def open_frame() -> Iterator[None]:
    """Style above a page and the foot below it; a stated error in the page is shown in words."""
    url.show_in_browser()
    st.html(STYLE)
    st.logo(MARK, size="large")
    open_menu()
    follow_theme()
    with show_errors():
        yield
    with st.container(key="foot"):
        st.caption(FOOT)


@contextlib.contextmanager
def show_errors() -> Iterator[None]:
    """Show a stated error in words and go on. A fault of ours passes through."""
    try:
        yield
    except MedAppError as error:
        st.error(escape(str(error)), icon=":material/error:")


def draw_head(title: str, facts: str = "", parents: Parents | None = None) -> None:
    """The crumb, the page's title and one line of facts.

    Args:
        title: names the thing in front of the reader; also the browser's tab.
        facts: the state at a glance, facts divided by " · ".
        parents: the pages above this one, from the top.
    """
    st.set_page_config(page_title=f"{title} · MedApp")
    call_files(title)
    begin_at_top(" ".join([title, *(st.query_params.get(name, "") for name in PARTS)]))
    if parents:
        with st.container(key="crumb", horizontal=True, gap="small"):
            for label, (page, parameters) in parents.items():
                st.page_link(page, label=f"{escape(label)}  ›", query_params=dict(parameters))
    with st.container(key="head", gap="xsmall"):
        st.title(escape(title), anchor=False)
        if facts:
            st.markdown(escape(facts))


def draw_columns(spec: int | list[float], key: str) -> list[DeltaGenerator]:
    """Columns of a page; on a narrow screen they stand one below the other."""
    return list(st.container(key=f"columns-{key}").columns(spec, gap="large"))


def find_theme() -> str:
    """ "light" or "dark", as the reader's browser asks for."""
    return "dark" if st.context.theme.type == "dark" else "light"


def draw_figure(figure: Any, key: str, numbers: Numbers | None = None, **options: Any) -> Any:
    """Show a Plotly figure as it was drawn, with ways to save the picture and its numbers.

    Args:
        numbers: gives the rows of its table, titles first, where the figure alone does not say all.

    Returns:
        What Streamlit gives: with `on_select`, what the reader selected.
    """
    drawn = st.plotly_chart(figure, key=key, theme=None, config=CONFIG, **options)
    draw_ways_to_save(key, find_theme(), numbers or (lambda: list_numbers(figure)))
    return drawn


@contextlib.contextmanager
def show_progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of progress, and the function that moves the bar: call it with (done, total).

    The bar is gone at the end, so that none stands still above an error.
    """
    bar = st.progress(0.0, text)

    def update(done: int, total: int) -> None:
        bar.progress(min(1.0, done / max(1, total)), f"{text}: {done:,} of {total:,}")

    try:
        yield update
    finally:
        bar.empty()


def draw_empty(title: str, text: str, icon: str) -> DeltaGenerator:
    """What stands where nothing is yet: what will be there.

    Draw the one button that gets there in the container that is returned.
    """
    box = st.container(border=True, horizontal_alignment="center", key="empty")
    with box:
        st.markdown(f"### :material/{icon}: {title}", width="content")
        st.markdown(text, width="content")
    return box


def escape(text: str) -> str:
    """Text that Markdown shows letter by letter: names come from files and people.

    A backslash keeps Markdown from reading a sign. Some of what Streamlit makes of text (links of
    plain addresses, icons, emoji, arrows) it looks for after Markdown was read: there an invisible
    word joiner parts the letters that would be found.
    """
    parted = _FOUND_LATER.sub(lambda m: WORD_JOINER.join(("", *m.group())), show_controls(text))
    escaped = re.sub(r"([\\`*_{}\[\]()#+!|<>~:$&-])", r"\\\1", parted.strip())
    # A number that would begin a list.
    return re.sub(r"^(\d+)\.", r"\1\.", escaped)
