"""Images of which nothing says what they show, brought in to be looked at and labelled."""

from pathlib import Path

from medapp.data.layouts.layout import FoundFile, Layout, make_printable
from medapp.data.layouts.listing import Listing
from medapp.data.layouts.masks import MASK, find_masks
from medapp.data.layouts.order import sort_paths
from medapp.data.layouts.recognition import step_into
from medapp.data.samples import UNLABELLED
from medapp.errors import DataError
from medapp.notes import Note

LAYOUT = UNLABELLED  # the word that asks for it, where others ask for a template
_REMEDY = "They can be looked at and labelled, and nothing can be trained on them before that."


def note_unlabelled(images: int, others: int = 0) -> Note:
    """A note that so many images have no label, beside so many that have one."""
    verb = "1 image has" if images == 1 else f"{images:,} images have"
    text = f"{verb} no label{' yet' if others else ''}."
    if not others:
        return Note("unlabelled", text, "info", _REMEDY)
    remedy = "Label them or leave them out before training: select them among the images."
    return Note("unlabelled", text, "caution", remedy)


def read_unlabelled(folder: Path, listing: Listing, remarks: tuple[str, ...] = ()) -> Layout:
    """The layout of all images of a folder, none of which has a label.

    Args:
        remarks: further sentences.

    Raises:
        DataError: there is no image.
    """
    masks = find_masks(listing.images)
    names, wrapping = step_into([parts for parts in listing.images if parts not in masks])
    if not names:
        raise DataError(f"There is no image in {folder.name}.", remedy="Choose another folder.")
    root = folder.joinpath(*wrapping)
    left_out = [*listing.left_out, *(("/".join(mask), MASK) for mask in sort_paths(masks))]
    files: list[FoundFile] = []
    for parts in names:
        name = "/".join(parts)
        if make_printable(name) == name:
            files.append(FoundFile(root.joinpath(*parts), name, UNLABELLED, None))
        else:
            left_out.append((make_printable(name), "its name is not valid Unicode; rename it"))
    return Layout(
        root,
        LAYOUT,
        tuple(files),
        tuple(left_out),
        listing.passed_over,
        sentences=(f"The images come in without labels, below {root}.",),
        remarks=remarks,
    )
