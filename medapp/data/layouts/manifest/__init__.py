"""Tables beside images: what their columns hold, and which row is of which image."""

from medapp.data.layouts.manifest.beside import (
    add_named,
    place_annotations,
    read_beside,
    read_named,
)
from medapp.data.layouts.manifest.guessing import guess_roles, list_label_columns
from medapp.data.layouts.manifest.placing import Placed, Read, find_beside, has_classes
from medapp.data.layouts.manifest.reading import list_pictures, read_manifest

__all__ = [
    "Placed",
    "Read",
    "add_named",
    "find_beside",
    "guess_roles",
    "has_classes",
    "list_label_columns",
    "list_pictures",
    "place_annotations",
    "read_beside",
    "read_manifest",
    "read_named",
]
