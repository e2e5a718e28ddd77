"""From which probability a finding counts as there, and what follows where a model is used."""

from collections.abc import Sequence

import streamlit as st

from medapp.evaluation.detection import Detection, build_detection
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.operating import OperatingPoint, judge_threshold, operate
from medapp.evaluation.positive import find_positive, means_absence
from medapp.evaluation.rules import Kind, Rule
from medapp.runs.detecting import Asked, find_own_threshold
from medapp.runs.locking import find_locked, lock_point, unlock_point
from medapp.runs.results import Evidence, load_evidence
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.ui.models.by_hand import BY_HAND, set_threshold, state_images
from medapp.ui.models.outcome import draw_curves, draw_outcome
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
    "By hand, on the ROC curve": (BY_HAND.kind, None),
}
LOCKING = (
    "Then the test images judge it. Who moves it again after that has chosen on the test images,"
    " whose figures flatter from then on."
)
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
    own = find_own_threshold(run, evaluation, Asked(positives=names))
    choosing = _detect_choosing(run, names, per_patient) if rule else None
    if rule and choosing is None:
        return
    if choosing and rule == BY_HAND:
        rule = set_threshold(choosing, own)
    notes = [note for note in evaluation.notes if note.level != "info"]
    point = operate(judging, prevalence, choosing, rule, own, notes)
    draw_notes(note for note in point.notes if note.level == "grave")
    shown, seen, said = point, judging, ""
    if choosing and rule and rule.kind == BY_HAND.kind:
        # A point that is moved by hand is seen on the images that choose: never on the test split.
        shown, seen = judge_threshold(choosing, point.threshold, prevalence), choosing
        said = state_images(shown, choosing.where)
    draw_outcome(shown, said)
    draw_notes(note for note in point.notes if note.level != "grave")
    if not evaluation.thresholds:
        _draw_lock(run, point, names, per_patient)
    draw_curves(seen, shown)


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


def _detect_choosing(run: Run, names: Sequence[str], per_patient: bool) -> Detection | None:
    """The finding in the images that a threshold is chosen on; None before somebody asked."""
    found = _find_validation(run)
    if found is None:
        return None
    evidence, where = found
    return build_detection(*evidence, positives=names, where=where, per_patient=per_patient)


def _find_validation(run: Run) -> tuple[Evidence, str] | None:
    """What the model says of the images that choose, and what these are, once somebody asked.

    Kept for this visitor as long as model, data set and labels are the same.
    """
    key = _mark(run)
    kept: tuple[object, tuple[Evidence, str]] | None = st.session_state.get(KEPT)
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
            data_set, samples, where = find_chosen_on(workspace, run)
            found = predict_samples(workspace, run, data_set, samples), where
        st.session_state[KEPT] = (key, found)
        st.rerun()
    return None


def _mark(run: Run) -> object:
    """What differs once the model, its data set or a label does."""
    return run.id, run.domain, run.model_path.stat().st_mtime_ns, find_catalog().read_marks()


def _keep_evidence(run: Run) -> None:
    """Keep what was read: a lock changes the model's file, and no probability."""
    kept = st.session_state.get(KEPT)
    if kept is not None and kept[0][:2] == (run.id, run.domain):
        st.session_state[KEPT] = (_mark(run), kept[1])


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
            and st.button("Lock this threshold", icon=":material/lock:", help=LOCKING)
        ):
            with frame.show_errors():
                lock_point(run, point, names)
                _keep_evidence(run)
                st.rerun()
        if locked is not None and st.button("Unlock", icon=":material/lock_open:"):
            with frame.show_errors():
                unlock_point(run)
                _keep_evidence(run)
                st.rerun()
