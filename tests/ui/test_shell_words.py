"""No command or option of the shell reaches a page, save where a page gives one to copy.

Errors and notes say what to do in a `Remedy`: its first text is for pages, its second for a shell.
The sources are read for it: outside `medapp/cli`, a text with a command or an option is the second
text of a remedy, or stands in one of `ON_PURPOSE`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for path in [*(ROOT / "medapp").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    if (ROOT / "medapp" / "cli") not in path.parents
)
SHELL = re.compile(
    r"(?<![\w-])--(?!st-)[a-z]"  # --st-… is a colour of the theme
    r"|\b(?:pip|pipx|uv) install\b"
    r"|\bmedapp (?:app|backbones|compare|curve|data|doctor|evaluate|folds|predict|race|rank|runs"
    r"|train|travel)\b|medapp\["
)
# What speaks to a shell alone, or to somebody who asks for its words.
ON_PURPOSE = {
    "medapp/data/layouts/layout.py:option",  # of a way to read folders, printed by the shell
    "medapp/runs/transfer.py:README",
    "medapp/runs/transfer.py:BUNDLE_README",  # goes with a run that is exported
    "medapp/training/recipe/command.py",  # the command to copy, below a form
    "medapp/training/recipe/names.py:parse_assignments",  # what a shell was given
    "medapp/ui/shell/guide.py",  # the app's own "About"
    "medapp/ui/shell/listening.py",  # printed where the server is started
}


def _list_docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _find_shell_words(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Lines with words of the shell, and what they stand in: function, class or name."""
    allowed = _list_docstrings(tree)

    def visit(node: ast.AST, owner: str) -> Iterator[tuple[int, str, str]]:
        if id(node) in allowed:
            return
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                owner = name
            case ast.Assign(targets=[ast.Name(id=name)]) if not owner:
                owner = name
                if name.endswith("_IN_SHELL"):
                    return
            case ast.Call(func=ast.Name(id="Remedy"), args=[page, _]):
                yield from visit(page, owner)
                return
            case ast.Constant(value=str(text)) if SHELL.search(text):
                yield node.lineno, owner, text
        for child in ast.iter_child_nodes(node):
            yield from visit(child, owner)

    return visit(tree, "")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_of_the_shell_stay_in_the_shell(path: Path):
    name = path.relative_to(ROOT).as_posix()
    found = [
        f"{name}:{line} {text!r}"
        for line, owner, text in _find_shell_words(ast.parse(path.read_text("utf-8")))
        if name not in ON_PURPOSE and f"{name}:{owner}" not in ON_PURPOSE
    ]
    assert not found


def test_the_check_sees_options_and_commands_in_every_place():
    source = """
A = "say --labels"
def f(name):
    raise DataError(f"no {name}; medapp data add {name}", remedy=Remedy("--yes", "--yes"))
B = Remedy("plain", "plain: medapp data add")
TEXT_IN_SHELL = "--labels"
C = "a -- b, medapp.data, --- and medapp tells"
"""
    found = [(line, owner) for line, owner, _ in _find_shell_words(ast.parse(source))]
    assert found == [(2, "A"), (4, "f"), (4, "f")]
