"""Seeds: what is random is drawn from what it is drawn for."""

import hashlib


def seed_of(*words: object) -> int:
    """A seed of 63 bits from words, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(words).encode(), digest_size=8).digest()) >> 1
