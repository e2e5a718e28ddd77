"""A data set looked at again: its split drawn anew, near copies sought where nobody had looked."""

from collections.abc import Sequence
from dataclasses import replace

from medapp.data.catalog import Catalog
from medapp.data.copies.within import group_copies
from medapp.data.samples import NO_SPLIT, UNLABELLED, DataSet, Sample
from medapp.data.splits.split import describe_split, split_samples
from medapp.errors import DataError, ImageError
from medapp.imaging.fingerprint import compute_fingerprint
from medapp.imaging.image import decode_image, read_content
from medapp.imaging.registered import hash_content
from medapp.store.threads import OnProgress, map_threaded
from medapp.task import find_task
from medapp.task.task import Task


def redraw_split(catalog: Catalog, data_set: DataSet, seed: int) -> DataSet:
    """Draw the split of a data set anew, in place of a published one too.

    Copies of one image and images of one patient stay together. Runs keep the split that they
    learned with. That the split was drawn again is counted: choosing among drawings flatters.

    Args:
        seed: of the order in which groups of one size are dealt.

    Raises:
        DataError: no image has a label.
    """
    if data_set.classes == (UNLABELLED,):
        raise DataError(
            f"No image of {data_set.name} has a label, so there is nothing to split.",
            remedy="Label the images first.",
        )
    samples = catalog.load_samples(data_set)
    splits = draw_splits(samples, find_task(data_set.task), seed)
    drawn = [replace(s, split=split) for s, split in zip(samples, splits, strict=True)]
    has_patients = any(sample.patient is not None for sample in samples)
    origin = describe_split([None], has_patients, seed, find_task(data_set.task).noun)
    return catalog.set_split(data_set, drawn, origin)


def draw_first_split(catalog: Catalog, data_set: DataSet) -> DataSet:
    """Draw the split of a data set that has none, once all of its images in use have a label.

    Images that are in a split already stay there. Else nothing happens.
    """
    samples = catalog.load_samples(data_set)
    is_waiting = any(sample.split == NO_SPLIT for sample in samples)
    if not is_waiting or UNLABELLED in data_set.classes:
        return data_set
    task = find_task(data_set.task)
    known = [sample.split or None for sample in samples]
    splits = draw_splits(samples, task, 0, known)
    drawn = [replace(s, split=split) for s, split in zip(samples, splits, strict=True)]
    origin = data_set.split_origin
    if not any(known):
        has_patients = any(sample.patient is not None for sample in samples)
        origin = describe_split(known, has_patients, 0, task.noun)
    return catalog.set_split(data_set, drawn, origin, is_first=True)


def draw_splits(
    samples: Sequence[Sample], task: Task, seed: int, known: Sequence[str | None] | None = None
) -> list[str]:
    """The split of each sample (N,) as `redraw_split` draws it; nothing is stored.

    Args:
        known: (N,) splits that stay as `split_samples` keeps them; None gives all up.
    """
    return split_samples(
        [sample.label for sample in samples],
        [sample.content_hash for sample in samples],
        [sample.patient for sample in samples],
        known or [None] * len(samples),
        seed,
        copies=[sample.copy_group for sample in samples],
        task=task,
    )


def find_near_copies(
    catalog: Catalog, data_set: DataSet, on_progress: OnProgress | None = None
) -> int:
    """Look for copies among images that were added before MedApp looked for such copies.

    Returns:
        Images that still cannot be compared, because their files are gone or have changed.
    """
    samples = catalog.load_samples(data_set, with_left_out=True)
    unchecked = [sample for sample in samples if sample.fingerprint is None]
    found = list(map_threaded(_read_fingerprint, unchecked, on_progress))
    known = {s.id: fingerprint for s, fingerprint in zip(unchecked, found, strict=True)}
    checked = [replace(s, fingerprint=known.get(s.id, s.fingerprint)) for s in samples]
    hashes = [sample.content_hash for sample in checked]
    groups = group_copies(hashes, [sample.fingerprint for sample in checked])
    grouped = [replace(s, copy_group=group) for s, group in zip(checked, groups, strict=True)]
    changed = [new for new, old in zip(grouped, samples, strict=True) if new != old]
    if changed:
        catalog.set_copies(changed)
    return sum(sample.fingerprint is None for sample in checked)


def _read_fingerprint(sample: Sample) -> str | None:
    try:
        content = read_content(sample.path)
        if hash_content(content, sample.frame) != sample.content_hash:
            return None
        return compute_fingerprint(decode_image(content, sample.path.suffix, frame=sample.frame)[0])
    except (OSError, ImageError):
        return None
