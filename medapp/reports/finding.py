"""What one check of a bundle came to."""

from dataclasses import dataclass

HOLDS = "holds"
DIFFERS = "differs"
UNTOLD = "untold"  # the bundle does not hold what would tell


@dataclass(frozen=True)
class Finding:
    """One check.

    Attributes:
        title: what was checked.
        state: `HOLDS`, `DIFFERS` or `UNTOLD`.
        text: what was found, in a sentence.
    """

    title: str
    state: str
    text: str
