"""A file that a data set knows by its content: another one in its place is not shown for it."""

import hashlib
from pathlib import Path

from medapp.errors import ImageError
from medapp.imaging.image import read_content

REMEDY = "Put the original back, or remove the data set and add it again."


def hash_content(content: bytes, frame: int | None = None) -> str:
    """What an image is known by, in hex: the SHA-256 of its file's bytes.

    Of one frame of a file, the number follows the bytes, as text after a "#".
    """
    digest = hashlib.sha256(content)
    if frame is not None:
        digest.update(b"#%d" % frame)
    return digest.hexdigest()


def find_problem(path: Path, content_hash: str, frame: int | None = None) -> str:
    """Why a registered file cannot be shown, in words; nothing where it can (`read_registered`)."""
    try:
        read_registered(path, content_hash, frame)
    except ImageError as error:
        return str(error)
    return ""


def read_registered(path: Path, content_hash: str, frame: int | None = None) -> bytes:
    """The bytes of a file that was registered with this hash (see `hash_content`).

    Raises:
        ImageError: the file is missing, or other bytes stand there now: it was changed, or became a
            link to something else.
    """
    try:
        content = read_content(path)
    except OSError as error:
        raise ImageError(
            f"{path.name} cannot be opened: {error.strerror or error}.", remedy=REMEDY
        ) from error
    except ImageError as error:
        raise ImageError(f"{path.name} cannot be used: {error}.", remedy=REMEDY) from error
    if hash_content(content, frame) != content_hash:
        raise ImageError(
            f"{path.name} is not the file that was registered: it was changed, or leads elsewhere"
            " now.",
            remedy=REMEDY,
        )
    return content
