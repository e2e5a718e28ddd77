"""Lists of images by split, as Pascal VOC has them: ImageSets/Main/train.txt."""

from collections.abc import Mapping, Sequence

from medapp.data.layouts.annotations.annotation import Parts, Read
from medapp.data.layouts.annotations.pairing import cut, index_names
from medapp.data.layouts.encoding import decode_text
from medapp.data.layouts.template import find_split

FOLDER = "imagesets"
MAX_BYTES = 16 * 2**20


def read_image_sets(
    others: Sequence[Parts], images: Sequence[Parts], read: Read
) -> tuple[Mapping[Parts, str], tuple[str, ...]]:
    """The split of each image that one list names, and the lists.

    An image that lists of two splits name has none.
    """
    index = index_names(images)
    found: dict[Parts, set[str]] = {}
    files: list[str] = []
    for parts in others:
        split = find_split(parts[-1].rpartition(".")[0])
        if FOLDER not in {folder.casefold() for folder in parts[:-1]} or not split:
            continue
        files.append("/".join(parts))
        for line in decode_text(read(parts, MAX_BYTES)).splitlines():
            named = index.get(cut(line.split()[0]), []) if line.strip() else []
            if len(named) == 1:
                found.setdefault(named[0], set()).add(split)
    splits = {image: next(iter(said)) for image, said in found.items() if len(said) == 1}
    return splits, tuple(files) if splits else ()
