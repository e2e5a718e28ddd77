"""A zip to a folder: bounded in files, bytes and ratio; nothing is written outside the folder."""

import lzma
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from medapp.errors import ArchiveError
from medapp.store.threads import OnProgress

MAX_FILES = 200_000
MAX_BYTES = 64 * 2**30  # of all files, unpacked
MAX_RATIO = 200  # of unpacked to packed bytes; photographs reach 1, black bitmaps 100
FREE_BYTES = 64 * 2**20  # unpacked bytes up to which every ratio is allowed
MAX_NAME = 500  # characters of a name with its folders: systems differ in how many they take

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    RuntimeError,
    LookupError,
    lzma.LZMAError,
    MemoryError,
)
_YOURSELF = "Unpack it yourself and register the folder."


def extract_archive(
    path: Path,
    folder: Path,
    suffixes: Sequence[str] | None,
    on_progress: OnProgress | None = None,
    names: Collection[str] | None = None,
) -> int:
    """Unpack a zip into a folder.

    Hidden files, `__MACOSX` and what nested archives hold stay packed. What was written before an
    error is left to the caller.

    Args:
        folder: must exist.
        suffixes: only files with one of them, such as ".png", are unpacked; None allows all.
        names: only files of exactly these names are unpacked; None allows all.

    Returns:
        How many files were written.

    Raises:
        ArchiveError: not a zip, damaged, protected by a password, too large, or with an entry that
            is a link or points outside the folder.
    """
    try:
        # Opening a pipe would wait for ever.
        if path.exists() and not path.is_file():
            raise ArchiveError(f"{path.name} is no file.", remedy="Choose a zip.")
        with zipfile.ZipFile(path) as archive:
            entries = _check(archive, path)
            wanted = [entry for entry in entries if _is_wanted(entry[1], suffixes, names)]
            for done, (info, name) in enumerate(wanted, start=1):
                _extract(archive, info, folder.joinpath(*name.parts))
                if on_progress is not None:
                    on_progress(done, len(wanted))
            return len(wanted)
    except _BROKEN as error:
        raise ArchiveError(
            f"{path.name} is no zip, or a damaged one: {error}.", remedy="Pack the folder again."
        ) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise ArchiveError(
            f"{path.name} holds {error.filename} twice.", remedy="Rename one and pack it again."
        ) from error
    except OSError as error:
        reason = error.strerror or error
        raise ArchiveError(
            f"{path.name} could not be unpacked: {reason}.",
            remedy="Check the path and the space left.",
        ) from error


def _check(archive: zipfile.ZipFile, path: Path) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The files of the zip with their clean names.

    The whole zip is judged before anything is written.
    """
    files = [info for info in archive.infolist() if not info.is_dir()]
    total = sum(info.file_size for info in files)
    packed = max(path.stat().st_size, 1)
    if len(files) > MAX_FILES:
        raise ArchiveError(
            f"{path.name} holds {len(files):,} files, more than {MAX_FILES:,}.", remedy=_YOURSELF
        )
    if total > MAX_BYTES:
        raise ArchiveError(
            f"{path.name} unpacks to {total >> 30} GiB, more than {MAX_BYTES >> 30}.",
            remedy=_YOURSELF,
        )
    if total > FREE_BYTES and total > MAX_RATIO * packed:
        raise ArchiveError(
            f"{path.name} unpacks to {total // packed} times its size, as zip bombs do.",
            remedy=_YOURSELF,
        )
    return [(info, _check_entry(info, path)) for info in files]


def _check_entry(info: zipfile.ZipInfo, path: Path) -> PurePosixPath:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    has_drive = re.match("[A-Za-z]:", str(name)) is not None
    if name.is_absolute() or ".." in name.parts or has_drive or not name.parts:
        raise ArchiveError(
            f"{path.name} holds {info.filename!r}, which points outside its folder.",
            remedy="Pack it again.",
        )
    if len(info.filename) > MAX_NAME:
        beginning = f"{len(info.filename):,} characters ({info.filename[:20]}…)"
        raise ArchiveError(f"{path.name} holds a name of {beginning}.", remedy=_YOURSELF)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ArchiveError(
            f"{path.name} holds the link {info.filename!r}.",
            remedy="Pack the folder again without links.",
        )
    if info.flag_bits & 0x1:
        raise ArchiveError(f"{path.name} is protected by a password.", remedy=_YOURSELF)
    return name


def _is_wanted(
    name: PurePosixPath, suffixes: Sequence[str] | None, names: Collection[str] | None
) -> bool:
    if names is not None and str(name) not in names:
        return False
    if any(part.startswith(".") or part == "__MACOSX" for part in name.parts):
        return False
    return suffixes is None or name.suffix.lower() in suffixes


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # ZipFile.open gives no more bytes than the size that was judged.
    with archive.open(info) as packed, target.open("xb") as file:
        shutil.copyfileobj(packed, file, 2**20)
