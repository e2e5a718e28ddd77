"""The words for what is learned from: a data set, its samples, their boxes.

Plain values; nothing here touches the disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medapp.imaging.geometry import Box

UNLABELLED = "unlabelled"  # the class of images of which nothing is said
SPLITS = ("train", "validation", "test")
NO_SPLIT = ""  # of images of a data set that has no label yet: there is nothing to learn or judge
IN_PLACE = ("registered", "derived")  # origins of data sets whose images are another's


def say_split(split: str) -> str:
    """Such as "test split"."""
    return f"{split} split" if split else "not split"


def say_splits(counts: Mapping[str, int]) -> str:
    """Images by split, such as "70 train, 15 validation, 15 test"."""
    parts = [f"{counts[split]:,} {split}" for split in SPLITS if split in counts]
    unsplit = counts.get(NO_SPLIT, 0)
    if not unsplit:
        return ", ".join(parts)
    return (
        "not split"
        if unsplit == sum(counts.values())
        else ", ".join([*parts, f"{unsplit:,} not split"])
    )


@dataclass(frozen=True)
class Sample:
    """One labelled image.

    Attributes:
        id: the row in the catalog.
        name: path below the data set's root, with forward slashes: what a person calls the image.
            A frame's name ends with "#" and its number.
        path: where the file is.
        label: what the image is said to show, as the data set's task reads it: a class, or several
            findings in one text.
        patient, site: None where unknown.
        split: one of `SPLITS`, or `NO_SPLIT`.
        content_hash: see `medapp.imaging.registered.hash_content`.
        width, height: in pixels, after the EXIF rotation.
        mode: how the pixels are stored, such as "8-bit grey" or "16-bit grey" or "8-bit RGB".
        fingerprint: what near copies are found by (see `compute_fingerprint`); None where it was
            not computed, empty where the image is too plain.
        copy_group: equal for images that are copies of one another; the content hash of one.
        attributes: whatever else is known, as text: age, sex, view, scanner …
        is_left_out: the image stays in the table, and nothing learns from it or is judged on it.
        file_bytes, modified_ns: of the file when it was read; None for samples from before this was
            kept.
        frame: which frame, page or slice of a file with several, from 0; None for the whole file.
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
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_left_out: bool = False
    frame: int | None = None
    file_bytes: int | None = None
    modified_ns: int | None = None


@dataclass(frozen=True)
class DataSet:
    """A named table of samples.

    Attributes:
        origin: "registered" (a folder of the user's that is never changed), "uploaded",
            "built-in", or "derived" (its samples are those of other data sets).
        classes: sorted; the order is the order of logits and probabilities.
        patient_pattern: the regular expression that found the patients in the file names, if any.
        split_origin: a sentence that says where the split comes from.
        draws: how often the split was drawn, the first time included.
        is_synthetic: the images show no patient and must say so wherever they are shown.
        uid: what runs find the data set by; stays when it is renamed.
        task: what is to be said of each image, a key of `medapp.task.TASKS`.
        reading: how the files were found and read, as plain values, so that it can be shown and
            done again, and the `grades` in their order once labels were edited; empty for data
            sets from before this was kept.
        derivation: how the samples were chosen out of other data sets, as plain values; empty for
            a data set of its own.
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
    reading: Mapping[str, Any] = field(default_factory=dict, hash=False)
    derivation: Mapping[str, Any] = field(default_factory=dict, hash=False)
