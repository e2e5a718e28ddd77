"""A recipe keeps what was asked and refuses what contradicts itself; in JSON it is the same."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.errors import RecipeError
from medapp.imaging.preprocess import Preprocess
from medapp.settings import find_choices, find_fact, find_range
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.recipe import (
    DataChoice,
    Machine,
    Recipe,
    build_recipe,
    build_settings,
    read_settings,
    write_settings,
)
from medapp.training.recipe.names import list_settings, parse_assignments
from medapp.training.recipe.presets import FORMER, PRESETS, find_preset
from medapp.training.strategies import STRATEGIES

settings = st.fixed_dictionaries(
    {"data": st.text(min_size=1)},
    optional={
        "strategy": st.sampled_from(["linear-probe", "last-stage", "fine-tune", "scratch"]),
        "epochs": st.integers(1, 1000),
        "image_size": st.integers(32, 1024),
        "learning_rate": st.floats(0, 10),
        "label_smoothing": st.floats(0, 0.5),
        "class_weights": st.booleans(),
        "resize": st.sampled_from(["squash", "pad", "crop"]),
        "percentile_clip": st.floats(0, 20),
        "device": st.sampled_from(["auto", "cpu", "cuda", "mps"]),
        "devices": st.integers(1, 64),
        "threads": st.integers(0, 1024),
        "seed": st.integers(0, 2**31 - 1),
    },
)


def build(**values: object) -> Recipe:
    return build_recipe({"data": "d", **values})


@given(settings)
def test_settings_go_to_json_and_back(values: dict[str, object]) -> None:
    built = build_settings(values)
    assert read_settings(write_settings(*built)) == built


@pytest.mark.parametrize("wanted", [("p1", "p2"), ["p1", "p2"]])
def test_a_choice_of_data_goes_to_json_and_back(wanted: Sequence[str]) -> None:
    choices = [
        {"id": "0" * 32, "name": "Köpfe", "only": {"patient": wanted, "site": wanted[:1]}},
        {"name": "elsewhere", "role": "external"},
    ]
    built = build_settings({"data": {"choices": choices}})
    assert built[0].data.train.only == {"patient": ("p1", "p2"), "site": ("p1",)}
    assert read_settings(write_settings(*built)) == built


def test_a_choice_that_is_not_there_is_named_as_it_was_asked() -> None:
    with pytest.raises(RecipeError, match=r"^strategy must be one of linear-probe, .*'linear'"):
        build_recipe({"data": "x", "strategy": "linear"})


def test_a_setting_is_found_in_its_group() -> None:
    recipe, machine = build_settings(
        {
            "data": "d",
            "epochs": 3,
            "batch_size": 8,
            "image_size": 64,
            "strategy": "last-stage",
            "augmentation": "strong",
            "source": "resnet50",
            "class_weights": True,
            "seed": 7,
            "threads": 2,
            "precision": "float32",
        }
    )
    assert recipe.budget.epochs == 3
    assert recipe.optimisation.batch_size == 8
    assert recipe.preprocess.image_size == 64
    assert recipe.strategy.name == "last-stage"
    assert recipe.augmentation.name == "strong"
    assert recipe.start.source == "resnet50"
    assert recipe.objective.class_weights
    assert recipe.seed == 7
    assert machine == Machine(threads=2, precision="float32")
    assert recipe.data.choices == (DataChoice(name="d", role="train"),)


def test_groups_and_dotted_names_say_the_same_as_short_ones() -> None:
    short = build(epochs=3, image_size=64, strategy="last-stage")
    nested = {"budget": {"epochs": 3}, "preprocess": {"image_size": 64}}
    assert build(**nested, strategy={"name": "last-stage"}) == short
    dotted = {"budget.epochs": 3, "preprocess.image_size": 64, "strategy.name": "last-stage"}
    assert build(**dotted) == short
    assert build(preprocess=Preprocess(image_size=64), epochs=3, strategy="last-stage") == short
    assert build(preprocess=Preprocess(clahe=2.0), image_size=64).preprocess == Preprocess(
        clahe=2.0, image_size=64
    )


def test_every_setting_has_a_label_and_help() -> None:
    listed = [*list_settings(Recipe), *list_settings(Machine)]
    assert {"epochs", "strategy", "image_size", "seed", "threads"} <= {s.short for s in listed}
    for each in listed:
        assert each.field.title
        assert (each.field.description or "").endswith("."), each.name


def test_every_setting_has_one_short_name() -> None:
    names = [setting.short for owner in (Recipe, Machine) for setting in list_settings(owner)]
    assert len(names) == len(set(names))


def test_tables_are_what_a_recipe_offers() -> None:
    offered = {setting.short: find_choices(setting.field) for setting in list_settings(Recipe)}
    assert offered["augmentation"] == ("auto", *AUGMENTATIONS)
    assert offered["strategy"] == tuple(STRATEGIES)
    assert offered["objective"] == tuple(OBJECTIVES)
    assert offered["seed"] is None


def test_a_form_finds_range_unit_and_step() -> None:
    fields = {setting.short: setting.field for setting in list_settings(Recipe)}
    assert find_range(fields["image_size"]) == (32, 1024)
    assert find_range(fields["strategy"]) is None
    assert find_fact(fields["image_size"], "unit") == "px"
    assert find_fact(fields["image_size"], "step") == 32
    assert find_fact(fields["learning_rate"], "is_expert")
    assert not find_fact(fields["epochs"], "is_expert")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"epochs": 0}, "epochs must lie between 1 and 1000 epochs, not 0"),
        ({"epochs": "ten"}, "epochs must be a whole number"),
        ({"epochs": True}, "epochs must be a whole number"),
        ({"epochs": 3.5}, "epochs must be a whole number"),
        ({"learning_rate": float("nan")}, "finite"),
        ({"learning_rate": "fast"}, "learning_rate must be a number"),
        ({"class_weights": 1}, "class_weights must be true or false"),
        ({"source": 1}, "source must be a text"),
        ({"seed": 10**15}, "seed must lie between 0 and 2147483647, not 1000000000000000"),
        ({"threads": -1}, "threads must lie between 0 and 1024 threads"),
        ({"strategy": "magic"}, "one of linear-probe"),
        ({"augmentation": "wild"}, "one of auto, none, light"),
        ({"epoch": 3}, "Did you mean epochs"),
        ({"preprocess": {"resise": "pad"}}, "Did you mean resize"),
        ({"preprocess.resise": "pad"}, "Did you mean resize"),
        ({"preprocess": {"resize": "stretch"}}, "one of squash"),
        ({"data": {"choices": [{"name": "d", "role": "judge"}]}}, "one of train"),
        ({"data": {"choices": [{"name": "d", "only": {"ward": ["a"]}}]}}, "one of label"),
        ({"data": {"choices": [{"name": "d", "role": "external"}]}}, "lacks data to train on"),
    ],
)
def test_wrong_settings_are_named(values: dict[str, object], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        build_settings({"data": "d", **values})


def test_missing_data_set_is_named() -> None:
    with pytest.raises(RecipeError, match="lacks data"):
        build_recipe({})


def test_whole_number_is_taken_for_a_float() -> None:
    assert build(learning_rate=1).optimisation.learning_rate == 1.0


def test_a_recipe_is_not_changed_after_it_was_made() -> None:
    with pytest.raises(ValueError, match="frozen"):
        build().budget.epochs = 4


# What contradicts itself is refused, and nothing that was asked is rewritten.


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"strategy": "scratch", "source": "resnet50"}, "random weights"),
        ({"strategy": "scratch", "source": "bundled"}, "'bundled' would be ignored"),
        ({"strategy": "scratch", "norms": "keep"}, "Random weights have no statistics"),
        ({"source": "none", "norms": "keep"}, "Random weights have no statistics"),
        ({"strategy": "linear-probe", "augmentation": "light"}, "images cannot vary"),
        ({"strategy": "head-by-steps", "mixup": 0.2}, "images cannot be mixed"),
        ({"class_weights": True, "balanced_sampling": True}, "count rare classes twice"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    values: dict[str, object], said: str
) -> None:
    with pytest.raises(RecipeError, match=said):
        build(**values)


@pytest.mark.parametrize(
    ("values", "source", "augmentation"),
    [
        ({}, "bundled", "light"),
        ({"strategy": "last-stage"}, "bundled", "light"),
        ({"strategy": "scratch"}, "none", "light"),
        ({"strategy": "scratch", "source": "none"}, "none", "light"),
        ({"strategy": "linear-probe"}, "bundled", "none"),
        ({"strategy": "linear-probe", "augmentation": "none"}, "bundled", "none"),
        ({"source": "resnet50", "augmentation": "strong"}, "resnet50", "strong"),
    ],
)
def test_what_is_left_to_the_strategy_is_told(
    values: dict[str, object], source: str, augmentation: str
) -> None:
    recipe = build(**values)
    assert (recipe.find_source(), recipe.find_augmentation()) == (source, augmentation)
    assert recipe.start.source == values.get("source", "auto")
    assert recipe.augmentation.name == values.get("augmentation", "auto")


def test_how_images_vary_is_a_row_with_mixup_beside_it() -> None:
    assert build().find_variation() == AUGMENTATIONS["light"]
    mixed = build(mixup=0.3, augmentation="none").find_variation()
    assert (mixed.varies, mixed.changes, mixed.mixup) == (True, False, 0.3)


# From a shell


def test_assignments_take_every_field() -> None:
    texts = [
        "epochs=3",
        "learning_rate=1e-4",
        "class_weights=yes",
        "preprocess.resize=pad",
        "preprocess.clahe=2",
        "threads=4",
    ]
    values = parse_assignments(texts, Recipe, Machine)
    recipe, machine = build_settings({"data": "d", **values})
    assert (recipe.budget.epochs, machine.threads) == (3, 4)
    assert recipe.optimisation.learning_rate == 1e-4
    assert recipe.objective.class_weights
    assert recipe.preprocess == Preprocess(resize="pad", clahe=2.0)


@pytest.mark.parametrize("names_group", [False, True])
def test_all_defaults_can_be_assigned(names_group: bool) -> None:
    default, machine = build(), Machine()
    texts = []
    for owner, values in ((Recipe, default.model_dump()), (Machine, machine.model_dump())):
        for each in list_settings(owner):
            value = (values[each.group] if each.group else values)[each.name]
            dotted = f"{each.group}.{each.name}" if each.group else each.name
            texts.append(f"{dotted if names_group else each.short}={value}")
    values = parse_assignments(texts, Recipe, Machine)
    assert build_settings({"data": "d", **values}) == (default, machine)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs", "KEY=VALUE"),
        ("epochs=x", "whole number"),
        ("class_weights=2", "true or false"),
        ("preprocess=1", "Set one of them, such as preprocess"),
        ("a.b=1", "no setting"),
        ("epoch=1", "Did you mean epochs"),
    ],
)
def test_wrong_assignments_are_named(text: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        parse_assignments([text], Recipe, Machine)


# Presets


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_recipe_that_says_what_it_is_for(name: str) -> None:
    preset = find_preset(name)
    recipe = build(**preset.values)
    assert preset.title
    assert preset.help.endswith(".")
    assert recipe != build()


def test_a_preset_is_found_by_its_former_name_too() -> None:
    assert find_preset("fine-tune") is PRESETS["balanced"]
    assert find_preset("thorough") is PRESETS["best-in-an-hour"]
    assert not set(FORMER) & set(PRESETS)


def test_unknown_preset_lists_those_there_are() -> None:
    with pytest.raises(RecipeError, match="quick-look"):
        find_preset("slow-look")


def test_json_is_plain_and_holds_the_version() -> None:
    values = json.loads(write_settings(build(), Machine()))
    assert values["version"] == 7
    assert values["machine"] == Machine().model_dump()
    assert values["data"]["choices"][0]["name"] == "d"


@pytest.mark.parametrize(
    ("asked", "idle"),
    [
        ({"strategy": "fine-tune", "epochs": 3, "weight_decay": 0.5}, []),
        ({"strategy": "fine-tune", "momentum": 0.5}, ["momentum"]),
        ({"strategy": "fine-tune", "momentum": 0.5, "optimiser": "sgd"}, []),
        ({"strategy": "head-by-steps", "backbone_rate": 0.5, "epochs": 3}, ["backbone_rate"]),
        (
            {"strategy": "head-by-steps", "unfreezing": 0.5, "norms": "keep", "stage_rate": 0.5},
            ["unfreezing", "norms", "stage_rate"],
        ),
        ({"strategy": "last-stage", "unfreezing": 0.5, "norms": "keep", "stage_rate": 0.5}, []),
        ({"strategy": "linear-probe", "image_size": 64, "class_weights": True}, []),
        ({"strategy": "linear-probe", "augmentation": "none"}, []),
        (
            {"strategy": "linear-probe", "epochs": 3, "optimiser": "sgd", "learning_rate": 0.5},
            ["optimiser", "learning_rate", "epochs"],
        ),
    ],
)
def test_what_was_asked_and_has_no_effect_is_listed(
    asked: dict[str, object], idle: list[str]
) -> None:
    recipe = build_recipe({"data": "d", **asked})
    assert recipe.list_idle() == idle
    fitted = asked["strategy"] == "linear-probe"
    assert recipe.count_epochs() == (1 if fitted else recipe.budget.epochs)


def test_windows_are_asked_for_by_name_or_level_and_width() -> None:
    values = parse_assignments(["preprocess.windows=Lung,40/400"], Recipe, Machine)
    recipe, _ = build_settings({"data": "d", **values})
    assert recipe.preprocess.windows == "lung, 40/400"
    with pytest.raises(RecipeError, match=r"windows must be up to 3 windows .* not 'liver'"):
        build_settings({"data": "d", "windows": "liver"})
