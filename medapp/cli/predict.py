"""`medapp predict`: images to probabilities, or to the reason why there is none."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from medapp.cli.opinions import (
    AskAgain,
    WithSiblings,
    describe_opinion,
    describe_siblings,
    print_opinions,
)
from medapp.cli.options import (
    Against,
    AnswersAll,
    AsContours,
    ClassName,
    HeadOf,
    HeatmapFolder,
    Images,
    Method,
    PatientPattern,
    RunName,
    Stage,
)
from medapp.cli.output import (
    AsJson,
    console,
    errors,
    list_notes,
    print_json,
    print_notes,
    print_table,
)
from medapp.data.layouts.listing import list_folder, list_images
from medapp.evaluation.words import write_probability
from medapp.explanation.contours import LEVELS
from medapp.explanation.contours import WORDS as CONTOURS
from medapp.explanation.strength import FAINT
from medapp.notes import Note
from medapp.prediction.doubt import UNSURE, describe_sets
from medapp.prediction.job import build_row
from medapp.prediction.patients import combine_patients
from medapp.prediction.table import Row
from medapp.runs.caveats import list_grave_notes
from medapp.runs.heads import find_head, name_head, note_unjudged
from medapp.runs.known_files import mark_known
from medapp.runs.making import find_run
from medapp.runs.run import Run
from medapp.store.files import write_bytes
from medapp.store.workspace import find_workspace
from medapp.task import find_task

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction


def predict(
    run: RunName,
    images: Images,
    cam: HeatmapFolder = None,
    method: Method = "gradcam",
    class_name: ClassName = None,
    against: Against = None,
    stage: Stage = None,
    contours: AsContours = False,
    patient_pattern: PatientPattern = None,
    head: HeadOf = None,
    answers_all: AnswersAll = False,
    again: AskAgain = False,
    siblings: WithSiblings = False,
    as_json: AsJson = False,
) -> None:
    """Class probabilities for images, and heatmaps that show why.

    An image unlike all that the model learned from is not answered. For research, not for
    diagnosis. The exit status is 1 where no file could be read.
    """
    from medapp.prediction.card import describe_map
    from medapp.prediction.files import predict_files
    from medapp.prediction.model import load_model

    files = _list_files(images)
    workspace = find_workspace()
    found = find_head(find_run(workspace, run), head)
    model = load_model(found.require_model())
    rows: list[dict[str, Any]] = []
    plain: list[Row] = []
    stems = Counter(file.stem for file in files)
    asked = (method if cam else None, class_name, None, answers_all, against, stage)
    for prediction in mark_known(found, predict_files(model, files, *asked)):
        number = f"{len(rows):04d}-" if stems[prediction.file.stem] > 1 else ""
        rows.append(_report_prediction(prediction, cam, number, contours))
        if again:
            rows[-1]["second_opinion"] = describe_opinion(model, prediction)
        if siblings:
            rows[-1]["siblings"] = describe_siblings(workspace, found, model, prediction)
        if cam and as_json:
            card = describe_map(model, prediction, method)
            rows[-1]["card"] = card.to_dict() if card else None
        plain.append(build_row(prediction))
    is_unjudged = found.domain and found.load_evaluation() is None
    notes = [note_unjudged(found)] if is_unjudged else list_grave_notes(found)
    notes += model.list_notes()
    if patient_pattern is not None:
        said = (tuple(row.probabilities) for row in plain if row.probabilities)
        classes = next(said, found.find_classes())
        _print_patients(found, plain, patient_pattern, notes, as_json, classes)
    elif as_json:
        print_json([_add_notes(row, notes) for row in rows])
    else:
        print_table(("file", "label", "probability", "note"), [_list_cells(row) for row in rows])
        for row in rows:
            print_opinions(row)
        for key in ("cells_note", "stage_note"):
            for said in {row[key]: None for row in rows if row.get(key)}:
                console.print(said, markup=False)
        if cam and contours:
            console.print(CONTOURS)
        print_notes(notes)
    _report_failures(rows)
    if not as_json:
        console.print(f"{name_head(found)}. For research, not for diagnosis.", markup=False)


def _list_files(images: Sequence[Path]) -> list[Path]:
    """The files that were named, and those in folders that were."""
    files: list[Path] = []
    for path in images:
        # Path.is_dir raises where it may not look.
        if os.path.isdir(path):  # noqa: PTH112
            files += list_images(path)
            for sentence in list_folder(path).describe_rest():
                errors.print(sentence)
        else:
            files.append(path)
    return files


def _add_notes(row: dict[str, Any], notes: Sequence[Note]) -> dict[str, Any]:
    """A prediction with what holds for all of them; `warnings` are the texts that are no facts."""
    every = [*row["notes"], *list_notes(notes)]
    graver = [note["text"] for note in every if note["level"] != "info"]
    refusal = [row["refusal"]] if row["refusal"] else []
    return {**row, "notes": every, "warnings": [*refusal, *graver]}


def _print_patients(
    run: Run,
    rows: Sequence[Row],
    pattern: str,
    notes: Sequence[Note],
    as_json: bool,
    classes: Sequence[str],
) -> None:
    task = find_task(run.recipe.data.task)
    patients = combine_patients(rows, pattern, task, classes)
    if as_json:
        print_json(
            [
                {
                    "patient": one.patient,
                    "label": one.label,
                    "probabilities": one.probabilities,
                    "thresholds": one.thresholds,
                    "files": [str(file) for file in one.files],
                    "notes": list_notes([*one.notes, *notes]),
                }
                for one in patients
            ]
        )
        return
    cells = [
        (
            one.patient or one.files[0].name,
            len(one.files),
            one.label,
            _write_probabilities(one.label, one.probabilities, one.thresholds),
            " ".join(note.text for note in one.notes) or None,
        )
        for one in patients
    ]
    print_table(("patient", "images", "label", "mean probability", "note"), cells)
    unknown = sum(one.patient is None for one in patients)
    if unknown:
        console.print(f"Images without a patient, each by itself: {unknown}.", markup=False)
    print_notes(notes)


def _report_prediction(
    prediction: "Prediction", cam: Path | None, prefix: str, as_contours: bool
) -> dict[str, Any]:
    """A prediction as plain values; its heatmap is written to the folder `cam`, if that is given.

    Args:
        prefix: what the heatmap's name begins with, before that of the image.
        as_contours: the heatmap is drawn as contours; else in colours.
    """
    from medapp.prediction.files import draw_heatmap

    row: dict[str, Any] = {
        "file": str(prediction.file),
        "label": prediction.label,
        "probabilities": prediction.probabilities,
        "thresholds": prediction.thresholds,
        "threshold": prediction.locked.threshold if prediction.locked else None,
        "threshold_said": prediction.describe_lock(),
        "familiarity": prediction.familiar.to_dict() if prediction.familiar else None,
        "refusal": prediction.refusal,
        "set": {f"{level:g}": list(held) for level, held in sorted(prediction.sets.items())},
        "calibrated": prediction.is_calibrated,
        "cam": None,
    }
    if cam is not None and prediction.heatmap is not None:
        target = cam / f"{prefix}{prediction.file.stem}.png"
        write_bytes(target, draw_heatmap(prediction, as_contours=as_contours))
        row["cam"] = str(target)
        row["strength"] = prediction.heatmap.strength
        is_faint = (prediction.heatmap.strength or 0) < FAINT
        row["note"] = prediction.describe_heatmap() if is_faint else prediction.heatmap.note
        row["against"] = prediction.against
        row["cells"] = prediction.heatmap.cells
        row["cells_note"] = prediction.describe_cells()
        row["stage"] = prediction.heatmap.stage
        row["stage_note"] = prediction.describe_stage()
        row["contours"] = [level.share for level in LEVELS] if as_contours else None
    row["error"] = prediction.error
    row["sets_said"] = describe_sets(prediction.sets, prediction.has_several)
    row["stored_as"] = prediction.facts.mode if prediction.facts else None
    row["notes"] = list_notes(prediction.notes)
    return row


def _report_failures(rows: Sequence[dict[str, Any]]) -> None:
    """Say how many files could not be predicted; where none could, the status is 1."""
    refused = sum(row["refusal"] is not None for row in rows)
    if refused:
        errors.print(
            f"{refused} of {len(rows)} images are not answered: they are unlike all that the model"
            " learned from. --answer-all answers them too.",
            markup=False,
        )
    failed = sum(row["error"] is not None for row in rows)
    if failed:
        errors.print(f"{failed} of {len(rows)} files could not be predicted.", markup=False)
    if failed == len(rows):
        raise typer.Exit(1)


def _list_cells(row: dict[str, Any]) -> tuple[object, ...]:
    """A prediction as a row of the table."""
    label = row["label"]
    probability = _write_probabilities(label, row["probabilities"], row["thresholds"])
    return row["file"], label, probability, row["error"] or row["refusal"] or _say_notes(row)


def _write_probabilities(
    label: str | None, probabilities: Mapping[str, float], thresholds: Mapping[str, float]
) -> str | None:
    """The probability of what is decided; of findings, those of each that is there."""
    if label is None:
        return None
    found = [
        probabilities[name] for name, limit in thresholds.items() if probabilities[name] >= limit
    ]
    said = found if thresholds else [probabilities.get(label, max(probabilities.values()))]
    return ", ".join(map(write_probability, said)) or None


def _say_notes(row: dict[str, Any]) -> str | None:
    """What to know of a prediction's image, whether it is sure, then of its heatmap."""
    texts = [note["text"] for note in row["notes"]]
    unsure = [said for said in row["sets_said"] if said.startswith(UNSURE)]
    said = (row["threshold_said"], *texts, *unsure[:1], row.get("note"))
    return " ".join(text for text in said if text) or None
