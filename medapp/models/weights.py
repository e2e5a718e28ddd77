"""Weights between disk and network: checked, put into place, saved, fetched, exported.

A `.safetensors` file that MedApp saves describes itself: architecture, classes, normalisation.
"""

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor

from medapp.errors import WeightsError
from medapp.models.architectures import AUTO, WEIGHTLESS, find_architecture
from medapp.models.backbones import BACKBONES, Backbone, find_file
from medapp.models.cards import read_card
from medapp.models.carried import CARRIED
from medapp.models.class_names import CLASS_NAMES, parse_classes, read_classes
from medapp.models.headers import build_header
from medapp.models.matching import Loaded, match_tensors
from medapp.models.neighbours import KIND, NeighboursHead, count_rows
from medapp.models.network import Network
from medapp.models.normalisation import (
    BYTES,
    IMAGENET,
    NORMALISATIONS,
    XRV,
    Normalisation,
    read_normalisation,
)
from medapp.models.reading import UNREAD, read_weights
from medapp.models.scale import estimate_scale
from medapp.models.sources import find_source
from medapp.models.thresholds import read_thresholds, write_thresholds
from medapp.store.files import hash_file, open_replacing, write_bytes
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.task import Task, find_task

XRV_MARK = "op_threshs"  # a tensor that only networks of torchxrayvision carry
# Above these scales of its input a network was not trained on ImageNet's normalisation (4.4), but
# on values of 0 to 255, and above the second on -1024 to 1024: the geometric means between them.
BYTES_ABOVE = 33.0
XRV_ABOVE = 720.0


def load_backbone(
    network: Network,
    tensors: Mapping[str, Tensor],
    origin: str,
    classes: tuple[str, ...] | None = None,
) -> Loaded:
    """Copy a backbone's tensors into `network`.

    The head is copied too where it was trained for the same `classes`, else it stays random.

    Args:
        tensors: by torchvision's names, see `matching` for what may stand before them.
        origin: what the tensors are of, for errors: a file's name.
        classes: those that the tensors' head was trained for, or None.

    Raises:
        WeightsError: the tensors are of another architecture, or no numbers.
    """
    wants_head = classes == network.classes
    fitting, loaded = match_tensors(
        network.model, network.architecture, tensors, origin, wants_head
    )
    network.model.load_state_dict(fitting, strict=False)
    return loaded


def build_network(
    source: str,
    architecture: str,
    classes: tuple[str, ...],
    seed: int,
    workspace: Workspace,
    task: Task | None = None,
    normalisation: str = AUTO,
) -> Network:
    """A network for `classes` with the weights and the normalisation that `source` names.

    The rest (a new head, or all) is drawn from `seed`.

    Args:
        normalisation: a key of `NORMALISATIONS` that is taken whatever the source says, or "auto".
    """
    name, path = find_source(source, architecture, workspace)
    torch.manual_seed(seed)
    network = Network(name, classes, task)
    if path is not None and source.startswith("run:"):
        path = _find_head(path, network.classes)
    if path is not None:
        row = BACKBONES.get(source)
        if row is not None:
            check_hash(path, row)
        tensors, metadata = read_weights(path)
        learned = _read_head(metadata, path, network.task)
        network.loaded = load_backbone(network, tensors, path.name, learned)
        said: list[str] = []
        if row is not None:
            network.normalisation = read_normalisation(metadata, row.normalisation, path.name)
        else:
            found = _find_normalisation(network, path, tensors, metadata)
            network.normalisation, said = found[0], [*found[1], *_say_unread(metadata)]
        network.loaded = replace(network.loaded, changes=(*network.loaded.changes, *said))
    if normalisation != AUTO:
        _set_normalisation(network, normalisation)
    return network


def _find_head(path: Path, classes: tuple[str, ...]) -> Path:
    """Of the models of a run over several data sets the one with a head for these classes.

    Args:
        path: of its first model, which is taken where none is for them.
    """
    others = sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))
    return next((model for model in (path, *others) if read_classes(model) == classes), path)


