"""Which architecture a weights file is of that does not say so: the one that its tensors fit."""

from functools import lru_cache
from pathlib import Path

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES
from medapp.models.matching import list_faults
from medapp.models.reading import read_weights

NEAR = 0.5  # faults a tensor, below which a file is like an architecture


def recognise_architecture(path: Path) -> str:
    """The architecture into which the tensors of a file fit; known again while the file stays.

    Raises:
        WeightsError: they fit none, or the file cannot be read.
    """
    status = path.stat()
    return _recognise(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _recognise(path: Path, _changed: int, _size: int) -> str:
    found = list_faults(read_weights(path)[0])
    name = min(found, key=lambda name: found[name][1])
    faults, share = found[name]
    if not faults:
        return name
    nearest = ""
    if share < NEAR:
        nearest = f" Nearest is {name}, but {faults[0]} ({len(faults)} tensors in all)."
    raise WeightsError(
        f"{path.name} is of no architecture that MedApp knows: its tensors have other names,"
        f" shapes or numbers.{nearest}",
        remedy=f"Known, with the layers as torchvision or timm names them:"
        f" {', '.join(ARCHITECTURES)}.",
        setting="source",
    )
