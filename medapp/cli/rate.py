"""`medapp rate`: a learning rate for a recipe, found by trying ever higher ones."""

from typing import Annotated, Any

import typer

from medapp.cli.options import ImageSize, Preset, Settings, Source, Strategy, TrainedOn
from medapp.cli.output import AsJson, console, follow_steps, print_json, print_table
from medapp.cli.work import gather_values, say_kept
from medapp.session import open as open_session
from medapp.training.rate_range import RateRange
from medapp.training.recipe import Recipe

ROWS = 10  # of the table


def rate(
    data: TrainedOn,
    preset: Preset = None,
    source: Source = None,
    strategy: Strategy = None,
    image_size: ImageSize = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Which learning rate to take, by at most a hundred steps at ever higher ones.

    Training images alone are learned from, and nothing of that is kept.
    """
    asked = {"source": source, "strategy": strategy, "image_size": image_size, "seed": seed}
    values = gather_values(settings, **asked)
    session = open_session()
    with follow_steps("Getting ready") as tell:
        recipe, _ = session.build_settings(data, preset, **values)
        say_kept(session, data, recipe)
        found = session.find_rate(data, preset=preset, on_progress=tell, **values)
    if as_json:
        print_json(describe_range(found, recipe))
        return
    step = -(-len(found.rates) // ROWS)
    rows = zip(found.rates[::step], found.smoothed[::step], strict=True)
    print_table(("rate", "smoothed loss"), [(f"{r:.1e}", f"{loss:.3f}") for r, loss in rows])
    if found.suggestion is None:
        console.print(f"No suggestion. {found.reason}", markup=False)
        return
    console.print(f"Suggested learning rate: {found.suggestion:g}. {found.reason}", markup=False)
    console.print(f"Train with it: --set learning_rate={found.suggestion:g}", markup=False)


def describe_range(found: RateRange, recipe: Recipe) -> dict[str, Any]:
    """A range test as plain values; the suggestion is null where there is none."""
    return {
        "suggestion": found.suggestion,
        "reason": found.reason,
        "strategy": recipe.strategy.name,
        "optimiser": recipe.optimisation.optimiser,
        "has_exploded": found.has_exploded,
        "rates": list(found.rates),
        "losses": list(found.losses),
        "smoothed": list(found.smoothed),
    }
