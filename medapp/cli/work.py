"""`medapp train`, `evaluate`, `predict`: the main job."""

import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from medapp.cli.evaluation import (
    describe_heads,
    print_figures,
)
from medapp.cli.folds import print_folds
from medapp.cli.judging import AtPrevalence, By, Operating, PerPatient, PositiveClass, Told
from medapp.cli.options import (
    Adaptation,
    ClassName,
    Epochs,
    Folds,
    HeadOf,
    HeatmapFolder,
    Images,
    ImageSize,
    Method,
    NewRun,
    PatientPattern,
    Preset,
    RunName,
    Seed,
    Settings,
    Source,
    Sources,
    Strategy,
    Target,
    TrainedOn,
)
from medapp.cli.output import (
    AsJson,
    console,
    errors,
    list_notes,
    open_bar,
    print_json,
    print_notes,
    print_table,
)
from medapp.data.layouts.listing import list_folder, list_images
from medapp.data.preprocessing import describe_taken
from medapp.evaluation.probability import judge_probabilities
from medapp.evaluation.words import write_probability
from medapp.explanation.strength import FAINT
from medapp.notes import Note
from medapp.prediction.job import build_row
from medapp.prediction.patients import combine_patients
from medapp.prediction.table import Row
from medapp.runs.caveats import list_grave_notes
from medapp.runs.events import (
    EpochFinished,
    Event,
    MessageSaid,
    NeighboursTried,
    PenaltyTried,
    PlanMade,
    StageAdvanced,
    StateChanged,
    StepTaken,
)
from medapp.runs.heads import find_head, name_head, note_unjudged
from medapp.runs.making import find_run
from medapp.runs.plan import plan_run
from medapp.runs.run import Run
from medapp.session import Session
from medapp.session import open as open_session
from medapp.store.files import write_bytes
from medapp.store.workspace import find_workspace
from medapp.studies.time import describe_fit
from medapp.task import find_task
from medapp.training.recipe import Machine, Recipe
from medapp.training.recipe.names import parse_assignments
from medapp.training.recipe.presets import find_preset

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction


