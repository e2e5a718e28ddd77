"""A data set out of others: classes merged, renamed or dropped, images chosen, sets joined.

Nothing is copied: the samples of the derived data set point at the same files. The recipe of the
derivation is kept with the data set and can be shown.
"""

import datetime
import difflib
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from medapp.data.catalog import Catalog, check_name
from medapp.data.copies.within import group_copies
from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError
from medapp.task import Task, find_task
from medapp.task.multi_label import SEPARATOR, UNKNOWN

# What a sample can be chosen by beside its attributes.
COLUMNS = ("patient", "site", "split")
_HASHED = re.compile(r"[0-9a-f]{16}")  # a patient of a DICOM header, the same in each data set


@dataclass(frozen=True)
class Derivation:
    """How samples are chosen.

    Attributes:
        sources: the data sets' uids or names, at least one.
        classes: a source's class to the class that it becomes, or to "" where it is dropped; a
            class that is not named stays as it is.
        only: a column ("patient", "site", "split" or an attribute) to the values that are wanted.
        count: so many images, as many of each class and split as its share; None for all.
        seed: of the choice of `count` images.
    """

    sources: tuple[str, ...]
    classes: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    count: int | None = None
    seed: int = 0

    def describe(self, names: Sequence[str]) -> tuple[str, ...]:
        """The derivation in sentences; `names` are those of the sources."""
        merged = defaultdict(list)
        for old, new in self.classes.items():
            merged[new].append(old)
        said = [f"Derived from {' and '.join(names)}; the files stay where they are."]
        said += [f"{new}: {', '.join(old)}." for new, old in merged.items() if new]
        if merged.get(""):
            said.append(f"Dropped: {', '.join(merged[''])}.")
        said += [f"Only {column} {' or '.join(values)}." for column, values in self.only.items()]
        if self.count is not None:
            said.append(f"{self.count:,} images drawn by class and split, seed {self.seed}.")
        return tuple(said)


def derive(catalog: Catalog, name: str, wanted: Derivation) -> DataSet:
    """Store a data set that is derived from others, as they are now.

    Of several sources each becomes a site, and a patient's name counts within its source, but for
    hashed ids of DICOM headers, which mean the same person everywhere. Splits stay; images that are
    left out stay out.

    Raises:
        DataError: the name is taken, a source, class or column is unknown, the sources' tasks
            differ, or no image is chosen.
    """
    sources = [catalog.find_data_set(uid) for uid in dict.fromkeys(wanted.sources)]
    wanted = replace(wanted, sources=tuple(source.uid for source in sources))
    task = _find_common_task(sources)
    loaded = {source.uid: catalog.load_samples(source) for source in sources}
    _check_classes(wanted, sources)
    _check_columns(wanted, [sample for samples in loaded.values() for sample in samples])
    is_joined = len(sources) > 1
    found = [
        _adapt(mapped, source, is_joined)
        for source in sources
        for mapped in _map_classes(loaded[source.uid], wanted.classes, task)
        if _fits(mapped, wanted.only)
    ]
    chosen = found if wanted.count is None else _draw(found, wanted.count, wanted.seed)
    if not chosen:
        nouns = find_task(task).nouns
        raise DataError("No image is left.", remedy=f"Choose fewer filters, or keep more {nouns}.")
    groups = group_copies([s.content_hash for s in chosen], [s.fingerprint for s in chosen])
    samples = [replace(s, copy_group=group) for s, group in zip(chosen, groups, strict=True)]
    origins = dict.fromkeys(source.split_origin for source in sources)
    draft = DataSet(
        id=0,
        name=check_name(name),
        root=sources[0].root,
        origin="derived",
        classes=_order_classes(samples, sources, wanted.classes, find_task(task)),
        patient_pattern=None,
        has_patients=any(sample.patient is not None for sample in samples),
        split_origin=f"As in {' and '.join(s.name for s in sources)}. {' '.join(origins)}",
        is_synthetic=any(source.is_synthetic for source in sources),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        task=task,
        draws=max(source.draws for source in sources),
        reading={"sentences": list(wanted.describe([source.name for source in sources]))},
        derivation=asdict(wanted),
    )
    return catalog.find_data_set(catalog.add(draft, samples).uid)


