"""Images to a data set in the catalog: a folder in place, a zip, or loose files given by class.

Which files, and what is known of them; reading and storing them is `medapp.data.importing.batch`'s.
"""

import itertools
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from medapp.data.containers import Container, open_container
from medapp.data.containers.writing import write_images
from medapp.data.importing.batch import Batch, ImportReport, import_batch
from medapp.data.importing.choice import AS_RECOGNISED, ImportChoice
from medapp.data.importing.frames import describe_frames, take_frames
from medapp.data.importing.homes import choose_name, make_folder
from medapp.data.importing.opening import is_zip, open_files
from medapp.data.importing.patients import compile_pattern
from medapp.data.importing.stripping import strip_copies
from medapp.data.layouts.boxes import BOXES_FILE, read_boxes
from medapp.data.layouts.folder import build_layout, scan_folder
from medapp.data.layouts.kinds import find_suffix, is_left_behind
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.layouts.listing import HEAD_BYTES, Parts, build_listing
from medapp.data.layouts.mask_boxes import add_mask_boxes
from medapp.data.layouts.roles import TableChoice
from medapp.data.preprocessing import KEY, write_preprocess
from medapp.errors import DataError, WorkspaceError
from medapp.imaging.image import MAX_BYTES
from medapp.imaging.preprocess import Preprocess
from medapp.store.archive import extract_archive, open_archive
from medapp.store.files import describe_absent, expand_path
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace

MAX_BAD_ROWS = 10_000  # of a table, that are kept with a data set


def inspect(path: Path, choice: ImportChoice = AS_RECOGNISED) -> Layout:
    """How a folder, a zip or a container would be read; nothing is stored, nothing unpacked.

    Raises:
        ArchiveError, DataError: as `add_path`, but for a question, which the layout has.
    """
    path = expand_path(path)
    _require_present(path)
    container = open_chosen(path, choice)
    if container is not None:
        return container.layout
    if is_zip(path):
        found = inspect_zip(path, choice)
    else:
        found = scan_folder(path, choice.layout, choice.table)
    if choice.slices is None or not choice.slices.slices or found.question:
        return found
    with open_files(path) as read:
        files, without = take_frames(found.files, choice.slices, read)
    return replace(
        found,
        files=tuple(files),
        left_out=(*found.left_out, *without),
        remarks=(*found.remarks, describe_frames(choice.slices, files)),
    )


