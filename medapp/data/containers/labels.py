"""Labels as programs store them (numbers, one-hot rows, texts) to those of a catalog."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.data.containers.medmnist import KnownSet
from medapp.data.layouts.order import write_natural_key
from medapp.errors import DataError
from medapp.task import TASKS
from medapp.task.multi_label import SEPARATOR, UNKNOWN

SINGLE = "single-label"
SEVERAL = "multi-label"
MAX_CLASSES = 1000  # as many as ImageNet has; more are measurements or names of patients
MAX_NAME = 300  # characters of a class's name


@dataclass(frozen=True)
class Labels:
    """The labels of N images.

    Attributes:
        texts: (N,) as a catalog holds them; None for an image that has no label.
        classes: in the order of logits and probabilities.
        task: a key of `medapp.task.TASKS`.
        sentences: how the labels were read.
    """

    texts: tuple[str | None, ...]
    classes: tuple[str, ...]
    task: str
    sentences: tuple[str, ...] = ()


def read_labels(
    values: NDArray[Any], names: Sequence[str] = (), known: KnownSet | None = None
) -> Labels:
    """The labels in an array.

    One number an image is a class, also as (N, 1). A row of K numbers 0 and 1 is one-hot where
    exactly one of each row is 1, else several findings; -1 and NaN in it are unknown. A negative or
    missing class says that the image has none.

    Args:
        values: (N,) or (N, K): whole numbers, also as floating point or truth values, or texts.
        names: of the classes or findings, in the order of their numbers; "class 0", … without any.
        known: the published set, which names classes and task.

    Raises:
        DataError: the numbers are measurements, too many classes, or no shape of labels.
    """
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if values.ndim == 2 and values.dtype.kind in "biuf":
        return _read_matrix(values, names, known)
    if values.ndim != 1:
        shape = " × ".join(map(str, values.shape))
        raise DataError(
            f"Labels of the shape {shape} are not one row an image.",
            remedy="Store one number or one text an image, or a row of 0 and 1 for several.",
        )
    if values.dtype.kind in "biuf":
        return _read_numbers(values, names, known)
    return read_texts([_to_text(value) for value in values.tolist()])


def read_texts(texts: Sequence[str | None]) -> Labels:
    """Labels that are the classes' own names; an empty one says that the image has none."""
    cleaned = tuple((text or "").strip() or None for text in texts)
    classes = sorted({text for text in cleaned if text}, key=write_natural_key)
    if any(len(name) > MAX_NAME for name in classes):
        raise DataError(
            f"The labels are texts of more than {MAX_NAME} characters, and no names of classes.",
            remedy="Name another column or array for the labels.",
        )
    _check_count(len(classes), len(texts))
    return Labels(cleaned, tuple(classes), SINGLE)


def read_findings(rows: Sequence[Sequence[int] | None], names: Sequence[str]) -> Labels:
    """Labels of several findings, each image with the numbers of those that are there.

    Args:
        rows: (N,) numbers, none for an image without a finding; None for one without labels.
        names: of the findings; "class 0", … without any.

    Raises:
        DataError: a number has no name.
    """
    highest = max((number for row in rows for number in row or ()), default=0)
    classes = _name_classes(names, max(highest + 1, len(names)), None)
    texts = (None if row is None else SEPARATOR.join(classes[i] for i in row) for row in rows)
    said = f"Each image may have several of {len(classes)} findings."
    return Labels(tuple(texts), classes, SEVERAL, (said,))


