"""`medapp runs export` and `import`: what of a run travels, and in which form."""

from pathlib import Path
from typing import Annotated

import typer

from medapp.cli.options import HeadOf, RunName
from medapp.cli.output import AsJson, console, print_json
from medapp.runs.heads import find_head, name_head
from medapp.runs.making import find_run
from medapp.runs.run import Run
from medapp.runs.transfer import BUNDLE, describe_export, export_bundle, export_run, import_run
from medapp.store.workspace import find_workspace


def export(
    run: RunName,
    to: Annotated[Path, typer.Option(help="The zip to write, or with --onnx the .onnx.")],
    with_names: Annotated[
        bool, typer.Option("--with-names", help="With file names, patients and sites.")
    ] = False,
    as_onnx: Annotated[
        bool,
        typer.Option("--onnx", help="The model alone, as onnxruntime runs it without MedApp."),
    ] = False,
    as_bundle: Annotated[
        bool,
        typer.Option(
            "--bundle",
            help="For another hospital: the model and its figures, no row of any image.",
        ),
    ] = False,
    head: HeadOf = None,
) -> None:
    """Write a run to a zip: weights, recipe, split, figures. No images.

    File names, patients and sites stay here unless they are asked for. With --onnx: the model with
    its calibration, and how unlike an image is, beside a card and a script that asks it. With
    --bundle: what another hospital needs to check the model on its own images, and to use it;
    with both, for who has no MedApp too.
    """
    found = find_run(find_workspace(), run)
    if as_bundle:
        if with_names or head is not None:
            raise typer.BadParameter(
                "a bundle holds all heads, and no names", param_hint="--bundle"
            )
        console.print(f"Written: {export_bundle(found, to, as_onnx)}", markup=False)
        console.print(f"It holds: {BUNDLE}", markup=False)
        return
    if head is not None and not as_onnx:
        raise typer.BadParameter("a zip holds all heads; add --onnx", param_hint="--head")
    if with_names and as_onnx:
        raise typer.BadParameter("a graph holds no names", param_hint="--with-names")
    if as_onnx:
        _export_onnx(find_head(found, head), to)
        return
    written = export_run(found, to, with_names)
    console.print(f"Written: {written}")
    console.print(f"It holds: {describe_export(found, with_names)}")


def _export_onnx(head: Run, to: Path) -> None:
    from medapp.prediction.model import load_model
    from medapp.prediction.portable import SCRIPT, export_onnx

    name = name_head(head)
    card = export_onnx(load_model(head.require_model()), to, name)
    console.print(f"Written: {to}, {to.with_suffix('.json').name}, {SCRIPT}", markup=False)
    difference = f"{card['largest_difference']:.1g}"
    console.print(f"The graph gives what the network gives, to {difference}. {card['use']}")


def import_zip(
    file: Annotated[Path, typer.Argument(help="A zip that 'runs export' wrote.")],
    as_json: AsJson = False,
) -> None:
    """Take in a run from a zip."""
    run = import_run(find_workspace(), file)
    if as_json:
        print_json({"run": run.name, "id": run.id, "state": run.state})
    else:
        console.print(f"{run.name} is imported.", markup=False)
