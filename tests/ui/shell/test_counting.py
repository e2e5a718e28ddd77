"""Folds are counted with their cross-validation, and not as models."""

from medapp.ui.shell.counting import count_models


def test_folds_are_no_models_of_their_own() -> None:
    folds = [f"f{n}" for n in range(5)]
    assert count_models(["a", "b", "c", *folds], [folds]) == (
        "3 models, and 1 cross-validation of 5 folds"
    )
    assert count_models(["a"], []) == "1 model"
    assert count_models(["x", "y"], [["x", "y", "z"], ["p", "q"]]) == (
        "0 models, and 2 cross-validations of 2 or 3 folds"
    )
