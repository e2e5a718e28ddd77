"""Files of several frames or pages, each frame that is chosen an image of its own."""

from collections.abc import Sequence
from dataclasses import replace

from medapp.data.containers.slices import SliceChoice
from medapp.data.layouts.layout import FoundFile
from medapp.errors import DataError, ImageError
from medapp.imaging.image import count_frames, read_content
from medapp.store.threads import map_threaded

MOST = 100_000  # frames of a file; more are a damaged header's
MARK = "#"  # between a file's name and the number of its frame


def describe_frames(choice: SliceChoice) -> str:
    """Which frames become images, in words."""
    return f"Of files with several frames or pages: {choice.describe('file', 'frame')}."


def take_frames(
    files: Sequence[FoundFile], choice: SliceChoice
) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """The chosen frames of files that hold several, and the other files as they are.

    A frame's name is its file's, "#" and the number of the frame, from 1.

    Returns:
        The files, and (name, reason) for each of which no frame is taken. A file that cannot be
        read stays, so that reading it says why.
    """
    taken: list[FoundFile] = []
    left_out: list[tuple[str, str]] = []
    counts = map_threaded(_count_frames, files)
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


def _count_frames(file: FoundFile) -> int:
    if file.frame is not None:
        return 1
    try:
        return count_frames(read_content(file.path), file.path.suffix)
    except (OSError, ImageError):
        return 1