def _read_numbers(values: NDArray[Any], names: Sequence[str], known: KnownSet | None) -> Labels:
    numbers = values.astype(np.float64)
    has_label = np.isfinite(numbers) & (numbers >= 0)
    whole = numbers[has_label]
    if not (whole == np.trunc(whole)).all() or (whole > 2**31).any():
        raise DataError(
            f"The labels are measurements, such as {whole[whole != np.trunc(whole)][:1]}, and no"
            " classes.",
            remedy="MedApp learns classes: store a whole number or a name for each image.",
        )
    found = sorted({int(number) for number in whole})
    _check_count(len(found), len(values))
    names = known.classes if known else names
    classes, said = _name_numbers(found, names, known)
    texts = tuple(
        classes[int(number)] if is_there else None
        for number, is_there in zip(numbers, has_label, strict=True)
    )
    is_known = known is not None and set(classes.values()) <= set(known.classes)
    task, more = choose_task(known.task if known and is_known else SINGLE)
    ordered = tuple(classes[number] for number in sorted(classes))
    return Labels(texts, ordered, task, (*said, *more))


def choose_task(wanted: str) -> tuple[str, tuple[str, ...]]:
    """The task that is wanted, or one label where there is no such task yet, with a sentence."""
    if wanted in TASKS:
        return wanted, ()
    return SINGLE, ("Its grades have an order; they are learned as classes without one.",)


def _name_numbers(
    found: Sequence[int], names: Sequence[str], known: KnownSet | None
) -> tuple[dict[int, str], tuple[str, ...]]:
    """The name of each number, and how it was found."""
    if names and (not found or found[-1] < len(names)):
        whence = f"the labels of {known.title}" if known else "the names in the file"
        return {i: names[i] for i in found}, (f"The numbers are named by {whence}.",)
    why = f" (there are {len(names)} names)" if names else ""
    sentence = f"The file does not name its classes{why}; each is called by its number."
    return {number: f"class {number}" for number in found}, (sentence,)


def _read_matrix(values: NDArray[Any], names: Sequence[str], known: KnownSet | None) -> Labels:
    numbers = values.astype(np.float64)
    is_unknown = ~np.isfinite(numbers) | (numbers == -1)
    if not np.isin(numbers[~is_unknown], (0, 1)).all():
        raise DataError(
            f"Rows of {values.shape[1]} labels hold other numbers than 0, 1 and -1.",
            remedy="Store one class an image, or a row of 0 and 1 for several findings.",
        )
    is_one_hot = not is_unknown.any() and bool((numbers.sum(axis=1) == 1).all())
    if is_one_hot and (known is None or known.task != SEVERAL):
        read = _read_numbers(numbers.argmax(axis=1), names, known)
        said = "The rows of labels are one-hot: exactly one 1 in each."
        return Labels(read.texts, read.classes, read.task, (said, *read.sentences))
    if not (numbers == 1).any():
        raise DataError(
            f"The rows of {values.shape[1]} labels hold no 1, so no image shows anything.",
            remedy="Check which column or array holds the labels.",
        )
    classes = _name_classes(names, values.shape[1], known)
    marks = np.where(is_unknown, UNKNOWN, "")
    texts = tuple(
        SEPARATOR.join(f"{marks[row, i]}{classes[i]}" for i in np.flatnonzero(is_said))
        for row, is_said in enumerate(is_unknown | (numbers == 1))
    )
    unknown = int(is_unknown.sum())
    said = f"Each image may have several of {len(classes)} findings"
    said += f"; {unknown:,} are not known." if unknown else "."
    return Labels(texts, classes, SEVERAL, (said,))


def _name_classes(names: Sequence[str], count: int, known: KnownSet | None) -> tuple[str, ...]:
    named = known.classes if known else tuple(names)
    if len(named) != count:
        named = tuple(f"class {number}" for number in range(count))
    return tuple(name.replace(SEPARATOR, "/").removeprefix(UNKNOWN) for name in named)


def _check_count(classes: int, images: int) -> None:
    if classes > MAX_CLASSES or (classes > 50 and classes > images / 2):
        raise DataError(
            f"The labels of {images:,} images have {classes:,} different values, which are no"
            " classes.",
            remedy="Name another column or array for the labels.",
        )


def _to_text(value: Any) -> str | None:
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def count_labels(texts: Sequence[str | None]) -> Counter[str]:
    """How many images have each label; those without one are not counted."""
    return Counter(text for text in texts if text is not None)
