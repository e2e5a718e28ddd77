"""What can go wrong, in words for the person in front of the screen.

    MedAppError                 anything a user can mend
    ├── WorkspaceError          the workspace cannot be read or written
    ├── DataError               a data set cannot be had as asked
    │   ├── ImageError          one file cannot be read as an image
    │   └── ArchiveError        an archive is refused
    ├── RecipeError             a setting is unknown, out of range, or does not go with another
    ├── WeightsError            weights cannot be found, fetched, trusted, or do not fit the network
    ├── RunError                a run cannot be found, started, stopped, resumed, or taken along
    └── ExplanationError        a heatmap cannot be made

An error carries what happened and why, and apart from that what to do about it. Pages show
`str(error)` and the shell `error.in_shell`, one line, and no traceback. Anything that is no
`MedAppError` is a fault of ours.
"""

from typing import ClassVar, Self


class Remedy(str):
    """What to do, in the words of the pages; a shell says the same with its commands and options.

    No page shows a command or an option, save where it gives one to copy.

    Attributes:
        in_shell: the remedy as a shell words it; the same where it needs no other words.
    """

    in_shell: str

    def __new__(cls, text: str = "", in_shell: str = "") -> Self:
        """Line breaks and runs of blanks become one blank."""
        found = super().__new__(cls, " ".join(text.split()))
        found.in_shell = " ".join(in_shell.split()) or str(found)
        return found

    def to_dict(self) -> dict[str, str]:
        """Plain values for JSON; `in_shell` where a shell words the remedy apart."""
        said = {"remedy": str(self)}
        return said if self.in_shell == self else {**said, "in_shell": self.in_shell}


def read_remedy(text: str) -> Remedy:
    """A remedy; a plain text says the same everywhere."""
    return text if isinstance(text, Remedy) else Remedy(text)


class MedAppError(Exception):
    """A stated error.

    Attributes:
        code: what kind of error this is, for programs.
        what: what happened, and why.
        remedy: what to do about it; empty where nothing is to be said.
        setting: the short name of the setting that a form shows the error beside; empty where there
            is no such setting.
    """

    code: ClassVar[str] = "medapp"

    def __init__(self, what: str, remedy: str = "", setting: str = "") -> None:
        super().__init__(what, remedy, setting)
        self.what = " ".join(what.split())
        self.remedy = read_remedy(remedy)
        self.setting = setting

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()

    @property
    def in_shell(self) -> str:
        """The error as a shell says it."""
        return f"{self.what} {self.remedy.in_shell}".strip()


class WorkspaceError(MedAppError):
    """The workspace cannot be read or written: a full disk, permissions, a damaged catalog."""

    code = "workspace"


class DataError(MedAppError):
    """A data set cannot be had as asked: no such folder, no images, an unknown name."""

    code = "data"


class ImageError(DataError):
    """One file cannot be read as an image."""

    code = "image"


class ArchiveError(DataError):
    """An archive is refused: damaged, too large, or with an entry that leaves its folder."""

    code = "archive"


class RecipeError(MedAppError):
    """A setting is unknown, out of range, or does not go with another."""

    code = "recipe"


class WeightsError(MedAppError):
    """Weights cannot be found, fetched, trusted, or do not fit the network."""

    code = "weights"


class RunError(MedAppError):
    """A run cannot be found, started, stopped, resumed, exported or imported."""

    code = "run"


class ExplanationError(MedAppError):
    """A heatmap cannot be made."""

    code = "explanation"
