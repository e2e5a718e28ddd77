"""What the browser runs of the elements: their scripts and styles as text.

`uplot/` is uPlot 1.6.32 (MIT, licence beside it) as published.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def read_element(name: str) -> str:
    """The text of a file in this folder.

    The text ends with a newline, without which Streamlit would take one line of CSS for a path.
    """
    return (FOLDER / name).read_text(encoding="utf-8") + "\n"


def read_script(name: str) -> str:
    """An element's script as one text, after the scripts of this folder that the element imports.

    Streamlit takes a script as text, which cannot import; node and a linter want modules.
    """
    texts: dict[str, str] = {}
    _gather(name, texts)
    return "".join(_EXPORT.sub("", text) for text in texts.values())


def _gather(name: str, texts: dict[str, str]) -> None:
    text = read_element(name)
    for imported in _IMPORT.findall(text):
        if imported not in texts:
            _gather(imported, texts)
    texts[name] = _IMPORT.sub("", text)
