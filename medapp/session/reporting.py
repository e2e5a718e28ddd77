"""The record of a run, and whether a record is what it says."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from medapp.runs.heads import find_head
from medapp.runs.run import Run
from medapp.session.judging import JudgingSession
from medapp.store.files import expand_path

if TYPE_CHECKING:
    from medapp.reports.verify import Verification


class ReportingSession(JudgingSession):
    """Runs of one workspace: what their records tell."""

    def report(
        self,
        run: Run | str,
        to: str | Path,
        head: str | None = None,
        with_names: bool = False,
        with_images: bool = False,
    ) -> tuple[Path, ...]:
        """Write the report of a run; nothing is read but its records.

        Args:
            to: a folder for `report.html`, `report.md` and, where the run was judged, `bundle.zip`;
                or one file that ends with .html, .md or .zip.
            head: of a run that learned several data sets, the one whose model is meant.
            with_names: file names, patients and sites travel in the bundle too.
            with_images: the test images that the model is most at odds with stand in the report,
                small; never in the bundle.

        Returns:
            The files.

        Raises:
            RunError: the run has not begun, has no such head, or a bundle is asked for and it was
                not judged.
            WorkspaceError: the place may not be written.
        """
        from medapp.reports.bundle import write_report

        found = self._find(run)
        # A record needs no model, so that of a run whose weights are gone can be written too.
        found = found if head is None else find_head(found, head)
        return write_report(self.workspace, found, expand_path(to), with_names, with_images)

    def answer_questions(self, run: Run | str, answers: Sequence[str]) -> None:
        """Keep with a run what its records cannot tell, for the checklists of its report.

        Args:
            answers: each as "claim:14=read by two radiologists", see
                `medapp.reports.guidelines.answer_items`.

        Raises:
            RunError: an answer is written otherwise, there is no such run or item, or another
                process works on the run.
        """
        from medapp.reports.guidelines import answer_items

        answer_items(self._find(run), answers)

    def report_patient(
        self,
        run: Run | str,
        images: Sequence[str | Path],
        to: str | Path,
        *,
        patient: str = "",
        method: str = "gradcam",
        class_name: str | None = None,
        against: str | None = None,
        with_siblings: bool = False,
        answers_all: bool = False,
        head: str | None = None,
        as_contours: bool = False,
        stage: str | None = None,
    ) -> tuple[Path, ...]:
        """Write what a run's model says of the images of one patient, with heatmaps and doubt.

        Args:
            images: files, taken to be of one patient.
            to: a folder for `patient.html` and `patient.md`, or one file of either kind.
            patient: what the patient is called in the report; without a name where none is given.
            method, class_name, against, stage, answers_all, head: as in `predict`.
            with_siblings: with the most alike training images, which are other patients'.
            as_contours: heatmaps are lines at fixed shares of their maximum over the untouched
                image; else colours.

        Returns:
            The files.

        Raises:
            RunError, WeightsError: there is no such run, or it has no model.
            ExplanationError: no such method, class or stage.
            DataError: siblings are asked for, and the images that the run learned from are gone.
            WorkspaceError: no image is named, or the place may not be written.
        """
        from medapp.prediction.model import load_model
        from medapp.reports.patient import build_patient_report
        from medapp.reports.patient_facts import Wanted, gather_patient
        from medapp.reports.saving import save_document

        found = find_head(self._find(run), head)
        model = load_model(found.require_model())
        wanted = Wanted(
            patient,
            method,
            class_name,
            against,
            answers_all,
            with_siblings,
            as_contours=as_contours,
            stage=stage,
        )
        files = [expand_path(image) for image in images]
        facts = gather_patient(self.workspace, found, model, files, wanted)
        return save_document(build_patient_report(facts), expand_path(to), "patient")

    def verify(self, file: str | Path) -> "Verification":
        """Check a bundle: hashes, every figure made again, splits that share nothing.

        Raises:
            ArchiveError: the file is no zip, or refused.
            RunError: the zip is no bundle of MedApp, or of a newer one.
        """
        from medapp.reports.verify import verify_bundle

        return verify_bundle(expand_path(file))
