"""How fast a run was: what the estimate for the next run like it needs."""

from medapp.runs.events import SpeedMeasured
from medapp.runs.inputs import InputLoader
from medapp.training.fit import Fit
from medapp.training.loop import Loop
from medapp.training.recipe import Recipe


def measure_speed(
    recipe: Recipe, loader: InputLoader, training: Loop | Fit, train: int, validation: int
) -> SpeedMeasured | None:
    """Forward passes a second; None where all features were kept and nothing was stepped.

    Args:
        loader: counted the passes that made features.
        train, validation: images of these splits.
    """
    passes = float(loader.passes)
    seconds = loader.seconds
    cost = recipe.count_passes()
    learned = training.state.epoch * (train + validation)
    head = training.state.seconds / learned if learned and not cost else 0.0
    if isinstance(training, Loop) and cost:
        images = training.feed.count_images() * cost + validation
        passes = training.state.epoch * images
        seconds = training.state.seconds
    if not (seconds > 0 or head > 0):
        return None
    # Where all features were kept by an earlier run there is no pass to time.
    rate = passes / seconds if seconds > 0 else 0.0
    return SpeedMeasured(forwards_per_second=rate, seconds=seconds, head_seconds=head)
