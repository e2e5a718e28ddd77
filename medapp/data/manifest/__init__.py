"""Tables beside images: what their columns hold, and which row is of which image."""

from medapp.data.manifest.guessing import guess_roles, list_label_columns
from medapp.data.manifest.reading import list_pictures, read_manifest

__all__ = ["guess_roles", "list_label_columns", "list_pictures", "read_manifest"]
