"""The images of a container to files in a folder."""

from dataclasses import replace
from pathlib import Path

from medapp.data.containers.container import Container, Piece
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.imaging.kinds import HEAD_BYTES, tell_kind
from medapp.store.threads import OnProgress


def write_images(
    container: Container, folder: Path, on_progress: OnProgress | None = None
) -> Layout:
    """Write each image into a folder, which must exist and be empty.

    Returns:
        The layout of what was written; images that could not be had are left out, with the reason.

    Raises:
        ArchiveError: the container is damaged.
        OSError: a file cannot be written.
    """
    files: list[FoundFile] = []
    left_out = [*container.layout.left_out]
    wanted = container.layout.files
    for done, (file, piece) in enumerate(zip(wanted, container.read(), strict=True), start=1):
        written = piece if isinstance(piece, str) else _write(folder, file, piece)
        if isinstance(written, str):
            left_out.append((file.name, written))
        else:
            files.append(written)
        if on_progress is not None:
            on_progress(done, len(wanted))
    return replace(container.layout, root=folder, files=tuple(files), left_out=tuple(left_out))


def _write(folder: Path, file: FoundFile, piece: Piece) -> FoundFile | str:
    """The file that was written, or why there is none."""
    name = file.name
    if "." not in name.rpartition("/")[2]:
        kind = tell_kind(piece.content[:HEAD_BYTES])
        if not kind.reader:
            return f"it is {kind.name or 'of unknown kind'}, and no image that MedApp reads"
        name += kind.reader
    path = folder.joinpath(*name.split("/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(piece.content)
    known = {**file.attributes, **piece.attributes}
    return replace(file, path=path, name=name, attributes=known)
