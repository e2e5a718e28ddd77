"""The figure of what labelling buys."""

from medapp.figures.labelling import LabellingLine, draw_labelling


def test_a_line_for_each_way_with_its_whiskers_and_a_tick_for_each_number() -> None:
    head = LabellingLine("A <b>new</b> head", [(0, 0.5, (0.4, 0.6)), (20, 0.7, (0.6, 0.9))])
    tuned = LabellingLine("Fine-tuned", [(0, 0.5, (0.4, 0.6)), (50, 0.8, (0.7, 0.9))])
    figure = draw_labelling([head, tuned], "20 labels help", "balanced accuracy")
    first, second = figure.data
    assert list(first.y) == [0.5, 0.7]
    assert [round(reach, 9) for reach in first.error_y.array] == [0.1, 0.2]
    assert [round(reach, 9) for reach in first.error_y.arrayminus] == [0.1, 0.1]
    assert first.line.dash != second.line.dash  # told apart without colour
    assert list(figure.layout.xaxis.tickvals) == [0, 20, 50]
    assert "<b>new</b>" not in figure.layout.title.text
    assert figure.layout.title.text.startswith("20 labels help")
    alone = draw_labelling([head], "20 labels help", "balanced accuracy")
    assert "new" not in alone.layout.title.text
