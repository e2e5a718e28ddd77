"""Names that nothing else has."""

import itertools
from collections.abc import Collection


def number_name(name: str, taken: Collection[str]) -> str:
    """The name, with the first number from 2 that frees it where it is taken."""
    numbered = (f"{name} {number}" for number in itertools.count(2))
    return next(n for n in itertools.chain([name], numbered) if n not in taken)
