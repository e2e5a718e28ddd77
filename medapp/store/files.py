"""Files written in one step, their hashes, and paths as people type them."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from medapp.errors import WorkspaceError

# What a path that was made absolute has kept of a web address.
_ADDRESS = re.compile(r"(?:^|/)(https?|ftp|s3|gs):/+(.+)", re.IGNORECASE)


def expand_path(path: str | Path) -> Path:
    """An absolute path, with the user's home for `~`; the `~` of an unknown user stays."""
    # Path.expanduser raises for an unknown user.
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111


def describe_absent(path: Path) -> tuple[str, str] | None:
    """What is said of a path where nothing is, and what to do; it may be an address of the web.

    None where something is there, or where the path may not be looked at.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError):
        return None
    else:
        return None
    address = _ADDRESS.search(path.as_posix())
    if address is None:
        return f"There is no folder or file {path}.", "Check the path."
    named = f"{address[1]}://{address[2]}"
    return f"{named} is an address of the web, and no folder or file.", "Download it first."


@contextlib.contextmanager
def open_replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside `path`, flush it to disk, then rename it to `path`.

    A reader sees the old file or the new one, never half of it.

    Raises:
        WorkspaceError: the disk is full, or the folder may not be written.
    """
    # The name is our own, because files of the module tempfile cannot be read by others, whatever
    # the umask says.
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkspaceError(
            f"{path} could not be written: {reason}.",
            remedy="Free some space or check the permissions, then try again.",
        ) from error
    finally:
        # The file was never made, or the folder may not be entered.
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content` in one step (see `open_replacing`)."""
    with open_replacing(path) as file:
        file.write(content)


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
