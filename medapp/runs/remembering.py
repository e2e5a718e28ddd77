"""A model that was trained before models knew their own kind of image, or was stopped, learns it.

Probabilities stay as they are: the validation images of such a run chose its epoch, so that none is
left to calibrate on or to promise sets with.
"""

from medapp.data.catalog import Catalog
from medapp.data.pixels import count_channels
from medapp.errors import RunError
from medapp.evaluation.familiarity import Familiarity, fit_familiarity
from medapp.models.carried import read_carried, read_metadata
from medapp.models.weights import save_network
from medapp.prediction.acquisition import collect_acquisition, write_acquisition
from medapp.prediction.memory import FAMILIARITY
from medapp.prediction.model import load_model
from medapp.runs.learned import load_samples
from medapp.runs.rewriting import rewrite_model
from medapp.runs.run import Run
from medapp.runs.stage_features import draw_training, load_features
from medapp.store.cache import open_cache
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.training.machine.devices import open_fabric


def remember_kind(
    workspace: Workspace, run: Run, on_progress: OnProgress | None = None
) -> Familiarity:
    """Let a run's model learn which images are of its kind; what it knows already stays.

    Raises:
        RunError: the run has no model or is under way, its images have changed, or they are too few
            to tell.
        DataError: a data set is gone.
    """
    model = load_model(run.require_model())
    if model.familiarity is not None:
        return model.familiarity
    learned = load_samples(run, Catalog(workspace))
    home = learned[run.domain]
    asked = model.recipe.preprocess
    channels = count_channels([s for one in learned for s in one.samples], asked)
    fabric = open_fabric(model.device, model.precision, 1)
    cache = open_cache(workspace)
    seen = [
        load_features(model, some, channels, cache, home.data_set.uid, fabric, on_progress)
        for some in (draw_training(home), home.list_split("validation"))
        if some
    ]
    found = fit_familiarity(seen[0], seen[1]) if len(seen) > 1 else None
    if found is None:
        raise RunError(
            f"{run.name} has too few training or validation images to tell its own kind of image.",
            remedy="Train again with more images.",
        )
    attributes = [sample.attributes for sample in home.list_split("train")]
    carried = {f"{FAMILIARITY}{name}": array for name, array in found.to_arrays().items()}
    with rewrite_model(run) as path:
        facts = {**read_metadata(path), **write_acquisition(collect_acquisition(attributes))}
        save_network(model.network, path, facts, carried={**read_carried(path), **carried})
    return found
