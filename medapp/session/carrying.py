"""Runs as one file, to take to another machine or hospital, and back."""

from pathlib import Path
from typing import TYPE_CHECKING

from medapp.runs.heads import find_head
from medapp.runs.run import Run
from medapp.runs.transfer import export_bundle, export_run, import_run, take_in
from medapp.session.trying import TryingSession
from medapp.store.files import expand_path

if TYPE_CHECKING:
    from medapp.evaluation.familiarity import Familiarity


class CarryingSession(TryingSession):
    """Runs of one workspace, taken along."""

    def export(self, run: Run | str, to: str | Path, with_names: bool = False) -> Path:
        """Write a run to a zip: weights, recipe, split, figures, no images.

        Args:
            with_names: file names, patients and sites of the images travel too.

        Raises:
            RunError: the run has no model yet.
        """
        return export_run(self._find(run), expand_path(to), with_names)

    def export_bundle(self, run: Run | str, to: str | Path, with_graph: bool = False) -> Path:
        """Write what another hospital needs of a run: the model, its figures, no row of an image.

        Raises:
            RunError: the run has no model yet, or one that counts votes of training images.
        """
        return export_bundle(self._find(run), expand_path(to), with_graph)

    def import_run(self, path: str | Path) -> Run:
        """Take in a run from a zip that `export` wrote.

        Raises:
            ArchiveError, RunError, WeightsError: the zip holds no run that can be used.
        """
        return import_run(self.workspace, expand_path(path))

    def take_in(self, path: str | Path) -> Run:
        """The run that this very zip was taken in as before, if it is still here; else import it.

        Raises: as for `import_run`.
        """
        return take_in(self.workspace, expand_path(path))

    def remember_kind(self, run: Run | str, head: str | None = None) -> "Familiarity":
        """Let a model of before, or of a stopped run, learn its own kind of image.

        Raises:
            RunError: the run has no model or is under way, or its images changed or are too few.
            DataError: a data set is gone.
        """
        from medapp.runs.remembering import remember_kind

        return remember_kind(self.workspace, find_head(self._find(run), head))