def add_path(
    workspace: Workspace,
    path: Path,
    name: str | None = None,
    choice: ImportChoice = AS_RECOGNISED,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Register a folder in place, or copy the images of a zip or a container into the workspace.

    Args:
        name: of the data set; None takes the path's, with a number where that is taken.

    Raises:
        ArchiveError, DataError: see `add_folder`, `add_zip` and `open_container`.
    """
    _require_present(path)
    container = open_chosen(path, choice)
    if container is not None:
        return add_container(workspace, path, container, name, choice, on_progress)
    add = add_zip if is_zip(path) else add_folder
    return add(workspace, path, name, choice, on_progress)


def open_chosen(path: Path, choice: ImportChoice) -> Container | None:
    """The container at a path, read as was chosen; None where the path is none.

    Raises:
        ArchiveError, DataError: see `open_container`; or it takes no table, and one was named.
    """
    container = open_container(path, choice.slices, choice.layout, choice.table)
    if container is not None:
        refuse_table(choice.table, container)
    return container


def _require_present(path: Path) -> None:
    """Refuse the address of a web page, and a file that is not there; a folder is looked at later.

    Raises:
        DataError: it is one of these.
    """
    absent = describe_absent(path)
    if absent is not None and (path.suffix or "://" in absent[0]):
        raise DataError(absent[0], remedy=absent[1])


def refuse_table(table: TableChoice | None, container: Container) -> None:
    """Say that a file with images and labels in it is read without a table.

    Raises:
        DataError: a table was named.
    """
    if table is None or container.takes_table:
        return
    asked = table.asked
    rest = (asked.separator, asked.kind, asked.uncertain, asked.blank)
    are_columns = len(asked.labels or ()) < 2 and all(answer is None for answer in rest)
    is_taken = asked.is_nothing or (container.takes_columns and are_columns)
    if table.tables or not is_taken:
        raise DataError(
            f"{container.kind.capitalize()} says itself what its images show.",
            remedy="Leave out what was said of a table.",
        )


def add_folder(
    workspace: Workspace,
    folder: Path,
    name: str | None = None,
    choice: ImportChoice = AS_RECOGNISED,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Register a folder in place; its files are never changed.

    Raises:
        DataError: no folder, no images, folders that cannot be told without an answer, a name that
            is taken, or a pattern that is no regular expression.
    """
    folder = expand_path(folder)
    compile_pattern(choice.patient_pattern)
    chosen = choose_name(workspace, name, folder.name)
    found = scan_folder(folder, choice.layout, choice.table)
    if choice.has_mask_boxes:
        found = add_mask_boxes(found)
    return _register(workspace, found, "registered", chosen, choice, on_progress)


def add_zip(
    workspace: Workspace,
    zip_path: Path,
    name: str | None = None,
    choice: ImportChoice = AS_RECOGNISED,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Unpack the images of a zip into the workspace, and register them there.

    Of DICOM files the copies name nobody, see `medapp.data.importing.stripping`.

    Raises:
        ArchiveError: the zip is damaged or refused (see `medapp.store.archive.extract_archive`).
        DataError: as `add_folder`.
    """
    compile_pattern(choice.patient_pattern)
    chosen = choose_name(workspace, name, Path(zip_path).stem)
    found = inspect_zip(Path(zip_path), choice)
    inside = found.root.relative_to(zip_path)
    wanted = [(inside / file.name).as_posix() for file in found.require_files()]
    masks = found.masks if choice.has_mask_boxes else {}
    wanted += [mask for of_image in masks.values() for mask, _ in of_image]
    with make_folder(workspace, chosen) as folder:
        boxes = (inside / BOXES_FILE).as_posix()
        extract_archive(Path(zip_path), folder, names={*wanted, boxes})
        root = folder / inside
        files = [replace(file, path=root / file.name) for file in found.files]
        placed = {
            image: tuple((mask, folder / mask) for mask, _ in of_image)
            for image, of_image in masks.items()
        }
        moved = replace(found, root=root, files=tuple(files), masks=placed)
        if choice.has_mask_boxes:
            moved = add_mask_boxes(moved)
        return _register(workspace, moved, "uploaded", chosen, choice, on_progress)


def add_container(
    workspace: Workspace,
    path: Path,
    container: Container,
    name: str | None = None,
    choice: ImportChoice = AS_RECOGNISED,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Write the images of a container into the workspace, and register them there.

    Raises:
        ArchiveError: the container is damaged further in.
        DataError: as `add_folder`.
    """
    compile_pattern(choice.patient_pattern)
    chosen = choose_name(workspace, name, path.name.removesuffix(find_suffix(path.name)))
    with make_folder(workspace, chosen) as folder:
        layout = write_images(container, folder, on_progress)
        if not (layout.files or layout.question):
            example = f" ({': '.join(layout.left_out[0])})" if layout.left_out else ""
            raise DataError(
                f"{path.name} holds no image that can be learned from{example}.",
                remedy="Check the file.",
            )
        # Slices are taken, and folders read, when a container is opened.
        rest = ImportChoice(patient_pattern=choice.patient_pattern, windows=choice.windows)
        return _register(workspace, layout, "uploaded", chosen, rest, on_progress)


def inspect_zip(path: Path, choice: ImportChoice = AS_RECOGNISED) -> Layout:
    """How a zip would be read; its paths stand below the zip's own.

    Raises:
        ArchiveError: the zip is damaged or refused.
        DataError: it holds no image, or none fits the layout.
    """
    with open_archive(path) as archive:

        def read(parts: Parts, size: int = MAX_BYTES) -> bytes:
            return archive.read_head("/".join(parts), size)

        names = [tuple(name.split("/")) for name in archive.names]
        kept = [parts for parts in names if not any(map(is_left_behind, parts))]
        listing = build_listing(kept, lambda parts: read(parts, HEAD_BYTES))
        return build_layout(path, listing, choice.layout, read, choice.table, archive.remark)


def add_files(
    workspace: Workspace,
    files: Mapping[str, Sequence[Path]],
    name: str,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Copy loose files, given by class, into the workspace and register them.

    A name that comes twice in a class gets a number.

    Raises:
        DataError: no files, a class whose name cannot be a folder's, or as `add_folder`.
        WorkspaceError: a file cannot be copied.
    """
    pattern = compile_pattern(patient_pattern)
    chosen = choose_name(workspace, name, name)
    if not any(files.values()):
        raise DataError("There are no files to add.", remedy="Choose at least one image.")
    for label in files:
        if re.search(r'[<>:"/\\|?*\x00-\x1f]', label) or label != label.strip(" .") or not label:
            raise DataError(
                f"{label!r} cannot be a class's folder.",
                remedy="Name the class with letters, digits, spaces, - and _.",
            )
    with make_folder(workspace, chosen) as folder:
        found = [
            file for label, paths in files.items() for file in _copy_files(folder, label, paths)
        ]
        kept, without = strip_copies(workspace, found)
        batch = Batch(folder, "uploaded", kept, left_out=without, pattern=pattern)
        return import_batch(workspace, batch, chosen, on_progress)


def _copy_files(folder: Path, label: str, paths: Sequence[Path]) -> Iterator[FoundFile]:
    label = unicodedata.normalize("NFC", label)
    home = folder / label
    for path in paths:
        try:
            home.mkdir(exist_ok=True)
            target = home / path.name
            for number in itertools.count(2):
                if not target.exists():
                    break
                target = home / f"{path.stem} {number}{path.suffix}"
            shutil.copyfile(path, target)
        except OSError as error:
            reason = error.strerror or error
            raise WorkspaceError(
                f"{path.name} could not be copied: {reason}.", remedy="Free some space."
            ) from error
        yield FoundFile(target, f"{label}/{target.name}", label, None)


def _register(
    workspace: Workspace,
    layout: Layout,
    origin: str,
    name: str,
    choice: ImportChoice,
    on_progress: OnProgress | None,
) -> ImportReport:
    """Import the files of a layout, with their table of boxes where there is one."""
    files: Sequence[FoundFile] = layout.require_files()
    slices = choice.slices
    said = layout.describe()
    if origin == "uploaded":
        files, without = strip_copies(workspace, files)
        layout = replace(layout, left_out=(*layout.left_out, *without))
    if slices and slices.slices:
        files, without = take_frames(files, slices)
        layout = replace(layout, left_out=(*layout.left_out, *without))
        said = (*said, describe_frames(slices, files))
    try:
        str(layout.root).encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"The path of {name} is not valid Unicode.", remedy="Rename the folder."
        ) from error
    boxes, faults = read_boxes(layout.root / BOXES_FILE, [file.name for file in files])
    is_said = choice.layout is not None or layout.has_patient_column
    batch = Batch(
        layout.root,
        origin,
        files,
        {**layout.boxes, **boxes},
        [*layout.left_out, *faults],
        compile_pattern(choice.patient_pattern),
        said,
        _describe_reading(layout, choice),
        has_patient_folders=is_said,
        task=layout.task,
        order=layout.order,
        patients_from=layout.patients_from,
    )
    return import_batch(workspace, batch, name, on_progress)


def _describe_reading(layout: Layout, choice: ImportChoice) -> dict[str, Any]:
    """How the files were read, as plain values that are kept with the data set."""
    return {
        "layout": layout.template,
        "is_asked": choice.layout is not None,
        "frames": choice.slices.slices if choice.slices else "",
        KEY: write_preprocess(Preprocess(windows=choice.windows)),
        "passed_over": [asdict(found) for found in layout.passed_over],
        "table": layout.table.to_dict() if layout.table else None,
        "bad_rows": [asdict(row) for row in layout.bad_rows[:MAX_BAD_ROWS]],
        "bad_row_count": len(layout.bad_rows),
    }
