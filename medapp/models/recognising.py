"""Which architecture a weights file is of that does not say so: the one that its tensors fit."""

from functools import lru_cache
from pathlib import Path

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES
from medapp.models.matching import list_faults
from medapp.models.reading import read_weights


def recognise_architecture(path: Path) -> str:
    """The architecture into which the tensors of a file fit; known again while the file stays.

    Raises:
        WeightsError: they fit none, or the file cannot be read.
    """
    status = path.stat()
    return _recognise(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _recognise(path: Path, _changed: int, _size: int) -> str:
    tensors = read_weights(path)[0]
    faults = list_faults(tensors)
    name = min(faults, key=lambda name: len(faults[name]))
    if not faults[name]:
        return name
    nearest = ""
    if len(faults[name]) < len(tensors) / 2:
        nearest = f" Nearest is {name}, but {faults[name][0]} ({len(faults[name])} tensors in all)."
    raise WeightsError(
        f"{path.name} is of no architecture that MedApp knows: its tensors have other names,"
        f" shapes or numbers.{nearest}",
        remedy=f"Known, with the layers as torchvision or timm names them:"
        f" {', '.join(ARCHITECTURES)}.",
        setting="source",
    )
