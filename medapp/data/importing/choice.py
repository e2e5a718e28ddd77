"""What a user says of how images are read when they come in."""

from dataclasses import dataclass

from medapp.data.containers.slices import SliceChoice
from medapp.data.layouts.roles import TableChoice
from medapp.errors import DataError
from medapp.imaging.windows import parse_windows


@dataclass(frozen=True)
class ImportChoice:
    """How a folder, a zip or a container is read; what is None is recognised, or asked.

    Attributes:
        layout: what each folder of a path says, such as "{patient}/{label}".
        patient_pattern: a regular expression that finds the patient in a file's name, or in its
            path, such as `^.{8}` or `/(P\\d+)/` (see `medapp.data.importing.patients`).
        slices: which slices of volumes become images, else all that are not nearly empty; and
            which frames of files with several, else one of each file, the first that shows
            something.
        table: which tables say what the images show, and what their columns hold; else those that
            lie beside the images.
        has_mask_boxes: masks beside images give boxes around what they mark.
        windows: on CT numbers, such as "lung, soft tissue": trainings on the data set begin with
            them, each as a channel.

    Raises:
        DataError: a window that is none.
    """

    layout: str | None = None
    patient_pattern: str | None = None
    slices: SliceChoice | None = None
    table: TableChoice | None = None
    has_mask_boxes: bool = False
    windows: str = ""

    def __post_init__(self) -> None:
        try:
            parse_windows(self.windows)
        except ValueError as error:
            raise DataError(
                f"The CT windows {self.windows!r} cannot be told.", remedy=f"Give {error}."
            ) from error


AS_RECOGNISED = ImportChoice()
