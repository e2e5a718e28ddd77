"""Which data sets a model may be judged on, by what is asked of an image and by classes."""

from dataclasses import replace

import pytest
from conftest import Trained, register_empty

from medapp.runs.making import find_run
from medapp.ui.models.external import fits


@pytest.mark.parametrize(
    ("classes", "task", "expected"),
    [
        (("above", "below"), "single-label", True),
        # What other names mean is asked on the page.
        (("ill", "well"), "single-label", True),
        (("above",), "single-label", False),
        (("above", "below"), "multi-label", False),
    ],
)
def test_a_data_set_fits_by_its_task_and_two_classes(
    trained: Trained, classes: tuple[str, ...], task: str, expected: bool
) -> None:
    run = find_run(trained.workspace, trained.run)
    other = replace(register_empty(trained.workspace, "there"), classes=classes, task=task)
    assert fits(other, run) is expected
