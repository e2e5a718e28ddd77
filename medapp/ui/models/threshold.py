"""From which probability a finding counts as there, and what follows where a model is used."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from medapp.evaluation.detection import Detection, build_detection
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.net_benefit import trace_decisions
from medapp.evaluation.operating import OperatingPoint, operate, state_floor, state_outcomes
from medapp.evaluation.positive import find_positive, means_absence
from medapp.evaluation.predictive import Rate
from medapp.evaluation.rules import Kind, Rule
from medapp.evaluation.words import write_figure, write_interval
from medapp.figures import list_numbers
from medapp.figures.operating import draw_decisions, draw_operating, draw_scores
from medapp.figures.thinning import ALL_POINTS
from medapp.runs.detecting import Asked, find_own_threshold
from medapp.runs.locking import find_locked, lock_point, unlock_point
from medapp.runs.results import Evidence, load_evidence
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import find_catalog, open_workspace

KEPT = "validation-evidence"
OWN = "As the model decides"
HALF = "Probability of one half"  # of classes put together, of which a model decides otherwise
# What a rule is called, and the number that it takes: label, lowest, highest, usual, step.
RULES: dict[str, tuple[Kind, tuple[str, float, float, float, float] | None]] = {
    "Sensitivity at least": ("sensitivity", ("Sensitivity", 0.5, 1.0, 0.95, 0.01)),
    "Specificity at least": ("specificity", ("Specificity", 0.5, 1.0, 0.9, 0.01)),
    "Highest sensitivity + specificity": ("youden", None),
    "Cost of a miss": ("cost", ("False alarms that cost as much", 0.1, 1000.0, 10.0, 1.0)),
}
PERCENT = (
    *("0.1", "0.2", "0.5", "1", "2", "3", "4", "5", "7", "10", "15", "20", "25", "30"),
    *("40", "50", "60", "70", "80", "90"),
)


def draw_threshold(run: Run) -> None:
    """Draw what is asked of a threshold, what it does to a thousand, and the curves behind it."""
    evaluation = run.load_evaluation()
    evidence = load_evidence(run)
    if evaluation is None or evidence is None:
        st.info("The predictions behind this model's figures were not kept: nothing to show here.")
        return
    names = _choose_positives(evaluation)
    if not names:
        st.info("Choose what counts as the finding.")
        return
    per_patient = _ask_for_patients(build_detection(*evidence, positives=names))
    judging = build_detection(
        *evidence, positives=names, where="test split", per_patient=per_patient
    )
    is_decided = len(evaluation.classes) == 2 or bool(evaluation.thresholds)
    rule, prevalence = _draw_controls(judging, OWN if is_decided else HALF)
    choosing = None
    if rule is not None:
        validation = _find_validation(run)
        if validation is None:
            return
        choosing = build_detection(
            *validation, positives=names, where="validation split", per_patient=per_patient
        )
    own = find_own_threshold(run, evaluation, Asked(positives=names))
    notes = [note for note in evaluation.notes if note.level != "info"]
    point = operate(judging, prevalence, choosing, rule, own, notes)
    draw_notes(note for note in point.notes if note.level == "grave")
    _draw_outcome(point)
    draw_notes(note for note in point.notes if note.level != "grave")
    if not evaluation.thresholds:
        _draw_lock(run, point, names, per_patient)
    _draw_curves(judging, point)


def _choose_positives(evaluation: Evaluation) -> tuple[str, ...]:
    """The classes that count as the finding; of two classes the names tell it."""
    classes = list(evaluation.classes)
    task = find_task(evaluation.task)
    if task.has_several:
        return (st.selectbox("Finding", classes, width=320),)
    positive = find_positive(classes)
    usual = [positive.name] if positive else _suggest(classes)
    chosen = st.multiselect(
        "Counts as the finding",
        classes,
        default=usual,
        max_selections=len(classes) - 1,
        help="Several count as one: their probabilities are added up.",
        width=520,
    )
    return tuple(chosen)


def _suggest(classes: Sequence[str]) -> list[str]:
    """All but the classes that mean that nothing is there; the first where none does."""
    present = [name for name in classes if not means_absence(name)]
    return present if 0 < len(present) < len(classes) else list(classes[:1])


def _ask_for_patients(images: Detection) -> bool:
    """Whether patients are to be judged; asked where some have several images."""
    if images.noun == "patients" or images.counted != "patients":
        return False
    return st.toggle(
        "Per patient",
        help="By the mean of the probabilities of each patient's images.",
        key="threshold-per-patient",
    )


def _draw_controls(judging: Detection, own: str) -> tuple[Rule | None, float]:
    """Draw the choice of a rule and of a prevalence; both stand in the address.

    Args:
        own: what it is called where no rule chooses.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        titles = [own, *RULES]
        title = st.selectbox(
            "Threshold",
            titles,
            titles.index(url.read_choice("rule", titles) or own),
            width=300,
            **url.bind("rule", own),
        )
        rule = None
        if title in RULES:
            kind, asked = RULES[title]
            number = 0.0
            if asked:
                label, low, high, usual, step = asked
                number = st.number_input(
                    label, low, high, usual, step, key=f"rule-{kind}", width=220
                )
            rule = Rule(kind, number)
        nearest = min(PERCENT, key=lambda p: abs(float(p) / 100 - judging.prevalence))
        percent = st.select_slider(
            "How common the finding is where the model is used",
            PERCENT,
            url.read_choice("prevalence", PERCENT) or nearest,
            format_func=lambda p: f"{p}%",
            width=360,
            **url.bind("prevalence", nearest),
        )
    return rule, float(percent) / 100


