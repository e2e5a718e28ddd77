"""Which model to predict with: the best on validation, unless a grave note speaks against it."""

from collections.abc import Collection, Sequence

from medapp.evaluation.words import write_figure
from medapp.notes import read_note
from medapp.runs.summary import Summary
from medapp.ui.models.table import find_headline, sort_models
from medapp.ui.shell.words import name_data_set, name_figure


def rank_models(models: Sequence[Summary], folds: Collection[str] = ()) -> list[Summary]:
    """The best on validation first; then folds, then models whose figures carry a grave note.

    Args:
        folds: the ids of runs that are one fold of a cross-validation: each was validated on images
            of its own.
    """
    return sorted(sort_models(models), key=lambda m: (has_grave_note(m), m.id in folds))


def has_grave_note(model: Summary) -> bool:
    """Whether something makes the model's figures worthless as they stand."""
    notes = model.figures["notes"] if model.figures else ()
    return any(read_note(note).level == "grave" for note in notes)


def describe_choice(model: Summary) -> str:
    """A model in a list to choose from: its name, what it learned from, how good it is."""
    headline = find_headline(model)
    value = model.learning.figures.get(headline)
    facts = [model.name, name_data_set(model)]
    if value is None:
        facts.append("not validated")
    else:
        facts.append(f"validation {name_figure(headline)} {write_figure(value)}")
    if has_grave_note(model):
        facts.append("a grave note")
    return " · ".join(facts)
