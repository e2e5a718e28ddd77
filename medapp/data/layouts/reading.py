"""How a folder is read by the names in it: what a path's parts say, or what is to be asked."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medapp.data.layouts.layout import Candidate, FoundFile, Layout, make_printable
from medapp.data.layouts.listing import Listing, Parts
from medapp.data.layouts.masks import MASK, find_masks, pair_masks
from medapp.data.layouts.naming import guess_name_templates
from medapp.data.layouts.order import sort_paths, write_natural_key
from medapp.data.layouts.recognition import Recognition, recognise, step_into
from medapp.data.layouts.template import Template, find_split
from medapp.errors import DataError


def read_layout(
    folder: Path, listing: Listing, template: str | None = None, remarks: Sequence[str] = ()
) -> Layout:
    """The layout of what a folder holds.

    Args:
        folder: where the listing was made.
        template: how to read the folders below the root, see `Template`; None recognises it.
        remarks: sentences on the tables that lie beside the images, and the like.

    Raises:
        DataError: the template cannot be used, or no file fits it.
    """
    asked = Template(template) if template else None
    masks = find_masks(listing.images)
    names, wrapping = step_into([parts for parts in listing.images if parts not in masks])
    left_out = [*listing.left_out]
    left_out += [("/".join(parts), MASK) for parts in sort_paths(masks)]
    found = Recognition(asked.text) if asked else recognise([parts[:-1] for parts in names])
    root = folder.joinpath(*wrapping)
    passed_over = listing.passed_over
    if not asked and found.template == "{label}":
        found = _doubt_one_class(names, bool(remarks)) or found
    if not found.template:
        asking = _ask(root, names, found)
        return replace(
            asking, left_out=tuple(left_out), passed_over=passed_over, remarks=tuple(remarks)
        )
    files, strangers = _apply(root, names, Template(found.template))
    if asked and not files:
        found, files, strangers = _apply_to_names(root, names, asked, strangers)
    left = tuple((make_printable(name), reason) for name, reason in [*left_out, *strangers])
    of_images = {
        "/".join(image[len(wrapping) :]): tuple(("/".join(m), folder.joinpath(*m)) for m in found)
        for image, found in pair_masks(masks, [(*wrapping, *parts) for parts in names]).items()
    }
    return Layout(
        root,
        found.template,
        tuple(files),
        left,
        passed_over,
        remarks=tuple(remarks),
        masks=of_images,
    )


def _ask(root: Path, names: Sequence[Parts], found: Recognition) -> Layout:
    """What has to be answered before the images can be read, with the ways that fit some."""
    answers = dict.fromkeys((*found.candidates, *guess_name_templates(names)))
    ways = [_build_candidate(names, text) for text in answers]
    fitting = tuple(way for way in ways if way.images)
    return Layout(root, "", (), (), (), found.question, found.remedy, fitting)


def _apply_to_names(
    root: Path, names: Sequence[Parts], asked: Template, strangers: Sequence[tuple[str, str]]
) -> tuple[Recognition, list[FoundFile], list[tuple[str, str]]]:
    """Read by a template that fits no folder, whose last part may be meant for the files' names.

    Raises:
        DataError: no image fits.
    """
    if not asked.is_expression and not asked.names_file:
        found = Recognition(f"{asked.text}.*")
        files, strangers = _apply(root, names, Template(found.template))
        if files:
            return found, files, strangers
    raise DataError(
        f"No image in {root} fits the layout {asked.text!r}"
        + (f" ({strangers[0][0]} does not)." if strangers else "."),
        remedy="Leave the layout out, and MedApp says what it finds.",
    )


def _doubt_one_class(names: Sequence[Parts], has_tables: bool) -> Recognition | None:
    """The question whether one folder of images is a class, where something else may tell classes:
    a table beside it, or the names of its files.
    """
    tops = {parts[0] for parts in names if len(parts) > 1}
    if len(tops) != 1:
        return None
    held = f"All images stand in {next(iter(tops))}"
    if has_tables:
        return Recognition(question=f"{held}, beside a table.", candidates=("{label}",))
    templates = guess_name_templates([parts for parts in names if len(parts) > 1])
    if not templates:
        return None
    return Recognition(
        question=f"{held}, and the names of the files may tell classes.",
        candidates=(*templates, "{label}"),
    )


def _build_candidate(names: Sequence[Parts], text: str) -> Candidate:
    template = Template(text)
    fields = [template.match(parts) for parts in names]
    labels = [found["label"] for found in fields if found is not None]
    return Candidate(text, tuple(sorted(set(labels), key=write_natural_key)), len(labels))


def _apply(
    root: Path, names: Sequence[Parts], template: Template
) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """The files that fit the template, and those that do not, each with the reason."""
    files: list[FoundFile] = []
    strangers: list[tuple[str, str]] = []
    for parts in names:
        name = "/".join(parts)
        found = template.match(parts)
        if found is None:
            strangers.append((name, _explain_stranger(parts, template)))
        elif make_printable(name) != name:
            strangers.append((name, "its name is not valid Unicode; rename it"))
        else:
            files.append(
                FoundFile(
                    root.joinpath(*parts),
                    name,
                    unicodedata.normalize("NFC", found["label"]).strip(),
                    found.get("split"),
                    found.get("patient"),
                    found.get("site"),
                )
            )
    return files, strangers


def _explain_stranger(parts: Parts, template: Template) -> str:
    is_outside = len(parts) < 2 or find_split(parts[0]) is None
    if template.text.startswith("{split}/") and is_outside:
        return "it stands outside the train, validation and test folders"
    if len(parts) <= template.depth:
        return "it stands in no class folder"
    if template.names_file or template.is_expression:
        return f"its name does not fit {template.text}"
    return f"its folders do not fit {template.text}"
