"""Options of `medapp data add` that are read from text."""

import pytest

from medapp.cli.data.options import read_shares
from medapp.errors import DataError


def test_shares_are_read_by_class() -> None:
    assert read_shares(None) == {}
    assert read_shares(["effusion=0.9", "normal=0.1"]) == {"effusion": 0.9, "normal": 0.1}


@pytest.mark.parametrize("text", ["effusion", "effusion=", "effusion=much", "=0.9", ""])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="no class and share"):
        read_shares([text])
