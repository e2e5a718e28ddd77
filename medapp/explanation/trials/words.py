"""What a trial of heatmaps says, in sentences: each with a gravity, and no more than its interval.

A check passes, is undecided, or fails; the rules stand in the constants and in the sentences.
"""

from collections.abc import Iterator, Sequence

from medapp.evaluation.comparison import LEVEL, correct_holm
from medapp.evaluation.words import write_figure
from medapp.explanation.methods import METHODS
from medapp.explanation.strength import describe_cells
from medapp.explanation.trials.record import (
    AROUND,
    CONSTANT,
    CONTROLS,
    EDGES,
    OWN,
    POINT,
    RANDOM,
    REGIONS,
    Flips,
    Hiding,
    Mean,
    Placement,
    Trial,
)
from medapp.explanation.trials.stability import SHIFT_PX
from medapp.notes import Note, sort_notes

ALIKE = 0.5  # rank correlation from which two maps tell the same places
NOTABLE = 0.05  # of probability, from which a fall that is no chance is worth a word
DO_NOT = "Do not interpret it."
OF_MAPS = ("trial-weights", "trial-removal", "trial-place")
MARKS = {f"trial-{name}": REGIONS[name] for name in ("corners", "borders")}


def judge_trial(trial: Trial) -> tuple[Note, ...]:
    """What each check says, the gravest first."""
    return sort_notes(
        note
        for check in (_judge_weights, _judge_removal, _judge_places, _judge_hiding, _judge_rest)
        for note in check(trial)
    )


def state_finding(trial: Trial) -> str:
    """The trial in a sentence or two: what its maps are worth, and whether a mark is suspected.

    A check whose interval allows both answers is open.
    """
    notes = judge_trial(trial)
    title = METHODS[trial.method].title
    grave = {note.code for note in notes if note.level == "grave"}
    marked = [name for code, name in MARKS.items() if code in grave]
    failed = len([n for n in notes if n.level == "grave" and n.code not in MARKS])
    if failed:
        checks = "one check" if failed == 1 else f"{failed} checks"
        said = f"{title} fails {checks} on this model: do not interpret its maps."
    else:
        said = f"{title} fails no check on this model{_count_open(notes)}."
    if marked:
        return f"{said} The model may use a mark in {' and '.join(marked)}."
    return said


def _count_open(notes: Sequence[Note]) -> str:
    still = sum(note.level == "caution" and note.code in OF_MAPS for note in notes)
    if not still:
        return ""
    return ", and one is open" if still == 1 else f", and {still} are open"


def state_ground(trial: Trial) -> str:
    """Which images were asked, and what intervals are over."""
    drawn = f"{trial.n:,} of {trial.of:,} test images, drawn by seed {trial.seed}"
    which = drawn if trial.n < trial.of else f"All {trial.n:,} test images"
    hidden = trial.hiding[0].of_all.n if trial.hiding else trial.n
    more = f" Regions were hidden on {hidden:,} test images." if hidden != trial.n else ""
    return (
        f"{which}, at {trial.size_px} px; 95% intervals over {trial.units:,} {trial.counted}. Maps"
        f" are of the predicted class.{more}"
    )


def write_signed(mean: Mean | None) -> str:
    """A figure that may be below 0, such as "+0.061 [+0.028, +0.094]"."""
    if mean is None or mean.value is None:
        return "undefined"
    value = f"{mean.value:+.3f}".replace("-", "−")
    if mean.interval is None:
        return value
    low, high = (f"{end:+.3f}".replace("-", "−") for end in mean.interval)
    return f"{value} [{low}, {high}]"


def write_mean(mean: Mean | None) -> str:
    """A figure in 0 to 1 with its interval."""
    return "" if mean is None else write_figure(mean.value, mean.interval)


def _judge_weights(trial: Trial) -> Iterator[Note]:
    if not trial.cascade:
        return
    rank = trial.cascade[-1].rank
    code = "trial-weights"
    if rank.value is None or rank.interval is None:
        yield Note(code, "Whether the map follows the trained weights could not be measured.")
        return
    written = (
        f"with all of the network random, the order of its places agrees by {write_signed(rank)}"
        f" (rank correlation; {ALIKE:g} or more is the same map)"
    )
    if rank.interval[1] < ALIKE:
        yield Note(code, f"The map follows the trained weights: {written}.", "info")
    elif rank.interval[0] >= ALIKE:
        text = f"The map does not follow the trained weights: {written}. {DO_NOT}"
        yield Note(code, text, "grave")
    else:
        yield Note(code, f"Whether the map follows the trained weights is open: {written}.")


