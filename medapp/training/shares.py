"""How many images of each data set a step sees, where a run learns from several. No torch here."""

from collections.abc import Sequence


def temper_shares(batch_size: int, sizes: Sequence[int], power: float) -> tuple[int, ...]:
    """Images a step of each further domain, where the first one has `batch_size`.

    batch_size · (n_d / n_0)^power, at least one: a power of 1 shows each image of all domains
    equally often, 0 shows each domain equally often (the tempered sampling of Devlin et al. 2019,
    "BERT", for the languages of its multilingual model).

    Args:
        sizes: (D,) images of each domain, the first one's first; each at least one.
    """
    first = min(batch_size, sizes[0])
    return tuple(max(1, round(first * (size / sizes[0]) ** power)) for size in sizes[1:])


def count_shown(batch_size: int, sizes: Sequence[int], power: float) -> int:
    """How many images an epoch shows, over all domains; see `temper_shares`."""
    steps = -(-sizes[0] // batch_size)
    return sizes[0] + steps * sum(temper_shares(batch_size, sizes, power))
