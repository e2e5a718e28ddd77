"""What is wrong with a form, said beside the field that causes it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from medapp.errors import MedAppError
from medapp.ui.shell.frame import escape


class Faults:
    """The places below the fields of one form; a place takes no room until something is said."""

    def __init__(self) -> None:
        self._places: dict[str, DeltaGenerator] = {}
        self._titles: dict[str, str] = {}

    def add_field(self, name: str, title: str) -> None:
        """Keep a place here, for what is wrong with the setting of this short name."""
        self._places[name] = st.empty()
        self._titles[name] = title

    def show(self, error: MedAppError) -> str:
        """Say what is wrong beside its field; gives what stands at the end of the form.

        An error of no field of this form is said at the end in full.
        """
        place = self._places.get(error.setting)
        if place is None:
            return str(error)
        place.error(escape(str(error)), icon=":material/error:")
        return f"{self._titles[error.setting]}: {error.what}"
