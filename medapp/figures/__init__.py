"""Data to Plotly figures: pure functions, for a light and a dark page.

Each takes `theme`, "light" or "dark", and `title`, which states the finding where none is given.
Show them as they are (`st.plotly_chart(figure, theme=None, config=CONFIG)`): colours and type are
the page's own.
"""

from medapp.figures.data import draw_balance, draw_histogram
from medapp.figures.judgement import draw_confusion, draw_probabilities, draw_roc, draw_sensitivity
from medapp.figures.style import CONFIG, PALETTES, pick_colour
from medapp.figures.training import draw_loss, draw_metrics

__all__ = [
    "CONFIG",
    "PALETTES",
    "draw_balance",
    "draw_confusion",
    "draw_histogram",
    "draw_loss",
    "draw_metrics",
    "draw_probabilities",
    "draw_roc",
    "draw_sensitivity",
    "pick_colour",
]
