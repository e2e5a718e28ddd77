"""`medapp report` and `medapp verify`: the record of a run, and whether it is what it says."""

from pathlib import Path
from typing import Annotated

import typer

from medapp.cli.options import (
    Against,
    AnswersAll,
    AsContours,
    ClassName,
    HeadOf,
    Method,
    RunName,
    Stage,
)
from medapp.cli.output import AsJson, console, errors, print_json, print_table
from medapp.session import open as open_session

STATES = {"holds": "holds", "differs": "DIFFERS", "untold": "cannot be told"}


def report(
    run: RunName,
    to: Annotated[
        Path,
        typer.Option(
            help="A folder for report.html, report.md and bundle.zip; or one file that ends with"
            " .html, .md or .zip."
        ),
    ],
    head: HeadOf = None,
    with_names: Annotated[
        bool, typer.Option(help="File names, patients and sites travel in the bundle too.")
    ] = False,
    with_images: Annotated[
        bool,
        typer.Option(
            "--with-images",
            help="The 12 test images that the model is most at odds with, small; never in the"
            " bundle.",
        ),
    ] = False,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ITEM=TEXT",
            help="What the records cannot tell, such as 'claim:14=read by two radiologists'; kept"
            " with the run.",
        ),
    ] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(
            help="An image of one patient, once for each: a report of what the model says of them,"
            " as patient.html and patient.md."
        ),
    ] = None,
    patient: Annotated[
        str, typer.Option(metavar="NAME", help="What the patient is called in that report.")
    ] = "",
    method: Method = "gradcam",
    class_name: ClassName = None,
    against: Against = None,
    stage: Stage = None,
    contours: AsContours = False,
    with_siblings: Annotated[
        bool,
        typer.Option(
            "--with-siblings", help="With the most alike training images: other patients' images."
        ),
    ] = False,
    answers_all: AnswersAll = False,
    as_json: AsJson = False,
) -> None:
    """The record of a run: a model card, and a bundle that its figures are made again from.

    Nothing is read but the run's records. The bundle holds no image and no weights. With --image:
    what the model says of one patient's images, with heatmaps. For research, not for diagnosis.
    """
    session = open_session()
    if answer:
        session.answer_questions(run, answer)
    if image:
        paths = session.report_patient(
            run,
            image,
            to,
            patient=patient,
            method=method,
            class_name=class_name,
            against=against,
            with_siblings=with_siblings,
            answers_all=answers_all,
            head=head,
            as_contours=contours,
            stage=stage,
        )
    else:
        paths = session.report(run, to, head, with_names, with_images)
    if as_json:
        print_json({"files": [str(path) for path in paths]})
        return
    for path in paths:
        console.print(str(path), soft_wrap=True)


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A bundle.zip.")],
    as_json: AsJson = False,
) -> None:
    """Whether a bundle is what it says: hashes, figures made again, splits that share nothing.

    Exit status 1 where anything differs.
    """
    found = open_session().verify(file)
    if as_json:
        print_json(found.to_dict())
    else:
        console.print(f"{found.run}, on {found.data_set}.")
        rows = [(one.title, STATES[one.state], one.text) for one in found.findings]
        print_table(("checked", "", "what was found"), rows)
        console.print("What no bundle can show:")
        for text in found.unknowable:
            console.print(f"- {text}")
        if found.holds:
            console.print("Nothing differs.")
    if not found.holds:
        differing = [one.title for one in found.findings if one.state == "differs"]
        errors.print(f"Error: the bundle is not what it says: {', '.join(differing).lower()}.")
        raise typer.Exit(1)
