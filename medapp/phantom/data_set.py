"""The built-in data set in the catalog; made on first use."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from medapp.data.catalog import Catalog
from medapp.data.importing.batch import Batch, ImportReport, build_report, import_batch
from medapp.data.importing.homes import choose_name, make_folder
from medapp.data.layouts.layout import FoundFile
from medapp.errors import DataError
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace

if TYPE_CHECKING:
    from medapp.phantom.render import PhantomImage

NAME = "Phantom"
MARKED_NAME = "Phantom with a shortcut"
SHORTCUT = "shortcut"  # in a data set's `reading`: class to the share of its images with a mark


def add_phantom(
    workspace: Workspace,
    name: str | None = None,
    on_progress: OnProgress | None = None,
    shortcut: Mapping[str, float] | None = None,
) -> ImportReport:
    """The built-in synthetic chest radiographs; made on first use, the same bytes on every machine.

    Args:
        name: of the data set; one of that name with the same shortcut is given again.
        shortcut: class to the share of its images that get a mark in a corner, which is recorded
            with each sample (`shortcut.MARKED`, `shortcut.PLACE`).

    Raises:
        DataError: another data set has the name, or the shortcut cannot be planted.
    """
    # Only whoever makes them needs the physics.
    from medapp.phantom.render import CLASSES, generate_phantom
    from medapp.phantom.shortcut import check_shortcut

    planted = dict(shortcut or {})
    check_shortcut(planted, CLASSES)
    asked = name or (MARKED_NAME if planted else NAME)
    catalog = Catalog(workspace)
    for known in catalog.list_data_sets():
        is_same = known.is_synthetic and known.reading.get(SHORTCUT, {}) == planted
        if known.name == asked and is_same:
            return build_report(catalog, known)
    chosen = choose_name(workspace, asked, asked)
    with make_folder(workspace, chosen) as folder:
        images = list(generate_phantom(folder, on_progress=on_progress, shortcut=planted))
        files = [
            FoundFile(
                folder / i.name,
                i.name,
                i.label,
                None,
                i.patient,
                i.site,
                _describe_mark(i) if planted else {},
            )
            for i in images
        ]
        boxes = {image.name: image.boxes for image in images}
        reading = {SHORTCUT: planted} if planted else {}
        batch = Batch(
            folder,
            "built-in",
            files,
            boxes,
            is_synthetic=True,
            sentences=_describe_shortcut(planted),
            reading=reading,
        )
        return import_batch(workspace, batch, chosen, None)


def refuse_shortcut(shortcut: Mapping[str, float] | None) -> None:
    """Refuse to plant anything in images that are not the phantom's.

    Raises:
        DataError: a shortcut was asked for.
    """
    if shortcut:
        raise DataError(
            "A shortcut is planted in the phantom alone: images of people are never changed.",
            remedy="Leave it out, or make the phantom.",
        )


def _describe_shortcut(planted: Mapping[str, float]) -> tuple[str, ...]:
    if not planted:
        return ()
    shares = ", ".join(f"{share:.0%} of {label}" for label, share in planted.items())
    return (f"A mark was planted in the bottom right corner of {shares}, as a shortcut.",)


def _describe_mark(image: "PhantomImage") -> dict[str, str]:
    """The columns of an image: whether it has the mark, and where."""
    from medapp.phantom.shortcut import MARKED, PLACE

    if image.mark is None:
        return {MARKED: "no"}
    return {MARKED: "yes", PLACE: image.mark.write()}
