"""The heatmaps of many images in one go: a zip of pictures, and a table of what each is worth."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from medapp.prediction.files import draw_heatmap, predict_files
from medapp.prediction.model import Model
from medapp.store.plain import write_cells

COLUMNS = ("file", "heatmap", "explained", "against", "strength", "note", "error", "model", "use")


def zip_heatmaps(
    model: Model,
    name: str,
    folder: Path,
    files: Sequence[Path],
    method: str,
    class_name: str | None = None,
    against: str | None = None,
    as_contours: bool = False,
    stage: str | None = None,
) -> bytes:
    """A zip of one PNG an image, named as its file below the folder, and `heatmaps.csv`.

    Args:
        name: what the model is called.
        class_name: the class that is explained; each image's predicted one if None.
        against: another class, so that maps show why the one and not this; they have no strength.
        as_contours: maps are drawn as contours, see `explanation.contours`; else in colours.
        stage: that maps are read from; the method's own if None.

    Raises:
        ExplanationError: no such method, class or stage.
    """
    table: list[Sequence[str]] = [COLUMNS]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        asked = (method, class_name, None, False, against, stage)
        for found in predict_files(model, files, *asked):
            file = found.file.relative_to(folder).as_posix()
            picture = ""
            strength = ""
            if found.heatmap is not None:
                picture = f"{file}.png"
                if found.heatmap.strength is not None:
                    strength = f"{found.heatmap.strength:.4f}"
                archive.writestr(picture, draw_heatmap(found, as_contours=as_contours))
            said = " ".join(
                filter(
                    None, [found.describe_heatmap(), found.describe_cells(), found.describe_stage()]
                )
            )
            facts = [found.explained or "", found.against or "", strength, said]
            table.append(
                [file, picture, *facts, found.error or found.refusal or "", name, "research only"]
            )
        archive.writestr("heatmaps.csv", write_cells(table))
    return target.getvalue()
