"""What runs are called beside each other."""

import pytest

from medapp.studies.calling import tell_apart


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (
            ("Race on a, b: Fine-tune, seed 0", "Race on a, b: From scratch, seed 0"),
            ("Fine-tune", "From scratch"),
        ),
        (("Race: Fine-tune, seed 0", "Race: Fine-tune, seed 1"), ("seed 0", "seed 1")),
        (
            ("Race: Fine-tune, seed 0", "Race: Scratch, seed 1"),
            ("Fine-tune, seed 0", "Scratch, seed 1"),
        ),
        # Where nothing is in common, and where a name is the beginning of another, they stay whole.
        (
            ("Fine-tune on hands", "Fine-tune on hands 2"),
            ("Fine-tune on hands", "Fine-tune on hands 2"),
        ),
        (("a", "a, tuned"), ("a", "a, tuned")),
        (("only",), ("only",)),
        ((), ()),
    ],
)
def test_runs_are_called_by_what_tells_them_apart(
    names: tuple[str, ...], called: tuple[str, ...]
) -> None:
    assert tell_apart(names) == called
