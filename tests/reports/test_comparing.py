"""Values are compared where both sides have them, to the last digits."""

from medapp.reports.comparing import pair_figures


def find_wrong(kept: dict, made: dict, with_intervals: bool = True) -> list[str]:  # type: ignore[type-arg]
    return [p.place for p in pair_figures(kept, made, with_intervals) if not p.is_equal]


def test_a_value_differs_from_its_twelfth_digit_on() -> None:
    assert find_wrong({"accuracy": 0.5}, {"accuracy": 0.5 + 1e-15}) == []
    assert find_wrong({"accuracy": 0.5}, {"accuracy": 0.5 + 1e-11}) == ["accuracy"]
    assert find_wrong({"accuracy": 1.0}, {"accuracy": 1}) == []
    assert find_wrong({"accuracy": None}, {"accuracy": 0.5}) == ["accuracy"]


def test_an_older_file_may_lack_a_figure_and_no_class() -> None:
    assert find_wrong({"n": 1}, {"n": 1, "quadratic_kappa": 0.5}) == []
    assert find_wrong({"n": 1, "old": 0.5}, {"n": 1}) == ["old"]
    made = {"per_class": {"a": {"n": 1}, "b": {"n": 2}}}
    assert find_wrong({"per_class": {"a": {"n": 1}}}, made) == ["per_class names"]


def test_intervals_can_be_left_out() -> None:
    kept = {"intervals": {"accuracy": [0.1, 0.9]}, "per_class": {"a": {"intervals": {"f1": None}}}}
    made = {
        "intervals": {"accuracy": [0.2, 0.9]},
        "per_class": {"a": {"intervals": {"f1": [0.0, 1.0]}}},
    }
    assert find_wrong(kept, made) == ["intervals accuracy 0", "per_class a intervals f1"]
    assert find_wrong(kept, made, with_intervals=False) == []


def test_rows_that_are_missing_differ() -> None:
    assert find_wrong({"confusion": [[1, 2]]}, {"confusion": [[1, 2], [3, 4]]}) == ["confusion"]


def test_what_is_said_beside_figures_is_not_compared() -> None:
    assert find_wrong({"looks": 3, "notes": ["a"]}, {"looks": 0, "notes": []}) == []


def test_a_difference_is_said_in_words() -> None:
    (pair,) = pair_figures({"per_patient": None}, {"per_patient": {"n": 1}})
    assert str(pair) == "per_patient is written as missing, and is a table"
