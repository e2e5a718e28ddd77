"""Settings of the machine, apart from the recipe. What they do not know: torch."""

from typing import Any

from medapp.settings import Group, choice_of, setting
from medapp.training.recipe.groups import AUTO

DeviceName: Any = choice_of(lambda: (AUTO, "cpu", "cuda", "mps"))
PrecisionName: Any = choice_of(lambda: (AUTO, "float32", "bfloat16"))


class Machine(Group):
    """Where and how a run computes: another machine asks for other settings."""

    device: DeviceName = setting(
        AUTO,
        "Device",
        "Where it computes.",
        is_expert=True,
        words={AUTO: "the fastest here", "cpu": "CPU", "cuda": "graphics card", "mps": "Apple GPU"},
    )
    devices: int = setting(
        1,
        "Number of devices",
        "Graphics cards, or processes on a CPU, that share each batch. More than one pays on"
        " graphics cards.",
        low=1,
        high=64,
        is_expert=True,
    )
    precision: PrecisionName = setting(
        AUTO,
        "Precision",
        "auto takes bfloat16 where a short probe on this machine finds it faster.",
        is_expert=True,
        words={AUTO: "what a short probe finds faster"},
    )
    threads: int = setting(
        0,
        "Threads",
        "CPU threads of each of the training's processes. 0 takes all cores.",
        unit="threads",
        low=0,
        high=1024,
        is_expert=True,
        words={"0": "all cores"},
    )
