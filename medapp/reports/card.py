"""A model card: the facts of a run as a document, and the document as HTML and Markdown."""

from medapp.evaluation.evaluation import Evaluation
from medapp.reports.document import Document, Section
from medapp.reports.facts import Facts
from medapp.reports.failures import build_failures
from medapp.reports.guidelines import GUIDELINES
from medapp.reports.markdown import write_markdown
from medapp.reports.methods import build_methods
from medapp.reports.page import write_page
from medapp.reports.quality import (
    build_elsewhere,
    build_performance,
    build_probabilities,
    build_subgroups,
    build_trials,
)
from medapp.reports.sections import build_data, build_summary, build_training, build_use


def build_card(facts: Facts) -> Document:
    """The whole report of a run."""
    return Document(
        title=f"{facts.run}: model card",
        subtitle=f"Written by MedApp {facts.version} from the records of the run. For research, not"
        " for diagnosis.",
        facts=(
            ("Run", f"{facts.run} ({facts.id}), {facts.state}"),
            ("Data set", facts.data.name),
            ("Trained", facts.training.began or "not noted"),
            ("Software", _list_software(facts.evaluation)),
            ("Report written", facts.written),
        ),
        sections=_list_sections(facts),
    )


def write_card(facts: Facts) -> tuple[str, str]:
    """The report as HTML and as Markdown."""
    document = build_card(facts)
    return write_page(document), write_markdown(document)


def _list_sections(facts: Facts) -> tuple[Section, ...]:
    methods, references = build_methods(facts)
    return (
        build_summary(facts),
        build_use(facts),
        build_data(facts.data),
        build_training(facts.training),
        build_performance(facts),
        build_probabilities(facts),
        build_subgroups(facts),
        build_elsewhere(facts),
        build_failures(facts.failures),
        build_trials(facts),
        methods,
        *(guideline.build(facts) for guideline in GUIDELINES.values()),
        references,
    )


def _list_software(evaluation: Evaluation | None) -> str:
    """What is noted of the software that made the figures."""
    noted = evaluation.computed if evaluation else {}
    names = {"torch": "PyTorch", "processor": "processor", "device": "device"}
    said = [f"{title} {noted[name]}" for name, title in names.items() if name in noted]
    return ", ".join(said) or "not noted"
