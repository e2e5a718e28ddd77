"""The name of a new data set, and the folder in the workspace where its images are written."""

import contextlib
import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from medapp.data.catalog import Catalog, check_name
from medapp.errors import DataError, WorkspaceError
from medapp.store.names import number_name
from medapp.store.workspace import Workspace


def choose_name(workspace: Workspace, name: str | None, fallback: str) -> str:
    """The name asked for, which must be free; without one the fallback, numbered if it is taken.

    Call this before the work: the catalog refuses a taken name only at its end.

    Raises:
        DataError: the name is taken, empty, too long, or holds what cannot be printed.
    """
    taken = {data_set.name for data_set in Catalog(workspace).list_data_sets()}
    if name is None:
        printable = "".join(c for c in fallback if c.isprintable()).strip()[:90] or "Data"
        return number_name(printable, taken)
    asked = check_name(name)
    if asked in taken:
        free = number_name(asked, taken)
        raise DataError(
            f"There is a data set {asked!r} already.",
            remedy=f"Choose another name, such as {free!r}, or remove that one.",
        )
    return asked


@contextlib.contextmanager
def make_folder(workspace: Workspace, name: str) -> Iterator[Path]:
    """A new folder in the workspace for a data set's images; deleted again if the import fails."""
    plain = re.sub(r"[^\w-]+", "-", name).strip("-") or "data"
    for number in itertools.count(1):
        folder = workspace.data_folder / (plain if number == 1 else f"{plain}-{number}")
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            continue
        except OSError as error:
            raise WorkspaceError(
                f"{folder} cannot be made: {error.strerror}.", remedy="Check permissions and space."
            ) from error
    try:
        yield folder
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise WorkspaceError(
            f"{folder} cannot be filled: {error.strerror or error}.", remedy="Free some space."
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
