"""How much memory a run takes, before it starts: the process, the weights, and what a step keeps
for the way back. No torch here.

The constants were fitted to the peaks of fifteen runs (Linux, torch 2.15; ResNet, DenseNet, VGG,
EfficientNet and ConvNeXt at 32 to 224 px, both precisions, all strategies); `benchmarks/memory.py`
sets the estimate beside what runs took.
"""

from medapp.training.recipe.recipe import STRATEGIES, Recipe

PROCESS_BYTES = 950 * 2**20  # with torch, the app's code and a small batch
PASSING = 64  # images computed at once where nothing is learned
PASSING_BYTES = {
    "bfloat16": 100,
    "float32": 200,
}  # of a pixel's input, stem and first maps, on the way through: at least
PASSING_MAPS = 0.15  # of what a training step would keep
LAST_STAGE_WEIGHTS, LAST_STAGE_MAPS = 0.65, 0.08  # the last stage's share of a network


def estimate_bytes(
    recipe: Recipe, parameters: int, maps_mib: float, precision: str, parts: int = 1
) -> int:
    """The peak of a run's process, of each where there are several, in bytes.

    Args:
        parameters: of the network.
        maps_mib: what a training step keeps of one image at 224 px in float32, in MiB.
        parts: that a process computes its share of each batch in.
    """
    stages = STRATEGIES[recipe.strategy].learning_stages
    weights, maps = {0: (0.0, 0.0), 1: (LAST_STAGE_WEIGHTS, LAST_STAGE_MAPS), None: (1.0, 1.0)}[
        stages
    ]
    # BatchNorm over several processes keeps its maps in float32.
    size, area = (2 if precision == "bfloat16" and recipe.devices == 1 else 4), recipe.image_size**2
    # In float32: a weight, and where it learns its gradient, AdamW's two moments, the best epoch's
    # and a copy on its way to the disk; autocast keeps one in bfloat16.
    held = parameters * (4 + 20 * weights + (2 if precision == "bfloat16" else 0))
    at_once = -(-recipe.batch_size // (parts * recipe.devices))
    kept = maps_mib * 2**20 * area / 224**2 * size / 4  # of an image, where all learns
    passing = max(area * PASSING_BYTES[precision], PASSING_MAPS * kept)
    step = at_once * (maps * kept + (passing if 0 < maps < 1 else 0))
    looking = min(PASSING, 2 * recipe.batch_size) / parts if maps else PASSING
    return round(PROCESS_BYTES + held + max(step, looking * passing))


def choose_parts(
    recipe: Recipe, parameters: int, maps_mib: float, precision: str, available: int
) -> int:
    """In how many parts, a power of two, a process has to compute its share of each batch to take
    no more than is available.
    """
    parts = 1
    while (
        parts * recipe.devices < recipe.batch_size
        and estimate_bytes(recipe, parameters, maps_mib, precision, parts) > available
    ):
        parts *= 2
    return parts
