"""Images that are all of one patient, on whom nothing can be judged."""

from medapp.notes import Note


def note_one_patient(images: int, is_doubtful: bool) -> Note:
    """What follows where all images are of one patient.

    Args:
        is_doubtful: DICOM headers alone say so, and their ids may have been blanked.
    """
    said = ", as their DICOM headers say" if is_doubtful else ""
    text = (
        f"All {images:,} images are of one patient{said}: a model would learn and be judged on the"
        " same person, so no figure says anything of others."
    )
    blanked = " Where ids were blanked, say who is who: by a pattern, folders or a table."
    return Note(
        "one-patient",
        text,
        "caution" if is_doubtful else "grave",
        f"Add images of other patients.{blanked if is_doubtful else ''}",
    )
