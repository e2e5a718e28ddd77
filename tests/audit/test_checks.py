"""Every check gives findings of kinds that have a name."""

import re
from pathlib import Path

from medapp.audit import checks


def test_every_kind_that_a_check_gives_is_named() -> None:
    folder = Path(checks.__file__).parent
    texts = [path.read_text() for path in folder.glob("*.py")]
    given = {kind for text in texts for kind in re.findall(r'Finding\(\s*"(\w+)"', text)}
    assert "leak" in given
    assert given <= set(checks.KINDS)
