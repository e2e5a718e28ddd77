"""A report of one patient: what a model says of the images, how far that reaches, and who says so.

What this module does not know: files, networks, and how blocks are written.
"""

from collections.abc import Iterator, Mapping

from medapp.evaluation.locked import Locked
from medapp.evaluation.verdict import judge
from medapp.evaluation.words import write_probability
from medapp.explanation.contours import WORDS as CONTOURS
from medapp.explanation.methods import METHODS
from medapp.imaging.sight import describe_reading
from medapp.prediction.doubt import PROMISE, describe_sets, explain_kind
from medapp.prediction.files import Prediction
from medapp.prediction.patients import PatientPrediction
from medapp.reports.document import (
    Block,
    Document,
    Listing,
    Notice,
    Paragraph,
    Picture,
    Pictures,
    Section,
    Table,
    build_table,
)
from medapp.reports.figures_tables import build_headlines
from medapp.reports.patient_facts import Judge, PatientFacts, Seen, Wanted
from medapp.reports.sections import INTENDED
from medapp.runs.known_files import note_known

OF_MODEL = "A probability is the model's, not the patient's."
BRIGHTER = "The brighter a place, the more of what speaks for the class lies there."
ALIKE = (
    "The most alike training images, of other patients as a rule. The number is how far off each is"
    " by what the model sees (0: alike). They show what it takes for alike, not why it decides."
)


def build_patient_report(facts: PatientFacts) -> Document:
    """The whole report."""
    names = [image.name for image in facts.images]
    title = facts.wanted.patient or (names[0] if len(names) == 1 else f"{len(names)} images")
    judge_ = facts.judge
    rows = [("Patient", facts.wanted.patient)] if facts.wanted.patient else []
    rows += [
        ("Images", ", ".join(names)),
        ("Model", f"{judge_.name} ({judge_.id})"),
        ("SHA-256 of the model", judge_.training.model_sha256),
        ("Report written", f"{facts.written}, by MedApp {facts.version}"),
    ]
    return Document(
        title=title,
        subtitle=f"What the model {judge_.name} says, by MedApp {facts.version}. For research, not"
        " for diagnosis.",
        facts=tuple(rows),
        sections=(_build_result(facts), *_list_images(facts), _build_model(judge_)),
    )


def _build_result(facts: PatientFacts) -> Section:
    blocks: list[Block] = [Notice("caution", INTENDED)]
    if len(facts.images) == 1:
        found = facts.images[0].prediction
        said = _state_answer(found)
        blocks.append(Notice("grave", said) if found.label is None else Paragraph(said))
        return Section("Result", tuple(blocks))
    rows = [(one.name, _state_answer(one.prediction)) for one in facts.images]
    together = facts.together
    if together is None:
        blocks.append(Paragraph("No image is answered, so nothing is said of the patient."))
    else:
        blocks += _list_together(together, len(facts.images), facts.judge.locked)
    blocks.append(build_table(("Image", "What is said"), rows, left=2))
    return Section("Result", tuple(blocks))


def _list_together(found: PatientPrediction, n: int, locked: Locked | None) -> Iterator[Block]:
    """The answer for all answered images of the patient, of which there are n."""
    used = len(found.files)
    images = "image" if used == 1 else "images"
    left = " Images that are not answered count for nothing." if used < n else ""
    yield Paragraph(
        f"The {n:,} images are taken to be of one patient. By the mean of the probabilities of"
        f" {used:,} {images}: {found.label}.{left}"
    )
    caption = f"Mean over {used:,} {images}. {OF_MODEL}"
    yield _build_probabilities(found.probabilities, found.thresholds, caption, locked)


def _state_answer(found: Prediction) -> str:
    """What is decided of one image, or why nothing is, in a sentence or two."""
    if found.label is None:
        return found.error or found.refusal or ""
    asked = "Answered because that was asked for: " if _is_alien(found) else ""
    if found.thresholds:
        return f"{asked}Prediction: {found.label}."
    probability = write_probability(
        found.probabilities.get(found.label, max(found.probabilities.values()))
    )
    return f"{asked}Prediction: {found.label}, with a probability of {probability}."


def _is_alien(found: Prediction) -> bool:
    return found.familiar is not None and found.familiar.is_alien


def _list_images(facts: PatientFacts) -> Iterator[Section]:
    several = len(facts.images) > 1
    for number, seen in enumerate(facts.images, start=1):
        title = f"Image {number}: {seen.name}" if several else "Image"
        yield Section(title, tuple(_list_image(seen, facts)))


