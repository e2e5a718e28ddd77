"""What studies of many trainings have in common, whatever they ask."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from medapp.errors import RecipeError, RunError
from medapp.store.names import number_name

MOST_SEEDS = 10
STRINGS = ("id", "name", "made", "data_set")


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study of many trainings.

    Attributes:
        data_set: what it was called when the study was made.
        remarks: what was changed of the settings so that the study fits its time.
        minutes: that the study may take; None where it may take any.
        workers: how many of its runs may work at once.
    """

    id: str
    name: str
    made: str
    data_set: str
    remarks: tuple[str, ...]
    minutes: float | None = None
    workers: int = 1


def read_common(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `Study` in a study's file.

    Raises:
        ValueError, KeyError, TypeError: the file is damaged.
    """
    minutes = facts.get("minutes")
    return {
        **{name: str(facts[name]) for name in STRINGS},
        "remarks": tuple(map(str, facts["remarks"])),
        "minutes": None if minutes is None else float(minutes),
        "workers": max(1, int(facts.get("workers", 1))),
    }


def choose_name(noun: str, asked: str | None, base: str, taken: Collection[str]) -> str:
    """What a study is called: as asked, else the base, with a number where that is taken.

    Args:
        noun: what a study of the kind is called.

    Raises:
        RunError: a study of the kind is called so already.
    """
    if asked is not None and asked in taken:
        raise RunError(
            f"There is already a {noun} called {asked}.",
            remedy=f"Choose another name, such as {number_name(asked, taken)}, or go on with it.",
            setting="name",
        )
    return asked or number_name(base, taken)


def check_seeds(noun: str, seeds: int) -> None:
    """Raise RecipeError where so many seeds cannot be run.

    Args:
        noun: what the study is called.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise RecipeError(
            f"A {noun} takes 1 to {MOST_SEEDS} seeds, not {seeds}.",
            remedy="1 is quick; 3 tell how much chance does.",
            setting="seeds",
        )


def refuse_settings(noun: str, asked: Collection[str], taken: Mapping[str, str]) -> None:
    """Raise RecipeError where a setting is asked for that the study itself gives its runs.

    Args:
        taken: such settings, each with what to ask for instead.
    """
    for name, remedy in taken.items():
        if name in asked:
            raise RecipeError(
                f"A {noun} gives each of its runs a {name} of its own, and one was asked for.",
                remedy=remedy,
                setting=name,
            )
