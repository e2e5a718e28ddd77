"""One file that holds many images: what is in it, and its images one by one.

What a container does not know: workspaces, the catalog, where its images are written to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from medapp.data.layouts.layout import Layout

MAX_IMAGES = 1_000_000
MAX_BYTES = 64 * 2**30  # of the images of a container, unpacked


@dataclass(frozen=True)
class Piece:
    """One image of a container.

    Attributes:
        content: the bytes of an image file.
        attributes: what is known of it only now, as text.
    """

    content: bytes
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Container:
    """A container that was judged by its header and its labels; no image is read yet.

    Attributes:
        kind: in words, such as "a NumPy archive".
        layout: how it is read. Its files stand nowhere yet: their names are those that images get
            when they are written out, without a suffix where only the image's bytes tell it.
        read: gives, for each of the layout's files and in their order, its image, or the reason
            why there is none.
        pick: the same for files of some numbers, in their order, where that is quicker than to
            read on to the last of them.
        takes_table: a table beside it may say what its images show.
        takes_columns: it is a table itself, of which a user may say what the columns hold.
    """

    kind: str
    layout: Layout
    read: Callable[[], Iterator[Piece | str]]
    pick: Callable[[Sequence[int]], Iterator[Piece | str]] | None = None
    takes_table: bool = False
    takes_columns: bool = False

    def read_some(self, places: Sequence[int]) -> Iterator[Piece | str]:
        """The images of some of the layout's files, given by their ascending numbers."""
        if self.pick is not None:
            return self.pick(places)
        wanted = set(places)
        first = zip(range(places[-1] + 1 if places else 0), self.read(), strict=False)
        return (piece for place, piece in first if place in wanted)
