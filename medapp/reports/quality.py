"""The sections of a report on how good the model is, from facts to words."""

from collections.abc import Iterator

from medapp.evaluation.operating import OperatingPoint, state_outcomes
from medapp.evaluation.probability import Figure, ProbabilityFigures
from medapp.evaluation.reliability import state_reliability
from medapp.evaluation.robustness.words import state_finding, state_ground
from medapp.evaluation.sample_size import state_sample_size
from medapp.evaluation.subgroups import Subgroups, state_gaps
from medapp.evaluation.words import write_figure
from medapp.explanation.trials import words as trials
from medapp.reports.document import Block, Drawing, Notice, Paragraph, Section, Table, build_table
from medapp.reports.drawing import draw_reliability
from medapp.reports.facts import Facts
from medapp.reports.figures_tables import build_classes, build_confusion, build_whole
from medapp.reports.figures_tables import state_ground as state_n
from medapp.reports.stress import build_stress
from medapp.runs.decided import DECIDED

MOST_CURVES = 3  # calibration curves that are drawn


def build_performance(facts: Facts) -> Section:
    """All figures of the test split."""
    found = facts.evaluation
    if found is None:
        return Section("Performance", (Paragraph("The run was not judged on a test split."),))
    of = f"The test split of {found.dataset or facts.data.name}: {state_n(found)}"
    blocks: list[Block] = [Paragraph(f"{of} {state_sample_size(found)}".strip())]
    blocks += [Paragraph(note.text) for note in found.notes if note.code == DECIDED]
    blocks += [build_whole(found), build_classes(found), *build_confusion(found)]
    if found.per_patient is not None:
        said = {note.code for note in found.notes}
        blocks += [Notice(n.level, str(n)) for n in found.per_patient.notes if n.code not in said]
    if facts.point is not None:
        blocks += [*_list_point(facts.point)]
    return Section("Performance", tuple(blocks))


def build_probabilities(facts: Facts) -> Section:
    """Whether probabilities can be taken at their word, and what else the model promises."""
    said = " ".join(facts.reach) or "The model's file says nothing of how far its answers reach."
    blocks: list[Block] = [Paragraph(said)]
    if facts.probability is not None:
        blocks += _list_probability(facts.probability)
    return Section("Probabilities and doubt", tuple(blocks))


def build_subgroups(facts: Facts) -> Section:
    """The headline figure in each group of the test images."""
    if not facts.subgroups:
        text = "No column of the data set parts the test images into groups, so none were compared."
        return Section("Subgroups", (Paragraph(text),))
    blocks: list[Block] = []
    for found in facts.subgroups:
        blocks += [_build_groups(found), Paragraph(f"{state_gaps(found)}.")]
        blocks += [Notice(note.level, str(note)) for note in found.notes]
    return Section("Subgroups", tuple(blocks))


def build_elsewhere(facts: Facts) -> Section:
    """Where else the model was judged."""
    if not facts.elsewhere:
        text = "The model was not judged on images of another place."
        return Section("In other places", (Paragraph(text),))
    rows = [
        (
            row.dataset,
            f"{row.n:,} of {row.units:,} {row.counted}",
            write_figure(row.auroc.value, row.auroc.interval) if row.auroc else None,
            f"{row.floor:.3f}",
            row.verdict,
        )
        for row in facts.elsewhere
    ]
    head = ("Data set", "Images", "AUROC", "Asked for", "May it be used there?")
    caption = "Of images that the model has not seen; 95% intervals. The latest of each place."
    blocks: list[Block] = [build_table(head, rows, caption, left=1)]
    blocks += [Paragraph(f"{row.dataset}: {row.reason}") for row in facts.elsewhere]
    return Section("In other places", tuple(blocks))


def build_trials(facts: Facts) -> Section:
    """Robustness and heatmaps, where somebody measured them."""
    blocks: list[Block] = []
    if facts.robustness is None:
        blocks.append(Paragraph("Robustness against worst-case changes was not measured."))
    else:
        found = facts.robustness
        blocks.append(Paragraph(f"{state_finding(found)} {state_ground(found)}"))
        blocks += [Notice(note.level, str(note)) for note in found.notes]
    blocks += build_stress(facts.stress)
    if not facts.trials:
        blocks.append(Paragraph("No heatmap method was put on trial for this model."))
    for trial in facts.trials:
        said = f"{trials.state_finding(trial)} {trials.state_ground(trial)}"
        blocks.append(Paragraph(f"{trial.method}: {said}"))
        blocks += [Notice(note.level, str(note)) for note in trials.judge_trial(trial)]
    return Section("Robustness and heatmaps", tuple(blocks))


def _list_probability(found: ProbabilityFigures) -> Iterator[Block]:
    named = (
        ("Brier score (low is good)", found.brier),
        ("Log loss in nats (low is good)", found.log_loss),
        ("Matthews correlation", found.mcc),
        ("Cohen's kappa", found.kappa),
    )
    rows = [(title, *_list_cells(figure)) for title, figure in named if figure is not None]
    head = ("Figure", "Value [95% interval]", "Guessing", "Classes' shares")
    over = f"n = {found.n:,} images; intervals over {found.units:,} {found.counted}."
    yield build_table(head, rows, over)
    for one in found.reliability[:MOST_CURVES]:
        yield Drawing(draw_reliability(one), f"{state_reliability(one)}.")
    for one in found.reliability[MOST_CURVES:]:
        yield Paragraph(f"{state_reliability(one)}.")


def _say_choice(point: OperatingPoint) -> str:
    choice = point.choice
    if choice is None:
        return "not chosen by a rule"
    return (
        f"locked ({choice.rule}; chosen on {choice.n:,} images of the {choice.where}), so that the"
        " model decides by it"
    )


def _list_point(point: OperatingPoint) -> Iterator[Block]:
    rows = [
        (title, None if rate is None else write_figure(rate.value, rate.interval))
        for title, rate in (
            ("Sensitivity", point.sensitivity),
            ("Specificity", point.specificity),
            ("Positive predictive value", point.ppv),
            ("Negative predictive value", point.npv),
        )
    ]
    caption = (
        f"{point.finding} from a probability of {point.threshold:.3g} on, {_say_choice(point)}: n ="
        f" {point.n:,} {point.noun}, {point.positives:,} with the finding. Predictive values"
        f" hold for the test images' prevalence of {point.prevalence:.3g} alone."
    )
    yield build_table(("At the threshold", "Value [95% interval]"), rows, caption)
    if outcomes := state_outcomes(point):
        yield Paragraph(outcomes)


def _build_groups(found: Subgroups) -> Table:
    title = f"{found.title[:1].upper()}{found.title[1:]} [95% interval]"
    rows = [
        (group.name, group.n, group.units, write_figure(group.value, group.interval))
        for group in found.groups
    ]
    unknown = f" Of {found.unknown:,} images it is unknown." if found.unknown else ""
    head = (found.column, "Images", found.counted.capitalize(), title)
    return build_table(head, rows, f"By {found.column}.{unknown}")


def _list_cells(figure: Figure) -> tuple[str, str | None, str | None]:
    chance, shares = (
        None if value is None else write_figure(value) for value in (figure.chance, figure.shares)
    )
    return write_figure(figure.value, figure.interval), chance, shares
