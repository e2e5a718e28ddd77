"""Small data sets with planted faults."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from numpy.typing import NDArray
from PIL import Image

from medapp.audit.finding import Finding
from medapp.audit.ground import Ground, open_ground
from medapp.data.importing.adding import add_folder
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace


class Plant(Protocol):
    """Registers images, given by their name, as a data set; gives the ground of its audit."""

    def __call__(self, images: Mapping[str, NDArray[Any]], folder: str = "set") -> Ground: ...


@pytest.fixture
def plant(workspace: Workspace, tmp_path: Path) -> Plant:
    """See `Plant`."""

    def register(images: Mapping[str, NDArray[Any]], folder: str = "set") -> Ground:
        for name, image in images.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)
        return open_ground(workspace, add_folder(workspace, tmp_path / folder).data_set)

    return register


Check = Callable[[Ground, OnProgress], list[Finding]]


def list_names(check: Check, ground: Ground) -> dict[str, list[list[str]]]:
    """What a check finds: kind → the names of each group, those of all findings of the kind."""
    found: dict[str, list[list[str]]] = {}
    for finding in check(ground, lambda done, total: None):
        groups = [[member.name for member in group.members] for group in finding.groups]
        found.setdefault(finding.kind, []).extend(groups)
    return found
