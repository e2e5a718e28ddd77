"""Uploads on their way to disk, where they no longer take memory."""

import itertools
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from medapp.errors import WorkspaceError

# Of a name in UTF-8: file systems take 255, and a name may be 255 letters of several bytes in the
# browser's own. What is left is for a number before the name.
MOST_BYTES = 200
MOST_SUFFIX_BYTES = 20


def save_upload(file: UploadedFile, folder: Path) -> Path:
    """Copy an upload to disk under its own last name.

    A name that is there already gets a number; one that is too long loses its end before the
    suffix.

    Raises:
        WorkspaceError: the disk is full, or the folder may not be written.
    """
    name = _shorten(Path(file.name.replace("\\", "/").replace("\0", "")).name) or "upload"
    numbered = (f"{number}-{name}" for number in itertools.count(2))
    paths = (folder / candidate for candidate in itertools.chain([name], numbered))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(path for path in paths if not path.exists())
        path.write_bytes(file.getbuffer())
    except OSError as error:
        raise WorkspaceError(
            f"{name} could not be copied: {error.strerror or error}.",
            remedy="Free some space or check the permissions, then try again.",
        ) from error
    return path


def _shorten(name: str) -> str:
    # Half a character that a browser sent cannot be written.
    content = name.encode("utf-8", "replace")
    if len(content) <= MOST_BYTES:
        return content.decode()
    suffix = content[content.rfind(b".") :] if b"." in content[-MOST_SUFFIX_BYTES:] else b""
    return (content[: MOST_BYTES - len(suffix)] + suffix).decode("utf-8", "ignore")
