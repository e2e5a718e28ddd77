import pytest
from evaluation.robustness.test_record import build_robustness

from medapp.figures.robustness import draw_robustness


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_attack_is_a_curve_with_whiskers_beside_what_guessing_has(theme: str) -> None:
    figure = draw_robustness(build_robustness(), theme)
    fgsm, pgd = figure.data
    assert list(fgsm.y) == [0.9, 0.8, 0.6]
    assert list(pgd.y) == [0.9, 0.7, 0.2]
    assert list(pgd.error_y.arrayminus) == pytest.approx([0.1] * 3)
    assert list(pgd.error_y.array) == pytest.approx([0.05] * 3)
    assert figure.layout.shapes[0].y0 == 0.5
    assert list(figure.layout.xaxis.ticktext) == ["0/255", "1/255", "8/255"]
    assert "0.200 under PGD at 8/255" in figure.layout.title.text
