"""Which images to predict, with which model."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from medapp.data.samples import NO_SPLIT, DataSet
from medapp.runs.heads import name_head
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.ui.data_sets.filtering import Filters
from medapp.ui.data_sets.gallery import draw_gallery_page
from medapp.ui.predict.jobs import DATA_SET, FOLDER, UPLOAD, WAYS, draw_jobs
from medapp.ui.predict.many_images import draw_folder, draw_upload, find_shown
from medapp.ui.predict.ranking import describe_choice
from medapp.ui.shell import frame, url
from medapp.ui.shell.heads import ASKED, draw_head_choice
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import find_catalog, hold_uploads
from medapp.ui.shell.words import state_quality


def find_dead_links(run: Run, models: Sequence[Summary], data_sets: Sequence[DataSet]) -> list[str]:
    """What the address names and is not there, in sentences.

    Args:
        run: the model that is shown.
    """
    known = {
        "by": ("model", {model.id for model in models}, "The best one is chosen."),
        "of": ("data set", {str(row.id) for row in data_sets}, "Choose one below."),
    }
    dead = [
        f"The link names a {thing} that is not in this workspace: it was deleted, or the link comes"
        f" from another one. {remedy}"
        for name, (thing, there, remedy) in known.items()
        if url.read_text(name) and url.read_text(name) not in there
    ]
    if (url.read_number(ASKED) or 0) != run.domain:
        dead.append(f"The link names a head that {run.name} does not have. Its first one answers.")
    upload = url.read_text("upload")
    if upload and hold_uploads().find(upload) is None:
        dead.append("The uploaded images that the link names have been forgotten.")
    return dead


def draw_choice(run: Run, models: Sequence[Summary], data_sets: Sequence[DataSet]) -> None:
    """Draw the choice of a model and of images; the address holds both.

    Args:
        run: the model that the address names, one of `models`.
    """
    frame.draw_head("Predict", f"{name_head(run)} · {state_quality(run)}")
    evaluation = run.load_evaluation()
    draw_notes(note for note in evaluation.notes if note.level == "grave") if evaluation else None
    way = url.read_choice("from", WAYS) or DATA_SET
    st.segmented_control(
        "Images",
        WAYS,
        default=way,
        required=True,
        wrap=True,
        **url.bind("from", DATA_SET, ["open"]),
    )
    draw_jobs(find_shown(run, way), has_ended=way == FOLDER)
    left, right = st.columns(2)
    ids = [model.id for model in models]
    chosen = left.selectbox("Model", models, ids.index(run.id), format_func=describe_choice)
    url.write("by", chosen.id)
    if chosen.id != run.id:
        url.write(ASKED, None)
        st.rerun()
    with left:
        draw_head_choice(run, ASKED, "Head, for the classes of", ["of", "explain", "open"])
    if way == UPLOAD:
        draw_upload(run)
    elif way == FOLDER:
        draw_folder(run, right)
    elif not data_sets:
        st.info("There is no data set to pick from. Upload images, or name a folder.")
    else:
        _draw_test_images(run, right, data_sets, find_data_set(run, data_sets) or data_sets[0])


def find_data_set(run: Run, data_sets: Sequence[DataSet]) -> DataSet | None:
    """The data set that the address names, else the one that the run learned from."""
    named = [data_set for data_set in data_sets if data_set.id == url.read_number("of")]
    choice = run.home
    learned = [row for row in data_sets if row.uid == choice.id]
    learned += [row for row in data_sets if not choice.id and row.name == choice.name]
    return next(iter(named + learned), None)


def _draw_test_images(
    run: Run, column: DeltaGenerator, data_sets: Sequence[DataSet], start: DataSet
) -> None:
    ids = [data_set.id for data_set in data_sets]
    data_set = column.selectbox(
        "Data set", data_sets, ids.index(start.id), format_func=lambda row: row.name
    )
    url.write("of", data_set.id)
    leaks = find_catalog().count_leaks(data_set)
    is_split = not find_catalog().count_splits(data_set).get(NO_SPLIT)
    if not is_split:
        text = "All images: none has a label yet, so that no model has learned from this data set."
    elif run.recipe.data.folds:
        text = (
            "The data set's test split. The model is one of a cross-validation, whose folds are of"
            " all splits: it has learned from most of these images."
        )
    elif leaks:
        text = f"The test split; a model trained on this data set has seen {leaks:,} of its images."
    else:
        text = "The test split: images that a model trained on this data set has not seen."
    st.caption(f"{text} Click one.")
    tests = Filters(split="test" if is_split else None)
    opened = draw_gallery_page(data_set, tests, key="pick", is_selectable=False).opened
    if opened is not None:
        url.write("sample", opened)
        st.rerun()