def _list_image(seen: Seen, facts: PatientFacts) -> Iterator[Block]:
    found = seen.prediction
    if found.error is not None:
        yield Notice("grave", found.error)
        return
    yield Pictures(tuple(_list_pictures(seen, facts.wanted)))
    if found.refusal is not None:
        yield Notice("grave", found.refusal)
    notes = (*note_known(seen.split), *found.notes)
    yield from (Notice(note.level, str(note)) for note in notes)
    if found.facts is not None:
        yield Paragraph(f"{describe_reading(found.facts)}. The model sees: {seen.sight}.")
    if found.refusal is None:
        if len(facts.images) > 1:
            yield Paragraph(_state_answer(found))
        yield from _list_answer(seen)
        yield from _list_map(seen, facts.judge)
    if seen.alike:
        yield Paragraph(f"{ALIKE} Compared were {seen.compared:,}.")
        tiles = (
            Picture(one.content, one.name, (f"distance {one.distance:.2f}",)) for one in seen.alike
        )
        yield Pictures(tuple(tiles))


def _list_pictures(seen: Seen, wanted: Wanted) -> Iterator[Picture]:
    yield Picture(seen.picture, f"{seen.name}, as the model sees it")
    if seen.heatmap:
        found = seen.prediction
        contrast = f" and not {found.against}" if found.against else ""
        place = f" from {wanted.stage}" if wanted.stage else ""
        title = METHODS[wanted.method].title + place
        below = CONTOURS if wanted.as_contours else BRIGHTER
        yield Picture(seen.heatmap, f"{title} for {found.explained}{contrast}", (below,))


def _list_answer(seen: Seen) -> Iterator[Block]:
    found = seen.prediction
    how = (
        "Calibrated probabilities."
        if found.is_calibrated
        else "The probabilities are uncalibrated."
    )
    caption = f"{how} {OF_MODEL}"
    yield _build_probabilities(found.probabilities, found.thresholds, caption, found.locked)
    if said := found.describe_lock():
        yield Paragraph(said)
    if found.familiar is not None:
        yield Paragraph(f"Kind of image: {found.familiar.verdict}. {explain_kind(found.familiar)}")
    if left := describe_sets(found.sets, found.has_several):
        yield Paragraph(f"{' '.join(left)} {PROMISE}")
    else:
        yield Paragraph("No set of classes is promised for this image.")
    yield Paragraph(seen.opinion)


def _build_probabilities(
    probabilities: Mapping[str, float],
    thresholds: Mapping[str, float],
    caption: str,
    locked: Locked | None,
) -> Table:
    if not thresholds:
        ranked = sorted(probabilities.items(), key=lambda item: -item[1])
        rows = [(name, write_probability(value)) for name, value in ranked]
        how = "The most probable class is the prediction; there is no other threshold."
        if locked is not None:
            how = f"A locked threshold decides: {locked.describe()}"
        return build_table(("Class", "Probability"), rows, f"{caption} {how}")
    found = [
        (
            name,
            write_probability(value),
            write_probability(thresholds[name]),
            "there" if value >= thresholds[name] else "not there",
        )
        for name, value in probabilities.items()
    ]
    head = ("Finding", "Probability", "Threshold", "Decision")
    how = "Thresholds were chosen on the validation split: highest sensitivity + specificity."
    return build_table(head, found, f"{caption} {how}")


def _list_map(seen: Seen, judge_: Judge) -> Iterator[Block]:
    found = seen.prediction
    said = [
        found.describe_heatmap(),
        found.describe_cells(),
        found.describe_stage(),
        judge_.trial,
    ]
    yield Paragraph(" ".join(["The heatmap.", *filter(None, said)]))
    yield from (Notice(note.level, str(note)) for note in seen.map_notes if note.level != "info")
    if calm := [str(note) for note in seen.map_notes if note.level == "info"]:
        yield Listing(tuple(calm))


def _build_model(found: Judge) -> Section:
    """Who says so: what it learned from, and how good it is."""
    blocks: list[Block] = []
    data, training = found.data, found.training
    start = training.start
    rows = [
        ("Learned from", _say_learned(found)),
        ("Knows", ", ".join(found.classes)),
        ("Task", found.task),
        ("Network", f"{training.architecture}, from {start.title}"),
        ("Way of training", training.strategy),
        ("Trained", training.began or "not noted"),
        ("SHA-256 of the model", training.model_sha256),
    ]
    others = data.others if data else ()
    rows += [("It also learned from", f"{name} ({role})") for name, role in others]
    blocks.append(build_table(("Fact", "Value"), rows, left=2))
    if found.evaluation is None:
        blocks.append(Notice("grave", "Not judged on a test split: nothing says how good it is."))
    else:
        verdict = judge(found.evaluation)
        said = f"{verdict} {training.by_heart}".strip()
        blocks += [Paragraph(said), build_headlines(found.evaluation)]
    blocks += [Notice(note.level, str(note)) for note in found.notes]
    if data and data.now is not None and data.now.is_synthetic:
        blocks.append(
            Notice("caution", "It learned from synthetic images: it has seen no patient.")
        )
    if found.reach:
        blocks.append(Listing(found.reach))
    return Section("The model", tuple(blocks))


def _say_learned(found: Judge) -> str:
    if found.data is None:
        return f"{found.data_set}; the list of its images did not come with the model"
    parts = [f"{one.images:,} {one.name}" for one in found.data.splits if one.name != "test"]
    return f"{found.data.name}: {' and '.join(parts)} images"
