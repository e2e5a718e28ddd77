"""Pascal VOC: an XML file an image, with its size and its objects' names and boxes.

Everingham et al., The PASCAL VOC Challenge, 2010. Its pixels count from 1 and its boxes hold their
last pixel, so that xmax and ymax are the far edge; many programs write edges that count from 0.
Both are taken as they are, which differs by a pixel at most.
"""

import math
from collections.abc import Sequence

from medapp.data.layouts.annotations.annotation import Annotation, Found, Parts, Read, Size, Thing
from medapp.data.layouts.annotations.pairing import cut, index_names, pair_files
from medapp.data.layouts.annotations.xml_tree import Element, parse_xml
from medapp.data.layouts.kinds import find_suffix
from medapp.errors import DataError

FORMAT = "Pascal VOC"
MAX_BYTES = 4 * 2**20  # of one file
_ROOT = "annotation"
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def find_voc(others: Sequence[Parts], images: Sequence[Parts], read: Read) -> Found:
    """What the XML files beside images say; XML of another kind is passed over.

    Args:
        others: files that are no images.
        images: as parts of their paths.
        read: a file's first bytes, so many.
    """
    paths = [parts for parts in others if find_suffix(parts[-1]) == ".xml"]
    pairs = pair_files(paths, images)
    index = index_names(images)
    annotations: list[Annotation] = []
    faults: list[tuple[str, str]] = []
    for parts in paths:
        name = "/".join(parts)
        try:
            found = _read_file(name, read(parts, MAX_BYTES + 1))
            if found is None:
                continue
            image = _choose_image(found, pairs.get(parts), index)
            annotations.append(Annotation(name, image, _list_things(found), _read_size(found)))
        except (DataError, OSError) as error:
            reason = error.strerror or "" if isinstance(error, OSError) else error.what
            faults.append((name, f"no annotation: {reason.removeprefix(f'{name} ').rstrip('.')}"))
    files = tuple(annotation.source for annotation in annotations)
    return Found(FORMAT, tuple(annotations), files, tuple(faults) if annotations else ())


def _read_file(name: str, content: bytes) -> Element | None:
    """The tree of an annotation; None for XML of another kind."""
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} is larger than {MAX_BYTES / 2**20:.0f} MiB.", remedy="")
    root = parse_xml(name, content)
    is_voc = root.name == _ROOT and bool(root.list_named("object") or root.read("filename"))
    return root if is_voc else None


def _choose_image(found: Element, paired: Parts | None, index: dict[str, list[Parts]]) -> Parts:
    """The image of the file's own name, else the one that it names.

    Raises:
        DataError: the two are different images.
    """
    named = found.read("filename").replace("\\", "/")
    meant = index.get(cut(named), [])
    if paired is None:
        return meant[0] if len(meant) == 1 else tuple(named.split("/"))
    if meant and cut(named) != cut(paired[-1]) and paired not in meant:
        raise DataError(f"it is called like {paired[-1]} and names {named}", remedy="")
    return paired


def _read_size(found: Element) -> Size | None:
    """Width and height; None where the file says none, as a program does that writes 0."""
    width = _read_number(found.read("size", "width"))
    height = _read_number(found.read("size", "height"))
    return (int(width), int(height)) if width and height and width > 0 and height > 0 else None


def _list_things(found: Element) -> tuple[Thing, ...]:
    things = []
    for element in found.list_named("object"):
        label = " ".join(element.read("name").split())
        if not label:
            raise DataError("an object in it has no name", remedy="")
        numbers = [_read_number(element.read("bndbox", corner)) for corner in _CORNERS]
        x0, y0, x1, y1 = (math.nan if number is None else number for number in numbers)
        has_box = bool(element.list_named("bndbox"))
        things.append(Thing(label, (x0, y0, x1, y1) if has_box else None))
    return tuple(things)


def _read_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
