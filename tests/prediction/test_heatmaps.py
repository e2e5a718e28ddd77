"""All heatmaps in one go: a picture an image, and a table that says what each is worth."""

import csv
import io
import zipfile

from conftest import Trained

from medapp.prediction.heatmaps import zip_heatmaps
from medapp.prediction.model import load_model
from medapp.runs.making import find_run


def test_the_zip_holds_a_picture_for_each_image_and_a_row_for_each_file(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    names = ["above/p00.png", "below/p00.png", "absent.png"]  # the same name twice
    files = [trained.folder / name for name in names]
    whole = zip_heatmaps(model, "probe", trained.folder, files, "gradcam", "below")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("heatmaps.csv").decode())))
        pictures = [name for name in archive.namelist() if name != "heatmaps.csv"]
        assert all(archive.read(name).startswith(b"\x89PNG") for name in pictures)
    assert [row["file"] for row in rows] == names
    assert pictures == [row["heatmap"] for row in rows[:2]]
    assert [row["explained"] for row in rows] == ["below", "below", ""]
    assert all(0 <= float(row["strength"]) <= 1 for row in rows[:2])
    assert rows[2]["error"]


def test_a_contrast_is_drawn_and_named(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    files = [trained.folder / "above/p00.png"]
    asked = (model, "probe", trained.folder, files, "layercam", "above")
    with zipfile.ZipFile(io.BytesIO(zip_heatmaps(*asked, "below"))) as archive:
        (row,) = csv.DictReader(io.StringIO(archive.read("heatmaps.csv").decode()))
        contrasted = archive.read(row["heatmap"])
    assert (row["explained"], row["against"], row["strength"]) == ("above", "below", "")
    assert "above and not below" in row["note"]
    with zipfile.ZipFile(io.BytesIO(zip_heatmaps(*asked))) as archive:
        assert archive.read(row["heatmap"]) != contrasted


def test_contours_change_the_pictures_and_nothing_of_the_table(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    asked = (model, "probe", trained.folder, [trained.folder / "above/p00.png"], "layercam")
    both = []
    for as_contours in (False, True):
        found = zip_heatmaps(*asked, as_contours=as_contours)
        with zipfile.ZipFile(io.BytesIO(found)) as archive:
            both.append([archive.read(name) for name in ("heatmaps.csv", "above/p00.png.png")])
    assert both[0][0] == both[1][0]
    assert both[0][1] != both[1][1]
