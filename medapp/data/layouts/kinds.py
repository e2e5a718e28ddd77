"""What a file is called that is no image MedApp reads, by the end of its name."""

import re

from medapp.imaging.readers import list_suffixes

# What lies beside images and is no image: counted by kind, and passed over.
SIDECARS = {
    ".txt": "text",
    ".md": "text",
    ".rst": "text",
    ".log": "text",
    ".pdf": "PDF",
    ".doc": "text document",
    ".docx": "text document",
    ".html": "web page",
    ".json": "JSON",
    ".xml": "XML",
    ".yaml": "YAML",
    ".yml": "YAML",
    ".ini": "settings",
    ".py": "program",
    ".m": "program",
    ".r": "program",
    ".sh": "program",
    ".ipynb": "notebook",
    ".csv": "table",
    ".tsv": "table",
    ".tab": "table",
    ".jsonl": "table",
    ".ndjson": "table",
    ".xls": "table",
    ".xlsx": "table",
    ".xlsm": "table",
    ".ods": "table",
    ".db": "database",
    ".sqlite": "database",
    ".pth": "model",
    ".pt": "model",
    ".h5": "HDF5",
    ".url": "shortcut",
    ".lnk": "shortcut",
}
# Images, or what holds images, that MedApp does not read: left out, each with its name.
FOREIGN = {
    ".nii.gz": "NIfTI image",
    ".nii": "NIfTI image",
    ".mha": "MetaImage",
    ".mhd": "MetaImage",
    ".nrrd": "NRRD image",
    ".svs": "whole-slide image",
    ".ndpi": "whole-slide image",
    ".mrxs": "whole-slide image",
    ".czi": "microscope's image",
    ".lif": "microscope's image",
    ".heic": "HEIC photo",
    ".svg": "vector drawing",
    ".psd": "Photoshop image",
    ".mp4": "video",
    ".avi": "video",
    ".mov": "video",
    ".mkv": "video",
    ".npz": "NumPy archive",
    ".mat": "MATLAB file",
    ".hdf5": "HDF5 file",
    ".tfrecord": "TensorFlow records",
    ".parquet": "Parquet table",
    ".tar.gz": "packed archive",
    ".tgz": "packed archive",
    ".tar": "packed archive",
    ".gz": "packed file",
    ".bz2": "packed file",
    ".xz": "packed file",
    ".7z": "packed archive",
    ".rar": "packed archive",
    ".zip": "zip",
}
# Of these, files of many images, which `medapp.data.containers` reads.
CONTAINERS = (".npz", ".parquet", ".nii", ".nii.gz")
# Tables only where they name images: Excel's "Unicode text", lists of files, a program's labels.
TEXTS = (".txt", ".json")
TABLES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".jsonl", ".ndjson")
_NAMES_FILE = re.compile(
    r"(?:(?:class|label|category|cat|target|folder|idx|index|id)[\w -]*|classes|categories|names"
    r"|synsets?|words|obj)\.(?:txt|names|json|lst)",
    re.IGNORECASE,
)
# What systems and programs leave in folders; nothing in it is a user's image.
_LEFT_BEHIND = frozenset(
    {
        "__macosx",
        "@eadir",
        "@recycle",
        "#recycle",
        "#snapshot",
        "$recycle.bin",
        "system volume information",
        "lost+found",
        "thumbs.db",
        "desktop.ini",
        "dicomdir",
    }
)


def is_left_behind(name: str) -> bool:
    """Whether a file or folder of this name belongs to a system or a program, or is hidden."""
    return name.startswith(".") or name.casefold() in _LEFT_BEHIND


def is_names_file(name: str) -> bool:
    """Whether a file of this name may say what classes are called."""
    return _NAMES_FILE.fullmatch(name) is not None


def find_suffix(name: str) -> str:
    """The end of a name that tells its kind, in lower case, such as ".nii.gz"; "" without one."""
    parts = name.casefold().rsplit(".", 2)
    double = f".{'.'.join(parts[-2:])}"
    if len(parts) > 2 and double in FOREIGN:
        return double
    return f".{parts[-1]}" if len(parts) > 1 and parts[0] else ""


def name_kind(name: str) -> str:
    """A file's kind in words, such as "a NumPy archive (.npz)"."""
    suffix = find_suffix(name)
    kind = "image" if suffix in list_suffixes() else FOREIGN.get(suffix) or SIDECARS.get(suffix)
    if kind is None:
        return f"a file of unknown kind ({suffix})" if suffix else "a file without a suffix"
    article = "an" if kind[0] in "aeiouAEIOUH" and not kind.startswith("HEIC") else "a"
    return f"{article} {kind} ({suffix})"


def list_read_kinds() -> str:
    """The kinds of images that are read, for a message."""
    return ", ".join(sorted({suffix.removeprefix(".") for suffix in list_suffixes()}))
