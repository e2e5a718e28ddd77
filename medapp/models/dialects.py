"""Other names that publishers have for the layers of a known architecture, put into torchvision's.

A dialect is recognised by names that no other has. Values stay as they are; a tensor that is kept
in another shape there is brought into torchvision's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

# A pattern that begins at a name's start or behind a dot, so that it is found behind a prefix too.
_AT = r"(?<![^.])"
Change = str | Callable[["re.Match[str]"], str]


@dataclass(frozen=True)
class Dialect:
    """One way to name layers. To add one, write a row of `DIALECTS`.

    Attributes:
        title: whose names these are.
        mark: a pattern in the name of a tensor that only this dialect has.
        renames: patterns and what stands in their place, applied one after the other.
        reshapes: patterns of torchvision's names, and the shape that their tensors are brought to;
            -1 is what is left.
    """

    title: str
    mark: str
    renames: tuple[tuple[str, Change], ...]
    reshapes: tuple[tuple[str, tuple[int, ...]], ...] = ()


def _rename_block(stage: str, theirs: str, ours: str) -> tuple[str, Change]:
    """A layer of EfficientNet's blocks; torchvision counts the stem as the first stage."""

    def change(match: "re.Match[str]") -> str:
        return f"features.{int(match[1]) + 1}.{match[2]}.block.{ours}"

    return _AT + rf"blocks\.({stage})\.(\d+)\.{re.escape(theirs)}(?=\.)", change


# The blocks of the first stage do not widen; those of the others do.
_NARROW = {
    **{"conv_dw": "0.0", "bn1": "0.1", "se.conv_reduce": "1.fc1", "se.conv_expand": "1.fc2"},
    **{"conv_pw": "2.0", "bn2": "2.1"},
}
_WIDE = {
    **{"conv_pw": "0.0", "bn1": "0.1", "conv_dw": "1.0", "bn2": "1.1", "conv_pwl": "3.0"},
    **{"bn3": "3.1", "se.conv_reduce": "2.fc1", "se.conv_expand": "2.fc2"},
}

DIALECTS = (
    Dialect(
        "an older torchvision",
        r"denselayer\d+\.(norm|conv)\.\d\.",
        ((r"(denselayer\d+\.(?:norm|conv))\.(\d)", r"\1\2"),),
    ),
    Dialect(
        "timm",
        _AT + r"conv_stem\.",
        (
            *(_rename_block("0", *pair) for pair in _NARROW.items()),
            *(_rename_block(r"\d+", *pair) for pair in _WIDE.items()),
            (_AT + r"conv_stem(?=\.)", "features.0.0"),
            (_AT + r"bn1(?=\.)", "features.0.1"),
            (_AT + r"conv_head(?=\.)", "features.8.0"),
            (_AT + r"bn2(?=\.)", "features.8.1"),
            (_AT + r"classifier(?=\.(weight|bias))", "classifier.1"),
        ),
    ),
    Dialect(
        "timm",
        r"stages\.\d+\.blocks\.\d+\.conv_dw\.",
        (
            (r"stages\.(\d+)\.downsample", lambda m: f"features.{2 * int(m[1])}"),
            (r"stages\.(\d+)\.blocks", lambda m: f"features.{2 * int(m[1]) + 1}"),
            (_AT + r"stem(?=\.)", "features.0"),
            (r"\.gamma$", ".layer_scale"),
            (r"\.conv_dw(?=\.)", ".block.0"),
            (_AT + r"head\.norm(?=\.)", "classifier.0"),
            (_AT + r"head\.fc(?=\.)", "classifier.2"),
            (r"\.norm(?=\.)", ".block.2"),
            (r"\.mlp\.fc1(?=\.)", ".block.3"),
            (r"\.mlp\.fc2(?=\.)", ".block.5"),
        ),
        ((r"\.layer_scale$", (-1, 1, 1)),),
    ),
    Dialect(
        "timm",
        _AT + r"pre_logits\.fc1\.",
        (
            (_AT + r"pre_logits\.fc1(?=\.)", "classifier.0"),
            (_AT + r"pre_logits\.fc2(?=\.)", "classifier.3"),
            (_AT + r"head\.fc(?=\.)", "classifier.6"),
        ),
        ((r"classifier\.[03]\.weight$", (4096, -1)),),
    ),
)


def translate(tensors: Mapping[str, Tensor]) -> tuple[Mapping[str, Tensor], str]:
    """The tensors by torchvision's names, and whose names they had; empty where they had these."""
    for dialect in DIALECTS:
        if any(re.search(dialect.mark, name) for name in tensors):
            named = {_rename(dialect, name): tensor for name, tensor in tensors.items()}
            return {n: _reshape(dialect, n, t) for n, t in named.items()}, dialect.title
    return tensors, ""


def _rename(dialect: Dialect, name: str) -> str:
    for pattern, change in dialect.renames:
        name = re.sub(pattern, change, name)
    return name


def _reshape(dialect: Dialect, name: str, tensor: Tensor) -> Tensor:
    for pattern, shape in dialect.reshapes:
        known = -1 if -1 not in shape else shape[0]
        if re.search(pattern, name) and (known < 0 or len(tensor) == known):
            return tensor.reshape(shape)
    return tensor