def _order_classes(
    samples: Sequence[Sample], sources: Sequence[DataSet], classes: Mapping[str, str], task: Task
) -> tuple[str, ...]:
    """The classes that the samples show; grades in the order that the sources give them."""
    found = {name for sample in samples for name in task.list_labels(sample.label)}
    if not task.has_order:
        return task.order_classes(found)
    known = dict.fromkeys(classes.get(c, c) for source in sources for c in source.classes)
    return tuple(name for name in known if name in found)


def _find_common_task(sources: Sequence[DataSet]) -> str:
    tasks = {source.task for source in sources}
    if len(tasks) > 1:
        each = ", ".join(f"{s.name}: {find_task(s.task).title.lower()}" for s in sources)
        raise DataError(
            f"The data sets ask different things of an image ({each}).",
            remedy="Choose data sets of one task.",
        )
    return tasks.pop()


def _check_classes(wanted: Derivation, sources: Sequence[DataSet]) -> None:
    known = sorted({label for source in sources for label in source.classes})
    for label in wanted.classes:
        if label not in known:
            near = difflib.get_close_matches(label, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
            noun = find_task(sources[0].task).noun
            raise DataError(f"There is no {noun} {label!r}.", remedy=hint)


def _check_columns(wanted: Derivation, samples: Sequence[Sample]) -> None:
    known = [*COLUMNS, *sorted({column for s in samples for column in s.attributes})]
    for column in wanted.only:
        if column not in known:
            raise DataError(f"There is no column {column!r}.", remedy=f"Known: {', '.join(known)}.")


def _map_classes(samples: Sequence[Sample], classes: Mapping[str, str], task: str) -> list[Sample]:
    """The samples with their new labels.

    An image of a dropped class goes; of an image with several findings only the dropped one does.
    """
    if task != "multi-label":
        mapped = [replace(s, label=classes.get(s.label, s.label)) for s in samples]
        mapped = [sample for sample in mapped if sample.label]
    else:
        mapped = [replace(s, label=_map_findings(s.label, classes)) for s in samples]
    return [
        replace(
            sample,
            boxes=tuple(
                replace(box, label=classes.get(box.label, box.label))
                for box in sample.boxes
                if classes.get(box.label, box.label)
            ),
        )
        for sample in mapped
    ]


def _map_findings(label: str, classes: Mapping[str, str]) -> str:
    """A text of findings (see `medapp.task.multi_label`); one that is known wins over unknown."""
    found: dict[str, bool] = {}
    for part in filter(None, label.split(SEPARATOR)):
        old = part.removeprefix(UNKNOWN)
        new = classes.get(old, old)
        if new:
            found[new] = found.get(new, False) or not part.startswith(UNKNOWN)
    return SEPARATOR.join(name if is_known else UNKNOWN + name for name, is_known in found.items())


def _fits(sample: Sample, only: Mapping[str, Sequence[str]]) -> bool:
    own = {name: getattr(sample, name) for name in COLUMNS}
    return all({**sample.attributes, **own}.get(column) in only[column] for column in only)


def _adapt(sample: Sample, source: DataSet, is_joined: bool) -> Sample:
    if not is_joined:
        return sample
    patient = sample.patient
    if patient is not None and not _HASHED.fullmatch(patient):
        patient = f"{source.name}: {patient}"
    name = f"{source.name}/{sample.name}"
    return replace(sample, name=name, patient=patient, site=sample.site or source.name)


def _draw(samples: Sequence[Sample], count: int, seed: int) -> list[Sample]:
    """`count` samples, of each class and split its share by largest remainders, in their order."""
    if not 0 < count <= len(samples):
        raise DataError(
            f"{count:,} images cannot be drawn from {len(samples):,}.",
            remedy=f"Take 1 to {len(samples):,}.",
        )
    sizes = Counter((sample.label, sample.split) for sample in samples)
    exact = {cell: size * count / len(samples) for cell, size in sizes.items()}
    shares = {cell: int(share) for cell, share in exact.items()}
    left = count - sum(shares.values())
    for cell in sorted(exact, key=lambda cell: (shares[cell] - exact[cell], cell))[:left]:
        shares[cell] += 1
    drawn: set[int] = set()
    for sample in sorted(samples, key=lambda s: _mix(seed, s)):
        cell = (sample.label, sample.split)
        if shares[cell]:
            shares[cell] -= 1
            drawn.add(id(sample))
    return [sample for sample in samples if id(sample) in drawn]


def _mix(seed: int, sample: Sample) -> str:
    return hashlib.sha256(f"{seed} {sample.content_hash} {sample.name}".encode()).hexdigest()
