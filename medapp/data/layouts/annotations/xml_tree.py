"""XML from strangers to a tree of names and texts; what makes a parser grow or read is refused.

An entity may stand for a text a billion times as long, or for another file, so that no declaration
of one is taken (CWE-776, CWE-611).
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from medapp.errors import DataError

MAX_DEPTH = 32
MAX_ELEMENTS = 100_000
_REMEDY = "Save the file again without it, or take it away."


@dataclass
class Element:
    """An element: its name, the text directly in it, and the elements below it."""

    name: str
    text: str = ""
    below: list["Element"] = field(default_factory=list)

    def list_named(self, name: str) -> list["Element"]:
        """The elements of a name directly below."""
        return [element for element in self.below if element.name == name]

    def read(self, *names: str) -> str:
        """The text of the element at a path, without the spaces around it; "" for none."""
        element: Element | None = self
        for name in names:
            element = next(iter(element.list_named(name)), None) if element else None
        return element.text.strip() if element else ""


def parse_xml(name: str, content: bytes) -> Element:
    """The tree of a file.

    Args:
        name: of the file, for messages.

    Raises:
        DataError: no XML, one that declares entities, or one that is too deep or too large.
    """
    top = Element("")
    path = [top]
    seen = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal seen
        seen += 1
        if len(path) > MAX_DEPTH or seen > MAX_ELEMENTS:
            raise DataError(
                f"{name} has more than {MAX_ELEMENTS:,} elements, or {MAX_DEPTH} in one another.",
                remedy=_REMEDY,
            )
        element = Element(tag)
        path[-1].below.append(element)
        path.append(element)

    def end(_: str) -> None:
        path.pop()

    def keep(text: str) -> None:
        path[-1].text += text

    def refuse(*_: object) -> None:
        raise DataError(f"{name} declares entities, which is not read.", remedy=_REMEDY)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = keep
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise DataError(f"{name} is no XML ({error}).", remedy="Save it again.") from error
    return top.below[0]
