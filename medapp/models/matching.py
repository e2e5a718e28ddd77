"""A weights file's tensors under a network's own names: what fits, what changes, what stays out.

People save networks in many wrappings: names with `module.` or `backbone.` before them, the layers
of an `nn.Sequential` by number, a first layer for grey images. What can be undone is undone and
said; tensors that the network has no place for mean another architecture, and are refused.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES, find_architecture
from medapp.models.dialects import translate

COUNTER = "num_batches_tracked"  # of BatchNorm; no weight


@dataclass(frozen=True)
class Loaded:
    """What a network took over from a weights file.

    Attributes:
        has_head: the head too, which was trained for the same classes.
        changes: what was done on the way and what stays out, in sentences.
    """

    origin: str
    count: int
    has_head: bool
    changes: tuple[str, ...]

    def describe(self) -> str:
        """All of it in a few sentences."""
        head = "with the head" if self.has_head else "the head is new"
        whole = f"{self.count} tensors were loaded from {self.origin}; {head}."
        return " ".join([whole, *self.changes])


@dataclass(frozen=True)
class _Naming:
    """How a file names a network's tensors: what stands before them, and a name for each."""

    prefix: str
    names: Mapping[str, str]
    is_numbered: bool

    def find(self, tensors: Mapping[str, Tensor]) -> dict[str, str]:
        """The network's own names to the file's, of those that are there."""
        named = {own: self.prefix + name for own, name in self.names.items()}
        return {own: name for own, name in named.items() if name in tensors}


def match_tensors(
    model: nn.Module,
    architecture: str,
    tensors: Mapping[str, Tensor],
    origin: str,
    wants_head: bool,
) -> tuple[dict[str, Tensor], Loaded]:
    """The tensors of a file that belong to a network of an architecture, by its own names.

    Args:
        model: the network as torchvision builds it.
        origin: what the tensors are of, for errors: a file's name.
        wants_head: the head was trained for the same classes, so that it is taken too.

    Raises:
        WeightsError: the file is of another architecture, holds several networks, or has values
            that are no numbers.
    """
    head = find_architecture(architecture).head
    tensors, dialect = translate(tensors)
    naming, *rivals = _rank_namings(model, tensors)
    taken, faults = _take(model, head, tensors, naming, wants_head)
    if faults:
        raise WeightsError(
            f"{origin} does not fit {architecture}: {faults[0]} ({len(faults)} tensors in all).",
            remedy=_suggest(tensors, architecture),
        )
    for rival in rivals:
        if not _are_equal(naming, rival, tensors):
            raise WeightsError(
                f"{origin} holds several networks, {naming.prefix!r} and {rival.prefix!r}, and does"
                " not say which is wanted.",
                remedy="Save the one that is meant in a file of its own.",
            )
    own = model.state_dict()
    spread = [name for name in taken if taken[name].shape != own[name].shape]
    for name in spread:
        # Three equal channels then give what the one channel gave.
        taken[name] = (taken[name].float() / 3).expand_as(own[name])
    _check_numbers(taken, own, origin)
    used = {naming.prefix + naming.names[name] for name in taken}
    left = [name for name in tensors if name not in used and not name.endswith(COUNTER)]
    changes = tuple(_say_changes(naming, dialect, spread, left))
    return taken, Loaded(origin, len(taken), wants_head, changes)


def _rank_namings(model: nn.Module, tensors: Mapping[str, Tensor]) -> list[_Naming]:
    """How the file names the network's tensors: the ways that find most of them, at least one.

    Plain names come before numbers, then the file's order counts.
    """
    own = [name for name in model.state_dict() if not name.endswith(COUNTER)]
    numbers = {name: str(i) for i, (name, _) in enumerate(model.named_children())}
    plain = {name: name for name in own}
    numbered = {}
    for name in own:
        child, _, rest = name.partition(".")
        numbered[name] = f"{numbers[child]}.{rest}"
    ranked: list[tuple[int, _Naming]] = []
    for names in (plain, numbered):
        counts = _count_prefixes(tensors, names.values())
        ranked += [
            (count, _Naming(prefix, names, names is numbered)) for prefix, count in counts.items()
        ]
    most = max((count for count, _ in ranked), default=0)
    best = [naming for count, naming in ranked if count == most]
    return best or [_Naming("", plain, is_numbered=False)]


def _count_prefixes(tensors: Iterable[str], names: Iterable[str]) -> Counter[str]:
    """How many of a network's names the file has behind each prefix (empty, or with a dot)."""
    known = set(names)
    counts: Counter[str] = Counter()
    for name in tensors:
        parts = name.split(".")
        for i in range(len(parts)):
            if ".".join(parts[i:]) in known:
                counts["".join(f"{part}." for part in parts[:i])] += 1
    return counts


def _are_equal(one: _Naming, other: _Naming, tensors: Mapping[str, Tensor]) -> bool:
    """Whether two namings find the same values, as where a network was saved twice."""
    for name in one.names:
        pair = [tensors.get(naming.prefix + naming.names[name]) for naming in (one, other)]
        if pair[0] is None or pair[1] is None:
            if pair[0] is not pair[1]:
                return False
        elif pair[0].shape != pair[1].shape or not torch.equal(pair[0], pair[1]):
            return False
    return True


