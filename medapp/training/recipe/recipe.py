"""A recipe is everything that was asked of a run: complete, immutable, the same in JSON and back.

Each field carries its label, help, unit, range or choices in its metadata, so that the form in the
browser, `--set` in the shell, the documentation and the validation are drawn from this one table.
What a recipe does not know: torch, the machine, the images.
"""

import dataclasses
import difflib
import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medapp.errors import RecipeError
from medapp.imaging.preprocess import Preprocess

VERSION = 1


@dataclass(frozen=True)
class Strategy:
    """What learns, in words and in numbers; `strategies.cut_network` makes the cut.

    Attributes:
        learning_stages: how many of the last stages learn beside the head; None for all of them.
        learning_rate: the head's default for AdamW and Adam; SGD's is `SGD_FACTOR` times that.
        backbone_rate: what learns of the backbone, as a share of the head's rate.
    """

    title: str
    help: str
    learning_stages: int | None
    learning_rate: float
    backbone_rate: float


STRATEGIES: dict[str, Strategy] = {
    "linear-probe": Strategy(
        "Linear probe",
        "Only a new head learns; the backbone's features are computed once, so images cannot vary."
        " Seconds.",
        0,
        1e-2,
        0.0,
    ),
    "last-stage": Strategy(
        "Last stage", "The head and the backbone's last stage learn.", 1, 1e-3, 0.5
    ),
    "fine-tune": Strategy(
        "Fine-tune", "Everything learns, the backbone at a lower rate.", None, 1e-3, 0.5
    ),
    "scratch": Strategy(
        "From scratch",
        "Everything learns from random weights: the control that shows what transfer is worth.",
        None,
        1e-3,
        1.0,
    ),
}
SGD_FACTOR = 20.0


def find_default_rates(strategy: str, optimiser: str) -> tuple[float, float]:
    """What a recipe's rates of 0 stand for: the head's learning rate, and the backbone's as a share
    of it.
    """
    row = STRATEGIES[strategy]
    return row.learning_rate * (SGD_FACTOR if optimiser == "sgd" else 1.0), row.backbone_rate


def _setting(default: Any, label: str, help: str, **facts: Any) -> Any:
    """A dataclass field with what a form needs to know of it: `unit`, `low`, `high`, `step`,
    `choices`, `expert`.
    """
    return field(default=default, metadata={"label": label, "help": help, **facts})