def _judge_removal(trial: Trial) -> Iterator[Note]:
    for name in (EDGES, RANDOM, CONSTANT):
        found = trial.removal.get(name)
        if found is None or found.gain is None or found.gain.interval is None:
            continue
        low, high = found.gain.interval
        beside = CONTROLS[name]
        written = f"by {write_signed(found.gain)} of probability (ROAD, {found.gain.n:,} images)"
        if low > 0:
            text = f"The map tells what the model needs better than {beside}, {written}."
            yield Note("trial-removal", text, "info")
            continue
        told = "tells less than" if high < 0 else "is not shown to tell more than"
        text = f"The map {told} {beside} of what the model needs, {written}."
        if name == CONSTANT:
            yield Note("trial-removal", f"{text} It adds little that is this image's own.")
        else:
            yield Note("trial-removal", f"{text} {DO_NOT}", "grave" if high < 0 else "caution")


def _judge_places(trial: Trial) -> Iterator[Note]:
    own = trial.placement.get(OWN)
    point = trial.placement.get(POINT)
    if own is None or point is None or point.gain is None or point.gain.interval is None:
        return
    low, high = point.gain.interval
    written = (
        f"its peak lies in the marked box of {_count(own)} images, {CONTROLS[POINT]} in that of"
        f" {_count(point)} (difference {write_signed(point.gain)})"
    )
    if low > 0:
        yield Note("trial-place", f"The map finds what is marked: {written}.", "info")
    elif high < 0:
        text = f"The map points worse than a fixed point: {written}."
        yield Note("trial-place", f"{text} It does not show where the finding is.", "grave")
    else:
        yield Note(
            "trial-place", f"The map is not shown to point better than a fixed point: {written}."
        )


def _count(placement: Placement) -> str:
    peak = placement.peak
    return f"{round((peak.value or 0.0) * peak.n):,} of {peak.n:,}"


def _judge_hiding(trial: Trial) -> Iterator[Note]:
    for hiding in trial.hiding:
        if hiding.fill == AROUND:
            yield _judge_region(hiding)


def _judge_region(hiding: Hiding) -> Note:
    code = f"trial-{hiding.region}"
    where = REGIONS[hiding.region]
    whole = hiding.of_all
    written = f"Hiding {where} changes {_compare_flips(whole)}"
    is_more = _rises(whole.difference) or _is_notable(whole.gain)
    if hiding.region == "box":
        if is_more:
            return Note(code, f"{written}: the model uses what is marked.", "info")
        return Note(code, f"{written}: nothing shows that the model uses what is marked.")
    suspects = _list_suspects(hiding)
    if suspects:
        named = "; ".join(f"{label} {_compare_drops(of)}" for label, of in suspects.items())
        return Note(code, f"{written}. Of {named}. The model may use a mark there.", "grave")
    if is_more:
        text = f"{written}; probabilities fall by {write_signed(whole.gain)} more than there"
        return Note(code, f"{text}: the model may use a mark there.", "grave")
    return Note(code, f"{written}: not shown to be more than elsewhere.", "info")


def _compare_flips(of: Flips) -> str:
    return (
        f"{of.flips:,} of {of.n:,} answers, hiding as much elsewhere {of.control_flips:,}"
        f" (difference {write_signed(of.difference)})"
    )


def _compare_drops(of: Flips) -> str:
    return (
        f"{of.flips:,} of {of.n:,} against {of.control_flips:,}, and the probability falls by"
        f" {write_signed(of.gain)} more than there"
    )


def _rises(mean: Mean) -> bool:
    return mean.interval is not None and mean.interval[0] > 0


def _is_notable(mean: Mean) -> bool:
    return _rises(mean) and (mean.value or 0.0) >= NOTABLE


def _list_suspects(hiding: Hiding) -> dict[str, Flips]:
    """Classes whose probability falls more than elsewhere, where all classes are looked at."""
    corrected = correct_holm({label: of.p for label, of in hiding.of_class.items()})
    return {
        label: of
        for label, of in hiding.of_class.items()
        if corrected[label] < LEVEL and _is_notable(of.gain)
    }


def _judge_rest(trial: Trial) -> Iterator[Note]:
    shift = f"a shift by {SHIFT_PX} px"
    for name, mean in ((shift, trial.shift), ("noise too weak to see", trial.noise)):
        if mean.interval is not None and mean.interval[0] < ALIKE:
            text = f"The map may change much under {name}: it agrees by {write_signed(mean)} only."
            yield Note("trial-stability", text)
    for region, mass in trial.mass.items():
        area = trial.areas[region]
        if mass.interval is not None and mass.interval[0] > area:
            text = (
                f"{write_mean(mass)} of the maps' mass lies on {REGIONS[region]}, which are"
                f" {area:.0%} of the image."
            )
            yield Note("trial-mass", text)
    if trial.blank:
        text = f"{trial.blank:,} of {trial.n:,} maps show no place at all."
        yield Note("trial-blank", text)
    coarse = describe_cells(trial.cells) if trial.cells else None
    if coarse:
        yield Note("trial-cells", coarse)
