"""What can be started from: the rows of a ranking before anything is known of them. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.data.samples import DataSet
from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES, AUTO, USUAL
from medapp.models.backbones import BACKBONES, BUNDLED, find_file
from medapp.models.sources import find_source
from medapp.runs.making import settle_source
from medapp.runs.registry import find_registry
from medapp.runs.summary import Summary
from medapp.store.workspace import Workspace
from medapp.training.strategies import STRATEGIES

NOTHING = "none"  # random weights: what transfer is compared with
PIXELS = "pixels"  # no network at all
RUN = "run:"
MOST_RUNS = 4  # own runs that are asked where none are named, the newest first


@dataclass(frozen=True)
class Candidate:
    """A source, or one of the two controls.

    Attributes:
        source: as a recipe names it; `PIXELS` is for comparison only.
        architecture: a key of `ARCHITECTURES`; empty for pixels, and for a file that fits none.
        trained_on: in words; empty where that is not known.
        top1: accuracy on ImageNet or a part of it; None for other sources.
    """

    source: str
    title: str
    architecture: str
    trained_on: str = ""
    top1: float | None = None

    @property
    def parameters(self) -> int:
        """How many weights, with a head of 1,000 classes."""
        return ARCHITECTURES[self.architecture].parameters if self.architecture else 0


def list_candidates(
    workspace: Workspace, data_set: DataSet, named: Sequence[str] = ()
) -> list[Candidate]:
    """Those named, or else all that are on this machine; the two controls come last.

    The bundled backbone is always among them. Own runs are asked where their backbone learned, and
    from another data set.

    Raises:
        WeightsError: what is named is not there.
    """
    asked = [settle_source(workspace, name) for name in named]
    if not asked:
        asked = [row.name for row in BACKBONES.values() if find_file(row, workspace) is not None]
        runs = [run for run in find_registry(workspace).list_summaries() if _is_new(run, data_set)]
        asked += [f"{RUN}{run.id}" for run in runs[:MOST_RUNS]]
    sources = dict.fromkeys([BUNDLED.name, *asked])
    found = [_describe(workspace, s) for s in sources if s not in (NOTHING, PIXELS)]
    return [
        *found,
        Candidate(NOTHING, "Random weights", USUAL, "nothing"),
        Candidate(PIXELS, "Small pixels", "", "no network: 16 × 16 px"),
    ]


def name_baselines(candidates: Sequence[Candidate]) -> dict[str, str]:
    """What one would take without any ranking: "imagenet" and "largest" to a source each.

    "imagenet" is the one with the best accuracy on ImageNet, or on a part of it where there is no
    other; "largest" has the most weights among all that were trained.
    """
    trained = [c for c in candidates if c.source not in (NOTHING, PIXELS)]
    natural = [c for c in trained if c.top1 is not None]
    first = max(natural, key=lambda c: (c.source != BUNDLED.name, c.top1))
    largest = max(trained, key=lambda c: c.parameters)
    return {"imagenet": first.source, "largest": largest.source}


def _is_new(run: Summary, data_set: DataSet) -> bool:
    """Whether a run's backbone learned, and from other images than these."""
    is_sound = run.damage is None and run.is_trained
    learned = is_sound and STRATEGIES[run.strategy].learns_backbone
    return learned and run.data_set_id != data_set.uid


def _describe(workspace: Workspace, source: str) -> Candidate:
    if source in BACKBONES:
        row = BACKBONES[source]
        find_source(source, row.architecture, workspace)
        top1 = row.top1 if "ImageNet" in row.source_data else None
        return Candidate(source, row.title, row.architecture, row.source_data, top1)
    if not source.startswith(RUN):
        return _describe_file(workspace, source)
    architecture, _ = find_source(source, AUTO, workspace)
    known = find_registry(workspace).find(source.removeprefix(RUN))
    name, trained_on = (known.name, known.data_set) if known else (source, "")
    return Candidate(source, name, architecture, trained_on)


def _describe_file(workspace: Workspace, source: str) -> Candidate:
    """A weights file; one that is there and cannot be used is asked all the same, and says why."""
    path = Path(source)
    try:
        architecture, _ = find_source(source, AUTO, workspace)
    except WeightsError:
        if not path.is_file():
            raise
        architecture = ""
    return Candidate(source, path.name, architecture)
