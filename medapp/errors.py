"""What can go wrong, in words for the person in front of the screen.

    MedAppError                 anything a user can mend; its text says what happened, why, and what
    to do ├── WorkspaceError          the workspace cannot be read or written (disk full, no
    permission, corrupt catalog) ├── DataError               a data set cannot be had as asked (no
    such folder, no images, unknown name) │   ├── ImageError          one file cannot be read as an
    image │   └── ArchiveError        a zip is refused (it escapes its folder, is too large, is
    broken) ├── RecipeError             a setting is unknown, out of range, or does not go with
    another ├── WeightsError            weights cannot be found, fetched, trusted, or do not fit the
    network ├── RunError                a run cannot be found, started, stopped, resumed, exported
    or imported └── ExplanationError        a heatmap cannot be made

Pages and the command line show `str(error)` and nothing else: one line, no traceback. Anything that
is not a `MedAppError` is a fault of ours.
"""


class MedAppError(Exception):
    """A stated error. `str()` is one line: what happened, why, what to do."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class WorkspaceError(MedAppError):
    """The workspace cannot be read or written."""


class DataError(MedAppError):
    """A data set cannot be had as asked."""


class ImageError(DataError):
    """One file cannot be read as an image."""


class ArchiveError(DataError):
    """A zip is refused."""


class RecipeError(MedAppError):
    """A setting is unknown, out of range, or does not go with another."""


class WeightsError(MedAppError):
    """Weights cannot be found, fetched, trusted, or do not fit the network."""


class RunError(MedAppError):
    """A run cannot be found, started, stopped, resumed, exported or imported."""


class ExplanationError(MedAppError):
    """A heatmap cannot be made."""
