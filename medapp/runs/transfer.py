"""A run as one zip, to take to another machine, and back.

Images do not travel; the split names them by hash.
"""

import itertools
import shutil
import zipfile
from pathlib import Path

from medapp.errors import RunError
from medapp.runs.locks import note_change
from medapp.runs.making import make_folder
from medapp.runs.registry import find_registry
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.store.archive import extract_archive
from medapp.store.files import open_replacing, write_bytes
from medapp.store.workspace import Workspace

RECIPE = "recipe.json"
# What travels beside the recipe.
TRAVELS = (
    "name.txt",
    "split.parquet",
    "events.jsonl",
    "model.safetensors",
    "evaluation.json",
    "predictions.parquet",
)
README = """This is a trained model of MedApp: model.safetensors (weights, torchvision's names),
recipe.json (how it was trained and how images are prepared), evaluation.json (its figures on the
test split), split.parquet and predictions.parquet (names of images, no images). Import it with:
medapp runs import FILE.zip. For research only, not for diagnosis.
"""


def export_run(run: Run, to: Path) -> Path:
    """Write the run to a zip: weights, recipe, split, events, figures, no images.

    Raises:
        RunError: the run has no model yet.
    """
    run.require_model()
    with (
        open_replacing(to) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr("README.txt", README)
        for name in (RECIPE, *TRAVELS):
            if (run.folder / name).is_file():
                archive.write(run.folder / name, name)
    return to


def import_run(workspace: Workspace, path: Path) -> Run:
    """A run from a zip that `export_run` wrote; a name that is taken gets a number.

    Raises:
        ArchiveError: the zip is damaged, or refused.
        RunError: the zip holds no run.
        WeightsError: the run's model is damaged.
    """
    run = Run(make_folder(workspace))
    unpacked = Run(run.folder / "unpacked")
    try:
        unpacked.folder.mkdir()
        extract_archive(path, unpacked.folder, suffixes=None, names=(RECIPE, *TRAVELS))
        _check(unpacked, path)
        taken = {summary.name for summary in find_registry(workspace).list_summaries()}
        name = unpacked.name if (unpacked.folder / "name.txt").is_file() else "Imported run"
        numbered = (f"{name} {number}" for number in itertools.count(2))
        free = next(n for n in itertools.chain([name], numbered) if n not in taken)
        write_bytes(unpacked.folder / "name.txt", free.encode())
        for file in TRAVELS:
            if (unpacked.folder / file).is_file():
                (unpacked.folder / file).replace(run.folder / file)
        if run.find_last_state().state != "done":
            run.set_state("stopped", "Imported before its end.")
        # The recipe comes last: from then on the folder is a run.
        (unpacked.folder / RECIPE).replace(run.folder / RECIPE)
        shutil.rmtree(unpacked.folder)
        note_change(workspace.runs_folder)
    except BaseException:
        run.delete()
        raise
    return run


def _check(run: Run, path: Path) -> None:
    """Read what the run consists of, so that a damaged file is found now and not later."""
    if not (run.folder / RECIPE).is_file() or not run.has_model:
        raise RunError(
            f"{path.name} holds no run: recipe.json or model.safetensors is missing.",
            remedy="Choose a zip that MedApp exported.",
        )
    # Imported here, because a page that lists runs does without torch.
    from medapp.models.weights import load_network

    _ = run.recipe, load_network(run.model_path), run.load_evaluation(), load_predictions(run)
