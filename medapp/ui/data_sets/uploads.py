"""Uploads on their way to disk, where they no longer take memory."""

import itertools
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile


def save_upload(file: UploadedFile, folder: Path) -> Path:
    """Copy an upload to disk under its own last name.

    A name that is there already gets a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(file.name.replace("\\", "/")).name or "upload"
    numbered = (f"{number}-{name}" for number in itertools.count(2))
    paths = (folder / candidate for candidate in itertools.chain([name], numbered))
    path = next(path for path in paths if not path.exists())
    path.write_bytes(file.getbuffer())
    return path
