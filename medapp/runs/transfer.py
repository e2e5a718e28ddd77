"""A run as one zip, to take to another machine, and back.

Images do not travel; the split knows them by hash. What would name a file, a patient or a site
stays here unless it is asked for (runs/privacy.py).
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from medapp.errors import RunError
from medapp.evaluation.headline import list_headlines
from medapp.evaluation.words import write_figure
from medapp.runs.drafts import draft_run
from medapp.runs.heads import list_heads, name_head
from medapp.runs.locking import find_locked
from medapp.runs.privacy import STRIPPED, strip_weights
from medapp.runs.reference import REFERENCE, find_reference, write_reference
from medapp.runs.registry import find_registry
from medapp.runs.results import EVALUATION, RESULTS, load_predictions
from medapp.runs.run import Run, name_part
from medapp.runs.seen import SEEN, list_own, load_seen
from medapp.runs.split_table import MOST, name_table
from medapp.store.archive import extract_archive
from medapp.store.files import hash_file, open_replacing, write_bytes
from medapp.store.names import number_name
from medapp.store.workspace import Workspace

RECIPE = "recipe.json"
WEIGHTS = "model.safetensors"
MODELS = tuple(name_part(WEIGHTS, domain) for domain in range(MOST))
EVENTS = "events.jsonl"
NAME = "name.txt"
IMPORTED = "imported.sha256"  # of the zip that a run came as
GRAPH = "model"  # what a graph in a bundle is called
# What travels.
TRAVELS = (
    RECIPE,
    NAME,
    *(name_table(domain) for domain in range(MOST)),
    SEEN,
    EVENTS,
    *MODELS,
    *(name_part(name, domain) for name in (*RESULTS, REFERENCE) for domain in range(MOST)),
)
ALWAYS = (
    "Weights, recipe, curves, figures with their notes, the names of the run, its data set and"
    " classes, and of each image the split, label, probabilities and SHA-256"
)
# What else travels, without names and with them.
MORE = {
    False: ". No images, no file names, no patients, no sites.",
    True: ", its file name, patient and site; and the run's messages. No images.",
}
# Of a model whose head is made of them.
FEATURES = (
    " The model holds a backbone's features of each training image and its label: they are no"
    " image, but something of it may be reconstructed from them, so share the file only with those"
    " who may see the images."
)
# What a bundle for another hospital holds: no row of any image.
IN_BUNDLE = (
    RECIPE,
    NAME,
    EVENTS,
    *(name_part(name, domain) for name in (WEIGHTS, EVALUATION) for domain in range(MOST)),
)
BUNDLE = (
    "The model with its preprocessing, calibration, sets, threshold and what it remembers of its"
    " own kind of image; its figures with their notes; how sure it is of each class on average. No"
    " images, no row of any image: no file names, patients, sites, or SHA-256 of images."
)
BUNDLE_README = """A model of MedApp for another hospital. For research only, not for diagnosis.

{card}