@dataclass(frozen=True)
class Recipe:
    """What a run is asked to do.

    `dataset` is a data set's name; every other field has a default.
    """

    dataset: str = field(
        metadata={"label": "Data set", "help": "The name of a data set in this workspace."}
    )
    source: str = _setting(
        "bundled",
        "Start from",
        "bundled, a backbone's name, a weights file, run:NAME for an earlier run, or none for"
        " random weights.",
    )
    architecture: str = _setting(
        "resnet18",
        "Architecture",
        "The network when the source does not name one: 'none' and plain weight files.",
        expert=True,
    )
    strategy: str = _setting(
        "fine-tune", "Strategy", "What learns and what stays as it was.", choices=tuple(STRATEGIES)
    )
    epochs: int = _setting(
        10, "Epochs", "Passes over the training images.", unit="epochs", low=1, high=1000
    )
    image_size: int = _setting(
        128,
        "Image size",
        "Side of the square that the network sees.",
        unit="px",
        low=32,
        high=1024,
        step=32,
    )
    batch_size: int = _setting(32, "Batch", "Images per step.", unit="images", low=1, high=4096)
    optimiser: str = _setting(
        "adamw", "Optimiser", "How steps are taken.", choices=("adamw", "adam", "sgd"), expert=True
    )
    learning_rate: float = _setting(
        0.0,
        "Learning rate",
        "Of the head, at its peak. 0 takes the strategy's measured default.",
        low=0.0,
        high=10.0,
        step=0.0001,
        expert=True,
    )
    backbone_rate: float = _setting(
        0.0,
        "Backbone rate",
        "The backbone's rate as a share of the head's. 0 takes the strategy's default.",
        low=0.0,
        high=1.0,
        expert=True,
    )
    weight_decay: float = _setting(
        0.01, "Weight decay", "Not on biases and norms.", low=0.0, high=1.0, expert=True
    )
    momentum: float = _setting(0.9, "Momentum", "For SGD.", low=0.0, high=0.999, expert=True)
    schedule: str = _setting(
        "cosine", "Schedule", "How the rate falls.", choices=("cosine", "constant"), expert=True
    )
    warmup: float = _setting(
        0.05,
        "Warm-up",
        "Share of the steps in which the rate rises.",
        low=0.0,
        high=0.5,
        expert=True,
    )
    augmentation: str = _setting(
        "light",
        "Augmentation",
        "Random changes to training images: they pay in long runs and slow short ones down.",
        choices=("none", "light", "standard", "strong"),
    )
    class_weights: bool = _setting(
        False,
        "Class weights",
        "Weigh the loss so that rare classes count as much as common ones.",
        expert=True,
    )
    label_smoothing: float = _setting(
        0.0,
        "Label smoothing",
        "Share of the target spread over all classes.",
        low=0.0,
        high=0.5,
        expert=True,
    )
    early_stopping: int = _setting(
        0,
        "Early stopping",
        "Stop after so many epochs without a lower validation loss. 0 is off.",
        unit="epochs",
        low=0,
        high=1000,
    )
    seed: int = _setting(
        0, "Seed", "Of everything random in the run.", low=0, high=2**31 - 1, expert=True
    )
    device: str = _setting(
        "auto", "Device", "Where it computes.", choices=("auto", "cpu", "cuda", "mps"), expert=True
    )
    devices: int = _setting(
        1,
        "Number of devices",
        "Graphics cards, or processes on a CPU, that share each batch. More than one pays on"
        " graphics cards.",
        low=1,
        high=64,
        expert=True,
    )
    precision: str = _setting(
        "auto",
        "Precision",
        "auto takes bfloat16 where a short probe on this machine finds it faster.",
        choices=("auto", "float32", "bfloat16"),
        expert=True,
    )
    threads: int = _setting(
        0,
        "Threads",
        "CPU threads of each of the training's processes. 0 takes all cores.",
        unit="threads",
        low=0,
        high=1024,
        expert=True,
    )
    preprocess: Preprocess = field(
        default=Preprocess(),
        metadata={"label": "Preprocess", "help": "From file to square; travels with the model."},
    )

    def __post_init__(self) -> None:
        check_settings(self)
        if self.strategy == "scratch" and self.source not in ("none", "bundled"):
            raise RecipeError(
                f"'From scratch' starts from random weights, so the source {self.source!r} would be"
                " ignored. Set the source to none, or choose fine-tune."
            )
        if self.strategy == "scratch":
            object.__setattr__(self, "source", "none")
        if self.strategy == "linear-probe":
            object.__setattr__(
                self, "augmentation", "none"
            )  # features are computed once, so images cannot vary

    def to_json(self) -> str:
        """JSON text that `from_json` turns back into an equal recipe."""
        return json.dumps(
            {"version": VERSION, **dataclasses.asdict(self)}, indent=1, ensure_ascii=False
        )

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read a recipe back.

        Raises:
            RecipeError: not JSON, from a newer version, or with an unknown or invalid field.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecipeError(
                f"The recipe is not valid JSON: {error}. Restore the file or start a new run."
            ) from error
        if not isinstance(values, dict):
            raise RecipeError(
                "The recipe is not a JSON object. Restore the file or start a new run."
            )
        version = values.pop("version", None)
        if version != VERSION:
            raise RecipeError(
                f"The recipe has version {version!r} and this MedApp reads {VERSION}. Update"
                " MedApp, or start a new run."
            )
        return build_recipe(values)


