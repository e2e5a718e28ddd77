"""A table in a folder speaks of the images of its own folder."""

from pathlib import Path

import numpy as np
from PIL import Image

from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.roles import TableChoice

TABLES = ("north/labels.csv", "south/labels.csv")


def write_sites(root: Path) -> Path:
    """Two folders whose images are called alike, and mean the other class."""
    for first, site in enumerate(("north", "south")):
        (root / site / "images").mkdir(parents=True)
        rows = ["image,diagnosis\n"]
        for number in range(4):
            pixels = np.full((8, 8), 10 * number + first, np.uint8)
            Image.fromarray(pixels).save(root / site / "images" / f"{number}.png")
            rows.append(f"{number}.png,{('benign', 'malignant')[(number + first) % 2]}\n")
        (root / site / "labels.csv").write_text("".join(rows))
    return root


def test_the_same_name_in_two_folders_means_two_images(tmp_path: Path) -> None:
    layout = scan_folder(write_sites(tmp_path / "set"), None, TableChoice(TABLES))
    labels = {file.name: file.label for file in layout.files}
    assert labels == {
        f"{site}/images/{number}.png": ("benign", "malignant")[(number + first) % 2]
        for first, site in enumerate(("north", "south"))
        for number in range(4)
    }
    assert layout.bad_rows == ()
    folders = {(f.name.partition("/")[0], *f.attributes.values()) for f in layout.files}
    assert folders == {("north", "north"), ("south", "south")}
    said = "The tables lie in 2 folders: the column 'folder of the table' tells which."
    assert said in layout.describe()


def test_folders_and_their_tables_are_both_offered(tmp_path: Path) -> None:
    layout = scan_folder(write_sites(tmp_path / "set"))
    assert layout.question
    assert [(way.template, way.tables) for way in layout.candidates] == [
        ("{label}", ()),
        ("", TABLES),
    ]


def test_a_table_of_all_images_stays_as_it_is(tmp_path: Path) -> None:
    root = write_sites(tmp_path / "set")
    (root / "south" / "labels.csv").unlink()
    (root / "north" / "labels.csv").write_text(
        "image,diagnosis\n"
        + "".join(f"{s}/images/{n}.png,d{n % 2}\n" for s in ("north", "south") for n in range(4))
    )
    layout = scan_folder(root, None, TableChoice(("north/labels.csv",)))
    assert len(layout.files) == 8
    assert all(not file.attributes for file in layout.files)
