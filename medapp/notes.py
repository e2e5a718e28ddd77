"""What a reader must know of a figure: a note with its gravity, which travels with the figure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from medapp.errors import Remedy, read_remedy

Level = Literal["info", "caution", "grave"]
LEVELS: tuple[Level, ...] = get_args(Level)  # the least grave first


@dataclass(frozen=True)
class Note:
    """One thing to know.

    Attributes:
        code: what kind of note this is, for programs, such as "leak".
        text: what is the case and what follows from that, in whole sentences.
        level: "info" is a fact; "caution" makes a figure less sure than it looks; "grave" makes it
            worthless as it stands.
        remedy: what to do about it; empty where nothing is to be done. A `Remedy` words it apart
            for a shell.
    """

    code: str
    text: str
    level: Level = "caution"
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}".strip()

    @property
    def in_shell(self) -> str:
        """The note as a shell says it."""
        return f"{self.text} {read_remedy(self.remedy).in_shell}".strip()

    def to_dict(self) -> dict[str, str]:
        """Plain values for JSON; `in_shell` where a shell words the remedy apart."""
        said = {"code": self.code, "text": self.text, "level": self.level}
        return {**said, **read_remedy(self.remedy).to_dict()}


def read_note(value: Any) -> Note:
    """The inverse of `Note.to_dict`; older files hold a note's text alone.

    Raises:
        TypeError: the value is neither.
    """
    if isinstance(value, str):
        return Note("note", value)
    if not isinstance(value, Mapping):
        raise TypeError(f"a note must be a text or a table, not {value!r}")
    texts = {name: value.get(name, "") for name in ("code", "text", "remedy", "in_shell")}
    level = value.get("level", "caution")
    if level not in LEVELS or not all(isinstance(text, str) for text in texts.values()):
        raise TypeError(f"a note must hold texts and one of {', '.join(LEVELS)}, not {value!r}")
    remedy = Remedy(texts["remedy"], texts["in_shell"])
    return Note(texts["code"], texts["text"], level, remedy)


def sort_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The gravest first, each once; those of one level stay in their order."""
    return tuple(sorted(dict.fromkeys(notes), key=lambda note: -LEVELS.index(note.level)))
