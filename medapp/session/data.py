"""What can be done with the data sets of a workspace."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medapp.data.catalog import Catalog
from medapp.data.copies.within import CopyGroup, list_copies
from medapp.data.edits import Change, Edit, list_edits, undo_edits
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.labelling import edit_samples
from medapp.data.notes import describe
from medapp.data.samples import DataSet
from medapp.data.selecting import select_one
from medapp.data.splits.cleaning import make_clean_split
from medapp.data.splits.redrawing import redraw_split
from medapp.notes import Note
from medapp.phantom.data_set import add_phantom, refuse_shortcut
from medapp.store.files import expand_path
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace

if TYPE_CHECKING:
    from medapp.audit.audit import Audit, OnAudit
    from medapp.audit.flattery import Flattery
    from medapp.audit.similarity import Similarity
    from medapp.studies.sorting import Listed


class DataSession:
    """Data sets of one workspace: added, looked at, audited, edited, split."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def list_data(self) -> list[DataSet]:
        """All data sets, by name."""
        return Catalog(self.workspace).list_data_sets()

    def find_data(self, name: str) -> DataSet:
        """The data set of this name or id.

        Raises:
            DataError: there is none; names the nearest.
        """
        return Catalog(self.workspace).find_data_set(name)

    def add_data(
        self,
        path: str | Path,
        name: str | None = None,
        shortcut: Mapping[str, float] | None = None,
        **reading: Any,
    ) -> DataSet:
        """Register a folder in place, or copy the images of a file into the workspace.

        Args:
            path: a folder, a zip, a `.npz`, or Parquet or NIfTI with images, or a folder of these;
                "phantom", where there is no such folder, makes the built-in data set.
            name: of the data set; None takes the path's, with a number where that is taken.
            shortcut: of the phantom: class to the share of its images, 0 to 1, that get a mark in a
                corner, such as `{"effusion": 0.9}`.
            reading: fields of `ImportChoice`, such as `patient_pattern=r"^.{8}"` or
                `layout="{patient}/{label}"`; what is not said is recognised.

        Raises:
            DataError: there is nothing at the path, or no image in it; its folders cannot be told
                without a layout; the name is taken; or the pattern is no regular expression.
        """
        given = expand_path(path)
        if str(path) == "phantom" and not given.exists():
            return add_phantom(self.workspace, name, shortcut=shortcut).data_set
        refuse_shortcut(shortcut)
        return add_path(self.workspace, given, name, ImportChoice(**reading)).data_set

    def describe_data(self, data: DataSet | str) -> tuple[Note, ...]:
        """What to know of a data set before a model learns from it, the gravest first."""
        return describe(self._find_data(data), Catalog(self.workspace))

    def list_copies(self, data: DataSet | str) -> list[CopyGroup]:
        """Images that are copies of one another: leaks first, then those under several classes."""
        return list_copies(Catalog(self.workspace).load_samples(self._find_data(data)))

    def audit(
        self,
        data: DataSet | str,
        with_features: bool = True,
        on_progress: "OnAudit | None" = None,
    ) -> "Audit":
        """Find what is wrong with a data set; what was found is kept, and shown on its page.

        Args:
            with_features: also what a network is needed for: wrong labels, shortcuts.
            on_progress: called with what is being done, how much is done and how much there is.
        """
        from medapp.audit.audit import run_audit

        return run_audit(self.workspace, self._find_data(data), on_progress, with_features)

    def flatter(self, data: DataSet | str, on_progress: OnProgress | None = None) -> "Flattery":
        """Judge a linear probe on the split as it is and on the clean one; nothing is changed.

        Raises:
            DataError: too few images to train or to judge with, in either split.
        """
        from medapp.audit.flattery import measure_flattery

        return measure_flattery(self.workspace, self._find_data(data), on_progress)

    def list_images(
        self,
        data: DataSet | str,
        sort: str = "Name",
        judged_by: str | None = None,
        is_reversed: bool = False,
        only_wrong: bool = False,
    ) -> "list[Listed]":
        """The images in use, in an order, each with what it is sorted by.

        Args:
            sort: "Name", "Classes mixed", "Patient", "Loss", "Unlike the rest", or a column.
            judged_by: a run, or a cross-validation, whose losses and predictions stand beside.
            is_reversed: the other way round; images without a value are last all the same.
            only_wrong: those alone that the run decides otherwise than their label says.

        Raises:
            DataError: there is no such order, or it needs a run or an audit that is not there.
            RunError: there is no such run, or it has judged none of these images.
        """
        from medapp.studies.sorting import list_images

        found = self._find_data(data)
        return list_images(self.workspace, found, sort, judged_by, is_reversed, only_wrong)

    def find_similar(
        self,
        data: DataSet | str,
        image: str,
        most: int = 12,
        with_same_patient: bool = True,
        on_progress: OnProgress | None = None,
    ) -> "Similarity":
        """The images of a data set that are most like one, in what the bundled backbone sees.

        Args:
            image: its name as the data set has it.
            most: of the copies of the picture, and of the other images.
            with_same_patient: else copies, and others of the same patient, are passed over.

        Raises:
            DataError: no image, or more than one, is called so, or its file cannot be used.
        """
        from medapp.audit.similarity import compare

        found = self._find_data(data)
        samples = Catalog(self.workspace).load_samples(found, with_left_out=True)
        sample = select_one(samples, image)
        return compare(self.workspace, found, sample, most, with_same_patient, on_progress)

    def edit(self, data: DataSet | str, changes: Sequence[Change], reason: str = "") -> DataSet:
        """Relabel, move or leave out images, or note something: all changes, or none of them.

        No file is touched; each edit stands in the log and can be undone.

        Args:
            reason: why, for the log.

        Raises:
            DataError: a change is of no known kind, or names no image, label or split there is.
        """
        return edit_samples(Catalog(self.workspace), self._find_data(data), changes, reason)

    def list_edits(self, data: DataSet | str) -> list[Edit]:
        """The log of edits, newest first; those that were undone are marked."""
        return list_edits(Catalog(self.workspace), self._find_data(data))

    def undo(self, data: DataSet | str, edit_ids: Collection[int]) -> DataSet:
        """Take edits back, all of them or none; their lines stay in the log, marked as undone.

        Raises:
            DataError: one is not in the log, is undone already, or a later edit of the same image
                has changed the same thing.
        """
        return undo_edits(Catalog(self.workspace), self._find_data(data), edit_ids)

    def make_clean_split(self, data: DataSet | str) -> DataSet:
        """Move the fewest images so that copies and patients stand in one split; see the log."""
        return make_clean_split(Catalog(self.workspace), self._find_data(data)).data_set

    def set_task(
        self, data: DataSet | str, task: str, order: Sequence[str] | None = None
    ) -> DataSet:
        """Say what is asked of each image: a key of `medapp.task.TASKS`.

        Args:
            order: all grades, the lowest first; by their names where none is given.

        Raises:
            DataError: there is no such task, the labels do not fit it, or the names of grades do
                not tell their order.
        """
        return Catalog(self.workspace).set_task(self._find_data(data), task, order)

    def redraw_split(self, data: DataSet | str, seed: int = 0) -> DataSet:
        """Draw the split of a data set anew, copies and patients together; each time is counted.

        A published split is given up. Runs keep the split that they learned with.

        Args:
            seed: another seed draws another split.
        """
        return redraw_split(Catalog(self.workspace), self._find_data(data), seed)

    def _find_data(self, data: DataSet | str) -> DataSet:
        return data if isinstance(data, DataSet) else self.find_data(data)
