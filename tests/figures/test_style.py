"""What all figures share: the page's colours, a legible title, names shown letter by letter."""

import re
import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from medapp.evaluation.evaluate import evaluate
from medapp.figures import (
    PALETTES,
    draw_balance,
    draw_confusion,
    draw_histogram,
    draw_probabilities,
    draw_roc,
    draw_sensitivity,
    pair_colours,
    pick_colour,
)
from medapp.figures.style import finish, shorten, show_plain

SETTINGS = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
PROBABILITIES, TRUTH = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]]), [0, 1, 1]
EVALUATION = evaluate(PROBABILITIES, TRUTH, ["<b>odd</b>", "normal"])
FIGURES = {
    "balance": lambda **o: draw_balance({"train": {"<b>odd</b>": 3, "normal": 1}}, **o),
    "confusion": lambda **o: draw_confusion(EVALUATION, **o),
    "histogram": lambda **o: draw_histogram(np.arange(16).reshape(4, 4), **o),
    "probabilities": lambda **o: draw_probabilities({"<b>odd</b>": 0.9, "normal": 0.1}, **o),
    "roc": lambda **o: draw_roc(PROBABILITIES, TRUTH, EVALUATION, **o),
    "sensitivity": lambda **o: draw_sensitivity(EVALUATION, **o),
}


def find_contrast(first: str, second: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.1)."""
    lights = []
    for colour in (first, second):
        part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)
    return max(lights) / min(lights)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_figure_has_a_finding_labelled_axes_hover_and_a_clear_ground(
    name: str, theme: str
) -> None:
    figure = FIGURES[name](theme=theme)
    assert figure.layout.title.text
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text or name in (
        "balance",
        "probabilities",
        "sensitivity",
    )  # names of classes
    assert any(trace.hovertemplate for trace in figure.data)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.font.color == PALETTES[theme].text
    figure.for_each_trace(lambda trace: trace.update(meta=None))  # of the table, never shown
    assert "<b>" not in str(figure.to_dict())


def test_colours_are_those_of_the_page() -> None:
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["theme"]
    for theme, palette in PALETTES.items():
        page = settings[theme]
        assert list(palette.classes) == page["chartCategoricalColors"]
        assert (palette.accent, palette.text) == (page["primaryColor"], page["textColor"])
        assert (palette.grid, palette.page) == (page["borderColor"], page["backgroundColor"])


def test_a_class_has_one_place_in_the_palette() -> None:
    assert pick_colour(0) == pick_colour(8) == "#0072B2"
    assert pick_colour(1, "dark") == PALETTES["dark"].classes[1]


@pytest.mark.parametrize("theme", PALETTES)
def test_text_and_lines_stand_out_from_the_page(theme: str) -> None:
    colours = PALETTES[theme]
    assert all(
        find_contrast(colours.text, ground) >= 4.5 for ground in (colours.page, *colours.ramp)
    )
    assert find_contrast(colours.muted, colours.page) >= 4.5
    assert find_contrast(colours.accent, colours.page) >= 3


def test_a_long_title_is_broken_and_gets_its_room() -> None:
    one, three = (finish(go.Figure(), "light", "word " * n, 100, is_narrow=True) for n in (3, 18))
    lines = three.layout.title.text.split("<br>")
    assert len(lines) == 3
    assert max(map(len, lines)) <= 30
    assert (
        three.layout.margin.t - one.layout.margin.t == three.layout.height - one.layout.height == 40
    )


def test_a_key_is_broken_like_the_title() -> None:
    key = [
        (f"name {i}", "#000000") for i in range(5)
    ]  # nine letters each with its mark: three fit into thirty
    figure = finish(go.Figure(), "light", "Title", 100, is_narrow=True, key=key)
    title, *rows = figure.layout.title.text.split("<br>")
    assert title == "Title"
    assert [row.count("■") for row in rows] == [3, 2]


def test_names_are_shown_letter_by_letter_and_short() -> None:
    assert show_plain("<b>a & b</b>") == "&lt;b&gt;a &amp; b&lt;/b&gt;"
    assert shorten("adenocarcinoma") == "adenocarcinoma"
    long = shorten("squamous cell carcinoma grade 2")
    assert long == "squamous cel…a grade 2"


def test_each_colour_of_a_dark_page_has_one_on_paper_and_a_light_page_is_paper() -> None:
    assert pair_colours("light") == []
    pairs = pair_colours("dark")
    assert (("#E4ECF0",), ("#13212B",)) in pairs  # text
    assert (("#18232A", "#23708A"), ("#EEF2F4", "#6DB1C6")) in pairs  # the scale, as a whole
    assert all(len(shown) == len(paper) for shown, paper in pairs)
    single = [(shown[0], paper[0]) for shown, paper in pairs if len(shown) == 1]
    assert len(dict(single)) == len(set(single))


@pytest.mark.parametrize("name", FIGURES)
def test_a_dark_figure_has_no_colour_that_paper_does_not_know(name: str) -> None:
    known = {colour for shown, _ in pair_colours("dark") for colour in shown}
    drawn = set(re.findall(r"#[0-9A-Fa-f]{6}\b", FIGURES[name](theme="dark").to_json()))
    assert drawn
    assert drawn <= known
