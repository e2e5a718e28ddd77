"""A trial's figures: every map has its line, every class its mean map."""

from dataclasses import replace

from explanation.trials.test_words import build_trial

from medapp.figures.trial import draw_averages, draw_removal


def test_each_map_has_a_line_and_the_title_says_what_is_left() -> None:
    figure = draw_removal(build_trial())
    assert len(figure.data) == 4
    assert list(figure.data[0].y) == [0.5, 0.3]
    assert list(figure.data[0].x) == [0.2, 0.8]
    # Deletion of the map 0.4 − 0.2; the nearest of the others 0.4 − 0.1.
    assert "0.200 is left" in figure.layout.title.text
    assert "0.300 by an edge filter" in figure.layout.title.text.replace("<br>", " ")


def test_mean_maps_share_a_scale_and_stand_upright() -> None:
    figure = draw_averages(build_trial().averages, "dark")
    (shown,) = figure.data
    assert (shown.zmin, shown.zmax) == (0, 1)
    assert [list(row) for row in shown.z] == [[0.0, 1.0], [0.5, 0.25]]
    assert figure.layout.yaxis.autorange == "reversed"
    assert "alone" not in figure.layout.title.text
    of_site = draw_averages([replace(each, site="north") for each in build_trial().averages])
    assert "north alone" in of_site.layout.title.text
    assert "a, 40 maps" in figure.layout.xaxis.title.text
