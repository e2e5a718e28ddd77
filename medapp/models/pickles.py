"""The tensors of a pickle without its code: objects of other programs become empty stand-ins.

Networks are often saved whole (`torch.save(model)`), or beside settings, as tables of a training.
Nothing of their classes is imported or called here: a stand-in only keeps what the pickle would
have filled the object with, and a network's tensors are found among that.
"""

import pickle
import sys
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

# What is built as it is: tensors, and the tables that they stand in.
_BUILT: dict[str, dict[str, Any]] = {
    "collections": {"OrderedDict": OrderedDict},
    "torch": {"Size": torch.Size, "device": torch.device},
    "torch._utils": {
        name: getattr(torch._utils, name)
        for name in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_parameter")
    },
    "torch.nn.parameter": {"Parameter": torch.nn.Parameter},
}
# What of Python's own library is data and gets a stand-in; all else of it has no business among
# weights.
_DATA = {
    "builtins": {"set", "frozenset", "slice", "complex", "bytearray", "object", "int", "float"},
    "collections": {"defaultdict", "Counter", "deque"},
    "argparse": {"Namespace"},
    "types": {"SimpleNamespace"},
    "functools": {"partial"},
    "datetime": {"datetime", "date", "time", "timedelta", "timezone"},
    "pathlib": {"Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"},
    "copyreg": {"_reconstructor"},
    "_codecs": {"encode"},
}
_OLD_NAMES = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # of Python 2
DEEPEST = 200  # of networks within networks


class StandIn:
    """An object of a class that is not built; called or filled, it does nothing but remember."""

    dump_patches = False  # torch's old format asks each class for this

    def __init__(self, *_values: Any, **_named: Any) -> None:
        self.state: Any = None

    def __call__(self, *_values: Any, **_named: Any) -> "StandIn":
        return StandIn()

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, _key: Any, _value: Any) -> None:
        pass

    def append(self, _value: Any) -> None:
        """Take no notice of a list's element."""

    def extend(self, _values: Any) -> None:
        """Take no notice of a list's elements."""

    def list_tensors(self, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Tensor]]:
        """The tensors of a network by their names in its state dict; none of another object."""
        state = getattr(self, "state", None)
        if not isinstance(state, dict) or depth > DEEPEST:
            return
        for part in ("_parameters", "_buffers"):
            for name, tensor in _list_items(state.get(part)):
                if isinstance(tensor, Tensor):
                    yield f"{prefix}{name}", tensor.detach()
        for name, child in _list_items(state.get("_modules")):
            if isinstance(child, StandIn):
                yield from child.list_tensors(f"{prefix}{name}.", depth + 1)


def _list_items(table: Any) -> list[tuple[Any, Any]]:
    return list(table.items()) if isinstance(table, dict) else []


def _refuse_bytearray(_reader: Any) -> None:
    # It would be made as long as the file says, before a byte of it is read.
    raise pickle.UnpicklingError("a bytearray is no part of weights")


def load_without_code(path: Path) -> tuple[Any, list[str]]:
    """What a `.pth` file holds, and the names of the classes that stand-ins were put for.

    Raises:
        pickle.UnpicklingError: it asks for functions of Python that weights have no need of.
    """
    strangers: dict[str, None] = {}

    # In Python's own words, not in C: there a damaged number makes a table of many gigabytes.
    class Reader(pickle._Unpickler):
        dispatch = {  # noqa: RUF012 - as its parent has it
            **pickle._Unpickler.dispatch,
            pickle.BYTEARRAY8[0]: _refuse_bytearray,
        }

        def find_class(self, module: str, name: str) -> Any:
            module = _OLD_NAMES.get(module, module)
            built = _BUILT.get(module, {}).get(name)
            if built is not None:
                return built
            is_dtype = module == "torch" and isinstance(getattr(torch, name, None), torch.dtype)
            if is_dtype:
                return getattr(torch, name)
            is_python = module.partition(".")[0] in sys.stdlib_module_names
            if is_python and name not in _DATA.get(module, ()):
                raise pickle.UnpicklingError(f"{module}.{name} is no part of weights")
            strangers[f"{module}.{name}"] = None
            return StandIn

    reader = ModuleType("reader")
    reader.__dict__.update(
        Unpickler=Reader, load=lambda file, **options: Reader(file, **options).load()
    )
    with warnings.catch_warnings():
        # The old format carries a class's source, which is compared with that of the stand-in.
        warnings.simplefilter("ignore", torch.serialization.SourceChangeWarning)
        values = torch.load(path, map_location="cpu", weights_only=False, pickle_module=reader)
    return values, list(strangers)
