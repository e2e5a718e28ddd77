"""What would come in from a path, before anything is stored, and the form that brings it in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st
from streamlit.column_config import NumberColumn

from medapp.data.containers import open_container
from medapp.data.importing.adding import add_path, inspect
from medapp.data.importing.choice import AS_RECOGNISED, ImportChoice
from medapp.data.importing.previewing import Preview, judge_layout, load_sheet
from medapp.data.layouts import unlabelled
from medapp.data.layouts.disc import PREFIX
from medapp.data.layouts.layout import Candidate, Layout
from medapp.data.layouts.roles import TableChoice
from medapp.imaging.readers.dicom_header import write_column
from medapp.task import find_task
from medapp.ui.data_sets.imports import start_import
from medapp.ui.data_sets.naming import draw_name
from medapp.ui.data_sets.patients import draw_patient_pattern, draw_patients
from medapp.ui.data_sets.slicing import draw_frame_choice, draw_slice_choice
from medapp.ui.data_sets.suggesting import draw_windows
from medapp.ui.data_sets.table_roles import draw_bad_rows, draw_named_table, draw_roles
from medapp.ui.elements.gallery import Tile, draw_gallery
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace

Choose = Callable[[str], None]
OWN = "Something else: a layout of my own"
TABLE = "A table that I name"
NONE = "Nothing: look at the images without labels"
ROWS = (
    "In a table, a row may be an image; for DICOM files also a patient, a study or a series, by the"
    " ids of their headers."
)


@dataclass(frozen=True)
class _Looked:
    """What was found at a path, kept for the session: a hundred thousand names take seconds."""

    path: Path
    asked: ImportChoice
    found: Layout


def draw_look(path: Path, choose: Choose | None = None) -> None:
    """Draw what a path would become and the choices; the button at their end begins the import.

    Args:
        choose: called with a path below that is to be looked at instead; None where none can be.

    Raises:
        MedAppError: nothing can be read there; says why.
    """
    recognised = recognise(path)
    question = st.empty()
    left, right = frame.draw_columns([1, 1.3], key="look")
    with left:
        facts = st.container(gap="small", key="look-facts")
        asked = _draw_reading(path, recognised)
        if asked is None:
            if recognised.question:
                with question.container(gap="small"):
                    st.warning(escape(" ".join(recognised.describe())), icon=":material/help:")
                    _draw_below(recognised, choose)
            st.caption("Nothing is registered before that is answered.")
            return
        found = _inspect(path, asked)
        shown = _draw_choices(path, found, asked)
        with facts:
            _draw_facts(shown)
    with right:
        _draw_sheet(shown, asked)


def recognise(path: Path) -> Layout:
    """What stands at a path, as it is read when nobody says how.

    Raises:
        MedAppError: nothing can be read there; says why.
    """
    with st.spinner("Looking"):
        return _inspect(path, AS_RECOGNISED)


def _draw_below(found: Layout, choose: Choose | None) -> None:
    """Draw what stands below the path and can be looked at alone."""
    if choose is None or not found.root.is_dir():
        return
    for below in found.below:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            path = found.root / below.path
            title = f"Look at {escape(path.name)}"
            st.button(title, key=f"below-{path}", on_click=choose, args=(str(path),))
            st.caption(escape(below.describe().removeprefix(f"{below.path}, ")))


def _inspect(path: Path, asked: ImportChoice) -> Layout:
    kept: list[_Looked] = st.session_state.setdefault("looked-at", [])
    known = next((k for k in kept if (k.path, k.asked) == (path, asked)), None)
    if known is None:
        found = inspect(path, asked)
        known = _Looked(path, asked, found)
        # Those of the path before go; one path is read in a few ways.
        kept[:] = [*(k for k in kept if k.path == path), known][-4:]
    return known.found


def forget_look() -> None:
    """Read the path again at the next look."""
    st.session_state.pop("looked-at", None)


def _draw_reading(path: Path, recognised: Layout) -> ImportChoice | None:
    """Draw the ways to read what is there; gives what was chosen, None before an answer."""
    if open_container(path) is not None:
        return ImportChoice(slices=draw_slice_choice(path, recognised))
    layout, table = _draw_ways(path, recognised)
    found = _inspect(path, ImportChoice(layout, table=table)) if layout or table else recognised
    table = draw_roles(str(path), found, table)
    asked = ImportChoice(layout, slices=draw_frame_choice(path, found), table=table)
    found = _inspect(path, asked)
    if found is not recognised and found.question:
        st.warning(escape(" ".join(found.describe())), icon=":material/help:")
    return None if found.question else asked


def _draw_ways(path: Path, recognised: Layout) -> tuple[str | None, TableChoice | None]:
    """Draw the layouts and the table that can be chosen; gives those that are."""
    if not recognised.question:
        with st.expander("Read it in another way"):
            own = None if recognised.table else _draw_own_layout(path)
            return own, draw_named_table(path)
    ways = [f"{_name_way(way)}: {way.describe()}" for way in recognised.candidates]
    if not ways:
        st.markdown(escape(recognised.remedy))
    titles = [escape(way) for way in [*ways, OWN, TABLE, NONE]]
    chosen = st.radio("What tells the classes", titles, index=None, key=f"way-{path}")
    st.caption(ROWS)
    if chosen == escape(OWN):
        return _draw_own_layout(path), None
    if chosen == escape(TABLE):
        return None, draw_named_table(path)
    if chosen == NONE:
        return unlabelled.LAYOUT, None
    if chosen is None:
        return None, None
    way = recognised.candidates[titles.index(chosen)]
    return way.template or None, TableChoice(way.tables) if way.tables else None


def _name_way(way: Candidate) -> str:
    """What tells the classes, in words where it is a folder a class, DICOM headers or a table."""
    if way.template == "{label}":
        return "the folders"
    column = way.template.removeprefix(PREFIX)
    return way.name if column == way.template else f"{write_column(column)} in the DICOM headers"


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


def _draw_choices(path: Path, found: Layout, asked: ImportChoice) -> Preview:
    """Draw the choices and the button; gives what would come in."""
    name = draw_name("Name", path.stem if path.suffix else path.name, f"name-{path}")
    source = found.patients_from if any(file.patient for file in found.files) else ""
    pattern = draw_patient_pattern(path, [file.name for file in found.files], source)
    choice = replace(asked, patient_pattern=pattern)
    shown = _judge(path, found, choice)
    if pattern is None:
        draw_patients(shown.has_patients, shown.patients_from)
    has_boxes = bool(found.masks) and st.checkbox(
        f"Boxes from the masks of {len(found.masks):,} images", key=f"masks-{path}"
    )
    windows = draw_windows(path, shown.ct_windows)
    choice = replace(choice, has_mask_boxes=has_boxes, windows=windows)
    count = len(found.files)
    title = f"Register {count:,} images"
    if st.button(title, type="primary", key="register", disabled=name is None) and name:
        workspace = open_workspace()
        start_import(path, name, lambda tell: add_path(workspace, path, name, choice, tell))
        st.rerun()
    return shown


def _judge(path: Path, found: Layout, choice: ImportChoice) -> Preview:
    """The preview, kept while the choices stay: some hundred headers are read for it."""
    kept: tuple[Layout, ImportChoice, Preview] | None = st.session_state.get("judged")
    if kept is None or kept[0] is not found or kept[1] != choice:
        kept = (found, choice, judge_layout(path, found, choice))
        st.session_state["judged"] = kept
    return kept[2]


def _draw_facts(shown: Preview) -> None:
    found = shown.layout
    task = find_task(found.task)
    unknown = "patients known" if shown.has_patients else "patients unknown"
    patients = unknown if shown.patients is None else f"{shown.patients:,} patients"
    facts = (
        f"{len(found.files):,} images",
        f"{len(found.classes):,} {task.noun if len(found.classes) == 1 else task.nouns}",
        patients,
    )
    st.markdown(f"**{escape(' · '.join(facts))}**")
    counts = shown.count_classes()
    rows = [
        {task.noun.capitalize(): c, **{split or "images": n[c] for split, n in counts.items()}}
        for c in found.classes
    ]
    st.dataframe(
        rows,
        hide_index=True,
        height="content" if len(rows) < 12 else 420,
        column_config={
            name: NumberColumn(name.capitalize(), format="localized")
            for name in (split or "images" for split in counts)
        },
    )
    draw_notes(note for note in shown.notes if note.code != "left-out")
    st.caption("\n".join(f"- {escape(sentence)}" for sentence in shown.describe()))
    draw_bad_rows(found)
    _draw_rest(found)


def _draw_rest(found: Layout) -> None:
    """Draw what does not come in: by kind, and each file that may be an image."""
    rest = found.list_passed_over()
    if not rest:
        return
    count = sum(kind.count for kind in rest)
    with st.expander(f"{count:,} {'file is' if count == 1 else 'files are'} not among the images"):
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
                on_click="ignore",
            )


def _draw_sheet(shown: Preview, asked: ImportChoice) -> None:
    """Draw a few images of each class."""
    key = f"sheet-{shown.path}-{asked}"
    if st.session_state.get("sheet-of") != key:
        with st.spinner("Drawing a few images"):
            st.session_state["sheet"] = load_sheet(shown, asked)
        st.session_state["sheet-of"] = key
    images = st.session_state["sheet"]
    classes = shown.layout.classes
    task = find_task(shown.layout.task)
    tiles = [
        Tile(
            id=number,
            jpeg=image.jpeg,
            caption=image.file.name,
            label=task.say_label(image.file.label),
            colour=classes.index(image.file.label) if image.file.label in classes else None,
            badge=image.file.split or "",
        )
        for number, image in enumerate(images)
        if image.jpeg
    ]
    if tiles:
        note = f"A few images of each {task.noun}"
        draw_gallery(tiles, classes[:12], key="sheet-gallery", note=note)
    broken = [image for image in images if not image.jpeg]
    for image in broken[:3]:
        st.caption(escape(f"{image.file.name} cannot be shown: {image.reason}."))
