import pytest
from evaluation.stress.test_record import build_stress

from medapp.figures.stress import draw_stress


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_cell_says_figure_strength_and_what_is_told(theme: str) -> None:
    figure = draw_stress(build_stress(), None, theme)
    (heat,) = figure.data
    assert list(figure.layout.yaxis.ticktext) == ["Blur", "JPEG", "Noise", "Darker (gamma)"]
    assert heat.z[0] == pytest.approx([0.895, 0.87, 0.83, 0.69, 0.5])
    assert heat.text[0][1] == "<b>0.870</b> ✓<br>1 px"
    assert heat.text[0][2] == "<b>0.830</b><br>1.5 px"
    assert heat.text[0][3] == "<b>0.690</b> ▼<br>2 px"
    assert "answers that flip: 10% [5%, 20%]" in heat.customdata[0][0]
    assert "below 0.800 by 2 of 4 kinds" in figure.layout.title.text.replace("<br>", " ")
    bare = draw_stress(build_stress(), 0.95, theme)
    assert "✓" not in bare.data[0].text[0][0]
    assert "at each strength" in bare.layout.title.text