def train(
    data: TrainedOn,
    sources: Sources = None,
    preset: Preset = None,
    source: Source = None,
    strategy: Strategy = None,
    epochs: Epochs = None,
    image_size: ImageSize = None,
    seed: Seed = None,
    folds: Folds = None,
    target: Target = None,
    adaptation: Adaptation = None,
    name: NewRun = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Train a network; the run is seen live in the browser too.

    Ctrl-C stops it and keeps the best model.
    """
    asked = {
        "source": source,
        "strategy": strategy,
        "epochs": epochs,
        "image_size": image_size,
        "seed": seed,
        "target": target,
        "adaptation": adaptation,
    }
    values = gather_values(settings, **asked)
    session = open_session()
    if sources:
        values["sources"] = split_names(sources, [d.name for d in session.list_data()])
    recipe, machine = session.build_settings(data, preset, **values)
    say_kept(session, data, recipe)
    if not as_json:
        plan = plan_run(session.workspace, recipe, machine)
        print_notes(plan.notes, errors)
        if preset:
            title = find_preset(preset).title
            errors.print(f"{title}: {describe_fit(recipe, plan)}", markup=False)
    if folds is not None:
        with open_bar() as bar:
            seen = ProgressBar(bar)
            study = session.cross_validate(
                data, folds, name=name, preset=preset, on_event=seen, **values
            )
        print_folds(study, session.pool_folds(study), as_json)
        return
    with open_bar() as bar:
        run = session.train(data, name=name, preset=preset, on_event=ProgressBar(bar), **values)
    report_run(run, as_json)


def gather_values(settings: list[str] | None, **asked: str | int | None) -> dict[str, Any]:
    """The settings that options of their own and `--set` ask for; an own option counts more."""
    values = parse_assignments(settings or [], Recipe, Machine)
    return values | {key: value for key, value in asked.items() if value is not None}


def say_kept(session: Session, data: str, recipe: Recipe) -> None:
    """Say, beside what a program reads, what the recipe has from the data set's own settings."""
    said = describe_taken(session.find_data(data), recipe.preprocess)
    if said:
        errors.print(said, markup=False)


def split_names(given: Sequence[str], known: Collection[str]) -> list[str]:
    """Names of data sets as options give them: with commas between, or one with a comma in it."""
    names: list[str] = []
    for text in given:
        names += [text] if text in known else [part.strip() for part in text.split(",")]
    return [name for name in names if name]


class ProgressBar:
    """Turns a run's events into a progress bar."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.task = bar.add_task("starting", total=None)

    def __call__(self, event: Event) -> None:
        if isinstance(event, PlanMade):
            total = event.epochs * event.steps_per_epoch
            self.bar.update(self.task, total=total, completed=0)
        elif isinstance(event, StageAdvanced):
            words = f"{event.text} {event.done}/{event.total}"
            self.bar.update(self.task, description=words)
        elif isinstance(event, StepTaken):
            words = f"epoch {event.epoch}, {event.images_per_second:.0f} images/s"
            self.bar.update(self.task, completed=event.step, description=words)
        elif isinstance(event, PenaltyTried):
            self._print(f"penalty {event.penalty:.2g}: loss held out {event.held_out_loss:.3f}")
        elif isinstance(event, NeighboursTried):
            self._print(f"neighbours {event.neighbours}: loss held out {event.held_out_loss:.3f}")
        elif isinstance(event, EpochFinished):
            self._print(_describe_epoch(event))
        elif isinstance(event, MessageSaid):
            self._print(event.text)
        elif isinstance(event, StateChanged) and event.state in ("evaluating", "interrupted"):
            self._print(event.reason or event.state)

    def _print(self, text: str) -> None:
        self.bar.console.print(text, markup=False)


def _describe_epoch(event: EpochFinished) -> str:
    loss = event.validation_loss
    validation = f", validation {loss:.3f}" if loss is not None else ""
    best = " (best)" if event.is_best else ""
    return f"epoch {event.epoch}: loss {event.train_loss:.3f}{validation}{best}"


def report_run(run: Run, as_json: bool) -> None:
    """Print what came of a training."""
    events = run.list_events()
    epochs = [event for event in events if isinstance(event, EpochFinished)]
    best = next((event.epoch for event in reversed(epochs) if event.is_best), None)
    evaluation = run.load_evaluation()
    seconds = run.count_seconds()
    if as_json:
        print_json(
            {
                "run": run.name,
                "id": run.id,
                "state": run.state,
                "best_epoch": best,
                "epochs": len(epochs),
                "seconds": seconds,
                "messages": [event.text for event in events if isinstance(event, MessageSaid)],
                "computed": evaluation.computed if evaluation else {},
                "notes": list_notes(evaluation.notes if evaluation else ()),
                "heads": describe_heads(run),
            }
        )
        return
    console.print(
        f"{run.name}: {run.state}, best epoch {best} of {len(epochs)}, {seconds:.1f} s.",
        markup=False,
    )
    print_figures(run)


def evaluate(
    run: RunName,
    split: Annotated[str, typer.Option(help="test or validation.")] = "test",
    data: Annotated[
        str | None,
        typer.Option(help="Another data set with the same classes (external validation)."),
    ] = None,
    head: HeadOf = None,
    operating: Operating = None,
    at_prevalence: AtPrevalence = None,
    positive: PositiveClass = None,
    per_patient: PerPatient = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Figures of a run on images it did not learn from, each with its 95% interval.

    With --operating, --at-prevalence or --positive also what a threshold does in a clinic.
    """
    if split not in ("test", "validation"):
        raise typer.BadParameter("choose test or validation", param_hint="--split")
    has_point = per_patient or bool(positive) or (operating, at_prevalence) != (None, None)
    if split == "validation" and (has_point or by):
        raise typer.BadParameter(
            "a threshold and groups are judged on test images", param_hint="--split"
        )
    if by and data:
        raise typer.BadParameter("groups are those of the test split", param_hint="--by")
    # Imported here, so that the shell starts without torch.
    from medapp.runs.evaluate import examine_run

    session = open_session()
    found = find_head(session.find_run(run), head)
    evaluation, evidence = examine_run(session.workspace, found, split, data)
    thresholds = evaluation.thresholds
    told = Told(
        evaluation,
        judge_probabilities(*evidence, thresholds=thresholds) if evidence else None,
        session.find_operating_point(
            run, operating, at_prevalence, positive, data, head, per_patient=per_patient
        )
        if has_point
        else None,
        session.judge_subgroups(run, by, head=head) if by else None,
    )
    if as_json:
        print_json(told.describe())
        return
    name = name_head(found)
    console.print(f"{name} on {evaluation.dataset} ({evaluation.split} images).", markup=False)
    told.print()


def predict(
    run: RunName,
    images: Images,
    cam: HeatmapFolder = None,
    method: Method = "gradcam",
    class_name: ClassName = None,
    patient_pattern: PatientPattern = None,
    head: HeadOf = None,
    as_json: AsJson = False,
) -> None:
    """Class probabilities for images, and heatmaps that show why.

    For research, not for diagnosis. The exit status is 1 where no file could be predicted.
    """
    files: list[Path] = []
    for path in images:
        # Path.is_dir raises where it may not look.
        if os.path.isdir(path):  # noqa: PTH112
            files += list_images(path)
            for sentence in list_folder(path).describe_rest():
                errors.print(sentence)
        else:
            files.append(path)
    rows: list[dict[str, Any]] = []
    plain: list[Row] = []
    stems = Counter(file.stem for file in files)
    for prediction in open_session().predict(run, files, method if cam else None, class_name, head):
        number = f"{len(rows):04d}-" if stems[prediction.file.stem] > 1 else ""
        rows.append(_report_prediction(prediction, cam, number))
        plain.append(build_row(prediction))
    found = find_head(find_run(find_workspace(), run), head)
    is_unjudged = found.domain and found.load_evaluation() is None
    notes = [note_unjudged(found)] if is_unjudged else list_grave_notes(found)
    if patient_pattern is not None:
        said = (tuple(row.probabilities) for row in plain if row.probabilities)
        classes = next(said, found.find_classes())
        _print_patients(found, plain, patient_pattern, notes, as_json, classes)
    elif as_json:
        print_json([{**row, "notes": [*row["notes"], *list_notes(notes)]} for row in rows])
    else:
        print_table(("file", "label", "probability", "note"), [_list_cells(row) for row in rows])
        for said in {row["cells_note"]: None for row in rows if row.get("cells_note")}:
            console.print(said)
        print_notes(notes)
    _report_failures(rows)
    if not as_json:
        console.print(f"{name_head(found)}. For research, not for diagnosis.", markup=False)


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


def _report_prediction(prediction: "Prediction", cam: Path | None, prefix: str) -> dict[str, Any]:
    """A prediction as plain values; its heatmap is written to the folder `cam`, if that is given.

    Args:
        prefix: what the heatmap's name begins with, before that of the image.
    """
    from medapp.prediction.files import draw_heatmap

    row: dict[str, Any] = {
        "file": str(prediction.file),
        "label": prediction.label,
        "probabilities": prediction.probabilities,
        "thresholds": prediction.thresholds,
        "cam": None,
    }
    if cam is not None and prediction.heatmap is not None:
        target = cam / f"{prefix}{prediction.file.stem}.png"
        write_bytes(target, draw_heatmap(prediction))
        row["cam"] = str(target)
        row["strength"] = prediction.heatmap.strength
        is_faint = (prediction.heatmap.strength or 0) < FAINT
        row["note"] = prediction.describe_heatmap() if is_faint else prediction.heatmap.note
        row["cells"] = prediction.heatmap.cells
        row["cells_note"] = prediction.describe_cells()
    row["error"] = prediction.error
    row["stored_as"] = prediction.facts.mode if prediction.facts else None
    row["notes"] = list_notes(prediction.notes)
    return row


def _report_failures(rows: Sequence[dict[str, Any]]) -> None:
    """Say how many files could not be predicted; where none could, the status is 1."""
    failed = sum(row["error"] is not None for row in rows)
    if failed:
        errors.print(f"{failed} of {len(rows)} files could not be predicted.", markup=False)
    if failed == len(rows):
        raise typer.Exit(1)


def _list_cells(row: dict[str, Any]) -> tuple[object, ...]:
    """A prediction as a row of the table."""
    label = row["label"]
    probability = _write_probabilities(label, row["probabilities"], row["thresholds"])
    return row["file"], label, probability, row["error"] or _say_notes(row)


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
    """What to know of a prediction's image, then of its heatmap."""
    texts = [note["text"] for note in row["notes"]]
    return " ".join(text for text in (*texts, row.get("note")) if text) or None
