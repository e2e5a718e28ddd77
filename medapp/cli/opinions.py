"""What `medapp predict` says beside an answer when asked: a second opinion, and siblings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medapp.cli.output import console
from medapp.runs.run import Run
from medapp.store.workspace import Workspace

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction
    from medapp.prediction.model import Model

AskAgain = Annotated[
    bool,
    typer.Option(
        "--again", help="A second opinion: what is said of twelve slightly changed copies."
    ),
]
WithSiblings = Annotated[
    bool,
    typer.Option(
        "--siblings",
        help="The training images that the model sees most alike, of the two likeliest classes.",
    ),
]


def describe_opinion(model: "Model", prediction: "Prediction") -> dict[str, Any] | None:
    """A second opinion for programs; None of what is not answered."""
    if prediction.pixels is None or prediction.label is None:
        return None
    from medapp.prediction.second_opinion import ask_again

    found = ask_again(model, prediction.pixels)
    return {
        "label": found.label,
        "same": found.same,
        "times": found.times,
        "lowest": found.lowest,
        "highest": found.highest,
        "is_stable": found.is_stable,
        "said": found.describe(),
    }


def describe_siblings(
    workspace: Workspace, head: Run, model: "Model", prediction: "Prediction"
) -> dict[str, list[dict[str, Any]]] | None:
    """Class → its nearest training images, by name and distance; None of what is not answered."""
    if prediction.pixels is None or prediction.label is None:
        return None
    from medapp.runs.siblings import find_siblings

    likeliest = prediction.list_likeliest()
    found = find_siblings(workspace, head, model, prediction.pixels, likeliest)
    return {
        name: [{"image": sibling.sample.name, "distance": sibling.distance} for sibling in siblings]
        for name, siblings in found.of_class.items()
    }


def print_opinions(row: Mapping[str, Any]) -> None:
    """Print what was asked beside the answer to one image."""
    opinion, siblings = row.get("second_opinion"), row.get("siblings")
    if opinion:
        console.print(f"{row['file']}: {opinion['said']}", markup=False)
    for name, nearest in (siblings or {}).items():
        said = ", ".join(f"{one['image']} ({one['distance']:.2f})" for one in nearest)
        console.print(f"{row['file']}: nearest of {name}: {said or 'none'}", markup=False)
