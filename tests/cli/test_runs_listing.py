"""The list of runs in the shell."""

from medapp.cli.runs import _say_figures, _say_quality


def test_each_task_has_its_own_figure() -> None:
    knees = {
        "figure": "quadratic_kappa",
        "dataset": "knees",
        "n": 105,
        "quadratic_kappa": 0.275,
        "intervals": {"quadratic_kappa": (0.104, 0.431)},
        "validation": {"n": 104, "quadratic_kappa": 0.4, "balanced_accuracy": 0.263},
    }
    chest = {"figure": "macro_auroc", "dataset": "chest"}
    assert _say_quality(knees) == ("0.400", 104, "0.275 [0.104, 0.431]", 105)
    assert _say_figures([knees]) == "quadratic kappa"
    assert _say_figures([knees, chest, chest]) == "quadratic kappa on knees; macro AUROC on chest"
