"""What the form of a recipe begins with: a preset, or an earlier run, and what it remembers.

What was chosen is kept for the session, for each data set by itself, so that another page and back
changes nothing. The address names the data set and the beginning: ?data=ID&begin=PRESET, or
&begin=run:ID for a run's settings, or &begin=from:ID to fine-tune its model on other images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from medapp.data.samples import DataSet
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.task import find_task
from medapp.training.recipe.names import read_values
from medapp.training.recipe.presets import FORMER, PRESETS
from medapp.ui.shell import frame, url
from medapp.ui.shell.server import find_catalog, open_run
from medapp.ui.train.fitting import fit_here

RUN = "run:"
FROM = "from:"
ONWARD = "balanced"  # the preset with which a model learns other images
REMEMBERED = "train-data-set"


@dataclass(frozen=True)
class Beginning:
    """What a form begins with.

    Attributes:
        key: begins the keys of the form's fields, so that each beginning has its own.
        is_run: the settings are those of a run, from file to square too; a preset leaves these to
            the data set's own page.
        values: settings by their short names; the others have their defaults.
        only: which of the data set's samples the run chose, by attribute.
        target: the uid of the data set that the run was adapted to, if it was.
        sources: the uids of further labelled data sets that the run learned from.
    """

    key: str
    is_run: bool
    values: Mapping[str, Any]
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target: str = ""
    sources: tuple[str, ...] = ()


def draw_data_set(data_sets: Sequence[DataSet]) -> DataSet:
    """Draw the choice of a data set; the address counts before what was chosen last."""
    by_id = {data_set.id: data_set for data_set in data_sets}
    asked = (url.read_number("data"), st.session_state.get(REMEMBERED))
    found = next((id for id in asked if id in by_id), find_newest(data_sets).id)
    chosen = st.selectbox(
        "Data set",
        list(by_id),
        list(by_id).index(found),
        format_func=lambda id: by_id[id].name,
        **url.bind("data", None),
    )
    st.session_state[REMEMBERED] = chosen
    url.write("data", chosen)
    data_set = by_id[chosen]
    task = find_task(data_set.task)
    shown = (" < " if task.has_order else ", ").join(data_set.classes[:6])
    rest = " …" if len(data_set.classes) > 6 else ""
    st.caption(frame.escape(f"{task.help} {task.nouns.capitalize()}: {shown}{rest}"))
    return data_set


def find_newest(data_sets: Sequence[DataSet]) -> DataSet:
    """The data set that came last, a person's own before the phantom."""
    return max(
        data_sets, key=lambda data_set: (not data_set.is_synthetic, data_set.created, data_set.id)
    )


def draw_beginning(data_set: DataSet, runs: Sequence[Summary]) -> Beginning:
    """Draw the choice between the presets, and the run that the address names, if it names one."""
    names = {f"{RUN}{run.id}": f"As {run.name}" for run in runs}
    names |= {f"{FROM}{run.id}": f"From {run.name}" for run in runs if run.is_trained}
    remembered = f"train-begin-{data_set.uid}"
    begun = url.read_text("begin")
    asked = FORMER.get(begun, begun)
    candidates = (asked, str(st.session_state.get(remembered, "")), next(iter(PRESETS)))
    found = next(name for name in candidates if _is_known(name, names))
    if asked and not _is_known(asked, names):
        st.warning(f"There is no preset and no run {frame.escape(asked)} to begin with.")
    titles = {name: preset.title for name, preset in PRESETS.items()}
    if found in names:
        titles[found] = frame.escape(names[found])
    chosen = str(
        st.segmented_control(
            "Begin with",
            list(titles),
            default=found,
            format_func=titles.__getitem__,
            required=True,
            wrap=True,
            **url.bind("begin", None),
        )
    )
    st.session_state[remembered] = chosen
    url.write("begin", chosen)
    key = f"{data_set.uid}-{chosen}"
    if chosen.startswith(RUN):
        run = open_run(chosen.removeprefix(RUN))
        st.caption("The settings of that run. Change what you want to know about.")
        only = _draw_choice_of_samples(run, data_set)
        targets, sources = (
            tuple(choice.id for choice in run.recipe.data.choices if choice.role == role)
            for role in ("target", "source")
        )
        settings = read_values(run.recipe, run.machine)
        return Beginning(key, True, settings, only, next(iter(targets), ""), sources)
    if chosen.startswith(FROM):
        st.caption("The model of that run learns these images: fine-tuned, in squares as it knows.")
        return Beginning(key, False, _start_from(open_run(chosen.removeprefix(FROM))))
    values, says = fit_here(data_set, chosen)
    st.caption(PRESETS[chosen].help)
    st.markdown(f"**Here:** {frame.escape(says)}")
    return Beginning(key, False, values)


def _start_from(run: Run) -> Mapping[str, Any]:
    """The settings with which a run's model learns other images."""
    size = run.recipe.preprocess.image_size
    return {**PRESETS[ONWARD].values, "source": f"{RUN}{run.id}", "image_size": size}


def _draw_choice_of_samples(run: Run, data_set: DataSet) -> Mapping[str, tuple[str, ...]]:
    """Say which samples of the data set a run chose; gives them, empty for all."""
    choice = run.recipe.data.train
    if choice.id != data_set.uid or not choice.only:
        return {}
    chosen = "; ".join(f"{name} is {' or '.join(v)}" for name, v in choice.only.items())
    st.caption(frame.escape(f"As in that run, only samples whose {chosen}."))
    return choice.only


def _is_known(name: str, run_names: Mapping[str, str]) -> bool:
    return name in run_names or name in PRESETS


def draw_onward_button(run: Run) -> None:
    """Draw the button that opens the form to fine-tune a run's model on another data set.

    Nothing is drawn where its backbone did not learn, or where there is no other data set.
    """
    uid = run.recipe.data.train.id
    others = [data_set for data_set in find_catalog().list_data_sets() if data_set.uid != uid]
    if not (run.has_model and others and run.recipe.find_strategy().learns_backbone):
        return
    reason = "What this model has learned becomes the start for another data set."
    if st.button("Fine-tune on other images", icon=":material/conversion_path:", help=reason):
        where = {"data": str(find_newest(others).id), "begin": f"{FROM}{run.id}"}
        st.switch_page(frame.TRAIN, query_params=where)


def draw_again_button(run: Run) -> None:
    """Draw the button that opens the form with a run's settings and, if it is there, data set."""
    uid = run.recipe.data.train.id
    data_sets = find_catalog().list_data_sets()
    ids = [str(data_set.id) for data_set in data_sets if data_set.uid == uid]
    if st.button("Again, but…", icon=":material/edit:", help="The form with this run's settings."):
        where = {"data": ids[0]} if ids else {}
        st.switch_page(frame.TRAIN, query_params={**where, "begin": f"{RUN}{run.id}"})
