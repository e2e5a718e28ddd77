"""Which learning rate: asked in the background by steps at ever higher rates, shown as a curve."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from medapp.data.samples import DataSet
from medapp.errors import MedAppError
from medapp.figures.rate_range import draw_rate_range
from medapp.store.job import Job, Tell
from medapp.training.rate_range import STEPS, RateRange
from medapp.training.recipe import Machine, Recipe, build_settings
from medapp.training.recipe.groups import Budget
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import TICK_SECONDS, describe_job, draw_bar
from medapp.ui.shell.server import open_workspace

ASKED = "rate-asked-"  # begins the key of a session's mark that it asked, by data set


@dataclass(frozen=True)
class Asked:
    """A test of this server, and the recipe that it is of."""

    recipe: Recipe
    job: Job[RateRange]


@st.cache_resource(show_spinner=False)
def hold_tests() -> dict[str, Asked]:
    """The last test of each data set since the server began, by the data set's uid."""
    return {}


def draw_which_rate(data_set: DataSet, values: Mapping[str, object], rate_key: str) -> None:
    """Draw what is known of the learning rate for a form's settings, and the way to find out.

    Args:
        values: the settings of the form.
        rate_key: of the field of the learning rate.
    """
    try:
        recipe, machine = build_settings(values)
    except MedAppError:
        # What is wrong with the settings is said beside the start.
        return
    if recipe.find_strategy().is_fitted:
        return
    asked = hold_tests().get(data_set.uid)
    is_running = asked is not None and asked.job.state == "running"
    # Whoever asked sees the answer: another state of the section would close it at the end.
    was_asked = is_running or ASKED + data_set.uid in st.session_state
    with st.expander("Which learning rate?", icon=":material/speed:", expanded=was_asked):
        if is_running:
            st.fragment(run_every=TICK_SECONDS)(_draw_progress)(data_set.uid)
            return
        if asked is not None and asked.job.error:
            st.error(escape(asked.job.error), icon=":material/error:")
        found = asked.job.result if asked is not None else None
        if asked is None or found is None:
            st.markdown(
                f"Takes up to {STEPS} steps of this training, each at a higher rate, and sees where"
                " the loss falls and where it grows. Only training images are learned from, and"
                " nothing is kept of that."
            )
            _draw_button(data_set, recipe, machine, "Try rates")
            return
        _draw_range(found)
        if _name_what_matters(asked.recipe) != _name_what_matters(recipe):
            st.warning("The settings have changed since. Try again.", icon=":material/update:")
        with st.container(horizontal=True):
            _draw_choice(found, rate_key)
            _draw_button(data_set, recipe, machine, "Try again")


def _name_what_matters(recipe: Recipe) -> Recipe:
    """A recipe without what a test of its rate does not depend on."""
    changed = {"learning_rate": 0.0, "schedule": "constant", "warmup": 0.0, "averaging": 0.0}
    optimisation = recipe.optimisation.model_copy(update=changed)
    return recipe.model_copy(update={"optimisation": optimisation, "budget": Budget()})


def _draw_button(data_set: DataSet, recipe: Recipe, machine: Machine, title: str) -> None:
    if st.button(escape(title), icon=":material/speed:", key="rate-begin"):
        workspace = open_workspace()

        def work(tell: Tell) -> RateRange:
            # Imported here, because the form does without torch.
            from medapp.runs.rate import find_rate

            return find_rate(workspace, recipe, machine, tell)

        asked = hold_tests()[data_set.uid] = Asked(recipe, Job("test of learning rates", work))
        asked.job.start()
        st.session_state[ASKED + data_set.uid] = True
        st.rerun()


def _draw_progress(uid: str) -> None:
    asked = hold_tests().get(uid)
    if asked is None or asked.job.state != "running":
        # The whole page is drawn again: the polling ends, and the answer is shown.
        st.rerun()
    draw_bar(asked.job, describe_job(asked.job, "Getting ready", " of this step"), "rate-stop")
    st.caption("The test goes on when you leave this page.")


def _draw_range(found: RateRange) -> None:
    frame.draw_figure(draw_rate_range(found, frame.find_theme()), key="rate-figure")
    st.markdown(escape(found.reason))
    if found.suggestion is None:
        st.caption("No suggestion: the strategy's default stays a good beginning.")


def _draw_choice(found: RateRange, rate_key: str) -> None:
    """The button that puts the rate into its field, as long as the field has another."""
    if found.suggestion is None:
        return
    is_taken = st.session_state.get(rate_key) == found.suggestion
    st.button(
        "Used, see Expert settings" if is_taken else "Use this rate",
        icon=":material/check:",
        key="rate-take",
        disabled=is_taken,
        on_click=_take,
        args=(rate_key, found.suggestion),
    )


def _take(rate_key: str, rate: float) -> None:
    st.session_state[rate_key] = rate
