"""Which classes the labels of a data set name, and in what order."""

from collections.abc import Sequence

from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.task import Task, find_task
from medapp.task.multi_label import SEPARATOR


def arrange_classes(
    data_set: DataSet, task: Task, labels: Sequence[str], order: Sequence[str] | None
) -> tuple[str, ...]:
    """The classes that labels name under a task, in the order given or in that of their names.

    Raises:
        DataError: the labels do not fit the task, or the order does not name the classes.
    """
    joined = [label for label in labels if not label or SEPARATOR in label]
    if find_task(data_set.task).has_several and not task.has_several and joined:
        shown = joined[0].replace(SEPARATOR, " and ") or "no finding"
        raise DataError(
            f"Images of {data_set.name} have several labels or none, such as {shown}.",
            remedy="Let it be multi-label, or derive a data set with one label an image.",
        )
    found = {name for label in labels for name in task.list_labels(label)}
    if order is None:
        return task.order_classes(found)
    if len(order) != len(found) or set(order) != found:
        raise DataError(
            f"The order {', '.join(order)} does not name the {task.nouns} of {data_set.name} once"
            " each.",
            remedy=f"They are {', '.join(sorted(found))}.",
        )
    return tuple(order)
