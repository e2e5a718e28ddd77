"""What a list shows of a run, small enough to keep a thousand of them in one file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from medapp.errors import RunError, WorkspaceError
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import Note, read_note, sort_notes
from medapp.runs.events import ACTIVE, Event, PlanMade, SpeedMeasured, TestRead
from medapp.runs.heads import list_heads
from medapp.runs.learning import Learning, read_learning
from medapp.runs.locking import find_locked
from medapp.runs.run import FINAL, Run
from medapp.runs.sketch import sketch_images
from medapp.runs.split_table import load_split, name_table


@dataclass(frozen=True)
class HeadSummary:
    """What a list shows of a further head of a run.

    Attributes:
        domain: the place of its data set among those that the run learned from.
        data_set_id, data_set: that data set, by uid (empty in old recipes) and name.
        figures, test_images: as of a `Summary`, on the test split of that data set.
    """

    domain: int
    data_set_id: str
    data_set: str
    figures: dict[str, Any] | None
    test_images: tuple[str, ...]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "HeadSummary":
        """The inverse of `asdict`."""
        return cls(**{**values, "test_images": tuple(values["test_images"])})


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
        heads: those that have a model beside the first one.
        is_locked: whether a locked threshold decides for its model, or for one of its heads. The
            figures are those of the most probable class all the same.
        domain: whose figures, data set and test images these are: 0 of the run's first head, else
            the place of a further one, see `list_models`.
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
    heads: tuple[HeadSummary, ...] = ()
    domain: int = 0
    is_locked: bool = False

    @property
    def title(self) -> str:
        """What a list calls it: a further head by its data set too."""
        return f"{self.name}, head of {self.data_set}" if self.domain else self.name

    def list_models(self) -> list["Summary"]:
        """The run once for each of its heads, with the data set and the figures of that head.

        Validation is that of the run's first data set, so a further head has no figures of it.
        """
        return [self, *map(self._take_head, self.heads)]

    def _take_head(self, head: HeadSummary) -> "Summary":
        return replace(
            self,
            data_set_id=head.data_set_id,
            data_set=head.data_set,
            figures=head.figures,
            test_images=head.test_images,
            learning=replace(self.learning, figures={}, n=0),
            domain=head.domain,
        )

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
        heads = tuple(map(HeadSummary.from_dict, values["heads"]))
        rest = {"further_tests": further, "heads": heads, "learning": learning}
        return cls(**{**values, **tuples, **rest})


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
        heads = tuple(_summarise_head(head) for head in list_heads(run).values() if head.domain)
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
        heads=heads,
        is_locked=any(find_locked(head) for head in (run, *list_heads(run).values())),
    )


def _summarise_head(head: Run) -> HeadSummary:
    return HeadSummary(
        head.domain,
        head.home.id,
        head.home.name,
        _shorten(head.load_evaluation()),
        _sketch_test_images(head, head.domain),
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
