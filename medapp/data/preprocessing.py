"""The settings from file to square that are kept with a data set: trainings on it begin with them.

The image size is not among them: each training chooses its own.
"""

from collections.abc import Mapping
from typing import Any

from medapp.data.samples import DataSet
from medapp.imaging.preprocess import Preprocess
from medapp.settings import write_value

KEY = "preprocess"  # in `DataSet.reading`


def load_preprocess(data_set: DataSet) -> Preprocess:
    """What is kept with a data set; defaults where nothing is, or a setting is not known any more.

    Raises:
        ValidationError: a value that is kept is damaged.
    """
    kept: Mapping[str, Any] = data_set.reading.get(KEY, {})
    return Preprocess(**{k: v for k, v in kept.items() if k in Preprocess.model_fields})


def write_preprocess(preprocess: Preprocess) -> dict[str, Any]:
    """What differs from the defaults, as plain values, without the image size."""
    return preprocess.model_dump(exclude={"image_size"}, exclude_defaults=True)


def describe_preprocess(preprocess: Preprocess) -> str:
    """What differs from the defaults, such as "CT windows lung"; "" where nothing does.

    The image size is left out.
    """
    differing = write_preprocess(preprocess)
    return ", ".join(
        f"{field.title} {write_value(field, differing[name])}"
        for name, field in Preprocess.model_fields.items()
        if name in differing
    )


def describe_taken(data_set: DataSet, preprocess: Preprocess) -> str:
    """What a training has of the settings that are kept with its data set, in a sentence; "" where
    it has none of them.
    """
    kept = write_preprocess(load_preprocess(data_set))
    taken = {name: value for name, value in kept.items() if getattr(preprocess, name) == value}
    said = describe_preprocess(Preprocess(**taken))
    return f"As kept with {data_set.name}: {said}." if said else ""
