"""What would come in from a path, before anything is stored, and the form that brings it in."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from medapp.data.containers import SliceChoice
from medapp.data.importing import add_path, inspect
from medapp.data.layout import Layout
from medapp.data.previewing import Preview, judge_layout, load_sheet
from medapp.ui.data_sets.imports import start_import
from medapp.ui.data_sets.patients import PREVIEWED, draw_patient_pattern
from medapp.ui.data_sets.slicing import draw_slice_choice
from medapp.ui.elements.gallery import Tile, draw_gallery
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace

OWN = "Something else: a layout of my own"


@dataclass(frozen=True)
class _Looked:
    """What was found at a path, kept for the session: a hundred thousand names take seconds."""

    path: Path
    layout: str | None
    slices: SliceChoice | None
    found: Layout


def draw_look(path: Path) -> None:
    """Draw what a path would become and the choices; the button at their end begins the import.

    Raises:
        MedAppError: nothing can be read there; says why.
    """
    with st.spinner("Looking"):
        recognised = _inspect(path, None)
    if recognised.question:
        st.warning(escape(" ".join(recognised.describe())), icon=":material/help:")
    left, right = frame.draw_columns([1, 1.3], key="look")
    with left:
        facts = st.container(gap="small", key="look-facts")
        layout, is_answered = _draw_layout(path, recognised)
        if not is_answered:
            st.caption("Nothing is registered before that is answered.")
            return
        slices = draw_slice_choice(path, recognised)
        found = _inspect(path, layout, slices)
        shown = _draw_choices(path, found, layout, slices)
        with facts:
            _draw_facts(shown)
    with right:
        _draw_sheet(shown, layout, slices)


def _inspect(path: Path, layout: str | None, slices: SliceChoice | None = None) -> Layout:
    kept: list[_Looked] = st.session_state.setdefault("looked-at", [])
    asked = (path, layout, slices)
    known = next((k for k in kept if (k.path, k.layout, k.slices) == asked), None)
    if known is None:
        known = _Looked(path, layout, slices, inspect(path, layout, slices))
        # Those of the path before go; one path has a few layouts.
        kept[:] = [*(k for k in kept if k.path == path), known][-4:]
    return known.found


def forget_look() -> None:
    """Read the path again at the next look."""
    st.session_state.pop("looked-at", None)


def _draw_layout(path: Path, recognised: Layout) -> tuple[str | None, bool]:
    """Draw the ways to read the folders; gives the one that is chosen, and whether one is."""
    if recognised.sentences:
        return None, True
    ways = [f"{way.template}: {way.describe()}" for way in recognised.candidates]
    if not recognised.question:
        with st.expander("Read the folders in another way"):
            own = _draw_own_layout(path)
        return own, True
    if not ways:
        st.markdown(escape(recognised.remedy))
    titles = [escape(way) for way in [*ways, OWN]]
    chosen = st.radio("What the folders are", titles, index=None if ways else 0, key=f"way-{path}")
    if chosen == escape(OWN):
        own = _draw_own_layout(path)
        return own, own is not None
    if chosen is None:
        return None, False
    return recognised.candidates[titles.index(chosen)].template, True


def _draw_own_layout(path: Path) -> str | None:
    text = st.text_input(
        "Layout",
        placeholder="{patient}/{label}",
        help="What each folder says, from the top: {label}, {patient}, {split}, {site}, or {any}"
        " for what says nothing. One that ends in .* names the file too, as in {label}_{number}.*;"
        " a regular expression with a group label is sought in the whole path.",
        key=f"layout-{path}",
    )
    return text.strip() or None


def _draw_choices(
    path: Path, found: Layout, layout: str | None, slices: SliceChoice | None
) -> Preview:
    """Draw the choices and the button; gives what would come in."""
    name = st.text_input("Name", value=path.stem if path.suffix else path.name, key=f"name-{path}")
    source = found.patients_from if any(file.patient for file in found.files) else ""
    pattern = draw_patient_pattern([file.name for file in found.files[:PREVIEWED]], source)
    shown = judge_layout(path, found, layout is not None, pattern)
    count = len(found.files)
    if st.button(f"Register {count:,} images", type="primary", key="register"):
        workspace = open_workspace()
        start_import(
            path,
            name or path.name,
            lambda tell: add_path(workspace, path, name or None, pattern, tell, layout, slices),
        )
        st.rerun()
    return shown


def _draw_facts(shown: Preview) -> None:
    found = shown.layout
    patients = "patients unknown" if shown.patients is None else f"{shown.patients:,} patients"
    facts = (
        f"{len(found.files):,} images",
        f"{len(found.classes):,} {'class' if len(found.classes) == 1 else 'classes'}",
        patients,
    )
    st.markdown(f"**{escape(' · '.join(facts))}**")
    counts = shown.count_classes()
    rows = [
        {"Class": c, **{split or "images": by_class[c] for split, by_class in counts.items()}}
        for c in found.classes
    ]
    st.dataframe(rows, hide_index=True, height="content" if len(rows) < 12 else 420)
    draw_notes(note for note in shown.notes if note.code != "left-out")
    st.caption("\n".join(f"- {escape(sentence)}" for sentence in shown.describe()))
    _draw_rest(found)


def _draw_rest(found: Layout) -> None:
    """Draw what does not come in: by kind, and each file that may be an image."""
    rest = found.list_passed_over()
    if not rest:
        return
    count = sum(kind.count for kind in rest)
    with st.expander(f"{count:,} {'file does' if count == 1 else 'files do'} not come in"):
        st.dataframe(
            [{"What": kind.kind, "Files": kind.count, "Such as": kind.example} for kind in rest],
            hide_index=True,
        )
        if found.left_out:
            st.download_button(
                "Save the list",
                "file\treason\n" + "".join(f"{name}\t{why}\n" for name, why in found.left_out),
                "left-out.tsv",
                icon=":material/download:",
            )


def _draw_sheet(shown: Preview, layout: str | None, slices: SliceChoice | None) -> None:
    """Draw a few images of each class."""
    key = f"sheet-{shown.path}-{layout}-{slices}"
    if st.session_state.get("sheet-of") != key:
        with st.spinner("Drawing a few images"):
            st.session_state["sheet"] = load_sheet(shown, slices)
        st.session_state["sheet-of"] = key
    images = st.session_state["sheet"]
    classes = shown.layout.classes
    tiles = [
        Tile(
            id=number,
            jpeg=image.jpeg,
            caption=image.file.name,
            label=image.file.label,
            colour=classes.index(image.file.label) if image.file.label in classes else None,
            badge=image.file.split or "",
        )
        for number, image in enumerate(images)
        if image.jpeg
    ]
    if tiles:
        draw_gallery(tiles, classes[:12], key="sheet-gallery", note="A few images of each class")
    broken = [image for image in images if not image.jpeg]
    for image in broken[:3]:
        st.caption(escape(f"{image.file.name} cannot be shown: {image.reason}."))
