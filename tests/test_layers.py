"""A file imports only from those above it in the list of docs/architecture.md, and streamlit stays in its place."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLE = re.findall(r"^\| `(medapp/[^`]+)` \|", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.M)
LEVELS = {name.removesuffix(".py").removesuffix("/").replace("/", "."): level for level, name in enumerate(TABLE)}
FILES = sorted((ROOT / "medapp").rglob("*.py"))


def find_level(module: str) -> int | None:
    """The row of a module or of the folder it stands in."""
    while module:
        if module in LEVELS:
            return LEVELS[module]
        module = module.rpartition(".")[0]
    return None


def find_imports(path: Path) -> list[str]:
    """All modules that a file imports, anywhere in it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def name_module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", [p for p in FILES if p.name != "__init__.py" or p.parent.name in ("cli", "ui")], ids=name_module)
def test_file_imports_only_from_above(path: Path) -> None:
    module = name_module(path)
    own = find_level(module)
    if module == "medapp.__main__":
        own = len(LEVELS)
    assert own is not None, f"{module} is missing in the table of docs/architecture.md"
    for imported in find_imports(path):
        if imported.startswith("medapp.") and (level := find_level(imported)) is not None:
            assert level <= own, f"{module} imports {imported}, which stands below it"


@pytest.mark.parametrize("path", FILES, ids=name_module)
def test_streamlit_stays_in_the_pages(path: Path) -> None:
    if not name_module(path).startswith("medapp.ui"):
        assert not [name for name in find_imports(path) if name.split(".")[0] == "streamlit"]


def test_table_names_files_that_exist() -> None:
    assert [name for name in TABLE if not (ROOT / name).exists()] == []


def test_no_name_says_nothing() -> None:
    assert [p for p in FILES if re.fullmatch(r"(utils?|helpers?|common|misc|managers?)\.py", p.name)] == []
