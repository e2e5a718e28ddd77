"""CLAIM 2024: 44 items of the Checklist for Artificial Intelligence in Medical Imaging.

Tejani et al. 2024, doi:10.1148/ryai.240300.
"""

from medapp.reports import answers
from medapp.reports.checklists import Item

TITLE = "CLAIM 2024"
ORIGIN = "Checklist for Artificial Intelligence in Medical Imaging, doi:10.1148/ryai.240300."
ITEMS = (
    Item("1", "Title", "Does the title name the kind of artificial intelligence?"),
    Item("2", "Abstract", "Does the abstract tell design, methods, results and conclusions?"),
    Item("3", "Background", "What is known, and which clinical role is meant?"),
    Item("4", "Objectives", "What were aims and hypotheses?"),
    Item("5", "Pro- or retrospective", "Were images gathered before or after the study began?"),
    Item("6", "Goal", "What was the goal: feasibility, creation, comparison, or another?"),
    Item("7", "Data sources", "Where, when and by whom were images gathered?", answers.tell_source),
    Item("8", "Eligibility", "Who was included and excluded, and why?"),
    Item(
        "9", "Preprocessing", "What was done before images were added?", answers.tell_preprocessing
    ),
    Item("10", "Data subsets", "Why were these images chosen of all there are?", answers.tell_flow),
    Item(
        "11",
        "De-identification",
        "How were images and headers freed of names?",
        answers.tell_identity,
    ),
    Item("12", "Missing data", "Why is what is missing missing?", answers.tell_missing),
    Item("13", "Acquisition", "Which scanners, protocols and sequences?", answers.tell_pixels),
    Item("14", "Reference standard", "What defines each label?"),
    Item("15", "Why this standard", "Why this reference standard, and what are its limits?"),
    Item("16", "Annotators", "Who labelled, with which experience?"),
    Item(
        "17",
        "Annotation",
        "How, with which tools and instructions, were labels made?",
        answers.tell_labels,
    ),
    Item("18", "Variability of readers", "How well did readers agree?"),
    Item("19", "Assignment to splits", "", answers.tell_assignment),
    Item("20", "Level of disjointness", "", answers.tell_disjointness),
    Item("21", "Sample size", "How was the size of the test set planned?", answers.tell_precision),
    Item("22", "Model", "", answers.tell_model),
    Item("23", "Software", "", answers.tell_software),
    Item("24", "Initialisation", "", answers.tell_start),
    Item("25", "Training", "", answers.tell_training),
    Item("26", "Selection of the model", "", answers.tell_selection),
    Item("27", "Ensembles", "", answers.tell_single),
    Item("28", "Metrics", "Why are these the figures that matter here?", answers.tell_metrics),
    Item("29", "Uncertainty", "", answers.tell_intervals),
    Item("30", "Robustness", "Which assumptions were tried otherwise?", answers.tell_robustness),
    Item("31", "Explainability", "How were explanations validated?", answers.tell_heatmaps),
    Item("32", "Internal evaluation", "", answers.tell_performance),
    Item(
        "33",
        "External evaluation",
        "On whose images else was the model judged?",
        answers.tell_elsewhere,
    ),
    Item("34", "Registration", "Is the study registered, and where?"),
    Item("35", "Flow", "How many patients came before the data set?", answers.tell_flow),
    Item(
        "36", "Demographics", "Further characteristics of patients by split?", answers.tell_people
    ),
    Item("37", "Subgroups", "Which further groups matter?", answers.tell_subgroups),
    Item("38", "Diagnostic accuracy", "", answers.tell_performance),
    Item("39", "Failures", "What do misjudged images have in common?", answers.tell_errors),
    Item("40", "Limitations", "What limits the study: bias, generalisation?", answers.tell_limits),
    Item("41", "Implications", "What follows for practice?", answers.tell_use),
    Item("42", "Protocol", "Where is the study's protocol?"),
    Item("43", "Availability", "Where are code, model and data?", answers.tell_availability),
    Item("44", "Funding", "Who paid, and in which role?"),
)
