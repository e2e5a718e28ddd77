"""Files of several frames or pages, each frame that is chosen an image of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from medapp.data.containers.slices import SliceChoice
from medapp.data.importing.opening import read_found
from medapp.data.layouts.layout import FoundFile
from medapp.errors import DataError, ImageError
from medapp.imaging.image import count_frames
from medapp.store.threads import map_threaded

MOST = 100_000  # frames of a file; more are a damaged header's
MOST_COUNTED = 2000  # files that are counted before somebody chose frames
MARK = "#"  # between a file's name and the number of its frame


@dataclass(frozen=True)
class FrameCount:
    """How many images files would be, were each frame, page or slice one.

    Attributes:
        files: how many there are.
        images: frames of all of them; a file without several counts once.
        is_sure: all files were counted, and not some of them.
    """

    files: int
    images: int
    is_sure: bool = True


def describe_frames(choice: SliceChoice, taken: Sequence[FoundFile]) -> str:
    """Which frames become images, and how many, in words."""
    files = len({find_file_name(file) for file in taken})
    return (
        f"Of files with several frames or pages: {choice.describe('file', 'frame')}."
        f" {say_images(files, len(taken))}."
    )


def say_images(files: int, images: int) -> str:
    """Such as "12 files, 360 images"."""
    one = "file" if files == 1 else "files"
    return f"{files:,} {one}, {images:,} {'image' if images == 1 else 'images'}"


def count_all_frames(
    files: Sequence[FoundFile], read: Callable[[FoundFile], bytes] = read_found
) -> FrameCount:
    """How many images the files would be with each frame an image; of very many some are counted.

    Args:
        read: gives a file's bytes.
    """
    counted = files[:: -(-len(files) // MOST_COUNTED) or 1]
    counts = map_threaded(partial(_count_frames, read=read), counted)
    images = sum(count if count <= MOST else 1 for count in counts)
    return FrameCount(len(files), images + len(files) - len(counted), len(counted) == len(files))


def take_frames(
    files: Sequence[FoundFile],
    choice: SliceChoice,
    read: Callable[[FoundFile], bytes] = read_found,
) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """The chosen frames of files that hold several, and the other files as they are.

    A frame's name is its file's, "#" and the number of the frame, from 1.

    Args:
        read: gives a file's bytes.

    Returns:
        The files, and (name, reason) for each of which no frame is taken. A file that cannot be
        read stays, so that reading it says why.
    """
    taken: list[FoundFile] = []
    left_out: list[tuple[str, str]] = []
    counts = map_threaded(partial(_count_frames, read=read), files)
    for file, count in zip(files, counts, strict=True):
        if count < 2:
            taken.append(file)
            continue
        try:
            numbers = choice.list_slices(count) if count <= MOST else []
        except DataError:
            numbers = []
        if not numbers:
            left_out.append((file.name, f"it holds {count:,} frames, and none that is asked for"))
        taken += [replace(file, name=f"{file.name}{MARK}{n + 1}", frame=n) for n in numbers]
    return taken, left_out


def find_file_name(file: FoundFile) -> str:
    """The name of the file that an image is in: of a frame without its number."""
    return file.name if file.frame is None else file.name.rpartition(MARK)[0]


def _count_frames(file: FoundFile, read: Callable[[FoundFile], bytes]) -> int:
    if file.frame is not None:
        return 1
    try:
        return count_frames(read(file), file.path.suffix)
    except (OSError, ImageError):
        return 1
