"""Text that is burnt into images: it can name a patient, and it can give the class away."""

import numpy as np

from medapp.audit.finding import Finding, build_group
from medapp.audit.ground import Ground
from medapp.data.notes import count
from medapp.store.threads import OnProgress

# What a DICOM header says of text in its image (see `medapp.imaging.readers.dicom_header`).
ATTRIBUTE = "burned_in_text"


def find_burnt_in(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Images whose header says that text is burnt in, then those whose corners look like it."""
    samples = ground.samples
    has_text = ground.measure(on_progress).take("text").astype(bool)
    declared = [s for s in samples if s.attributes.get(ATTRIBUTE) == "yes"]
    known = {sample.id for sample in declared}
    seen = [samples[row] for row in np.flatnonzero(has_text).tolist()]
    groups = [build_group([sample], "says its header") for sample in declared]
    groups += [build_group([sample]) for sample in seen if sample.id not in known]
    if not groups:
        return []
    text = f"{count(len(groups), 'image seems', 'images seem')} to hold a line of text."
    remedy = (
        "Look whether it names a patient, and whether it stands with one class more than with"
        " another. Leave the images out, or cover the text and add them again."
    )
    return [Finding("burnt_in", "caution", text, tuple(groups), remedy)]
