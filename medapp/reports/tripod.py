"""TRIPOD+AI: 27 items, for prediction models by regression or machine learning.

Collins et al. 2024, doi:10.1136/bmj-2023-078378.
"""

from medapp.reports import answers
from medapp.reports.checklists import Item

TITLE = "TRIPOD+AI"
ORIGIN = "Statement of 2024 on prediction models, doi:10.1136/bmj-2023-078378."
ITEMS = (
    Item("1", "Title", "Does the title say: developed or evaluated, of whom, what is predicted?"),
    Item("2", "Abstract", "Does the abstract follow TRIPOD+AI for abstracts?"),
    Item("3", "Background", "Context, intended users and pathway, known inequalities?"),
    Item("4", "Objectives", "Is the model developed, evaluated, or both?"),
    Item("5", "Data", "Which sources, which dates?", answers.tell_source),
    Item("6", "Participants", "Setting, eligibility, treatments?"),
    Item("7", "Preparation", "What was done before images were added?", answers.tell_preprocessing),
    Item("8", "Outcome", "How, by whom, and blinded to what was the label set?"),
    Item("9", "Predictors", "Why images alone?", answers.tell_pixels),
    Item("10", "Sample size", "How was the size planned?", answers.tell_precision),
    Item("11", "Missing data", "Why, and with what consequence?", answers.tell_missing),
    Item("12", "Analysis", "How was heterogeneity handled?", answers.tell_training),
    Item("13", "Class imbalance", "Was it dealt with, and why so?", answers.tell_classes),
    Item("14", "Fairness", "How was fairness addressed?", answers.tell_subgroups),
    Item("15", "Output", "Why this threshold?", answers.tell_output),
    Item("16", "Training beside evaluation", "How do they differ?", answers.tell_disjointness),
    Item("17", "Ethics", "Which board approved, with which consent?"),
    Item("18", "Open science", "Funding, conflicts, protocol?", answers.tell_availability),
    Item("19", "Patients' involvement", "Were patients or the public involved?"),
    Item("20", "Participants' flow", "Characteristics of the patients?", answers.tell_participants),
    Item("21", "Numbers and events", "", answers.tell_classes),
    Item("22", "Full model", "How can others get it?", answers.tell_model),
    Item("23", "Performance", "", answers.tell_performance),
    Item("24", "Updating", "Was the model updated, and how?"),
    Item("25", "Interpretation", "What do results mean, with fairness in view?"),
    Item("26", "Limitations", "Which limits, with which bias?", answers.tell_limits),
    Item("27", "Usability", "How are poor inputs handled; who must know what?", answers.tell_use),
)