@typing.overload
def check_settings(settings: Recipe) -> None: ...
@typing.overload
def check_settings(settings: Preprocess) -> None: ...
def check_settings(settings: Any) -> None:
    """Check every field against its type, range and choices.

    Raises:
        RecipeError: names the field, what was given, and what is allowed.
    """
    kinds = typing.get_type_hints(type(settings))
    for f in dataclasses.fields(settings):
        value, facts = getattr(settings, f.name), f.metadata
        if kinds[f.name] is float and type(value) is int:
            object.__setattr__(settings, f.name, value := float(value))
        if type(value) is not kinds[f.name]:
            raise RecipeError(f"{f.name} must be {_describe(kinds[f.name])}, not {value!r}.")
        if dataclasses.is_dataclass(value):
            check_settings(value)  # type: ignore[call-overload]
        if "choices" in facts and value not in facts["choices"]:
            raise RecipeError(
                f"{f.name} must be one of {', '.join(facts['choices'])}, not {value!r}."
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise RecipeError(f"{f.name} must be a finite number, not {value!r}.")
        if "low" in facts and not facts["low"] <= value <= facts["high"]:
            unit = f" {facts['unit']}" if "unit" in facts else ""
            raise RecipeError(
                f"{f.name} must lie between {facts['low']:g} and {facts['high']:g}{unit}, not"
                f" {value:g}."
            )


def build_recipe(values: Mapping[str, Any]) -> Recipe:
    """A recipe from plain values as JSON has them; `preprocess` may be a mapping.

    Raises:
        RecipeError: an unknown field (with the nearest known one), a missing data set, or an
            invalid value.
    """
    recipe: Recipe = _build(Recipe, values)
    return recipe


def parse_assignments(assignments: typing.Iterable[str]) -> dict[str, Any]:
    """`KEY=VALUE` texts from a shell to values for `build_recipe`. `preprocess.resize=pad` sets a
    field of the preprocessing.

    Raises:
        RecipeError: no `=`, an unknown key, or a value of the wrong type.
    """
    values: dict[str, Any] = {}
    for text in assignments:
        key, sign, value = text.partition("=")
        if not sign:
            raise RecipeError(
                f"--set takes KEY=VALUE, not {text!r}. Example: --set learning_rate=0.001."
            )
        target, kind, *path = values, Recipe, *key.strip().split(".")
        for part in path[:-1]:
            kind = _find_kind(kind, part)
            target = target.setdefault(part, {})
        target[path[-1]] = _parse(value.strip(), _find_kind(kind, path[-1]), key)
    return values


def _find_kind(kind: type, name: str) -> Any:
    kinds = typing.get_type_hints(kind) if dataclasses.is_dataclass(kind) else {}
    if name not in kinds:
        near = difflib.get_close_matches(name, kinds, 1)
        hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(kinds)}."
        raise RecipeError(f"A recipe has no setting {name!r}.{hint}")
    return kinds[name]


def _parse(text: str, kind: Any, key: str) -> Any:
    if kind is bool:
        if text.lower() in ("true", "yes", "on", "1"):
            return True
        if text.lower() in ("false", "no", "off", "0"):
            return False
        raise RecipeError(f"{key} must be true or false, not {text!r}.")
    if kind is str:
        return text
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise RecipeError(f"{key} must be {_describe(kind)}, not {text!r}.") from None
    raise RecipeError(
        f"{key} is a group of settings. Set one of them, such as"
        f" {key}.{dataclasses.fields(kind)[0].name}=…."
    )


def _build(kind: Any, values: Mapping[str, Any]) -> Any:
    kinds = typing.get_type_hints(kind)
    made = {}
    for name, value in values.items():
        wanted = _find_kind(kind, name)
        if dataclasses.is_dataclass(wanted) and isinstance(value, Mapping):
            value = _build(wanted, value)
        made[name] = value
    missing = [
        f.name
        for f in dataclasses.fields(kind)
        if f.default is dataclasses.MISSING and f.name not in made
    ]
    if missing:
        raise RecipeError(
            f"The recipe lacks {', '.join(missing)}. Known settings: {', '.join(kinds)}."
        )
    return kind(**made)


def _describe(kind: Any) -> str:
    names: dict[Any, str] = {
        int: "a whole number",
        float: "a number",
        str: "a text",
        bool: "true or false",
        types.NoneType: "empty",
    }
    return names.get(kind, "a group of settings")