def _take(
    model: nn.Module,
    head: str,
    tensors: Mapping[str, Tensor],
    naming: _Naming,
    wants_head: bool,
) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors by the network's own names, and all that does not fit, in words."""
    own = model.state_dict()
    taken: dict[str, Tensor] = {}
    faults: list[str] = []
    for name, file_name in naming.names.items():
        if name.startswith(f"{head}.") and not wants_head:
            continue
        found = tensors.get(naming.prefix + file_name)
        if found is None:
            faults.append(f"{name} is missing")
        elif found.shape == own[name].shape or _is_grey(found, own[name]):
            taken[name] = found
        else:
            faults.append(f"{name} must be {tuple(own[name].shape)}, not {tuple(found.shape)}")
    faults += [
        f"{name} has no place in it" for name in _list_strangers(model, head, tensors, naming)
    ]
    return taken, faults


def _is_grey(found: Tensor, own: Tensor) -> bool:
    """Whether a tensor is the first layer of a network for grey images, where ours takes colours.

    Shapes are (F, 1, h, w) and (F, 3, h, w).
    """
    return own.ndim == 4 and own.shape[1] == 3 and found.shape == (len(own), 1, *own.shape[2:])


def _list_strangers(
    model: nn.Module, head: str, tensors: Mapping[str, Tensor], naming: _Naming
) -> list[str]:
    """Tensors that stand where the network's backbone does and that it has no place for.

    A head of another form, and what stands beside the network, are no strangers.
    """
    children = [name for name, _ in model.named_children()]
    by_number = {str(i): name for i, name in enumerate(children)}
    backbone = {name.partition(".")[0] for name in naming.names if not name.startswith(f"{head}.")}
    known = set(naming.names.values())
    strangers = []
    for file_name in tensors:
        name = file_name.removeprefix(naming.prefix)
        if not file_name.startswith(naming.prefix) or name in known or name.endswith(COUNTER):
            continue
        child, _, rest = name.partition(".")
        child = by_number.get(child, child) if naming.is_numbered else child
        if child in backbone and not f"{child}.{rest}".startswith(f"{head}."):
            strangers.append(file_name)
    return strangers


def list_faults(tensors: Mapping[str, Tensor]) -> dict[str, tuple[list[str], float]]:
    """Of each architecture what of a file does not fit into it, whatever head the file brings, and
    how many faults there are for each of its tensors.
    """
    found = {}
    tensors, _ = translate(tensors)
    for name, row in ARCHITECTURES.items():
        with torch.device("meta"):
            model = row.build()
        naming = _rank_namings(model, tensors)[0]
        faults = _take(model, row.head, tensors, naming, wants_head=False)[1]
        found[name] = faults, len(faults) / len(naming.names)
    return found


def list_fitting(tensors: Mapping[str, Tensor]) -> list[str]:
    """The architectures into which a file's tensors fit, whatever head they bring."""
    return [name for name, (faults, _) in list_faults(tensors).items() if not faults]


def _suggest(tensors: Mapping[str, Tensor], refused: str) -> str:
    """What to do with weights that do not fit: the architectures that they would fit, if any."""
    fitting = [name for name in list_fitting(tensors) if name != refused]
    if fitting:
        return f"The file fits {' or '.join(fitting)}: choose that architecture."
    return (
        "Choose the architecture the weights were trained with; names of tensors must be"
        f" torchvision's. Known: {', '.join(ARCHITECTURES)}."
    )


def _check_numbers(taken: Mapping[str, Tensor], own: Mapping[str, Tensor], origin: str) -> None:
    """Raise WeightsError for values that are whole numbers, sparse or not finite."""
    for name, tensor in taken.items():
        if not own[name].is_floating_point():
            continue
        fault = ""
        if not tensor.is_floating_point() or tensor.layout is not torch.strided:
            fault = f"are of the type {tensor.dtype} ({tensor.layout}), not plain floating point"
        elif not bool(torch.isfinite(tensor).all()):
            fault = "hold values that are no numbers (NaN or infinite)"
        if fault:
            raise WeightsError(
                f"The weights {name} in {origin} {fault}.",
                remedy="Ask the file's author for sound weights in float32 or float16.",
            )


def _say_changes(
    naming: _Naming, dialect: str, spread: Sequence[str], left: Sequence[str]
) -> Iterable[str]:
    """What was done on the way from file to network, a sentence each."""
    if dialect:
        yield f"Layers have the names that {dialect} gives them, and were found by these."
    if naming.prefix:
        yield f"Names were read without {naming.prefix!r} before them."
    if naming.is_numbered:
        yield "Layers that stand there by number were named in their order."
    for name in spread:
        yield f"{name} is for grey images: a third of it was given to each of three channels."
    if left:
        shown = ", ".join(left[:4]) + (", …" if len(left) > 4 else "")
        yield f"Left out: {shown} ({len(left)} tensors of a head or of other parts)."
