"""The browser's side of the elements: their scripts and styles as text.

`uplot/` is uPlot 1.6.32 (MIT, licence beside it) as published.
"""

from pathlib import Path

FOLDER = Path(__file__).parent


def read_element(name: str) -> str:
    """The text of a file in this folder; it ends with a newline, without which Streamlit would take
    one line of CSS for a path.
    """
    return (FOLDER / name).read_text(encoding="utf-8") + "\n"


def read_script(name: str) -> str:
    """An element's script, after the function that all of them share."""
    return read_element("make.js") + read_element(name)
