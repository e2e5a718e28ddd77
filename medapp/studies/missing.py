"""Which runs of a study have no figures, and why, in sentences."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.store.workspace import Workspace
from medapp.studies.budget import is_out_of_time
from medapp.studies.study import Study


def state_missing(
    workspace: Workspace, study: Study, ways: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Say which runs have no figures, and why.

    Args:
        ways: what a way of training is called, and the ids of its runs.
    """
    registry = find_registry(workspace)
    ids = [id for of in ways.values() for id in of]
    known = [found for id in ids if (found := registry.find(id)) is not None]
    ended = [Run(workspace.runs_folder / each.id) for each in known if each.state != "done"]
    late = {run.id for run in ended if is_out_of_time(run)}
    if late:
        yield (
            f"{len(late)} of {len(ids)} runs did not fit the {study.minutes:g} minutes, by what the"
            f" others took: {_count(ways, late)}. Go on with them, or begin anew with more"
            " minutes, smaller images or fewer ways of training."
        )
    stopped = []
    for run in ended:
        said, name = run.find_last_state(), run.name.removeprefix(f"{study.name}: ")
        if said.state == "failed":
            yield f"{name} failed. {said.reason or ''}"
        elif run.id not in late:
            stopped.append(run.id)
    if stopped:
        whose = _count(ways, stopped)
        yield f"{len(stopped)} of {len(ids)} runs were stopped and are not judged: {whose}."
    if len(known) < len(ids):
        yield f"{len(ids) - len(known)} of {len(ids)} runs were deleted."


def _count(ways: Mapping[str, Sequence[str]], some: Collection[str]) -> str:
    """Whose runs some are, such as "Last stage (1 of 2), From scratch"."""
    said = []
    for title, ids in ways.items():
        count = sum(id in some for id in ids)
        if count:
            said.append(f"{title} ({count} of {len(ids)})" if len(ids) > 1 else title)
    return ", ".join(said)
