"""A zip to a folder: bounded in files, bytes and ratio; nothing is written outside the folder."""

import contextlib
import lzma
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO

from medapp.errors import ArchiveError
from medapp.store.files import describe_absent
from medapp.store.threads import OnProgress
from medapp.store.zip_names import decode_names

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
_READ_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)
# APPNOTE.TXT 4.4.5.
_METHODS = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64, as Windows does with large folders",
    93: "Zstandard",
    95: "XZ",
    98: "PPMd",
    99: "a password",
}
_YOURSELF = "Unpack it yourself and register the folder."


@dataclass(frozen=True)
class Archive:
    """A zip that was judged as a whole and may be unpacked.

    Attributes:
        names: of its files, clean, with forward slashes.
        remark: a sentence on how names are written, where that was guessed; else "".
    """

    names: tuple[str, ...]
    remark: str
    _zip: zipfile.ZipFile
    _infos: tuple[zipfile.ZipInfo, ...]

    def open(self, name: str) -> IO[bytes]:
        """A file, to be read; it gives no more bytes than the size that was judged."""
        return self._zip.open(self._infos[self._places[name]])

    def find_size(self, name: str) -> int:
        """Bytes of a file, unpacked."""
        return self._infos[self._places[name]].file_size

    def read_head(self, name: str, size: int) -> bytes:
        """A file's first bytes, at most `size`."""
        with self.open(name) as packed:
            return packed.read(size)

    def extract(
        self,
        folder: Path,
        names: Collection[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> int:
        """Unpack files into a folder, which must exist.

        Args:
            names: of the files that are unpacked, those among them that are there; None for all.

        Returns:
            How many files were written.
        """
        pairs = zip(self._infos, self.names, strict=True)
        wanted = [(info, name) for info, name in pairs if names is None or name in names]
        for done, (info, name) in enumerate(wanted, start=1):
            _extract(self._zip, info, folder.joinpath(*name.split("/")))
            if on_progress is not None:
                on_progress(done, len(wanted))
        return len(wanted)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """A zip, judged before anything is unpacked; what goes wrong within is said in words.

    Raises:
        ArchiveError: not a zip, damaged, protected by a password, packed in a way that cannot be
            read, too large, or with an entry that is a link or points outside the folder.
    """
    try:
        absent = describe_absent(path)
        if absent is not None:
            raise ArchiveError(absent[0], remedy=absent[1])
        # Opening a pipe would wait for ever.
        if path.exists() and not path.is_file():
            raise ArchiveError(f"{path.name} is no file.", remedy="Choose a zip.")
        _check_directory(path)
        with zipfile.ZipFile(path) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            _check_sizes(infos, path)
            names, remark = decode_names(infos)
            clean = [
                _check_entry(info, name, path) for info, name in zip(infos, names, strict=True)
            ]
            yield Archive(tuple(clean), remark, opened, tuple(infos))
    except _BROKEN as error:
        raise ArchiveError(
            f"{path.name} is no zip, or a damaged one: {error}.", remedy="Pack or export it again."
        ) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise ArchiveError(
            f"{path.name} holds {Path(str(error.filename)).name} twice.",
            remedy="Rename one and pack it again.",
        ) from error
    except OSError as error:
        reason = error.strerror or error
        raise ArchiveError(
            f"{path.name} could not be unpacked: {reason}.",
            remedy="Check the path and the space left.",
        ) from error


def extract_archive(
    path: Path,
    folder: Path,
    names: Collection[str] | None = None,
    on_progress: OnProgress | None = None,
) -> int:
    """Unpack a zip into a folder, which must exist; see `Archive.extract` and `open_archive`.

    What was written before an error is left to the caller.
    """
    with open_archive(path) as archive:
        return archive.extract(folder, names, on_progress)


def _check_directory(path: Path) -> None:
    """Refuse a zip whose directory has too many entries, before memory is taken for them.

    What cannot be found here is left to `zipfile`, which refuses it.
    """
    with path.open("rb") as file:
        found = _find_directory(file)
        if found is None:
            return
        start, size = found
        if start < 0:
            return
        if size > MAX_FILES * 2 * MAX_NAME:
            raise ArchiveError(
                f"{path.name} has a list of files of {size >> 20:,} MiB.", remedy=_YOURSELF
            )
        file.seek(start)
        directory = file.read(size)
    place = entries = 0
    while directory[place : place + 4] == b"PK\1\2" and len(directory) >= place + 46:
        entries += 1
        if entries > 2 * MAX_FILES:
            raise ArchiveError(
                f"{path.name} holds more than {MAX_FILES:,} files.", remedy=_YOURSELF
            )
        place += 46 + sum(struct.unpack_from("<HHH", directory, place + 28))


def _find_directory(file: IO[bytes]) -> tuple[int, int] | None:
    """Where the central directory of a zip begins, and its bytes (APPNOTE.TXT 4.3.14 to 4.3.16)."""
    length = file.seek(0, 2)
    tail_start = max(0, length - 2**16 - 22)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        return None
    size, end = int.from_bytes(tail[at + 12 : at + 16], "little"), tail_start + at
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator[:4] == b"PK\6\7":
        file.seek(end - 20 - 56)
        record = file.read(56)
        if record[:4] == b"PK\6\6":
            size, end = int.from_bytes(record[40:48], "little"), end - 20 - 56
    return end - size, size


def _check_sizes(files: Sequence[zipfile.ZipInfo], path: Path) -> None:
    """Refuse too many files, and too many bytes."""
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


def _check_entry(info: zipfile.ZipInfo, written: str, path: Path) -> str:
    """The clean name of a file in the zip.

    Args:
        written: its name as the zip has it.
    """
    name = PurePosixPath(written.replace("\\", "/"))
    has_drive = re.match("[A-Za-z]:", str(name)) is not None
    if name.is_absolute() or ".." in name.parts or has_drive or not name.parts:
        raise ArchiveError(
            f"{path.name} holds {written!r}, which points outside its folder.",
            remedy="Pack it again.",
        )
    if len(written) > MAX_NAME:
        beginning = f"{len(written):,} characters ({written[:20]}…)"
        raise ArchiveError(f"{path.name} holds a name of {beginning}.", remedy=_YOURSELF)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ArchiveError(
            f"{path.name} holds the link {written!r}.",
            remedy="Pack the folder again without links.",
        )
    if info.flag_bits & 0x1:
        raise ArchiveError(f"{path.name} is protected by a password.", remedy=_YOURSELF)
    if info.compress_type not in _READ_METHODS:
        method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
        raise ArchiveError(
            f"{path.name} is packed with {method}, which MedApp does not read.",
            remedy="Pack it again with Deflate, or unpack it yourself and register the folder.",
        )
    return str(name)


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # ZipFile.open gives no more bytes than the size that was judged.
    with archive.open(info) as packed, target.open("xb") as file:
        shutil.copyfileobj(packed, file, 2**20)
