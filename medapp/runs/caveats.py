"""What a reader must know of a run's figures, from what the run had seen and how it was judged."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from medapp.data.notes import count, note_share, say_how, suggest_split
from medapp.data.samples import DataSet, Sample
from medapp.errors import Remedy
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import Note, sort_notes
from medapp.runs.events import EpochFinished, TestRead, merge_events
from medapp.runs.learning import count_choosing, note_learning
from medapp.runs.looks import count_looks, note_looks
from medapp.runs.run import Run
from medapp.runs.seen import UNLABELLED, SeenImage, find_overlap, list_earlier, list_own
from medapp.runs.sketch import sketch_images
from medapp.runs.split_table import SPLIT
from medapp.store.plain import quote_word
from medapp.store.workspace import Workspace
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.recipe import Recipe

UNKNOWN = "patients-unknown"
UNLISTED = Note(
    "images-unlisted",
    "Which images the model learned from did not come with it, so whether it has seen these, or"
    " other images of the same patients, cannot be told.",
    remedy="Judge it on images that its makers cannot have had.",
)


def add_caveats(
    workspace: Workspace,
    run: Run,
    evaluation: Evaluation,
    samples: Sequence[Sample],
    data_set: DataSet,
) -> Evaluation:
    """An evaluation with notes on what its run had seen of the judged images, and its looks.

    Args:
        samples: that were judged, of this data set.

    Raises:
        RunError: a table of the run is damaged.
    """
    split = evaluation.split
    seen = list_own(run)
    is_listed = run.find_part(SPLIT).exists()
    learned = [image for image in seen if image.split != UNLABELLED]
    own = learned
    where = "the run's training or validation split"
    if split == "validation":
        own = [image for image in own if image.split == "train"]
        where = "the run's training split"
    remedy = "Judge on images that are new to the run."
    if split != "all":
        remedy = suggest_split(data_set.name)
    # Said again below, with what follows for leaks.
    notes = [note for note in evaluation.notes if note.code != UNKNOWN]
    further = {c.id: c.name for c in run.recipe.data.learned if c.role == "source"}
    at_home = [image for image in own if image.data_set not in further]
    notes += note_seen(samples, data_set, at_home, where, remedy)
    for id, name in further.items():
        beside = [image for image in own if image.data_set == id]
        remedy = f"Leave these images out of {name}, and train again."
        notes += note_seen(samples, data_set, beside, f"{name}, which the run learned too", remedy)
    earlier = list_earlier(workspace, run)
    notes += note_earlier(samples, data_set, earlier)
    notes += _note_adaptation(run, samples, data_set, [*seen, *earlier])
    notes += _note_patients(samples, own) if is_listed else [UNLISTED]
    chosen_on = run.recipe.data.train.name
    if run.domain and split != "all":
        text = (
            f"The epoch that is kept was chosen on validation images of {chosen_on}, and on none of"
            f" {data_set.name}."
        )
        notes.append(Note("chosen-elsewhere", text, "info"))
    elif split == "validation":
        text = "The epoch that is kept was chosen on these images: figures on them flatter."
        remedy = Remedy(
            "Judge on the test split.",
            f"Judge on the test split: medapp evaluate {quote_word(run.name)}",
        )
        notes.append(Note("chosen-on", text, remedy=remedy))
    events = run.list_events()
    epochs = [event for event in merge_events(events) if isinstance(event, EpochFinished)]
    notes += note_learning(epochs, count_choosing(events))
    notes += note_balance(run.recipe)
    looks = 0
    if split == "test":
        # A run whose figures are damaged is in no list, so that its own looks are counted here.
        reads = [event for event in events if isinstance(event, TestRead)]
        own_looks = sum(read.domain == run.domain for read in reads)
        counted = count_looks(workspace, sketch_images(s.content_hash for s in samples))
        looks = max(counted, own_looks)
        notes += [note_looks(looks)] if looks > 1 else []
    return replace(evaluation, notes=sort_notes(notes), looks=looks)


def note_balance(recipe: Recipe) -> list[Note]:
    """That probabilities are those of classes that are equally common, where a recipe made so.

    Decisions by the highest probability then favour rare classes, as was asked.
    """
    objective = recipe.objective
    if objective.balanced_sampling and not recipe.find_strategy().is_fitted:
        way = "balanced sampling"
    elif objective.class_weights and not recipe.find_strategy().keeps_neighbours:
        way = "class weights"
    else:
        return []
    text = (
        f"The model learned with {way}, as if all classes were equally common: where they are not,"
        " the probabilities of rare classes are too high, and those of common ones too low."
    )
    return [Note("balanced", text, "info")]


def list_grave_notes(run: Run) -> list[Note]:
    """What takes the worth from a run's figures, and so from what its model says of an image.

    Raises:
        RunError: the figures are damaged.
    """
    evaluation = run.load_evaluation()
    return [note for note in evaluation.notes if note.level == "grave"] if evaluation else []


def note_seen(
    samples: Sequence[Sample], data_set: DataSet, seen: Sequence[SeenImage], where: str, remedy: str
) -> Iterator[Note]:
    """Notes where a run learned from judged images, or from other images of the same patients.

    Args:
        where: `seen` stood, in words.
        remedy: what to do about it.
    """
    overlap = find_overlap(samples, seen)
    judged = count(len(samples), "judged image", "judged images")
    is_same = any(image.data_set == data_set.uid for image in seen)
    if overlap.copies:
        was = "was" if overlap.copies == 1 else "were"
        how = say_how(overlap.exact, overlap.copies)
        text = f"{overlap.copies:,} of {judged} {was} in {where}, {how}"
        yield note_share("leak", text, overlap.copies, len(samples), remedy)
    if overlap.patients and is_same:
        are = "is" if overlap.patients == 1 else "are"
        text = f"{overlap.patients:,} of {judged} {are} of patients with other images in {where}"
        yield note_share("patient-leak", text, overlap.patients, len(samples), remedy)
    elif overlap.patients:
        have = "has" if overlap.patients == 1 else "have"
        text = (
            f"{overlap.patients:,} of {judged} {have} the patient id of an image in {where}: if"
            " both name patients alike, figures flatter."
        )
        yield Note("patient-leak", text, remedy="Leave out patients whom the run knows.")


def note_earlier(
    samples: Sequence[Sample], data_set: DataSet, earlier: Sequence[SeenImage]
) -> Iterator[Note]:
    """Notes where a run that this one started from had seen the judged images."""
    labelled = [image for image in earlier if image.split != UNLABELLED]
    for name in dict.fromkeys(image.run for image in labelled):
        seen = [image for image in labelled if image.run == name]
        where = f"the training or validation split of run {name}, from which this run started"
        remedy = "Start from a model that has not seen them, or judge on images that are new to it."
        yield from note_seen(samples, data_set, seen, where, remedy)


def _note_adaptation(
    run: Run, samples: Sequence[Sample], data_set: DataSet, seen: Sequence[SeenImage]
) -> Iterator[Note]:
    """Notes where a run was adapted to another hospital's images, or to the judged ones."""
    unlabelled = [image for image in seen if image.split == UNLABELLED]
    overlap = find_overlap(samples, unlabelled)
    if overlap.copies:
        judged = count(len(samples), "judged image", "judged images")
        was = "was" if overlap.copies == 1 else "were"
        text = (
            f"{overlap.copies:,} of {judged} {was} learned from without labels: the network was"
            " adapted to these very images, and figures may flatter for new ones of that hospital."
        )
        yield Note("seen-unlabelled", text, remedy="Judge on images that are new to the run.")
    for choice in run.recipe.data.learned:
        if choice.role == "target" and choice.id != data_set.uid:
            own = count(sum(i.data_set == choice.id for i in unlabelled), "image", "images")
            title = OBJECTIVES[run.recipe.objective.name].title
            text = (
                f"Adapted to {choice.name} ({title}, from {own} of it), and judged on"
                f" {data_set.name}: these figures say nothing of {choice.name}, whose labels were"
                " not read."
            )
            asks = f"Whether it got better for {choice.name}, Does it travel? tells"
            names = quote_word(run.name), quote_word(choice.name)
            remedy = Remedy(
                f"{asks}, under Compare.", f"{asks}: medapp travel {names[0]} --to {names[1]}"
            )
            yield Note("adapted", text, "info", remedy)


def _note_patients(samples: Sequence[Sample], seen: Sequence[SeenImage]) -> Iterator[Note]:
    is_judged_known = any(sample.patient is not None for sample in samples)
    if not is_judged_known or not any(image.known_patient for image in seen):
        text = (
            "The patients of the judged images are not known, so a patient may stand in two splits,"
            " and images of one count as independent: figures may flatter, and intervals may be too"
            " narrow."
        )
        if is_judged_known:
            text = (
                "The patients of the images that the run learned from are not known here, so a"
                " patient may stand in two splits: figures may flatter."
            )
        remedy = "Add the folder again with a patient pattern, if file names tell the patient."
        yield Note(UNKNOWN, text, remedy=remedy)
