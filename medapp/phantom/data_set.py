"""The built-in data set in the catalog; made on first use."""

from medapp.data.catalog import Catalog
from medapp.data.importing.batch import Batch, ImportReport, build_report, import_batch
from medapp.data.importing.homes import choose_name, make_folder
from medapp.data.layouts.layout import FoundFile
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace


def add_phantom(
    workspace: Workspace, name: str = "Phantom", on_progress: OnProgress | None = None
) -> ImportReport:
    """The built-in synthetic chest radiographs; made on first use, the same bytes on every machine.

    Raises:
        DataError: another data set has the name.
    """
    from medapp.phantom.render import generate_phantom  # only whoever makes them needs the physics

    catalog = Catalog(workspace)
    for known in catalog.list_data_sets():
        if known.name == name and known.is_synthetic:
            return build_report(catalog, known)
    chosen = choose_name(workspace, name, name)
    with make_folder(workspace, chosen) as folder:
        images = list(generate_phantom(folder, on_progress=on_progress))
        files = [
            FoundFile(folder / i.name, i.name, i.label, None, i.patient, i.site) for i in images
        ]
        boxes = {image.name: image.boxes for image in images}
        batch = Batch(folder, "built-in", files, boxes, is_synthetic=True)
        return import_batch(workspace, batch, chosen, None)
