import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.errors import RecipeError
from medapp.imaging.preprocess import Preprocess
from medapp.training.recipe.recipe import Recipe, build_recipe, parse_assignments

recipes = st.builds(
    Recipe,
    dataset=st.text(min_size=1),
    strategy=st.sampled_from(["linear-probe", "last-stage", "fine-tune", "scratch"]),
    epochs=st.integers(1, 1000),
    image_size=st.integers(32, 1024),
    learning_rate=st.floats(0, 10),
    label_smoothing=st.floats(0, 0.5),
    class_weights=st.booleans(),
    preprocess=st.builds(
        Preprocess,
        resize=st.sampled_from(["squash", "pad", "crop"]),
        percentile_clip=st.floats(0, 20),
    ),
)


@given(recipes)
def test_recipe_goes_to_json_and_back(recipe: Recipe) -> None:
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_every_setting_has_a_label_and_help() -> None:
    for f in (*dataclasses.fields(Recipe), *dataclasses.fields(Preprocess)):
        assert f.metadata["label"]
        assert f.metadata["help"].endswith(".")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"epochs": 0}, "epochs must lie between 1 and 1000 epochs, not 0"),
        ({"epochs": "ten"}, "epochs must be a whole number"),
        ({"epochs": True}, "epochs must be a whole number"),
        ({"learning_rate": float("nan")}, "finite"),
        ({"strategy": "magic"}, "one of linear-probe"),
        ({"epoch": 3}, "Did you mean epochs"),
        ({"preprocess": {"resise": "pad"}}, "Did you mean resize"),
        ({"preprocess": {"resize": "stretch"}}, "one of squash"),
        ({"strategy": "scratch", "source": "resnet50"}, "random weights"),
    ],
)
def test_wrong_settings_are_named(values: dict[str, object], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        build_recipe({"dataset": "d", **values})


def test_missing_data_set_is_named() -> None:
    with pytest.raises(RecipeError, match="lacks dataset"):
        build_recipe({})


def test_whole_number_is_taken_for_a_float() -> None:
    assert build_recipe({"dataset": "d", "learning_rate": 1}).learning_rate == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 99, "dataset": "d"}',
        '{"version": 1, "dataset": "d", "new_thing": 1}',
    ],
)
def test_foreign_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(RecipeError):
        Recipe.from_json(text)


def test_from_scratch_starts_from_nothing() -> None:
    assert Recipe("d", strategy="scratch").source == "none"


def test_linear_probe_does_not_augment() -> None:
    assert Recipe("d", strategy="linear-probe", augmentation="strong").augmentation == "none"


def test_assignments_take_every_field() -> None:
    values = parse_assignments(
        [
            "epochs=3",
            "learning_rate=1e-4",
            "class_weights=yes",
            "preprocess.resize=pad",
            "preprocess.clahe=2",
        ]
    )
    recipe = build_recipe({"dataset": "d", **values})
    assert (recipe.epochs, recipe.learning_rate, recipe.class_weights) == (3, 1e-4, True)
    assert recipe.preprocess == Preprocess(resize="pad", clahe=2.0)
    everything = json.loads(Recipe("d").to_json())
    everything.pop("version")
    preprocess = everything.pop("preprocess")
    texts = [f"{k}={v}" for k, v in everything.items()] + [
        f"preprocess.{k}={v}" for k, v in preprocess.items()
    ]
    assert build_recipe(parse_assignments(texts)) == Recipe("d")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs", "KEY=VALUE"),
        ("epochs=x", "whole number"),
        ("class_weights=2", "true or false"),
        ("preprocess=1", "preprocess.resize"),
        ("a.b=1", "no setting"),
    ],
)
def test_wrong_assignments_are_named(text: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        parse_assignments([text])
