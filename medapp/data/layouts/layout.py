"""How the files of a folder were read: where classes, splits and patients come from, what is left.

Pure values: names in, words and files out.
"""

import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from medapp.data.layouts.kinds import name_kind
from medapp.data.layouts.left_out import PassedOver, group_left_out
from medapp.data.layouts.listing import describe_passed_over
from medapp.data.layouts.order import write_natural_key
from medapp.data.layouts.roles import BadRow, TableReading
from medapp.data.layouts.template import Template
from medapp.data.samples import SPLITS
from medapp.errors import DataError, Remedy, read_remedy
from medapp.imaging.geometry import Box
from medapp.task import find_task

_NO_LABELS = "The images can be looked at without labels"
TO_LOOK = Remedy(f"{_NO_LABELS}, too.", f"{_NO_LABELS}, too: --layout unlabelled.")
_LEVELS = ("", "first", "second", "third", "fourth", "fifth", "sixth")


@dataclass(frozen=True)
class FoundFile:
    """An image file.

    Attributes:
        name: its path below the root, with forward slashes.
        label: the class.
        split: one of `SPLITS`; None where the folders do not tell.
        patient, site: as the folders say, else None.
        attributes: whatever else is known of it, as text.
        frame: which frame of a file with several, from 0; None for the whole file.
    """

    path: Path
    name: str
    label: str
    split: str | None
    patient: str | None = None
    site: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    frame: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A way to read what is there that is possible, and the classes it gives.

    Attributes:
        template: of the folders; "" where tables say what the images show.
        tables: paths of those tables, as `medapp.data.layouts.roles.TableChoice` names them.
    """

    template: str
    classes: tuple[str, ...]
    images: int
    tables: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What tells the classes: the template, or the tables."""
        return f"the table {' + '.join(self.tables)}" if self.tables else self.template

    @property
    def option(self) -> str:
        """How a shell asks for it."""
        named = " ".join(f"--labels {shlex.quote(table)}" for table in self.tables)
        return named or f"--layout {shlex.quote(self.template)}"

    def describe(self) -> str:
        """What the reading gives, such as "12 images of 2 classes (a, b)"."""
        few = ", ".join(self.classes[:4])
        more = f" and {len(self.classes) - 4} more" if len(self.classes) > 4 else ""
        noun = "class" if len(self.classes) == 1 else "classes"
        return f"{self.images:,} images of {len(self.classes)} {noun} ({few}{more})"


@dataclass(frozen=True)
class Below:
    """What stands below a folder and may be a data set by itself.

    Attributes:
        path: below the folder.
        images: 0 for a file that holds many.
        classes: empty where they cannot be told without an answer.
    """

    path: str
    images: int
    classes: tuple[str, ...]

    def describe(self) -> str:
        """Such as "chest-xray, 1,000 images of 2 classes"."""
        if not self.images:
            return f"{self.path}, {name_kind(self.path)}"
        classes = f" of {len(self.classes)} classes" if len(self.classes) > 1 else ""
        return f"{self.path}, {self.images:,} image{'s' * (self.images != 1)}{classes}"


