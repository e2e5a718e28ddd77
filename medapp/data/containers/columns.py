"""What the columns of a Parquet file of images hold, told from its schema and its names.

Hugging Face writes into the schema's metadata which columns are images and what the numbers of a
label mean (`datasets.Features`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from medapp.data.layouts.roles import Asked
from medapp.errors import DataError, Remedy

_WORDS: Mapping[str, tuple[str, ...]] = {
    "label": (
        *("label", "labels", "class", "classes", "target", "targets", "diagnosis", "category"),
        *("finding", "findings", "grade", "y", "dx", "classname", "labelname", "labelid"),
        *("findinglabel", "findinglabels", "imagelabel", "severity", "stage"),
    ),
    "patient": ("patient", "patientid", "subject", "subjectid", "caseid", "pid", "case"),
    "site": ("site", "hospital", "center", "centre", "institution"),
    "split": ("split", "partition", "subset", "set"),
}
_INDEX = "__index_level_"  # of pandas: the number of a row
_IMAGES = ("image", "images", "img", "picture", "pixels", "jpg", "jpeg", "png", "scan")


@dataclass(frozen=True)
class Columns:
    """The columns of a file of images, by what they are for.

    Attributes:
        image: of structures with bytes, or of bytes.
        has_path: the structures hold names of files too.
        names: of the classes, in the order of their numbers; empty where the schema has none.
        patient, site, split: None where there is none.
        attributes: further columns of plain values.
        unused: further columns of images, lists and structures.
    """

    image: str
    has_path: bool
    label: str
    names: tuple[str, ...]
    patient: str | None
    site: str | None
    split: str | None
    attributes: tuple[str, ...]
    unused: tuple[str, ...]


def find_columns(schema: pa.Schema, name: str, asked: Asked | None = None) -> Columns:
    """The columns of a file.

    Args:
        name: of the file, for messages.
        asked: what a user says of the columns.

    Raises:
        DataError: there is no column of images or of labels, several that may be, or none that is
            called as the user says.
    """
    asked = asked or Asked()
    features = _read_features(schema)
    image = _find_asked(schema, asked.image) or _find_image(schema, features, name)
    label = _find_asked(schema, (asked.labels or ("",))[0])
    label = label or _find_label(schema, features, image, name)
    given = {
        role: _find_named(schema, role, {image, label}) if column is None else column
        for role, column in (
            ("patient", asked.patient),
            ("site", asked.site),
            ("split", asked.split),
        )
    }
    given = {role: _find_asked(schema, column) for role, column in given.items()}
    taken = {image, label, *given.values()}
    rest = [f for f in schema if f.name not in taken and not f.name.startswith(_INDEX)]
    plain = [field.name for field in rest if is_plain(field.type)]
    kind = schema.field(image).type
    return Columns(
        image,
        pa.types.is_struct(kind) and kind.get_field_index("path") >= 0,
        label,
        _find_names(features.get(label)),
        given["patient"],
        given["site"],
        given["split"],
        tuple(plain),
        tuple(field.name for field in rest if field.name not in plain),
    )


def is_plain(kind: pa.DataType) -> bool:
    """Whether a column's values can be written as one short text each."""
    if pa.types.is_dictionary(kind):
        return is_plain(kind.value_type)
    tests = (
        *(pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string),
        *(pa.types.is_large_string, pa.types.is_date, pa.types.is_timestamp, pa.types.is_decimal),
    )
    return any(test(kind) for test in tests)


def _read_features(schema: pa.Schema) -> Mapping[str, Any]:
    """What Hugging Face says of the columns; nothing where the metadata is not as it writes it."""
    text = (schema.metadata or {}).get(b"huggingface", b"")
    try:
        features = json.loads(text)["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return features if isinstance(features, dict) else {}


def _find_names(feature: Any) -> tuple[str, ...]:
    """The names of a label's numbers, also where a list of numbers is given an image."""
    if isinstance(feature, list) and feature:
        feature = feature[0]
    if isinstance(feature, dict) and "feature" in feature:
        feature = feature["feature"]
    names = feature.get("names") if isinstance(feature, dict) else None
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        place = kind.get_field_index("bytes")
        return place >= 0 and _holds_bytes(kind.field(place).type)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


_NAMES = (
    "Images are bytes in a column, as Hugging Face stores them. Where the table names files of"
    " images, add their folder"
)


def _find_image(schema: pa.Schema, features: Mapping[str, Any], name: str) -> str:
    found = [field.name for field in schema if _holds_bytes(field.type)]
    if not found:
        columns = ", ".join(schema.names[:8])
        raise DataError(
            f"{name} holds no images (its columns are {columns}).",
            remedy=Remedy(
                f"{_NAMES} and name the table there.",
                f"{_NAMES}: medapp data add FOLDER --labels FILE.",
            ),
        )
    said = [n for n in found if _write_type(features.get(n)) == "Image"]
    for chosen in ([n for n in found if _fold(n) in _IMAGES], said, found):
        if len(chosen) == 1:
            return str(chosen[0])
    raise DataError(
        f"{name} has several columns of images: {', '.join(found)}.",
        remedy="Call one of them 'image'.",
    )


def _find_label(schema: pa.Schema, features: Mapping[str, Any], image: str, name: str) -> str:
    called = _find_named(schema, "label", {image})
    if called:
        return called
    named = [column for column in schema.names if _find_names(features.get(column))]
    if len(named) == 1:
        return str(named[0])
    others = [n for n in schema.names if n != image and not n.startswith(_INDEX)]
    if len(others) == 1:
        return str(others[0])
    listed = ", ".join(others[:12])
    raise DataError(
        f"It cannot be told which column of {name} holds the labels ({listed or 'there is none'}).",
        remedy=Remedy(
            "Say which, or call it 'label'.", "Say which with --label-column, or call it 'label'."
        ),
    )


def _find_asked(schema: pa.Schema, column: str | None) -> str | None:
    """A column by its name; None without a name."""
    if column and column not in schema.names:
        raise DataError(
            f"There is no column {column!r}.", remedy=f"There are {', '.join(schema.names[:12])}."
        )
    return column or None


def _find_named(schema: pa.Schema, role: str, taken: set[str]) -> str | None:
    """The first column with a name of this role, in the order of the role's words."""
    folded = {_fold(column): column for column in reversed(schema.names) if column not in taken}
    return next((folded[word] for word in _WORDS[role] if word in folded), None)


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _write_type(feature: Any) -> str:
    return str(feature.get("_type", "")) if isinstance(feature, dict) else ""


def list_columns(columns: Columns) -> Sequence[str]:
    """The columns that are read beside the images."""
    given = (columns.label, columns.patient, columns.site, columns.split, *columns.attributes)
    return [column for column in given if column]
