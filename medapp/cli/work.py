"""`medapp train`, `evaluate`, `predict`: the main job."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from medapp.cli.evaluation import (
    describe_heads,
    print_figures,
)
from medapp.cli.folds import print_folds
from medapp.cli.judging import (
    AtPrevalence,
    By,
    ByFigure,
    FailuresOf,
    Lock,
    Operating,
    PerPatient,
    PositiveClass,
    Told,
    Unlock,
)
from medapp.cli.options import (
    Adaptation,
    ClassMap,
    Epochs,
    Folds,
    HeadOf,
    ImageSize,
    NewRun,
    Preset,
    RunName,
    Seed,
    Settings,
    Source,
    Sources,
    Strategy,
    Target,
    TrainedOn,
    read_class_map,
)
from medapp.cli.output import (
    AsJson,
    console,
    errors,
    list_notes,
    open_bar,
    print_json,
    print_notes,
)
from medapp.data.preprocessing import describe_taken
from medapp.evaluation.probability import judge_probabilities
from medapp.runs.detecting import Asked
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
from medapp.runs.heads import find_head, name_head
from medapp.runs.learning import list_epochs, state_by_heart
from medapp.runs.locking import find_locked, lock_point, unlock_point
from medapp.runs.plan import plan_run
from medapp.runs.run import Run
from medapp.session import Session
from medapp.session import open as open_session
from medapp.studies.time import describe_fit
from medapp.training.recipe import Machine, Recipe
from medapp.training.recipe.names import parse_assignments
from medapp.training.recipe.presets import find_preset

if TYPE_CHECKING:
    pass


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
    mapping: ClassMap = None,
    operating: Operating = None,
    at_prevalence: AtPrevalence = None,
    positive: PositiveClass = None,
    per_patient: PerPatient = False,
    by: By = None,
    figure: ByFigure = "",
    failures: FailuresOf = None,
    lock: Lock = False,
    unlock: Unlock = False,
    as_json: AsJson = False,
) -> None:
    """Figures of a run on images it did not learn from, each with its 95% interval.

    With --operating, --at-prevalence or --positive also what a threshold does in a clinic; with
    --lock it decides from then on.
    """
    if lock and (operating is None or data or per_patient):
        raise typer.BadParameter(
            "what is locked is a threshold of images, chosen by --operating and judged on the test"
            " split",
            param_hint="--lock",
        )
    if lock and unlock:
        raise typer.BadParameter("lock or unlock, not both", param_hint="--unlock")
    if split not in ("test", "validation"):
        raise typer.BadParameter("choose test or validation", param_hint="--split")
    has_point = per_patient or bool(positive) or (operating, at_prevalence) != (None, None)
    if split == "validation" and (has_point or by):
        raise typer.BadParameter(
            "a threshold and groups are judged on test images", param_hint="--split"
        )
    if by and data:
        raise typer.BadParameter("groups are those of the test split", param_hint="--by")
    if failures is not None and (data or split == "validation"):
        raise typer.BadParameter("failures are those of the test split", param_hint="--failures")
    # Imported here, so that the shell starts without torch.
    from medapp.runs.decided import apply_lock, find_decide
    from medapp.runs.evaluate import examine_run
    from medapp.runs.operating import find_operating_point

    asked = Asked.read(operating, at_prevalence, positive or (), per_patient)
    session = open_session()
    found = find_head(session.find_run(run), head)
    evaluation, evidence = examine_run(
        session.workspace, found, split, data, read_class_map(mapping)
    )
    thresholds = evaluation.thresholds
    point = None
    if has_point:
        point = find_operating_point(session.workspace, found, asked, evaluation, evidence)
    if unlock:
        unlock_point(found)
    if lock and point is not None:
        lock_point(found, point, asked.positives)
    locked = find_locked(found)
    evaluation = apply_lock(locked, evaluation, evidence)
    decide = find_decide(found, evaluation)
    told = Told(
        evaluation,
        judge_probabilities(*evidence, thresholds=thresholds, decide=decide) if evidence else None,
        point,
        session.judge_subgroups(run, by, figure, head) if by else None,
        None if failures is None else session.find_failures(found, with_familiarity=True),
        failures or 0,
    )
    by_heart = state_by_heart(list_epochs(found.list_events()))
    if as_json:
        beside = {"by_heart": by_heart, "locked": locked.to_dict() if locked else None}
        print_json({**told.describe(), **beside})
        return
    name = name_head(found)
    console.print(f"{name} on {evaluation.dataset} ({evaluation.split} images).", markup=False)
    if by_heart:
        console.print(by_heart)
    told.print()
    if locked is not None:
        console.print(f"\nLocked: {locked.describe()}", markup=False)
