"""Several data sets below one folder: each folder in it, and each file of many images, alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

from medapp.data.layouts.disc import PREFIX
from medapp.data.layouts.kinds import CONTAINERS, TABLES, TEXTS, find_suffix, is_names_file
from medapp.data.layouts.layout import Below, Candidate, Layout
from medapp.data.layouts.listing import Listing, Parts
from medapp.data.layouts.order import sort_paths
from medapp.data.layouts.recognition import step_into
from medapp.errors import DataError

MOST = 40  # folders that are looked at by themselves
NAMED = 4
_PACKED = (*CONTAINERS, ".zip")


def find_below(
    listing: Listing, read_alone: Callable[[Listing, Parts], Layout]
) -> tuple[Below, ...]:
    """What stands below a folder and may be a data set by itself; none where nothing is.

    Args:
        read_alone: the layout of a folder below, given by its listing and the way to it.
    """
    names, wrapping = step_into(listing.images)
    tops = sort_paths({parts[:1] for parts in names if len(parts) > 1})
    inner = {p[len(wrapping)] for p in listing.tables if len(p) > len(wrapping) + 1}
    if len(tops) > MOST or len({parts[0] for parts in names if len(parts) > 2} | inner) < 2:
        return ()
    found: list[Below] = []
    is_told = False
    for top in tops:
        prefix = (*wrapping, *top)
        inside = narrow(listing, prefix)
        try:
            layout = read_alone(inside, prefix)
        except DataError:
            continue
        count = len(inside.images if layout.question else layout.files)
        found.append(Below("/".join(prefix), count, layout.classes))
        is_told |= len(layout.classes) > 1 or _has_readings(layout)
    files = [(*wrapping, *name.split("/")) for name, _ in listing.left_out if not wrapping]
    packed = [p[-1] for p in files if len(p) == 1 and find_suffix(p[-1]) in _PACKED]
    found += [Below(name, 0, ()) for name in packed]
    return tuple(found) if is_told and len(found) > 1 else ()


def _has_readings(layout: Layout) -> bool:
    """Whether the folders below a folder can be read in several ways, as those of a disc cannot."""
    return sum(not way.template.startswith(PREFIX) for way in layout.candidates) > 1


def offer_below(layout: Layout, below: Sequence[Below]) -> Layout:
    """A layout with a question, and what below its folder can be taken alone.

    Where two of them have classes that the other lacks, they seem to be several data sets, and
    folders that were taken for classes become a question. Sites and folds have the same classes.
    """
    told = [found for found in below if len(found.classes) > 1]
    packed = [found for found in below if not found.images]
    folded = [{name.casefold() for name in found.classes} for found in told]
    is_apart = any(one - other and other - one for one, other in combinations(folded, 2))
    is_apart |= bool(packed) and len(told) == 1
    least = 2 if not layout.question else max(1, 2 - len(packed))
    if len(told) < least or not is_apart:
        return replace(layout, below=tuple(below)) if layout.question else layout
    few = "; ".join(found.describe() for found in [*told, *packed][:NAMED])
    rest = len(below) - min(NAMED, len(told) + len(packed))
    more = f"; and {rest} more" if rest > 0 else ""
    ways = layout.candidates
    if not layout.question:
        ways = (Candidate(layout.template, layout.classes, len(layout.files)),)
    return replace(
        layout,
        template="",
        files=(),
        candidates=ways,
        question=f"{layout.root.name} seems to hold several data sets: {few}{more}.",
        remedy=f"Add one of them alone, such as {layout.root / told[0].path}.",
        remarks=tuple(filter(None, (layout.question, *layout.remarks))),
        below=tuple(below),
    )


def narrow(listing: Listing, prefix: Parts) -> Listing:
    """The listing of a folder below."""
    depth = len(prefix)

    def cut(paths: Sequence[Parts]) -> tuple[Parts, ...]:
        return tuple(p[depth:] for p in paths if p[:depth] == prefix and len(p) > depth)

    others = cut(listing.others)
    near = [parts for parts in others if len(parts) <= 2]
    left_out = [(tuple(name.split("/")), reason) for name, reason in listing.left_out]
    return Listing(
        cut(listing.images),
        tuple(parts for parts in near if find_suffix(parts[-1]) in TABLES),
        tuple(("/".join(p[depth:]), why) for p, why in left_out if p[:depth] == prefix),
        others,
        tuple(parts for parts in near if is_names_file(parts[-1])),
        tuple(parts for parts in near if find_suffix(parts[-1]) in TEXTS),
    )
