"""What parts a run's judged test images into groups: all that is known of each. No torch here.

The data set's own columns, how the image is stored, its label and what was said of it, whether it
is of the model's kind, and what the last audit found.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from medapp.audit.audit import find_audit
from medapp.data.banding import band_values
from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.evaluation.familiarity import ALIEN_VERDICT, FAMILIAR_VERDICT, UNLIKE_VERDICT
from medapp.evaluation.patterns import NO, YES, Column
from medapp.runs.subgroups import Judged, list_values, name_columns
from medapp.store.workspace import Workspace
from medapp.task import Task
from medapp.task.multi_label import SEPARATOR, UNKNOWN

VERDICTS = (FAMILIAR_VERDICT, UNLIKE_VERDICT, ALIEN_VERDICT)


def list_parting(
    workspace: Workspace,
    data_set: DataSet,
    judged: Judged,
    rows: Sequence[Mapping[str, Any]],
    verdicts: Sequence[str | None],
    task: Task,
) -> dict[str, Column]:
    """All that parts the judged images into two groups at least, by the columns' names.

    Args:
        rows: of the kept predictions; `judged` are their samples.
        verdicts: of familiarity, of each row; None where nothing is known.
    """
    columns: dict[str, Column] = {}
    said = {name: list_values(judged, name) for name in name_columns(judged)}
    said["mode"] = [None if sample is None else sample.mode for sample in judged]
    said["longest side (px)"] = [
        None if sample is None else str(max(sample.width, sample.height)) for sample in judged
    ]
    if not task.has_several:
        said["label"] = [row["label"] for row in rows]
        said["prediction"] = [row["prediction"] for row in rows]
    for name, values in said.items():
        try:
            columns[name] = band_values(values, name)
        except DataError:
            # Too many words to be groups, as of an identifier.
            continue
    columns["familiarity"] = (verdicts, [each for each in VERDICTS if each in verdicts])
    columns |= _list_findings(workspace, data_set, judged)
    if task.has_several:
        columns |= _list_labels(rows, task)
    return {name: column for name, column in columns.items() if len(column[1]) > 1}


def _list_labels(rows: Sequence[Mapping[str, Any]], task: Task) -> dict[str, Column]:
    """Whether each finding is there, by the label; None where that is not known."""
    labels = [row["label"] for row in rows]
    there = [set(task.list_labels(label)) for label in labels]
    unknown = [
        {part.removeprefix(UNKNOWN) for part in label.split(SEPARATOR) if part.startswith(UNKNOWN)}
        for label in labels
    ]
    return {
        f"finding {name}": (
            [
                None if name in open_ else "yes" if name in found else "no"
                for found, open_ in zip(there, unknown, strict=True)
            ],
            ["yes", "no"],
        )
        for name in sorted(set().union(*there))
    }


def _list_findings(workspace: Workspace, data_set: DataSet, judged: Judged) -> dict[str, Column]:
    """What the last audit found of single images, a column a kind."""
    audit = find_audit(workspace, data_set)
    columns: dict[str, Column] = {}
    for finding in audit.findings if audit else ():
        ids = {member.id for group in finding.groups for member in group.members}
        values = [None if sample is None else YES if sample.id in ids else NO for sample in judged]
        if YES in values:
            columns[f"audit: {finding.kind.replace('_', ' ')}"] = (values, [YES, NO])
    return columns
