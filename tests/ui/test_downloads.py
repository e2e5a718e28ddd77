"""Every button for a download leaves the page as it is.

A click would otherwise run the page anew, and a file that is made on the click is then lost.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "medapp" / "ui").rglob("*.py")]
)


def _find_buttons(tree: ast.AST) -> Iterator[tuple[int, bool]]:
    """The line of each mention of a button for a download, and whether its page stays."""
    kept = {
        id(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and any(map(_is_ignored, node.keywords))
    }
    for node in ast.walk(tree):
        named = getattr(node, "attr", None) or getattr(node, "id", None)
        if named == "download_button":
            yield node.lineno, id(node) in kept


def _is_ignored(keyword: ast.keyword) -> bool:
    value = keyword.value
    return keyword.arg == "on_click" and isinstance(value, ast.Constant) and value.value == "ignore"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_download_leaves_the_page_as_it_is(path: Path):
    buttons = _find_buttons(ast.parse(path.read_text("utf-8")))
    name = path.relative_to(ROOT).as_posix()
    assert not [f"{name}:{line}" for line, stays in buttons if not stays]


def test_the_check_sees_buttons_that_run_the_page_anew():
    source = """
st.download_button("A", data)
st.download_button("B", data, on_click="rerun")
st.download_button("C", data, on_click="ignore")
column.download_button("D", data, **more)
draw = st.download_button
"""
    found = list(_find_buttons(ast.parse(source)))
    assert sorted(found) == [(2, False), (3, False), (4, True), (5, False), (6, False)]


def test_the_pages_have_downloads():
    trees = [ast.parse(path.read_text("utf-8")) for path in SOURCES]
    assert any(list(_find_buttons(tree)) for tree in trees)