To see whether it holds on your own images, label 50 to 100 of them and ask:
medapp bundle check FILE.zip --data YOUR-DATA-SET
(or Models, Import a model, and then Elsewhere on the model's page).

What is in this file: {travels}
"""
README = """This is a trained model of MedApp: model.safetensors (weights, torchvision's names),
recipe.json (how it was trained and how images are prepared), evaluation.json (its figures on the
test split), split.parquet and predictions.parquet (images by their SHA-256). Import it with:
medapp runs import FILE.zip. For research only, not for diagnosis.

What is in this file: {travels}
"""


def export_run(run: Run, to: Path, with_names: bool = False) -> Path:
    """Write the run to a zip: weights, recipe, split, events, figures, no images.

    Args:
        with_names: file names, patients and sites of the images travel too.

    Raises:
        RunError: the run has no model yet, or a file of it is damaged.
        WeightsError: its model is damaged.
    """
    run.require_model()
    # A damaged run is refused here, in words.
    _check_tables(run)
    with (
        open_replacing(to) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        travels = describe_export(run, with_names)
        archive.writestr("README.txt", README.format(travels=travels))
        for path in _list_files(run):
            if with_names:
                archive.write(path, path.name)
            else:
                _write_stripped(archive, path)
    return to


def _write_stripped(archive: zipfile.ZipFile, path: Path) -> None:
    """Put a file of a run into a zip, without what names a file, a patient or a site."""
    if path.name in MODELS:
        _write_weights(archive, path)
    elif path.name in STRIPPED:
        archive.writestr(path.name, STRIPPED[path.name](path))
    else:
        archive.write(path, path.name)


def export_bundle(run: Run, to: Path, with_graph: bool = False) -> Path:
    """Write what another hospital needs to judge and use a run's model, and no row of any image.

    Args:
        with_graph: each head travels as ONNX too, with its card and a script that asks it, for who
            has no MedApp.

    Raises:
        RunError: the run has no model yet, or a file of it is damaged; or its model counts votes of
            training images, whose features are a part of it.
        WeightsError: its model is damaged.
    """
    run.require_model()
    _check_tables(run)
    if run.recipe.find_strategy().keeps_neighbours:
        raise RunError(
            "This model counts the labels of the most similar training images, whose features do"
            " not belong into a file for others.",
            remedy="Export a linear probe or a fine-tune.",
        )
    with (
        open_replacing(to) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        card = "\n\n".join(_describe_head(name, head) for name, head in list_heads(run).items())
        archive.writestr("README.txt", BUNDLE_README.format(card=card, travels=BUNDLE))
        for path in (run.folder / name for name in IN_BUNDLE if (run.folder / name).is_file()):
            _write_stripped(archive, path)
        for head in list_heads(run).values():
            reference = find_reference(head)
            if reference:
                archive.writestr(head.find_part(REFERENCE).name, write_reference(reference))
            if with_graph:
                _write_graph(archive, head)
    return to


def _write_graph(archive: zipfile.ZipFile, head: Run) -> None:
    """Put a head as ONNX into a zip, with its card and the script."""
    # Imported here, because a page that lists runs does without torch.
    from medapp.prediction.model import load_model
    from medapp.prediction.portable import export_onnx

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export_onnx(load_model(head.require_model()), folder / f"{GRAPH}.onnx", name_head(head))
        for path in sorted(folder.iterdir()):
            stem = name_part(path.name, head.domain) if path.stem == GRAPH else path.name
            if f"onnx/{stem}" not in archive.namelist():
                archive.write(path, f"onnx/{stem}")


def _describe_head(data_set: str, head: Run) -> str:
    """What a model answers and how well, in a few lines."""
    evaluation = head.load_evaluation()
    size = head.recipe.preprocess.image_size
    lines = [
        f"{head.name}, learned from {data_set}: {', '.join(head.find_classes())}.",
        f"Images are brought to {size} x {size} px by the app.",
    ]
    if evaluation is not None:
        figures = "; ".join(
            f"{one.title} {write_figure(one.value, one.interval)}"
            for one in list_headlines(evaluation)
        )
        lines.append(
            f"On {evaluation.n:,} test images of {evaluation.units:,} {evaluation.counted}:"
            f" {figures} (95% intervals)."
        )
        lines += [f"- {note.text}" for note in evaluation.notes if note.level != "info"]
    locked = find_locked(head)
    return "\n".join([*lines, *([locked.describe()] if locked else [])])


def describe_export(run: Run, with_names: bool) -> str:
    """What travels in an export, in words."""
    keeps = run.recipe.find_strategy().keeps_neighbours
    heads = list_heads(run)
    several = f" A head travels for each of {', '.join(heads)}." if len(heads) > 1 else ""
    return ALWAYS + MORE[with_names] + several + (FEATURES if keeps else "")


def _list_files(run: Run) -> Iterator[Path]:
    return (run.folder / name for name in TRAVELS if (run.folder / name).is_file())


def _write_weights(archive: zipfile.ZipFile, path: Path) -> None:
    head, begin = strip_weights(path)
    with archive.open(path.name, "w", force_zip64=True) as packed, path.open("rb") as file:
        packed.write(head)
        file.seek(begin)
        shutil.copyfileobj(file, packed, 2**20)


def import_run(workspace: Workspace, path: Path) -> Run:
    """A run from a zip that `export_run` wrote; a name that is taken gets a number.

    Raises:
        ArchiveError: the zip is damaged, or refused.
        RunError: the zip holds no run.
        WeightsError: the run's model is damaged.
    """
    with draft_run(workspace) as run:
        extract_archive(path, run.folder, names=TRAVELS)
        _check(run, path)
        run.write_name(_choose_name(workspace, run))
        write_bytes(run.folder / IMPORTED, hash_file(path).encode())
        # No worker takes up what was imported before somebody resumes it.
        if run.find_last_state().state != "done":
            run.set_state("stopped", "Imported before its end.")
    return run


def take_in(workspace: Workspace, path: Path) -> Run:
    """The run that this very zip was taken in as before, if it is still here; else it is imported.

    Raises: as for `import_run`.
    """
    if path.is_file():
        digest = hash_file(path)
        for marker in sorted(workspace.runs_folder.glob(f"*/{IMPORTED}")):
            if marker.read_text(encoding="utf-8").strip() == digest:
                return Run(marker.parent)
    return import_run(workspace, path)


def _choose_name(workspace: Workspace, run: Run) -> str:
    """The name in the zip, with a number where another run has it."""
    taken = {summary.name for summary in find_registry(workspace).list_summaries()}
    name = run.name if (run.folder / NAME).is_file() else "Imported run"
    return number_name(name, taken)


def _check_tables(run: Run) -> None:
    """Read the recipe and the tables of a run, so that a damaged one is refused in words."""
    _ = run.recipe, list_own(run), [load_predictions(head) for head in list_heads(run).values()]
    if (run.folder / SEEN).is_file():
        load_seen(run.folder / SEEN, run.name)


def _check(run: Run, path: Path) -> None:
    """Read what the run consists of, so that a damaged file is found now and not later."""
    if not (run.folder / RECIPE).is_file() or not run.has_model:
        raise RunError(
            f"{path.name} holds no run: recipe.json or model.safetensors is missing.",
            remedy="Choose a zip that MedApp exported.",
        )
    # Imported here, because a page that lists runs does without torch.
    from medapp.models.weights import load_network

    _check_tables(run)
    for head in list_heads(run).values():
        _ = load_network(head.model_path), head.load_evaluation()
