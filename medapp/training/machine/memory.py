"""How much memory a run takes, before it starts. No torch here.

The estimate adds up the process, the weights, and what a step keeps for the way back. The constants
were fitted to the peaks of fifteen runs (Linux, torch 2.15; ResNet, DenseNet, VGG, EfficientNet and
ConvNeXt at 32 to 224 px, both precisions, all strategies); `benchmarks/speed/memory.py` sets the
estimate beside what runs took.
"""

from medapp.models.architectures import Architecture
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.recipe import Recipe

PROCESS_BYTES = 950 * 2**20  # with torch, the app's code and a small batch
PASSING = 64  # images computed at once where nothing is learned
# What a pixel takes on the way through, at least: input, stem and first maps.
PASSING_BYTES = {"bfloat16": 100, "float32": 200}
# What the maps of a pass take, as a share of what a training step would keep.
PASSING_MAPS = 0.15


def estimate_bytes(
    recipe: Recipe,
    machine: Machine,
    network: Architecture,
    precision: str,
    parts: int = 1,
    further: int = 0,
) -> int:
    """The peak in bytes of a run's process, or of each of its processes.

    Args:
        network: the architecture's costs.
        parts: how many parts a process computes its share of each batch in.
        further: images a step of further data sets.
    """
    strategy = recipe.find_strategy()
    batch_size = recipe.optimisation.batch_size + further
    # BatchNorm over several processes keeps its maps in float32.
    size = 2 if precision == "bfloat16" and machine.devices == 1 else 4
    area = recipe.preprocess.image_size**2
    # Bytes for each weight. In float32: the weight itself and, where it learns, its gradient,
    # AdamW's two moments, the best epoch's weight and a copy on its way to the disk; where weights
    # are averaged, the average and a copy while it is judged. Autocast keeps one more in bfloat16.
    learning = 28 if recipe.optimisation.averaging else 20
    each = 4 + learning * strategy.weights_share + (2 if precision == "bfloat16" else 0)
    held = network.parameters * each
    at_once = -(-batch_size // (parts * machine.devices))
    # What a step keeps of one image, where the whole network learns.
    kept = network.maps_mib * 2**20 * area / 224**2 * size / 4
    passing = max(area * PASSING_BYTES[precision], PASSING_MAPS * kept)
    has_frozen_maps = 0 < strategy.maps_share < 1
    step = at_once * (strategy.maps_share * kept + (passing if has_frozen_maps else 0))
    looking = min(PASSING, 2 * batch_size) / parts if strategy.maps_share else PASSING
    return round(PROCESS_BYTES + held + max(step, looking * passing))


def choose_parts(
    recipe: Recipe,
    machine: Machine,
    network: Architecture,
    precision: str,
    available: int,
    further: int = 0,
) -> int:
    """How many parts a process has to compute its share of each batch in, a power of two.

    Args:
        available: bytes that each process may take at its peak.
        further: images a step of further data sets.
    """
    parts = 1
    while parts * machine.devices < recipe.optimisation.batch_size:
        if estimate_bytes(recipe, machine, network, precision, parts, further) <= available:
            break
        parts *= 2
    return parts
