"""How the files of a folder were read: where classes, splits and patients come from, what is left.

Pure values: names in, words and files out.
"""

import shlex
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from medapp.data.layouts.kinds import name_kind
from medapp.data.layouts.left_out import PassedOver, group_left_out
from medapp.data.layouts.listing import Listing, Parts, describe_passed_over
from medapp.data.layouts.masks import MASK, find_masks, pair_masks
from medapp.data.layouts.naming import guess_name_templates
from medapp.data.layouts.order import sort_paths, write_natural_key
from medapp.data.layouts.recognition import Recognition, recognise, step_into
from medapp.data.layouts.roles import BadRow, TableReading
from medapp.data.layouts.template import Template, find_split
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


def read_layout(
    folder: Path, listing: Listing, template: str | None = None, remarks: Sequence[str] = ()
) -> Layout:
    """The layout of what a folder holds.

    Args:
        folder: where the listing was made.
        template: how to read the folders below the root, see `Template`; None recognises it.
        remarks: sentences on the tables that lie beside the images, and the like.

    Raises:
        DataError: the template cannot be used, or no file fits it.
    """
    asked = Template(template) if template else None
    masks = find_masks(listing.images)
    names, wrapping = step_into([parts for parts in listing.images if parts not in masks])
    left_out = [*listing.left_out]
    left_out += [("/".join(parts), MASK) for parts in sort_paths(masks)]
    found = Recognition(asked.text) if asked else recognise([parts[:-1] for parts in names])
    root = folder.joinpath(*wrapping)
    passed_over = listing.passed_over
    if not asked and found.template == "{label}":
        found = _doubt_one_class(names, bool(remarks)) or found
    if not found.template:
        asking = _ask(root, names, found)
        return replace(
            asking, left_out=tuple(left_out), passed_over=passed_over, remarks=tuple(remarks)
        )
    files, strangers = _apply(root, names, Template(found.template))
    if asked and not files:
        found, files, strangers = _apply_to_names(root, names, asked, strangers)
    left = tuple((make_printable(name), reason) for name, reason in [*left_out, *strangers])
    of_images = {
        "/".join(image[len(wrapping) :]): tuple(("/".join(m), folder.joinpath(*m)) for m in found)
        for image, found in pair_masks(masks, [(*wrapping, *parts) for parts in names]).items()
    }
    return Layout(
        root,
        found.template,
        tuple(files),
        left,
        passed_over,
        remarks=tuple(remarks),
        masks=of_images,
    )


def _ask(root: Path, names: Sequence[Parts], found: Recognition) -> Layout:
    """What has to be answered before the images can be read, with the ways that fit some."""
    answers = dict.fromkeys((*found.candidates, *guess_name_templates(names)))
    ways = [_build_candidate(names, text) for text in answers]
    fitting = tuple(way for way in ways if way.images)
    return Layout(root, "", (), (), (), found.question, found.remedy, fitting)


def _apply_to_names(
    root: Path, names: Sequence[Parts], asked: Template, strangers: Sequence[tuple[str, str]]
) -> tuple[Recognition, list[FoundFile], list[tuple[str, str]]]:
    """Read by a template that fits no folder, whose last part may be meant for the files' names.

    Raises:
        DataError: no image fits.
    """
    if not asked.is_expression and not asked.names_file:
        found = Recognition(f"{asked.text}.*")
        files, strangers = _apply(root, names, Template(found.template))
        if files:
            return found, files, strangers
    raise DataError(
        f"No image in {root} fits the layout {asked.text!r}"
        + (f" ({strangers[0][0]} does not)." if strangers else "."),
        remedy="Leave the layout out, and MedApp says what it finds.",
    )


def _doubt_one_class(names: Sequence[Parts], has_tables: bool) -> Recognition | None:
    """The question whether one folder of images is a class, where something else may tell classes:
    a table beside it, or the names of its files.
    """
    tops = {parts[0] for parts in names if len(parts) > 1}
    if len(tops) != 1:
        return None
    held = f"All images stand in {next(iter(tops))}"
    if has_tables:
        return Recognition(question=f"{held}, beside a table.", candidates=("{label}",))
    templates = guess_name_templates([parts for parts in names if len(parts) > 1])
    if not templates:
        return None
    return Recognition(
        question=f"{held}, and the names of the files may tell classes.",
        candidates=(*templates, "{label}"),
    )


def _build_candidate(names: Sequence[Parts], text: str) -> Candidate:
    template = Template(text)
    fields = [template.match(parts) for parts in names]
    labels = [found["label"] for found in fields if found is not None]
    return Candidate(text, tuple(sorted(set(labels), key=write_natural_key)), len(labels))


def _apply(
    root: Path, names: Sequence[Parts], template: Template
) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """The files that fit the template, and those that do not, each with the reason."""
    files: list[FoundFile] = []
    strangers: list[tuple[str, str]] = []
    for parts in names:
        name = "/".join(parts)
        found = template.match(parts)
        if found is None:
            strangers.append((name, _explain_stranger(parts, template)))
        elif make_printable(name) != name:
            strangers.append((name, "its name is not valid Unicode; rename it"))
        else:
            files.append(
                FoundFile(
                    root.joinpath(*parts),
                    name,
                    unicodedata.normalize("NFC", found["label"]).strip(),
                    found.get("split"),
                    found.get("patient"),
                    found.get("site"),
                )
            )
    return files, strangers


def _explain_stranger(parts: Parts, template: Template) -> str:
    is_outside = len(parts) < 2 or find_split(parts[0]) is None
    if template.text.startswith("{split}/") and is_outside:
        return "it stands outside the train, validation and test folders"
    if len(parts) <= template.depth:
        return "it stands in no class folder"
    if template.names_file or template.is_expression:
        return f"its name does not fit {template.text}"
    return f"its folders do not fit {template.text}"


def make_printable(name: str) -> str:
    """A name whose stray bytes (Linux allows any) are replaced, for a message or a table."""
    return name.encode("utf-8", "replace").decode()
