"""The words for what is learned from: a data set, its samples, their boxes.

Plain values; nothing here touches the disk.
"""

from dataclasses import dataclass, field
from pathlib import Path

from medapp.imaging.geometry import Box

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Sample:
    """One labelled image.

    Attributes:
        id: the row in the catalog.
        name: path below the data set's root, with forward slashes: what a person calls the image.
        path: where the file is.
        label: what the image is said to show, as the data set's task reads it: a class, or several
            findings in one text.
        patient, site: None where unknown.
        split: one of `SPLITS`.
        content_hash: SHA-256 of the file's bytes, in hex.
        width, height: in pixels, after the EXIF rotation.
        mode: how the pixels are stored, such as "8-bit grey" or "16-bit grey" or "8-bit RGB".
        fingerprint: what near copies are found by (see `compute_fingerprint`); None where it was
            not computed, empty where the image is too plain.
        copy_group: equal for images that are copies of one another; the content hash of one.
    """

    id: int
    name: str
    path: Path
    label: str
    patient: str | None
    site: str | None
    split: str
    content_hash: str
    width: int
    height: int
    mode: str
    boxes: tuple[Box, ...] = field(default=())
    fingerprint: str | None = None
    copy_group: str = ""


@dataclass(frozen=True)
class DataSet:
    """A named table of samples.

    Attributes:
        origin: "registered" (a folder of the user's that is never changed), "uploaded" or
            "built-in".
        classes: sorted; the order is the order of logits and probabilities.
        patient_pattern: the regular expression that found the patients in the file names, if any.
        split_origin: a sentence that says where the split comes from.
        draws: how often the split was drawn, the first time included.
        is_synthetic: the images show no patient and must say so wherever they are shown.
        uid: what runs find the data set by; stays when it is renamed.
        task: what is to be said of each image, a key of `medapp.task.TASKS`.
    """

    id: int
    name: str
    root: Path
    origin: str
    classes: tuple[str, ...]
    patient_pattern: str | None
    has_patients: bool
    split_origin: str
    is_synthetic: bool
    created: str
    uid: str = ""
    task: str = "single-label"
    draws: int = 1
