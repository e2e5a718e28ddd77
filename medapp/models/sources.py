"""What a recipe's `source` names: an architecture and a weights file, or nothing.

No torch here, so that a page can check at once.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import safetensors

from medapp.errors import Remedy, WeightsError
from medapp.models.architectures import ARCHITECTURES, AUTO, USUAL, WEIGHTLESS
from medapp.models.backbones import BACKBONES, find_file
from medapp.models.cards import read_card
from medapp.store.files import expand_path
from medapp.store.workspace import Workspace

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin", ".ckpt")


def find_source(source: str, architecture: str, workspace: Workspace) -> tuple[str, Path | None]:
    """The architecture and the weights file that a recipe's `source` names.

    The file is None where the source is "none", for random weights.

    Args:
        architecture: that of random weights, and of a file that does not say its own; "auto" is
            the one that the file's tensors fit.

    Raises:
        WeightsError: the file is not on this machine (says how to get it there), fits no known
            architecture, or the name is unknown.
    """
    if source == "none":
        return USUAL if architecture == AUTO else architecture, None
    if source in BACKBONES:
        backbone = BACKBONES[source]
        path = find_file(backbone, workspace)
        if path is None:
            raise WeightsError(
                f"The weights of {backbone.title} ({backbone.megabytes:.0f} MB) are not on this"
                " machine.",
                remedy=Remedy(
                    f"Put {backbone.file_name} into {workspace.weights_folder}, or start from"
                    " something else.",
                    f"Fetch them with 'medapp backbones fetch {backbone.name}', or put"
                    f" {backbone.file_name} into {workspace.weights_folder}.",
                ),
                setting="source",
            )
        return backbone.architecture, path
    if not source:
        raise WeightsError("No weights file is named.", "Give its path.", "source")
    path = expand_path(source)
    if source.startswith("run:"):
        path = workspace.runs_folder / source.removeprefix("run:") / "model.safetensors"
    if os.path.isdir(path):  # noqa: PTH112 - as below
        raise _refuse_folder(path)
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises for a name that is too long
        raise _say_missing(source, path)
    return _read_architecture(path, architecture), path


def _say_missing(source: str, path: Path) -> WeightsError:
    """The error for a file or a run that is not there."""
    if source.startswith("run:"):
        return WeightsError(
            f"The run to start from, {source!r}, was deleted or has no model yet: {path} is"
            " missing.",
            remedy="Start from another one, or train it again.",
            setting="source",
        )
    known = f"{', '.join(BACKBONES)}, none, a file, or a run"
    return WeightsError(
        f"There is nothing to start from at {source!r}: {path} is missing.",
        remedy=f"Known: {known}.",
        setting="source",
    )


def _refuse_folder(folder: Path) -> WeightsError:
    """The error for a folder where a file is wanted; names the weights that are in it."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError:
        names = []
    remedy = f"It holds {', '.join(names[:5])}: name one." if names else "Name a file in it."
    return WeightsError(f"{folder} is a folder and no weights file.", remedy, "source")


def _read_architecture(path: Path, otherwise: str) -> str:
    """The architecture that a weights file names in its metadata or on its card, else the recipe's,
    which may leave it to the file's tensors.

    Raises:
        WeightsError: it is none that is known.
    """
    said = _read_metadata(path).get("architecture") or read_card(path).architecture
    known = said.removeprefix("torchvision ") or otherwise
    if known == AUTO:
        # Imported here, because only tensors without any word of theirs need torch.
        from medapp.models.recognising import recognise_architecture

        return recognise_architecture(path)
    if known in WEIGHTLESS:
        raise WeightsError(
            f"{path.name} is of a run without a backbone ({known}): there is nothing to start"
            " from.",
            remedy="Choose a run whose backbone learned, or another backbone.",
            setting="source",
        )
    if known not in ARCHITECTURES:
        raise WeightsError(
            f"{path.name} is of the architecture {known}, which MedApp does not know.",
            remedy=f"Known: {', '.join(ARCHITECTURES)}.",
            setting="source",
        )
    return known


def _read_metadata(path: Path) -> Mapping[str, str]:
    """What a `.safetensors` file says of itself."""
    if path.suffix != ".safetensors":
        return {}
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except (safetensors.SafetensorError, OSError) as error:
        raise WeightsError(
            f"{path.name} cannot be read as weights: it is truncated or of another format.",
            remedy="Copy it again.",
            setting="source",
        ) from error