def _set_normalisation(network: Network, name: str) -> None:
    """Take the normalisation that was asked for, and say so in place of any other."""
    network.normalisation = NORMALISATIONS[name]
    if network.loaded is not None:
        kept = [said for said in network.loaded.changes if "normalised" not in said]
        said = f"Images are normalised as was asked: {network.normalisation}."
        network.loaded = replace(network.loaded, changes=(*kept, said))


def _say_unread(metadata: Mapping[str, str]) -> list[str]:
    """What a file held beside tensors, in a sentence."""
    names = metadata.get(UNREAD, "").split(", ")
    if not names[0]:
        return []
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    return [f"Objects of other programs in the file ({shown}) were not built: no code was run."]


def _find_normalisation(
    network: Network, path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> tuple[Normalisation, list[str]]:
    """What a file's images looked like, and who says so, in words; nothing where the file does."""
    if "mean" in metadata or "std" in metadata:
        return read_normalisation(metadata, IMAGENET, path.name), []
    card = read_card(path)
    if card.normalisation:
        found = read_normalisation(card.normalisation, IMAGENET, card.origin)
        return found, [f"Images are normalised as {card.origin} says: {found}."]
    if XRV_MARK in tensors:
        return XRV, [f"Images are normalised as torchxrayvision does: {XRV}."]
    scale = estimate_scale(network.model) or 0.0
    found, said = IMAGENET, "ImageNet's mean and spread are taken"
    if scale > BYTES_ABOVE:
        found = XRV if scale > XRV_ABOVE else BYTES
        span = "-1024 to 1024 as torchxrayvision has" if found is XRV else "0 to 255 less a mean"
        said = (
            f"its first layers expect values about {scale:,.0f} times those of 0 to 1, so {span}"
            f" are taken ({found})"
        )
    return found, [
        f"Nothing says how its images were normalised: {said}. Another normalisation can be chosen,"
        f' or said by a file {path.stem}.json beside it: {{"mean": [0.5, 0.5, 0.5], "std": [0.5,'
        " 0.5, 0.5]}."
    ]


def save_network(
    network: Network,
    path: Path,
    metadata: Mapping[str, str] | None = None,
    dtype: torch.dtype | None = None,
    carried: Mapping[str, NDArray[Any]] | None = None,
) -> None:
    """Write the network as `.safetensors` with its model's own names of tensors.

    The metadata hold architecture, classes, task, normalisation and thresholds.

    Args:
        carried: arrays that the file holds beside the network, see `carried.read_carried`.
    """

    def convert(tensor: Tensor) -> Tensor:
        if dtype is not None and tensor.is_floating_point():
            tensor = tensor.to(dtype)
        return tensor.detach().cpu().contiguous()

    tensors = {
        name: convert(tensor)
        for name, tensor in network.model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    for name, array in (carried or {}).items():
        tensors[f"{CARRIED}{name}"] = torch.from_numpy(np.ascontiguousarray(array))
    facts = {
        "format": "pt",
        "architecture": network.architecture,
        CLASS_NAMES: json.dumps(network.classes, ensure_ascii=False),
        "task": network.task.name,
        **network.normalisation.to_metadata(),
        **write_thresholds(network.thresholds),
        **({"head": KIND} if network.keeps_neighbours else {}),
        **(metadata or {}),
    }
    content = save(tensors, facts)
    # The serialiser gives the metadata in an order that changes from one call to the next; with
    # a header in one order, equal networks give equal files.
    start = 8 + int.from_bytes(content[:8], "little")
    header = build_header(json.loads(content[8:start]))
    with open_replacing(path) as file:
        file.write(header)
        file.write(memoryview(content)[start:])


def load_network(path: Path) -> tuple[Network, dict[str, str]]:
    """A network as `save_network` wrote it, in evaluation mode, with its metadata.

    Raises:
        WeightsError: the file is missing, damaged, or does not describe itself.
    """
    tensors, metadata = read_weights(path)
    classes = parse_classes(metadata, path)
    # Older files do not name a task: there was only this one.
    task = find_task(metadata.get("task", "single-label"))
    network = Network(metadata.get("architecture", ""), classes, task)
    if metadata.get("head") == KIND:
        rows = count_rows(tensors, find_architecture(network.architecture).head)
        network.set_head(NeighboursHead(network.head.in_features, rows, len(classes), task))
    load_backbone(network, tensors, path.name, classes)
    network.normalisation = read_normalisation(metadata, IMAGENET, path.name)
    network.thresholds = read_thresholds(metadata, path.name, len(classes))
    return network.eval().to(memory_format=torch.channels_last), metadata


def _read_head(metadata: Mapping[str, str], path: Path, task: Task) -> tuple[str, ...] | None:
    """The classes whose head a file holds, where it answers the same question."""
    if CLASS_NAMES not in metadata or metadata.get("task", "single-label") != task.name:
        return None
    if metadata.get("head") == KIND:
        return None
    return parse_classes(metadata, path)


def check_hash(path: Path, backbone: Backbone) -> None:
    """Raise WeightsError where the file is not the one that was published."""
    if not hash_file(path).startswith(backbone.sha256):
        raise WeightsError(
            f"{path} is not the published file of {backbone.title}: its SHA-256 differs.",
            remedy="Delete it and fetch it again.",
        )


def fetch_weights(
    backbone: Backbone, workspace: Workspace, on_progress: OnProgress | None = None
) -> Path:
    """Download a backbone's file, check its hash, and only then move it into the workspace.

    Args:
        on_progress: called with bytes so far and bytes in all (0 where the server does not say).

    Raises:
        WeightsError: no connection, or the file's hash is wrong.
    """
    found = find_file(backbone, workspace)
    if found is not None:
        return found
    path = workspace.weights_folder / backbone.file_name
    digest = hashlib.sha256()
    done = 0
    by_hand = (
        f"Where there is no internet, put {backbone.file_name} into {workspace.weights_folder} by"
        " hand."
    )
    try:
        with (
            urllib.request.urlopen(backbone.url, timeout=30) as response,
            open_replacing(path) as file,
        ):
            total = int(response.headers.get("Content-Length") or 0)
            while chunk := response.read(1 << 20):
                file.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                if on_progress is not None:
                    on_progress(done, total)
            if done < total or not digest.hexdigest().startswith(backbone.sha256):
                raise WeightsError(
                    f"The download of {backbone.title} was damaged (wrong SHA-256) and is thrown"
                    " away. Try again.",
                    remedy=by_hand,
                )
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise WeightsError(
            f"{backbone.url} cannot be reached: {getattr(error, 'reason', error)}.", remedy=by_hand
        ) from error
    return path


def _refuse_without_backbone(network: Network) -> None:
    if network.architecture in WEIGHTLESS:
        raise WeightsError(
            "This run looks at small pixels, without a backbone: there is nothing to start from.",
            remedy="Choose a run whose backbone learned.",
        )
    if network.keeps_neighbours:
        raise WeightsError(
            "This run's backbone is the one that it started from, and its head holds features of"
            " its training images.",
            remedy="Start from the same backbone, or choose a run whose backbone learned.",
        )


def export_backbone(model_path: Path, to: Path, card: Mapping[str, Any]) -> dict[str, Any]:
    """Write a trained network as a backbone: float16 `.safetensors` and a JSON card beside it.

    Args:
        card: what the file cannot say itself: source task, data, recipe, accuracy, resolution,
            terms.

    Returns:
        The whole card, as it was written.

    Raises:
        WeightsError: the run's backbone learned nothing, or there is none.
    """
    network, _ = load_network(model_path)
    _refuse_without_backbone(network)
    save_network(network, to, dtype=torch.float16)
    full = {
        "file": to.name,
        "sha256": hash_file(to),
        "bytes": to.stat().st_size,
        "architecture": network.architecture,
        "dtype": "float16",
        "normalisation": {
            "mean": network.normalisation.mean,
            "std": network.normalisation.std,
            "input": "RGB in 0 to 1; grey images repeat the channel",
        },
        **card,
    }
    write_bytes(to.with_suffix(".json"), json.dumps(full, indent=1, ensure_ascii=False).encode())
    return full