def _find_validation(run: Run) -> Evidence | None:
    """What the model says of the validation images, once somebody asked for it.

    Kept for this visitor as long as model, data set and labels are the same.
    """
    key = (run.id, run.domain, run.model_path.stat().st_mtime_ns, find_catalog().read_marks())
    kept: tuple[object, Evidence] | None = st.session_state.get(KEPT)
    if kept is not None and kept[0] == key:
        return kept[1]
    st.markdown(
        "A threshold is chosen on validation images and judged on test images, so that the choice"
        " does not flatter itself. The model has to read the validation images for that."
    )
    if st.button("Read the validation images", type="primary", icon=":material/tune:"):
        with st.spinner("Predicting the validation images"):
            # Imported here, because the page opens without torch.
            from medapp.runs.evaluate import predict_samples
            from medapp.runs.operating import find_chosen_on

            workspace = open_workspace()
            data_set, samples, _ = find_chosen_on(workspace, run)
            found = predict_samples(workspace, run, data_set, samples)
        st.session_state[KEPT] = (key, found)
        st.rerun()
    return None


def _draw_outcome(point: OperatingPoint) -> None:
    """Draw what becomes of a thousand, the four shares, and how the threshold came about."""
    st.subheader(escape(state_outcomes(point)), anchor=False)
    at = f"at a prevalence of {100 * point.prevalence:.3g}%"
    shares = (
        ("Sensitivity", point.sensitivity, f"of {point.positives:,} {point.noun}"),
        ("Specificity", point.specificity, f"of {point.n - point.positives:,} {point.noun}"),
        ("PPV", point.ppv, at),
        ("NPV", point.npv, at),
    )
    for column, (title, rate, of) in zip(st.columns(len(shares)), shares, strict=True):
        with column.container(border=True, height="stretch"):
            _draw_card(title, rate, of)
    st.caption(escape(f"{_state_choice(point)} {state_floor(point)}".strip()))


def _draw_lock(run: Run, point: OperatingPoint, names: Sequence[str], per_patient: bool) -> None:
    """Draw which operating point decides, and the buttons that lock this one or unlock it."""
    locked = find_locked(run)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if locked is not None:
            st.markdown(f":material/lock: **Locked.** {escape(locked.describe())}")
        else:
            st.markdown(
                "**Lock this threshold** into the model's file, and it decides what Predict, the"
                " shell and an exported model call an image. The probabilities stay."
                if point.choice
                else "The most probable class decides. Choose a rule above to lock a threshold."
            )
        is_new = locked is None or locked.threshold != point.threshold
        if (
            point.choice is not None
            and not per_patient
            and is_new
            and st.button("Lock this threshold", icon=":material/lock:")
        ):
            with frame.show_errors():
                lock_point(run, point, names)
                st.rerun()
        if locked is not None and st.button("Unlock", icon=":material/lock_open:"):
            with frame.show_errors():
                unlock_point(run)
                st.rerun()


def _draw_card(title: str, rate: Rate | None, of: str) -> None:
    st.metric(
        escape(title),
        "–" if rate is None else write_figure(rate.value),
        write_interval(rate.interval) if rate else "no interval",
        delta_color="off",
        delta_arrow="off",
    )
    st.caption(escape(of))


def _state_choice(point: OperatingPoint) -> str:
    judged = (
        f"Judged on {point.n:,} {point.noun} of the test split, with 95% intervals over"
        f" {point.units:,} {point.counted}; those of PPV and NPV take the prevalence as known."
    )
    if point.choice is None:
        return f"{point.finding} counts as found from {point.threshold:.3g} on. {judged}"
    choice = point.choice
    return (
        f"{point.finding} counts as found from {point.threshold:.3g} on: {choice.rule}, chosen on"
        f" {choice.n:,} {point.noun} of the validation split, {choice.positives:,} of them with"
        f" it. {judged}"
    )


def _draw_curves(judging: Detection, point: OperatingPoint) -> None:
    theme = frame.find_theme()
    left, right = frame.draw_columns(2, key="threshold")
    with left:
        whole = partial(draw_operating, judging, point, most=ALL_POINTS)
        figure = draw_operating(judging, point, theme)
        frame.draw_figure(figure, "operating", lambda: list_numbers(whole()))
    with right:
        frame.draw_figure(draw_scores(judging, point.threshold, theme), key="scores")
    curve = trace_decisions(judging)
    if curve is None:
        return
    left, right = frame.draw_columns(2, key="decisions")
    with left:
        frame.draw_figure(draw_decisions(curve, theme), key="decisions")
    with right:
        st.subheader("Is it better to act on the model?", anchor=False)
        st.markdown(
            "Who would act at a probability of 0.1 holds a miss to be nine times as bad as a false"
            " alarm. The net benefit counts those rightly treated, less those treated for nothing"
            " at that rate. A model is worth using where its line stands above both others."
        )
        st.caption(
            escape(
                f"On {curve.n:,} {point.noun}, {curve.positives:,} of them with the finding: at"
                " their prevalence, whatever is set above. Each 95% interval is for its own"
                " threshold alone."
            )
        )
