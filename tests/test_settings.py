"""Settings say what a form needs, and what is wrong is one sentence about one setting."""

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import Field, ValidationError

from medapp.errors import RecipeError
from medapp.settings import (
    Group,
    choice_of,
    describe_kind,
    explain,
    find_choices,
    find_fact,
    find_range,
    setting,
    write_value,
)

COLOURS = ["red", "green"]
Colour: Any = choice_of(lambda: COLOURS)


class Brush(Group):
    """A group within another."""

    colour: Colour = setting("red", "Colour", "What it paints.")
    width: int = setting(2, "Width", "How broad.", unit="px", low=1, high=9, step=2)


class Picture(Group):
    """A group of all kinds."""

    name: str
    brush: Brush = Brush()
    is_framed: bool = setting(False, "Frame", "Whether it has one.", is_expert=True)
    weight: float = setting(1.0, "Weight", "How heavy.", low=0.0, high=2.0)
    depth: int = setting(0, "Depth", "How deep.", unit="cm", words={"0": "flat"})
    tags: dict[str, str] = Field(default_factory=dict)


def say(**values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Picture.model_validate({"name": "x", **values})
    error = explain(caught.value, Picture)
    assert isinstance(error, RecipeError)
    return str(error)


def test_a_form_finds_what_it_needs() -> None:
    fields = Brush.model_fields
    assert find_choices(fields["colour"]) == ("red", "green")
    assert find_choices(fields["width"]) is None
    assert find_range(fields["width"]) == (1, 9)
    assert find_range(fields["colour"]) is None
    assert (find_fact(fields["width"], "unit"), find_fact(fields["width"], "step")) == ("px", 2)
    assert find_fact(fields["colour"], "unit") is None
    assert find_fact(Picture.model_fields["is_framed"], "is_expert")
    assert (fields["width"].title, fields["width"].description) == ("Width", "How broad.")


def test_the_schema_says_the_same() -> None:
    said = Brush.model_json_schema()["properties"]["width"]
    assert (said["title"], said["minimum"], said["maximum"]) == ("Width", 1, 9)
    assert (said["unit"], said["step"]) == ("px", 2)


def test_a_row_that_is_added_to_a_table_is_a_choice_at_once() -> None:
    with pytest.raises(ValidationError):
        Brush(colour="blue")
    COLOURS.append("blue")
    try:
        assert Brush(colour="blue").colour == "blue"
        assert find_choices(Brush.model_fields["colour"]) == ("red", "green", "blue")
    finally:
        COLOURS.remove("blue")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"brush": {"colour": "blue"}}, "colour must be one of red, green, not 'blue'."),
        ({"brush": {"width": 10}}, "width must lie between 1 and 9 px, not 10."),
        ({"brush": {"width": 2.5}}, "width must be a whole number, not 2.5."),
        ({"brush": {"widht": 3}}, "A recipe has no setting 'widht'. Did you mean width?"),
        ({"brush": {"zzz": 3}}, "A recipe has no setting 'zzz'. Known: colour, width."),
        ({"brush": 3}, "brush must be a group of settings, not 3."),
        ({"name": 3}, "name must be a text, not 3."),
        ({"is_framed": 1}, "is_framed must be true or false, not 1."),
        ({"weight": "heavy"}, "weight must be a number, not 'heavy'."),
        ({"weight": float("inf")}, "weight must be a finite number, not inf."),
        ({"weight": -1.0}, "weight must lie between 0 and 2, not -1."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(values: dict[str, Any], said: str) -> None:
    assert say(**values) == said


def test_what_is_missing_is_said() -> None:
    with pytest.raises(ValidationError) as caught:
        Picture.model_validate({})
    assert str(explain(caught.value, Picture)) == "The recipe lacks name."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (int, "a whole number"),
        (float, "a number"),
        (str, "a text"),
        (Colour, "a text"),
        (Brush, "a group of settings"),
    ],
)
def test_kinds_have_names(kind: Any, words: str) -> None:
    assert describe_kind(kind) == words


def test_a_value_is_written_as_a_person_says_it() -> None:
    fields = {**Picture.model_fields, **Brush.model_fields}
    said = {
        "is_framed": (False, "off"),
        "depth": (0, "flat"),
        "width": (2, "2 px"),
        "weight": (0.25, "0.25"),
        "colour": ("green", "green"),
    }
    for name, (value, words) in said.items():
        assert write_value(fields[name], value) == words
    assert write_value(fields["is_framed"], True) == "on"
    assert write_value(fields["depth"], 3) == "3 cm"


@pytest.mark.parametrize(("count", "words"), [(1, "1 thread"), (2, "2 threads")])
def test_one_thing_has_its_unit_in_the_singular(count: int, words: str) -> None:
    class Desk(Group):
        """A machine."""

        threads: int = setting(1, "Threads", "At work.", unit="threads")

    assert write_value(Desk.model_fields["threads"], count) == words


def test_a_row_with_a_title_is_called_by_it() -> None:
    @dataclass
    class Row:
        title: str

    kind: Any = choice_of(lambda: {"oil": Row("Oil on canvas")})

    class Paint(Group):
        """One choice."""

        medium: kind = setting("oil", "Medium", "What with.")

    assert write_value(Paint.model_fields["medium"], "oil") == "Oil on canvas"
