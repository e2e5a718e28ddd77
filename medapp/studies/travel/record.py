"""A kept answer to whether a run's model travels: what `study.json` holds.

No torch here: pages and shells list and show what was found.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from medapp.errors import RunError
from medapp.evaluation.intervals import Interval
from medapp.notes import Note, read_note
from medapp.runs.run import Run
from medapp.store.workspace import Workspace
from medapp.studies.folder import load_studies, save_study

KIND = "travel"
OWN_LABELS = "own-labels"  # a head that learns from labels of the other hospital
READ = "for reporting"
NOT_READ = "not at all"


@dataclass(frozen=True)
class Figure:
    """A balanced accuracy.

    Attributes:
        balanced_accuracy: mean sensitivity over the classes that occur, 0 to 1.
        interval: 95%, over patients and pictures.
        gain: less that of the run's own model on the same images, with its 95% interval; None for
            the model itself.
    """

    balanced_accuracy: float
    interval: Interval
    gain: float | None = None
    gain_interval: Interval | None = None


@dataclass(frozen=True)
class Scores:
    """What can be said of a model's answers without a label; each flatters under a large shift.

    Attributes:
        shares: (K,) of the images that are decided as each class.
        confidence: mean probability of the decided class.
        expected_accuracy: the share of images whose confidence is above that which as many held-out
            source images lie above as are decided rightly (Garg et al. 2022, arXiv 2201.04234);
            None where nothing is held out.
        agreement: the share of images that are decided as by the run's own model.
        evenness: entropy of the shares over that of equal ones, 0 to 1; 0 where one class gets all.
        circular: balanced accuracy on the source's images of a head that learned the answers there
            as if they were labels (Bruzzone & Marconcini 2010, doi:10.1109/TPAMI.2009.57); None
            where all answers are one class.
    """

    shares: tuple[float, ...]
    confidence: float
    expected_accuracy: float | None
    agreement: float
    evenness: float | None = None
    circular: float | None = None


@dataclass(frozen=True)
class Declared:
    """Labelled images of the other hospital that are a validation set, and what they chose.

    Attributes:
        images: how many labels were read to choose by.
        chosen: "source-only", a method, or "own-labels": a head that learns from these images.
        judged: on how many images of other patients the figure is.
        figure: of what was chosen; None where it cannot be judged on the others.
        names: of the images whose labels chose.
    """

    images: int
    chosen: str
    judged: int
    figure: Figure | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tuned:
    """What fine-tuning the run's network on labelled images gave, in a time that was declared.

    Attributes:
        minutes: that all trainings together might take.
        epochs: of each training.
        trainings: how many ended in time.
        curve: numbers of labelled images and the figure of networks that learned from so many.
    """

    minutes: float
    epochs: int
    trainings: int
    curve: tuple[tuple[int, Figure], ...]


@dataclass(frozen=True)
class Travel:
    """What was found.

    Attributes:
        run, run_name, data_set, data_set_name: ids, and what both were called.
        images: of the other hospital that were compared.
        left_out: why images of it were not, and how many.
        classes: the run's.
        mapping: the other data set's class to the run's.
        distance: see `signals.measure_distance`; what the verdict follows.
        site_auroc, site_interval: how well the hospitals are told apart; None where that cannot be
            held out.
        home: the run's own model on its validation images; None without any.
        home_shares: of its validation images decided as each class.
        scores: "source-only" and each method to what can be said without labels.
        source_only, methods, own_labels: figures with labels; None and empty where there are none.
        closed: method to why it was not used.
        curve: numbers of labelled images and what a head gets from so many.
        tuned: the same by fine-tuning, where time was given for it.
        declared: what labelled images chose, where some were declared; all other figures are then
            of the images that were not.
        chance: the balanced accuracy of guessing among the classes that occur there.
        runs: those that learned with unlabelled images of the data set, what `methods` calls them
            to what people do.
        target_labels_read: "for reporting" or "not at all".
    """

    id: str
    made: str
    run: str
    run_name: str
    data_set: str
    data_set_name: str
    images: int
    left_out: dict[str, int]
    classes: tuple[str, ...]
    mapping: dict[str, str]
    verdict: str
    reason: str
    distance: float
    site_auroc: float | None
    site_interval: Interval | None
    home: Figure | None
    home_shares: tuple[float, ...]
    scores: dict[str, Scores]
    closed: dict[str, str]
    notes: tuple[Note, ...]
    source_only: Figure | None = None
    methods: dict[str, Figure] | None = None
    own_labels: Figure | None = None
    curve: tuple[tuple[int, Figure], ...] = ()
    tuned: Tuned | None = None
    declared: Declared | None = None
    chance: float | None = None
    runs: dict[str, str] = field(default_factory=dict)
    target_labels_read: str = NOT_READ


def save_travel(workspace: Workspace, travel: Travel) -> Path:
    """Write `study.json`; gives the study's folder."""
    return save_study(
        workspace, KIND, {**asdict(travel), "notes": [note.to_dict() for note in travel.notes]}
    )


def list_travels(workspace: Workspace, run: Run | None = None) -> list[Travel]:
    """The kept answers that can be read, newest first; of one run where one is given."""
    loaded = [_read_whole(facts) for facts in load_studies(workspace, KIND)]
    return [t for t in loaded if t is not None and (run is None or t.run == run.id)]


def find_travel(workspace: Workspace, id: str) -> Travel:
    """The kept answer of this id.

    Raises:
        RunError: there is none.
    """
    found = next((travel for travel in list_travels(workspace) if travel.id == id), None)
    if found is None:
        raise RunError(f"There is no study {id!r}.", remedy="Ask again whether the run travels.")
    return found


def _read_whole(facts: dict[str, Any]) -> Travel | None:
    try:
        return _read(facts)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(facts: dict[str, Any]) -> Travel:
    """The inverse of `asdict`, with lists for tuples."""
    declared = facts["declared"]
    methods = facts["methods"]
    tuned = facts.get("tuned")
    return Travel(
        **{
            **facts,
            "classes": tuple(facts["classes"]),
            "site_interval": _read_interval(facts["site_interval"]),
            "home": _read_figure(facts["home"]),
            "home_shares": tuple(facts["home_shares"]),
            "scores": {
                key: Scores(**{**each, "shares": tuple(each["shares"])})
                for key, each in facts["scores"].items()
            },
            "notes": tuple(read_note(note) for note in facts["notes"]),
            "source_only": _read_figure(facts["source_only"]),
            "methods": methods and {key: _read_figure(each) for key, each in methods.items()},
            "own_labels": _read_figure(facts["own_labels"]),
            "curve": _read_curve(facts["curve"]),
            "tuned": tuned and Tuned(**{**tuned, "curve": _read_curve(tuned["curve"])}),
            "declared": declared
            and Declared(
                **{
                    **declared,
                    "figure": _read_figure(declared["figure"]),
                    "names": tuple(declared.get("names", ())),
                }
            ),
        }
    )


def _read_curve(points: list[tuple[int, dict[str, Any]]]) -> tuple[tuple[int, Figure | None], ...]:
    return tuple((count, _read_figure(each)) for count, each in points)


def _read_figure(facts: dict[str, Any] | None) -> Figure | None:
    if facts is None:
        return None
    intervals = {name: _read_interval(facts[name]) for name in ("interval", "gain_interval")}
    return Figure(**{**facts, **intervals})


def _read_interval(ends: list[float] | None) -> Interval | None:
    return None if ends is None else (ends[0], ends[1])
