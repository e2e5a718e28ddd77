"""Mean and spread of the images that a network was trained with, and has to be fed."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medapp.errors import WeightsError

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Normalisation:
    """Mean and standard deviation of red, green and blue, of values in 0 to 1."""

    mean: Colour
    std: Colour

    def __str__(self) -> str:
        mean, std = (", ".join(f"{value:.3g}" for value in of) for of in (self.mean, self.std))
        return f"mean {mean}, spread {std}, of values in 0 to 1"

    def to_metadata(self) -> dict[str, str]:
        """The texts that a weights file carries."""
        return {"mean": json.dumps(self.mean), "std": json.dumps(self.std)}


IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
XRV = Normalisation((0.5,) * 3, (1 / 2048,) * 3)  # grey, from -1024 to 1024
BYTES = Normalisation(IMAGENET.mean, (1 / 255,) * 3)  # 0 to 255, less ImageNet's mean

# What a user can ask for where neither a file nor its card says.
NORMALISATIONS = {
    "imagenet": IMAGENET,
    "minus-one-to-one": Normalisation((0.5,) * 3, (0.5,) * 3),
    "zero-to-one": Normalisation((0.0,) * 3, (1.0,) * 3),
    "zero-to-255": BYTES,
    "torchxrayvision": XRV,
}


def read_normalisation(
    metadata: Mapping[str, Any], otherwise: Normalisation, origin: str
) -> Normalisation:
    """What a weights file's metadata say, else what is known of where the file comes from.

    Raises:
        WeightsError: the metadata name a mean or a spread that is not three numbers above 0.
    """
    if "mean" not in metadata and "std" not in metadata:
        return otherwise
    try:
        mean = _read_colour(metadata["mean"])
        std = _read_colour(metadata["std"])
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        found = f"{metadata.get('mean')!r} and {metadata.get('std')!r}"
        raise WeightsError(
            f"The normalisation of {origin} is damaged: mean and std must be three numbers each,"
            f" not {found}.",
            remedy="Ask its author for the file again.",
        ) from error
    if min(std) <= 0:
        raise WeightsError(
            f"The normalisation of {origin} is damaged: each std must be above 0, not {std}.",
            remedy="Ask its author for the file again.",
        )
    return Normalisation(mean, std)


def _read_colour(text: str) -> Colour:
    values = [float(value) for value in json.loads(text)]
    # One value is that of a network for grey images.
    red, green, blue = values * 3 if len(values) == 1 else values
    if not all(map(math.isfinite, (red, green, blue))):
        raise ValueError(f"a colour must be three finite numbers, not {text}")
    return red, green, blue
