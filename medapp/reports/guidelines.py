"""The reporting guidelines that a report follows, and how their questions are answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medapp.errors import RunError
from medapp.reports import claim, tripod
from medapp.reports.authored import save_answers
from medapp.reports.checklists import Filled, Item, build_checklist, fill_items
from medapp.reports.document import Section
from medapp.reports.facts import Facts
from medapp.runs.run import Run


@dataclass(frozen=True)
class Guideline:
    """A checklist.

    Attributes:
        key: what its answers are kept under.
    """

    key: str
    title: str
    origin: str
    items: tuple[Item, ...]

    def fill(self, facts: Facts) -> list[Filled]:
        """Each item with what records and author tell."""
        return fill_items(self.items, facts, facts.answers.get(self.key, {}))

    def build(self, facts: Facts) -> Section:
        """The section of a report."""
        return build_checklist(self.title, self.origin, self.fill(facts))


GUIDELINES: Mapping[str, Guideline] = {
    row.key: row
    for row in (
        Guideline("claim", claim.TITLE, claim.ORIGIN, claim.ITEMS),
        Guideline("tripod", tripod.TITLE, tripod.ORIGIN, tripod.ITEMS),
    )
}


def answer_items(run: Run, answers: Sequence[str]) -> None:
    """Keep answers with a run.

    Args:
        answers: each as "claim:14=two readers", of an item's guideline, number and words; nothing
            behind the equals sign takes the answer away.

    Raises:
        RunError: an answer is written otherwise, or there is no such item; nothing is kept then.
    """
    found: dict[str, dict[str, str]] = {}
    for answer in answers:
        place, equals, words = answer.partition("=")
        key, _, number = place.strip().lower().partition(":")
        known = {item.number for item in GUIDELINES[key].items} if key in GUIDELINES else set()
        if not equals or number not in known:
            raise RunError(
                f"{answer!r} answers no item.",
                remedy="Write guideline, item and words, such as claim:14=read by two radiologists."
                f" Guidelines: {', '.join(GUIDELINES)}.",
            )
        found.setdefault(key, {})[number] = words
    for key, each in found.items():
        save_answers(run, key, each)
