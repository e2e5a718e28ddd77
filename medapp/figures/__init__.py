"""Data to figures: pure functions. Most draw with Plotly, for a light and a dark page.

Each `draw_` function takes `theme`, "light" or "dark", and gives its figure a title that states the
finding. Show it as it is (`st.plotly_chart(figure, theme=None, config=CONFIG)`): colours and type
are the page's own. `list_numbers` gives the numbers behind any of them as a table. The curves of a
run are described in `curves`, and drawn by the browser.
"""

from medapp.figures.confusion import draw_confusion
from medapp.figures.data import draw_balance, draw_histogram
from medapp.figures.intervals import draw_differences
from medapp.figures.judgement import draw_probabilities, draw_roc, draw_sensitivity, list_roc
from medapp.figures.learning_curve import draw_learning_curves
from medapp.figures.numbers import list_numbers
from medapp.figures.style import CONFIG, PALETTES, PAPER, pair_colours, pick_colour

__all__ = [
    "CONFIG",
    "PALETTES",
    "PAPER",
    "draw_balance",
    "draw_confusion",
    "draw_differences",
    "draw_histogram",
    "draw_learning_curves",
    "draw_probabilities",
    "draw_roc",
    "draw_sensitivity",
    "list_numbers",
    "list_roc",
    "pair_colours",
    "pick_colour",
]
