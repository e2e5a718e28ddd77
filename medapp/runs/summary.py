"""What a list shows of a run, small enough to keep a thousand of them in one file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from medapp.errors import RunError, WorkspaceError
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import Note, read_note, sort_notes
from medapp.runs.events import ACTIVE, Event, PlanMade, SpeedMeasured, TestRead
from medapp.runs.learning import Learning, read_learning
from medapp.runs.run import FINAL, Run
from medapp.runs.sketch import sketch_images
from medapp.runs.split_table import load_split, name_table


@dataclass(frozen=True)
class Summary:
    """One run at the moment it was looked at.

    Attributes:
        state: as the events said; that of a run that is not final may have changed since.
        data_set_id, data_set: what the run learns from, by uid (empty in old recipes) and name.
        figures: the evaluation without its tables (confusion, classes), or None.
        test_reads: how often the run read the test split.
        forwards_per_second: what the run did, None where it was not measured.
        head_seconds: what learning from kept features took an image and epoch, see
            `runs.events.SpeedMeasured`.
        damage: why the run cannot be shown with the others, or None.
        learning: how it learned, with the figures of validation; of a run under way, as it was when
            the run was first looked at.
        test_images: a sketch of the test split (see `runs.sketch`).
        further_tests: the same of each further data set whose test split was read, and how often.
    """

    id: str
    name: str
    state: str
    has_model: bool
    data_set_id: str
    data_set: str
    source: str
    strategy: str
    image_size: int
    batch_size: int
    optimiser: str
    seed: int
    devices: int
    classes: tuple[str, ...]
    figures: dict[str, Any] | None
    test_reads: int
    forwards_per_second: float | None
    damage: str | None
    learning: Learning = field(default_factory=Learning)
    test_images: tuple[str, ...] = ()
    head_seconds: float = 0.0
    further_tests: tuple[tuple[tuple[str, ...], int], ...] = ()

    def list_looks(self) -> tuple[tuple[tuple[str, ...], int], ...]:
        """A sketch of each test split that the run read, and how often it did."""
        return ((self.test_images, self.test_reads), *self.further_tests)

    @property
    def gravest(self) -> Note | None:
        """The gravest note on the figures, if there is one that is more than a fact."""
        notes = sort_notes(read_note(note) for note in (self.figures or {}).get("notes", ()))
        return next((note for note in notes if note.level != "info"), None)

    @property
    def is_under_way(self) -> bool:
        """Whether the run waits for its turn or works."""
        return self.state in ("queued", *ACTIVE)

    @property
    def is_trained(self) -> bool:
        """Whether there is a model that will not change while somebody predicts with it."""
        return self.has_model and not self.is_under_way

    @property
    def is_final(self) -> bool:
        """Whether the run has ended; its state then changes only when a person resumes it."""
        return self.state in FINAL

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Summary":
        """The inverse of `to_dict`."""
        learning = Learning.from_dict(values["learning"])
        tuples = {name: tuple(values[name]) for name in ("classes", "test_images")}
        further = tuple((tuple(sketch), reads) for sketch, reads in values["further_tests"])
        return cls(**{**values, **tuples, "further_tests": further, "learning": learning})


def summarise(run: Run) -> Summary:
    """The summary of a run, from its folder."""
    damage = run.find_damage()
    if damage is not None:
        return _summarise_damaged(run, damage)
    recipe = run.recipe
    try:
        events = run.load_events()[0]
        evaluation = run.load_evaluation()
        looks = _count_looks(run, events)
    except (RunError, WorkspaceError) as error:
        return _summarise_damaged(run, str(error))
    speeds = [event for event in events if isinstance(event, SpeedMeasured)]
    plans = [event for event in events if isinstance(event, PlanMade)]
    choice = recipe.data.train
    return Summary(
        id=run.id,
        name=run.name,
        state=run.find_last_state().state,
        has_model=run.has_model,
        data_set_id=choice.id,
        data_set=choice.name,
        source=recipe.find_source(),
        strategy=recipe.strategy.name,
        image_size=recipe.preprocess.image_size,
        batch_size=recipe.optimisation.batch_size,
        optimiser=recipe.optimisation.optimiser,
        seed=recipe.seed,
        devices=run.machine.devices,
        classes=tuple(plans[0].classes) if plans else (),
        figures=_shorten(evaluation),
        test_reads=looks[0][1],
        forwards_per_second=speeds[0].forwards_per_second if speeds else None,
        head_seconds=speeds[0].head_seconds if speeds else 0.0,
        damage=None,
        learning=read_learning(events, recipe.count_epochs()),
        test_images=looks[0][0],
        further_tests=looks[1:],
    )


def _count_looks(run: Run, events: Sequence[Event]) -> tuple[tuple[tuple[str, ...], int], ...]:
    """A sketch of the run's test split and how often it was read; then those of further ones."""
    reads = Counter(event.domain for event in events if isinstance(event, TestRead))
    domains = [0, *sorted(reads.keys() - {0})]
    return tuple((_sketch_test_images(run, domain), reads[domain]) for domain in domains)


def _sketch_test_images(run: Run, domain: int) -> tuple[str, ...]:
    path = run.folder / name_table(domain)
    if not path.exists():
        return ()
    rows = load_split(path, run.name)
    return sketch_images(row["content_hash"] for row in rows if row["split"] == "test")


def _shorten(evaluation: Evaluation | None) -> dict[str, Any] | None:
    if evaluation is None:
        return None
    values = evaluation.to_dict()
    tables = ("confusion", "per_class", "per_patient")
    return {key: value for key, value in values.items() if key not in tables}


def _summarise_damaged(run: Run, damage: str) -> Summary:
    try:
        state = run.find_last_state().state
    except WorkspaceError:
        state = "failed"
    texts = ("data_set_id", "data_set", "source", "strategy", "optimiser")
    nothing: dict[str, Any] = dict.fromkeys(texts, "")
    return Summary(
        id=run.id,
        name=run.name,
        state=state,
        has_model=run.has_model,
        image_size=0,
        batch_size=0,
        seed=0,
        devices=1,
        classes=(),
        figures=None,
        test_reads=0,
        forwards_per_second=None,
        damage=damage,
        **nothing,
    )
