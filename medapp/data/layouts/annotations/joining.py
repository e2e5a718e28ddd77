"""A layout whose classes come from elsewhere, with the boxes and splits that annotations say."""

from collections.abc import Mapping
from dataclasses import replace

from medapp.data.layouts.annotations.finding import Annotations
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.listing import Parts
from medapp.imaging.geometry import Box


def add_annotations(layout: Layout, found: Annotations, wrapping: Parts) -> Layout:
    """The layout with boxes, and with a published split where it has none of its own.

    Args:
        wrapping: the layout's root below the folder that the annotations are of.
    """
    if layout.question:
        said = f"{found.table.name[0].upper()}{found.table.name[1:]} give boxes."
        return replace(layout, remarks=(*layout.remarks, said))
    paths = {file.name: (*wrapping, *file.name.split("/")) for file in layout.files}
    boxes: Mapping[str, tuple[Box, ...]] = {
        name: found.boxes[path] for name, path in paths.items() if path in found.boxes
    }
    files = layout.files
    if not any(file.split for file in files):
        files = tuple(replace(f, split=found.splits.get(paths[f.name])) for f in files)
    count = sum(map(len, boxes.values()))
    said = f"Boxes are those of {found.table.name}: {count:,} on {len(boxes):,} images."
    return replace(
        layout,
        files=files,
        boxes={**boxes, **layout.boxes},
        remarks=(*layout.remarks, said),
    )
