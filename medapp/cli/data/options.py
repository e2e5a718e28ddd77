"""What `medapp data add` can be told: each option with its help."""

from typing import Annotated, Literal

import typer

from medapp.data.containers import PLANES
from medapp.errors import DataError

MaskUse = Literal["none", "boxes"]

AddedPath = Annotated[
    str,
    typer.Argument(
        help=(
            "A folder with a folder a class (stays where it is); a zip of one; a .npz, Parquet"
            " or NIfTI (.nii, .nii.gz) with images and labels, or a folder of them; or the word"
            " 'phantom'."
        )
    ),
]
NewName = Annotated[str | None, typer.Option(help="What to call it; else the folder's name.")]
PatientPattern = Annotated[
    str | None,
    typer.Option(
        help=(
            "A regular expression that finds the patient in a file's name, or with a slash in"
            " its path, such as '^.{8}' or '/(P\\d+)/'."
        )
    ),
]
LayoutChoice = Annotated[
    str | None,
    typer.Option(
        help=(
            "What each folder says, from the top: {label}, {patient}, {split}, {site}, {any},"
            " such as '{patient}/{label}'; '{label}_{number}.*' for classes in file names; or"
            " 'header:view' for classes from a column of DICOM headers; or 'unlabelled' for"
            " images to look at. Else MedApp tells, or asks."
        )
    ),
]
Plane = Annotated[str, typer.Option(help=f"Of NIfTI: which slices are taken: {', '.join(PLANES)}.")]
Slices = Annotated[
    str,
    typer.Option(
        "--slices",
        "--frames",
        help=(
            "Which slices of volumes, or frames and pages of files, become images: all, middle,"
            " every:5, 7 or 40-60. Else all slices that are not empty, and one frame of a file."
        ),
    ),
]
LabelTables = Annotated[
    list[str] | None,
    typer.Option(
        help=(
            "A table that says what the images show: CSV, TSV, Excel, Parquet, JSON lines; a"
            " path, or its name in the folder or zip. May come often: tables are put together."
            " Else a table beside the images is taken."
        )
    ),
]
ImageColumn = Annotated[
    str | None, typer.Option(help="The table's column that names the images' files.")
]
LabelColumns = Annotated[
    list[str] | None,
    typer.Option(help="The table's column of labels; several for a column a finding."),
]
PatientColumn = Annotated[
    str | None, typer.Option(help="The table's column of patients; '' for none.")
]
SiteColumn = Annotated[str | None, typer.Option(help="The table's column of sites; '' for none.")]
SplitColumn = Annotated[
    str | None, typer.Option(help="The table's column of the split; '' for none.")
]
Separator = Annotated[
    str | None,
    typer.Option(help="What divides several findings in one cell, such as '|'; '' for none."),
]
LabelKind = Annotated[
    str | None,
    typer.Option(help="single, several (findings an image) or ordinal (grades in order)."),
]
Uncertain = Annotated[
    str | None,
    typer.Option(help="What -1 in a column of a finding counts as: unknown, present, absent."),
]
Blank = Annotated[
    str | None,
    typer.Option(
        help=(
            "What an empty cell in a column of a finding counts as: unknown or absent. Else"
            " absent where the column never says 0."
        )
    ),
]
Masks = Annotated[
    MaskUse,
    typer.Option(help="What masks beside images become: boxes, or none."),
]
Windows = Annotated[
    str,
    typer.Option(
        help=(
            "CT windows that trainings begin with on the data set's page, each a channel: lung,"
            " soft tissue, bone, brain, or 40/400; with commas between."
        )
    ),
]
BadRows = Annotated[
    str | None, typer.Option(help="A CSV file to write the table's unused rows to.")
]
Shortcuts = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CLASS=SHARE",
        help="Of the phantom: plant a mark in a corner of that share of a class's images, such as"
        " effusion=0.9, to see who learns it; may come often.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say how it would be read, and store nothing.")
]


def read_shares(texts: list[str] | None) -> dict[str, float]:
    """Shares by class.

    Raises:
        DataError: one is not of the form CLASS=SHARE, with a number.
    """
    found: dict[str, float] = {}
    for text in texts or []:
        label, _, share = text.rpartition("=")
        try:
            found[label] = float(share)
        except ValueError:
            label = ""
        if not label:
            raise DataError(
                f"{text!r} is no class and share.",
                remedy="Write CLASS=SHARE, such as effusion=0.9.",
            )
    return found
