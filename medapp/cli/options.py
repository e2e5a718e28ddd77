"""What `medapp train`, `evaluate` and `predict` can be told: each option with its help."""

from pathlib import Path
from typing import Annotated

import typer

from medapp.errors import DataError, RecipeError
from medapp.explanation.contours import WORDS as CONTOURS
from medapp.explanation.methods import METHODS
from medapp.training.objectives.table import list_adaptations
from medapp.training.recipe.presets import PRESETS
from medapp.training.strategies import STRATEGIES

RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's name or id.")]
TrainedOn = Annotated[str, typer.Option(help="A data set's name.")]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        metavar="DATA,DATA",
        help="Further labelled data sets that the same backbone learns from, each with a head of"
        " its own.",
    ),
]
HeadOf = Annotated[
    str | None,
    typer.Option(
        "--head",
        metavar="DATA",
        help="Of a run that learned several data sets: the one whose classes are asked for.",
    ),
]
Preset = Annotated[str | None, typer.Option(help=f"Settings to begin with: {', '.join(PRESETS)}.")]
Source = Annotated[
    str | None,
    typer.Option("--from", help="bundled, a backbone's name, a weights file, a run, or none."),
]
Strategy = Annotated[str | None, typer.Option(help=", ".join(STRATEGIES) + ".")]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training images.")]
ImageSize = Annotated[int | None, typer.Option(help="Side of the square the network sees, in px.")]
Seed = Annotated[int | None, typer.Option(help="Of everything random.")]
Minutes = Annotated[
    float | None,
    typer.Option(help="How long it may take: epochs are lowered to fit, and what is late waits."),
]
Workers = Annotated[
    int,
    typer.Option(
        min=1,
        max=64,
        help="Runs that work at once: jobs of SLURM where it is here, else processes of this"
        " machine. Needs medapp[cluster].",
    ),
]
Jobs = Annotated[
    list[str] | None,
    typer.Option(
        "--job",
        metavar="KEY=VALUE",
        help="An option of submitit for the workers' jobs, such as slurm_partition=gpu; may be"
        " repeated.",
    ),
]
Folds = Annotated[
    int | None,
    typer.Option(
        help=(
            "Cross-validate: so many runs, each judged on one fold of the patients; figures"
            " over all of them."
        )
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        help="A data set of another hospital, to adapt the network to; its labels are not read."
    ),
]
Adaptation = Annotated[
    str | None,
    typer.Option(help=f"How to adapt to the target: {', '.join(list_adaptations())}."),
]
NewRun = Annotated[str | None, typer.Option(help="What to call the run.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any setting; may be repeated."),
]
Images = Annotated[list[Path], typer.Argument(metavar="IMAGE…", help="Files, or folders of files.")]
HeatmapFolder = Annotated[
    Path | None, typer.Option(help="A folder for heatmaps, one PNG an image.")
]
Method = Annotated[str, typer.Option(help=f"How the heatmap is made: {', '.join(METHODS)}.")]
ClassName = Annotated[
    str | None, typer.Option("--class", help="The class to explain; else the predicted one.")
]
AnswersAll = Annotated[
    bool,
    typer.Option(
        "--answer-all",
        help="Answer for images unlike all that the model learned from, too.",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="CLASS",
        help="Another class: heatmaps show why the explained class and not this one.",
    ),
]
Stage = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The network's stage that heatmaps are read from, such as layer3; else the method's"
        " own. Earlier stages: finer, less about the class.",
    ),
]
AsContours = Annotated[
    bool,
    typer.Option(
        "--contours",
        help=f"Heatmaps as lines over the untouched image. {CONTOURS}",
    ),
]
PatientPattern = Annotated[
    str | None,
    typer.Option(
        help="One answer a patient, the mean of his or her images: a regular expression that"
        " finds the patient in a file's name or path."
    ),
]


ClassMap = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="THEIRS=OURS",
        help="Which class of the other data set means which of the run's; THEIRS= leaves one out.",
    ),
]


def read_class_map(given: list[str] | None) -> dict[str, str]:
    """Their class to the run's, or to "" where it is left out.

    Raises:
        DataError: a pair is not of the form THEIRS=OURS.
    """
    asked = {}
    for pair in given or []:
        old, separator, new = pair.partition("=")
        if not separator or not old:
            raise DataError(
                f"--map takes THEIRS=OURS, not {pair!r}.",
                remedy='Write for example --map "glioma_tumor=glioma".',
            )
        asked[old.strip()] = new.strip()
    return asked


def split_names(text: str | None) -> list[str]:
    """The names in a list with commas between."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def read_options(texts: list[str] | None) -> dict[str, str | int]:
    """Options of jobs, by name; whole numbers as numbers.

    Raises:
        RecipeError: one is not of the form KEY=VALUE.
    """
    found: dict[str, str | int] = {}
    for text in texts or []:
        name, is_given, value = text.partition("=")
        if not is_given or not name.isidentifier():
            raise RecipeError(
                f"{text!r} is no option for a job.",
                remedy="Write KEY=VALUE, such as slurm_partition=gpu.",
                setting="workers",
            )
        found[name] = int(value) if value.isdecimal() else value
    return found