@dataclass(frozen=True)
class Layout:
    """How a folder is read.

    Attributes:
        root: where the class or split folders are: below a folder that only wraps another.
        template: what each folder of a path says; "" where there is a question.
        question: why the folders cannot be read without an answer.
        candidates: the answers that are possible.
        remarks: further sentences, on the tables that lie beside the images and the like.
        left_out: (name, reason) for each image that is not used.
        passed_over: what is no image and was not read either, by kind, such as ".txt".
        sentences: how the files were read, where something else than folders says what they show.
        task: what is to be said of each image, a key of `medapp.task.TASKS`.
        patients_from: where the files' own patients come from, such as "the column subject".
        order: all classes, in an order that means something; empty for that of their names.
        boxes: where findings are, by the file's name, as a table says.
        table: how a table was read, where one says what the images show.
        names_file: the file that names the classes; "" for none.
        bad_rows: rows of that table that are not used, or not wholly.
        masks: an image's name to its masks, each by its name and its path.
        below: with a question, what can be looked at alone, as a data set of its own.
    """

    root: Path
    template: str
    files: tuple[FoundFile, ...]
    left_out: tuple[tuple[str, str], ...]
    passed_over: tuple[PassedOver, ...] = ()
    question: str = ""
    remedy: str = ""
    candidates: tuple[Candidate, ...] = ()
    remarks: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    task: str = "single-label"
    order: tuple[str, ...] = ()
    patients_from: str = "folders"
    boxes: Mapping[str, tuple[Box, ...]] = field(default_factory=dict, hash=False)
    table: TableReading | None = None
    names_file: str = ""
    bad_rows: tuple[BadRow, ...] = ()
    masks: Mapping[str, tuple[tuple[str, Path], ...]] = field(default_factory=dict, hash=False)
    below: tuple[Below, ...] = ()

    @property
    def has_patient_column(self) -> bool:
        """Whether a table names patients."""
        return self.table is not None and bool(self.table.roles.patient)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.order or tuple(sorted(self.count_classes(), key=write_natural_key))

    def count_classes(self) -> Counter[str]:
        """How many images show each class."""
        return Counter(name for file in self.files for name in self.list_labels(file))

    def list_labels(self, file: FoundFile) -> tuple[str, ...]:
        """The classes that a file shows."""
        return tuple(find_task(self.task).list_labels(file.label))

    def list_sources(self) -> tuple[str, ...]:
        """Names of the files that say more of the images: tables, and what names classes."""
        tables = self.table.tables if self.table and not self.question else ()
        return (*tables, self.names_file)

    def list_passed_over(self) -> tuple[PassedOver, ...]:
        """All that does not come in: what may be an image by its reason, the rest by its kind."""
        return (*group_left_out(self.left_out), *self.passed_over)

    def require_files(self) -> tuple[FoundFile, ...]:
        """The files.

        Raises:
            DataError: the folders cannot be read without an answer; says what was found and how to
                answer.
        """
        if not self.question:
            return self.files
        raise DataError(
            " ".join([self.question, *self.remarks]),
            remedy=Remedy(
                f"{self._list_ways(in_shell=False)} {self.remedy} {TO_LOOK}",
                f"{self._list_ways(in_shell=True)} {read_remedy(self.remedy).in_shell}"
                f" {TO_LOOK.in_shell}",
            ),
        )

    def _list_ways(self, in_shell: bool) -> str:
        ways = [
            f"{way.option if in_shell else way.name} gives {way.describe()}"
            for way in self.candidates
        ]
        return f"Say which is meant: {'; '.join(ways)}." if ways else ""

    def describe(self) -> tuple[str, ...]:
        """The layout in sentences: classes, splits, patients, what is passed over."""
        if self.question:
            return (self.question, *self.remarks)
        counts = self.count_classes()
        classes = ", ".join(f"{label} {counts[label]:,}" for label in self.classes[:12])
        more = f" and {len(self.classes) - 12} more" if len(self.classes) > 12 else ""
        if self.sentences:
            named = find_task(self.task).nouns.capitalize()
            return (*self.sentences, f"{named}: {classes}{more}.", *self.remarks)
        template = Template(self.template)
        found = [
            f"Read as {self.template}, below {self.root}.",
            f"Classes are the {_name_level(template, 'label')}: {classes}{more}.",
        ]
        if template.has("split"):
            splits = Counter(file.split for file in self.files)
            parts = ", ".join(f"{split} {splits[split]:,}" for split in SPLITS if splits[split])
            found.append(f"Splits are the {_name_level(template, 'split')}: {parts}.")
        for fact in ("patient", "site"):
            if template.has(fact):
                values = {getattr(file, fact) for file in self.files}
                found.append(
                    f"{fact.capitalize()}s are the {_name_level(template, fact)}: {len(values):,}."
                )
        return (*found, *describe_passed_over(self.passed_over), *self.remarks)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "root": str(self.root),
            "layout": self.template,
            "images": len(self.files),
            "task": self.task,
            "classes": dict(self.count_classes()),
            "splits": {s: n for s, n in Counter(file.split for file in self.files).items() if s},
            "left_out": [{"file": name, "reason": reason} for name, reason in self.left_out],
            "question": self.question,
            "remedy": self.remedy,
            "candidates": [
                {
                    "layout": c.template,
                    "labels": list(c.tables),
                    "images": c.images,
                    "classes": list(c.classes),
                }
                for c in self.candidates
            ],
            "below": [asdict(below) for below in self.below],
            "remarks": list(self.remarks),
            "table": self.table.to_dict() if self.table else None,
            "bad_rows": [asdict(row) for row in self.bad_rows],
        }


def _name_level(template: Template, fact: str) -> str:
    level = template.find_level(fact)
    if level is None:
        return "paths, as the expression says" if template.is_expression else "file names"
    return f"{_LEVELS[level]} folders" if level < len(_LEVELS) else f"folders of level {level}"


def make_printable(name: str) -> str:
    """A name whose stray bytes (Linux allows any) are replaced, for a message or a table."""
    return name.encode("utf-8", "replace").decode()
