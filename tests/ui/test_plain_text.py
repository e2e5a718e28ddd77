"""What a user or a file says is never Markdown: in the sources of the pages, each text that
Streamlit would read as Markdown is written by us, or has gone through `frame.escape`.

A text is ours where it is a constant, a formatted number, a title or help of our own tables, or is
put together from such. Anything else fails here: escape it, or give it to an element that shows
plain text (st.text, st.code, st.dataframe).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "medapp" / "ui").rglob("*.py")]
)
# Which arguments of a call are Markdown: by place and by name.
FIRST = {
    *("badge", "button", "caption", "checkbox", "date_input", "dialog", "error"),
    *("download_button", "expander", "file_uploader", "form_submit_button", "header", "info"),
    *("link_button", "markdown", "multiselect", "number_input", "popover", "select_slider"),
    *("selectbox", "slider", "spinner", "status", "subheader", "success", "text_area"),
    *("text_input", "time_input", "title", "toast", "toggle", "warning"),
}
OPTIONS = {"pills", "radio", "segmented_control"}
PLACES = {
    **dict.fromkeys(FIRST, (0,)),
    **dict.fromkeys(OPTIONS, (0, 1)),
    "metric": (0, 2),
    "progress": (1,),
    "page_link": (),
    "image": (),
}
NAMES = {"label", "body", "text", "caption", "help", "delta"}
# `write` guesses what it is given; cells of `table` and titles of `tabs` are Markdown.
NEVER = {"write", "table", "latex", "tabs"}
# Attributes that are numbers. Words of our own tables are found by the name of the table.
OURS = {"n", "width", "height", "epoch", "units"}
NUMERIC = (",", "f", "d", "g", "%", "e")
SCOPES = (ast.FunctionDef, ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.DictComp, ast.SetComp)
# Functions whose text is ours whatever they are given.
SAFE = {
    *("escape", "len", "round", "sum", "int", "find_fact", "format_seconds", "write_interval"),
    *("write_figure", "name_figure", "columns"),
}
SCOPES = (ast.FunctionDef, ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.DictComp, ast.SetComp)
# Functions whose text is ours where what they are given is.
PASSING = {"str", "list", "sorted", "next", "zip", "enumerate", "join", "capitalize", "lower"}
# Parameters of our own functions, to which only text of ours is given: function.parameter.
HANDED = {
    *("show_progress.text", "update.text", "draw_empty.text", "draw_empty.title"),
    *(
        "draw_empty.icon",
        "draw_name.title",
        "_draw.text",
        "_draw_backbone.backbone",
        "_write_label.setting",
    ),
}


@dataclass
class Reader:
    """One file: what in it may be given to Markdown."""

    tree: ast.Module

    def __post_init__(self) -> None:
        self.functions = {n.name: n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef)}
        self.scopes: dict[ast.AST, list[ast.AST]] = {}
        self._nest(self.tree, [self.tree])
        self._busy: set[object] = set()

    def _nest(self, node: ast.AST, scopes: list[ast.AST]) -> None:
        for child in ast.iter_child_nodes(node):
            self.scopes[child] = scopes
            self._nest(child, [child, *scopes] if isinstance(child, SCOPES) else scopes)

    def find_faults(self) -> Iterator[tuple[int, str]]:
        for call in (n for n in ast.walk(self.tree) if isinstance(n, ast.Call)):
            if not isinstance(call.func, ast.Attribute):
                continue
            name = call.func.attr
            if ast.unparse(call.func) == "url.write":
                continue
            keywords = {k.arg: k.value for k in call.keywords if k.arg}
            if name in NEVER or "unsafe_allow_html" in keywords:
                yield call.lineno, f"{name} takes its text for Markdown"
            if name in PLACES:
                given = [call.args[i] for i in PLACES[name] if i < len(call.args)]
                given += [value for key, value in keywords.items() if key in NAMES]
                yield from (
                    (value.lineno, f"{name}({ast.unparse(value)})")
                    for value in given
                    if not self.is_ours(value)
                )

    def is_ours(self, node: ast.AST | None) -> bool:
        """Whether nothing that a user or a file says can be in the value."""
        key = ast.dump(node) if node is not None else "", id(node)
        if node is None or key in self._busy:
            return True
        self._busy.add(key)
        try:
            return self._is_ours(node)
        finally:
            self._busy.discard(key)

    def _is_ours(self, node: ast.AST) -> bool:
        match node:
            case ast.Constant() | ast.Compare() | ast.UnaryOp():
                return True
            case ast.JoinedStr(values=parts):
                return all(map(self._is_part_ours, parts))
            case ast.IfExp(body=one, orelse=other):
                return self.is_ours(one) and self.is_ours(other)
            case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
                return all(map(self.is_ours, parts))
            case ast.Dict(values=parts):
                return all(map(self.is_ours, parts))
            case ast.BinOp(left=one, right=other):
                return is_number(other) or (self.is_ours(one) and self.is_ours(other))
            case ast.Starred(value=inner) | ast.Subscript(value=inner):
                return self.is_ours(inner)
            case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner):
                return self.is_ours(inner)
            case ast.DictComp(key=one, value=other):
                return self.is_ours(one) and self.is_ours(other)
            case ast.Attribute(value=inner, attr=name):
                return name in OURS or name.isupper() or self.is_ours(inner)
            case ast.Name(id=name):
                return self._is_name_ours(node, name)
            case ast.Call(func=function, args=args):
                return self._is_call_ours(function, args)
        return False

    def _is_part_ours(self, part: ast.expr) -> bool:
        if not isinstance(part, ast.FormattedValue):
            return True
        spec = ast.unparse(part.format_spec)[2:-1] if part.format_spec else ""
        return spec.endswith(NUMERIC) or "%" in spec or self.is_ours(part.value)

    def _is_call_ours(self, function: ast.expr, args: list[ast.expr]) -> bool:
        match function:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in SAFE:
                return True
            case ast.Name(id=name) if name in PASSING:
                return all(map(self.is_ours, args))
            case ast.Name(id="map"):
                return self._is_call_ours(args[0], [])
            case ast.Attribute(value=owner, attr=name) if name in PASSING:
                return self.is_ours(owner) and all(map(self.is_ours, args))
            case ast.Attribute(value=ast.Name(id=owner), attr="items" | "get" | "values"):
                return owner.isupper()
            case ast.Name(id=name) if name in self.functions:
                found = [n for n in ast.walk(self.functions[name]) if isinstance(n, ast.Return)]
                return all(self.is_ours(node.value) for node in found)
        return False

    def _is_name_ours(self, node: ast.AST, name: str) -> bool:
        if name.strip("_").isupper():
            return True
        for scope in self.scopes[node]:
            if isinstance(scope, ast.FunctionDef | ast.Lambda):
                parameters = [*scope.args.args, *scope.args.kwonlyargs]
                own = next((each for each in parameters if each.arg == name), None)
                if own is not None:
                    kind = ast.unparse(own.annotation) if own.annotation else ""
                    handed = f"{getattr(scope, 'name', '')}.{name}"
                    return handed in HANDED or kind in ("int", "float", "bool")
            values = self._find_values(scope, name)
            if values:
                return all(map(self.is_ours, values))
        return False

    def _find_values(self, scope: ast.AST, name: str) -> list[ast.AST]:
        """All that a name is set to in a scope: a value, or what a loop goes over."""
        values: list[ast.AST] = []
        for node in walk_scope(scope):
            targets: list[ast.AST] = []
            value: ast.AST | None = None
            match node:
                case ast.Assign(targets=found, value=value):
                    targets = list(found)
                case (
                    ast.AnnAssign(target=one, value=value) | ast.AugAssign(target=one, value=value)
                ):
                    targets = [one]
                case ast.For(target=one, iter=value) | ast.comprehension(target=one, iter=value):
                    targets = [one]
                case ast.NamedExpr(target=one, value=value):
                    targets = [one]
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Name(id=owner), attr="append" | "extend" | "insert"
                    )
                ) if owner == name:
                    values.append(node.args[-1])
            names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
            if name in names and value is not None:
                values.append(value)
        return values


def walk_scope(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope itself, and not in one inside of it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, SCOPES):
            yield from walk_scope(child)


def is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_markdown_is_ours(path: Path) -> None:
    assert list(Reader(ast.parse(path.read_text(encoding="utf-8"))).find_faults()) == []


def test_no_script_of_ours_makes_html_of_text() -> None:
    scripts = sorted((ROOT / "medapp" / "ui" / "elements").glob("*.js"))
    ways = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write")
    assert scripts
    assert [s.name for s in scripts for way in ways if way in s.read_text("utf-8")] == []


@pytest.mark.parametrize(
    "line",
    [
        "st.markdown(name)",
        "st.caption(f'{name} images')",
        "st.button(data_set.name)",
        "st.image(pixels, caption=sample.label)",
        "st.table([[name]])",
        "st.write(name)",
        "st.metric(headline.title, 1)",
        "x = f'a {name}'; st.error(x)",
        "st.progress(0.5, name)",
        "st.page_link(p, label=name)",
        "st.text_input('A', help=name)",
        "st.markdown('a', unsafe_allow_html=True)",
        "st.radio('A', [name])",
        "name = name or 'a'; st.markdown(name)",
    ],
)
def test_what_a_user_says_is_found(line: str) -> None:
    assert list(Reader(ast.parse(f"def f(name: str) -> None:\n    {line}\n")).find_faults())


@pytest.mark.parametrize(
    "line",
    [
        "st.markdown('**a**')",
        "st.caption(f'{count:,} images of {escape(name)}')",
        "x = ['a']; x.append(escape(name)); st.error(' '.join(x))",
        "st.caption(METHODS[name].help)",
        "st.text_input('A', name)",
    ],
)
def test_what_is_ours_passes(line: str) -> None:
    source = f"def f(name: str) -> None:\n    {line}\n"
    assert list(Reader(ast.parse(source)).find_faults()) == []
