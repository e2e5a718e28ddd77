"""What is predicted of an image: everything that follows from it stands behind one small object.

A task turns labels into targets, logits into a loss and into probabilities, and probabilities into
decisions. The loop, the evaluation, the prediction and the pages ask the task and nothing else.
"""

from medapp.errors import DataError
from medapp.task.multi_label import MultiLabel
from medapp.task.ordinal import Ordinal
from medapp.task.single_label import SingleLabel
from medapp.task.task import Task

TASKS: dict[str, Task] = {task.name: task for task in (SingleLabel(), MultiLabel(), Ordinal())}


def find_task(name: str) -> Task:
    """The task of that name.

    Raises:
        DataError: there is none; lists those there are.
    """
    if name not in TASKS:
        raise DataError(f"There is no task {name!r}.", remedy=f"Choose one of {', '.join(TASKS)}.")
    return TASKS[name]


__all__ = ["TASKS", "Task", "find_task"]
