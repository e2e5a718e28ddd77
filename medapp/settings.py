"""Settings in groups: pydantic models whose fields say what a form, a shell and a document need.

A group is immutable, takes no unknown field and converts nothing: "3" is no number. What pydantic
finds wrong becomes one sentence for the person who set the value.
"""

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, ClassVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from medapp.errors import RecipeError

KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


class Group(BaseModel):
    """Settings that belong together.

    `primary` names the field that stands for the whole group where a single value is given, such
    as `strategy="fine-tune"`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    primary: ClassVar[str] = ""


def setting(
    default: Any,
    label: str,
    help: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    is_expert: bool = False,
    words: Mapping[str, str] | None = None,
    suggestions: tuple[str, ...] = (),
    most: int | None = None,
) -> Any:
    """A field with its label, a sentence of help, unit, range and step.

    Unit, step, words and whether the field is for experts stand in the JSON schema too; `find_fact`
    reads them.

    Args:
        is_expert: a form draws the field apart from the common ones.
        words: what a value is called on pages, such as {"0": "off"}.
        suggestions: for a text of several names with commas between: those that a form offers.
        most: how many of them it may hold.
    """
    facts: dict[str, Any] = {
        "unit": unit,
        "step": step,
        "is_expert": is_expert,
        "words": words,
        "suggestions": suggestions,
        "most": most,
    }
    return Field(
        default=default,
        title=label,
        description=help,
        ge=low,
        le=high,
        json_schema_extra={name: value for name, value in facts.items() if value},
    )


class Choices:
    """Marks a text as one of the names that a table holds, asked anew each time it is checked.

    A row that is added to the table is a choice at once.
    """

    def __init__(self, list_names: Callable[[], Collection[str]]) -> None:
        self.list_names = list_names

    def check(self, value: str) -> str:
        """The value, where a row has that name.

        Raises:
            ValueError: no row has; the text is what `explain` says that the value must be.
        """
        if value not in self.list_names():
            raise ValueError(f"one of {', '.join(self.list_names())}")
        return value


def choice_of(list_names: Callable[[], Collection[str]]) -> Any:
    """The type of a text that names a row of a table."""
    choices = Choices(list_names)
    return Annotated[str, AfterValidator(choices.check), choices]


def find_choices(field: FieldInfo) -> tuple[str, ...] | None:
    """The names that a field may take; None where it is free."""
    for fact in field.metadata:
        if isinstance(fact, Choices):
            return tuple(fact.list_names())
    return None


def find_range(field: FieldInfo) -> tuple[float, float] | None:
    """The lowest and the highest value of a field that is a number; None where it has no range."""
    low = next((fact.ge for fact in field.metadata if hasattr(fact, "ge")), None)
    high = next((fact.le for fact in field.metadata if hasattr(fact, "le")), None)
    return None if low is None or high is None else (low, high)


def find_fact(field: FieldInfo, name: str) -> Any:
    """What `setting` was told of a field, such as its `unit`; None where nothing is said."""
    extra = field.json_schema_extra
    return extra.get(name) if isinstance(extra, Mapping) else None


def write_value(field: FieldInfo, value: Any) -> str:
    """A value as a person says it: "off" and not 0 or False, with its unit where it has one."""
    written = f"{value:g}" if isinstance(value, float) else str(value)
    words = find_fact(field, "words") or {}
    if written in words:
        return str(words[written])
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return _find_title(field, value)
    unit = find_fact(field, "unit")
    if value == 1 and unit:
        unit = unit.removesuffix("s")
    return f"{written} {unit}" if unit else written


def _find_title(field: FieldInfo, value: str) -> str:
    """The title of a table's row, where the table's rows have titles; else the row's name."""
    for fact in field.metadata:
        if isinstance(fact, Choices):
            table = fact.list_names()
            row = table.get(value) if isinstance(table, Mapping) else None
            return str(getattr(row, "title", value))
    return value


def describe_kind(kind: Any) -> str:
    """What a value of this type is called, such as "a whole number"."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return KINDS.get(kind, "a group of settings")


def refuse_unknown(name: str, known: Collection[str], what: str = "a recipe") -> RecipeError:
    """The error for a setting that is not there, with the nearest that is."""
    near = difflib.get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(known)}."
    return RecipeError(f"{what[0].upper()}{what[1:]} has no setting {name!r}.{hint}")


def explain(error: ValidationError, owner: type[Group]) -> RecipeError:
    """The first thing that pydantic found wrong, in one sentence: what, what came, what may."""
    fault = error.errors()[0]
    parents, name = _find_owner(owner, [str(part) for part in fault["loc"]])
    value = fault["input"]
    if fault["type"] == "extra_forbidden":
        return refuse_unknown(name, list(parents.model_fields))
    if fault["type"] == "missing":
        return RecipeError(f"The recipe lacks {name}.")
    field = parents.model_fields.get(name)
    if field is None:
        return RecipeError(f"{name} is not usable: {fault['msg']}.", setting=name)
    if fault["type"] == "value_error":
        # What a group chooses first is known by the group's name, as in --strategy.
        is_choice = len(fault["loc"]) > 1 and name == getattr(parents, "primary", None)
        called = fault["loc"][-2] if is_choice else name
        wanted = fault["ctx"]["error"]
        return RecipeError(f"{called} must be {wanted}, not {value!r}.", setting=name)
    if fault["type"] == "finite_number":
        return RecipeError(f"{name} must be a finite number, not {value!r}.", setting=name)
    limits = find_range(field)
    if limits and fault["type"] in ("greater_than_equal", "less_than_equal"):
        unit = f" {unit}" if (unit := find_fact(field, "unit")) else ""
        low, high, given = map(_write_number, (*limits, value))
        text = f"{name} must lie between {low} and {high}{unit}, not {given}."
        return RecipeError(text, setting=name)
    kind = describe_kind(field.annotation)
    return RecipeError(f"{name} must be {kind}, not {value!r}.", setting=name)


def _write_number(value: float) -> str:
    """A number in full where it is whole: 2147483647 and not 2.14748e+09."""
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def _find_owner(owner: type[Group], path: list[str]) -> tuple[type[Group], str]:
    """The group that holds the field a fault lies in, and the field's name."""
    for part in path[:-1]:
        field = owner.model_fields.get(part)
        kind = field.annotation if field is not None else None
        if not (isinstance(kind, type) and issubclass(kind, Group)):
            return owner, part
        owner = kind
    return owner, path[-1] if path else ""
