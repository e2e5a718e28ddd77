"""Settings by their own name: each has one name in all groups, so that `epochs=3` says enough."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from medapp.errors import RecipeError
from medapp.settings import Group, describe_kind, refuse_unknown


@dataclass(frozen=True)
class Setting:
    """One setting: its group (empty for one of the recipe's own), its name there, its field."""

    group: str
    name: str
    field: FieldInfo

    @property
    def short(self) -> str:
        """The name that alone says which setting is meant: that of its group where it is primary.

        `strategy` is `strategy.name`, `epochs` is `budget.epochs`.
        """
        return self.group if self.name == "name" else self.name

    @property
    def kind(self) -> Any:
        """int, float, bool or str."""
        annotation = self.field.annotation
        return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def list_settings(owner: type[Group]) -> Iterator[Setting]:
    """All settings of an owner's groups that are plain values, in their order."""
    for name, field in owner.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Group):
            for inner, inner_field in kind.model_fields.items():
                setting = Setting(name, inner, inner_field)
                if setting.kind in (int, float, bool, str):
                    yield setting
        elif Setting("", name, field).kind in (int, float, bool, str):
            yield Setting("", name, field)


def read_values(*owners: Group) -> dict[str, Any]:
    """The values of all settings of some groups, by their short names."""
    return {
        setting.short: getattr(
            getattr(owner, setting.group) if setting.group else owner, setting.name
        )
        for owner in owners
        for setting in list_settings(type(owner))
    }


def read_defaults(*owners: type[Group]) -> dict[str, Any]:
    """What all settings of some groups are where nothing is asked, by their short names."""
    return {
        setting.short: setting.field.default for owner in owners for setting in list_settings(owner)
    }


def arrange(values: Mapping[str, Any], *owners: type[Group]) -> list[dict[str, Any]]:
    """Values by name to nested values, for each of the owners; what no owner knows is refused."""
    arranged: list[dict[str, Any]] = [{} for _ in owners]
    for name, value in values.items():
        for owner, target in zip(owners, arranged, strict=True):
            path = _find_path(name, value, owner)
            if path is not None:
                _put(target, path, value)
                break
        else:
            raise refuse_unknown(name, _list_names(owners))
    return arranged


def _find_path(name: str, value: Any, owner: type[Group]) -> tuple[str, ...] | None:
    """Where a value belongs in an owner's nested values; None where the owner does not know it."""
    group, _, inner = name.partition(".")
    kind = _find_group(owner, group)
    if kind is not None and inner:
        if inner not in kind.model_fields:
            raise refuse_unknown(inner, list(kind.model_fields))
        return group, inner
    if kind is not None:
        is_whole = isinstance(value, Mapping | Group) or not kind.primary
        return (group,) if is_whole else (group, kind.primary)
    found = [s for s in list_settings(owner) if name == s.name and name not in ("name", "id")]
    if not found:
        return None
    return (found[0].group, name) if found[0].group else (name,)


def _find_group(owner: type[Group], name: str) -> type[Group] | None:
    field = owner.model_fields.get(name)
    kind = field.annotation if field is not None else None
    return kind if isinstance(kind, type) and issubclass(kind, Group) else None


def _put(target: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a nested value; a data set's name becomes a choice with the role "train"."""
    if path == ("data", "choices") and isinstance(value, str):
        value = ({"name": value},)
    *groups, name = path
    for group in groups:
        inner = target.setdefault(group, {})
        if isinstance(inner, Group):
            inner = target[group] = inner.model_dump()
        target = inner
    if isinstance(value, Mapping) and isinstance(target.get(name), Mapping):
        value = {**target[name], **value}
    target[name] = value


def _list_names(owners: Iterable[type[Group]]) -> list[str]:
    names = [name for owner in owners for name in owner.model_fields]
    return names + [setting.short for owner in owners for setting in list_settings(owner)]


def parse_assignments(assignments: Iterable[str], *owners: type[Group]) -> dict[str, Any]:
    """`KEY=VALUE` texts from a shell to values by name; `preprocess.resize=pad` names the group.

    Raises:
        RecipeError: no `=`, an unknown key, or a value of the wrong type.
    """
    values: dict[str, Any] = {}
    for text in assignments:
        key, sign, value = text.partition("=")
        if not sign:
            example = "--set learning_rate=0.001"
            raise RecipeError(
                f"--set takes KEY=VALUE, not {text!r}.", remedy=f"Example: {example}."
            )
        values[key.strip()] = _parse(value.strip(), _find_kind(key.strip(), owners), key)
    return values


def _find_kind(key: str, owners: Iterable[type[Group]]) -> Any:
    for owner in owners:
        path = _find_path(key, "", owner)
        kind = _find_group(owner, path[0]) if path else None
        if path and len(path) == 1 and kind is not None:
            example = f"{path[0]}.{next(iter(kind.model_fields))}=…"
            raise RecipeError(
                f"{key} is a group of settings.", remedy=f"Set one of them, such as {example}."
            )
        if path:
            for setting in list_settings(owner):
                if (setting.group, setting.name)[-len(path) :] == path:
                    return setting.kind
            return str
    raise refuse_unknown(key, _list_names(owners))


def _parse(text: str, kind: Any, key: str) -> Any:
    if kind is bool:
        if text.lower() in ("true", "yes", "on", "1"):
            return True
        if text.lower() in ("false", "no", "off", "0"):
            return False
        raise RecipeError(f"{key} must be true or false, not {text!r}.")
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise RecipeError(f"{key} must be {describe_kind(kind)}, not {text!r}.") from None
    return text
