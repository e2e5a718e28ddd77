"""Checklists hold each item of their guideline once, and tell no more than the records do."""

import re
from dataclasses import replace

import pytest
from conftest import Trained

from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL, Change, apply_edits
from medapp.reports import claim, tripod
from medapp.reports.acquisition import Acquisition
from medapp.reports.checklists import NOT_HERE, Item, build_checklist, fill_items
from medapp.reports.document import Paragraph, Table
from medapp.reports.facts import Facts, gather_facts
from medapp.reports.methods import build_methods
from medapp.reports.references import REFERENCES, Citations
from medapp.runs.making import find_run


@pytest.fixture(scope="module")
def facts(trained_once: Trained) -> Facts:
    return gather_facts(trained_once.workspace, find_run(trained_once.workspace, "probe"))


@pytest.mark.parametrize(("items", "count"), [(claim.ITEMS, 44), (tripod.ITEMS, 27)])
def test_each_item_stands_once(items: tuple[Item, ...], count: int) -> None:
    assert [item.number for item in items] == [str(i) for i in range(1, count + 1)]
    assert len({item.name for item in items}) == count
    assert all(item.question.endswith("?") for item in items if item.question)


def read_rows(items: tuple[Item, ...], facts: Facts) -> dict[str, tuple[str, ...]]:
    section = build_checklist("Title", "Origin.", fill_items(items, facts, {}))
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    return {row[0].split()[0]: row for row in table.rows}


def test_what_the_records_lack_is_asked_of_the_author(facts: Facts) -> None:
    unjudged = replace(
        facts,
        evaluation=None,
        probability=None,
        point=None,
        subgroups=(),
        robustness=None,
        stress=None,
    )
    rows = read_rows(claim.ITEMS, unjudged)
    assert rows["38"][1:] == ("–", NOT_HERE)
    assert rows["30"][1] == "–"
    assert rows["44"][1] == "–"
    assert read_rows(claim.ITEMS, facts)["38"][2] == "–"


def test_counts_add_up(facts: Facts) -> None:
    filled = fill_items(claim.ITEMS, facts, {"44": "Nobody", "22": "As told"})
    section = build_checklist("Title", "Origin.", filled)
    (paragraph,) = [block for block in section.blocks if isinstance(block, Paragraph)]
    count, told, partly, answered, left, of = map(int, re.findall(r"\d+", paragraph.text))
    assert (count, of, answered) == (44, 44, 2)
    # One answer is of an item that the records tell too.
    assert told + partly + left + answered == 44 + 1


def test_methods_cite_what_was_used_in_order(facts: Facts) -> None:
    methods, references = build_methods(facts)
    text = " ".join(block.text for block in methods.blocks if isinstance(block, Paragraph))
    (listed,) = references.blocks
    cited = [item.split("]")[0] + "]" for item in listed.items]  # type: ignore[union-attr]
    assert cited == [f"[{i}]" for i in range(1, len(cited) + 1)]
    assert text.index("[1]") < text.index("[2]")
    assert "AdamW" in text
    assert "Loshchilov" in " ".join(listed.items)  # type: ignore[union-attr]
    # Nothing was measured of robustness, so nothing is cited for it.
    assert "PGD" not in text
    assert str(facts.data.images) in text


def test_numbers_follow_the_first_citation() -> None:
    citations = Citations()
    assert citations.cite("roc") == " [1]"
    assert citations.cite("wilson", "roc") == " [1, 2]"
    assert citations.cite() == ""
    assert citations.list_references() == (
        f"[1] {REFERENCES['roc']}",
        f"[2] {REFERENCES['wilson']}",
    )


def test_headers_and_changed_labels_are_told(facts: Facts) -> None:
    assert facts.data.now is not None
    plain = read_rows(claim.ITEMS, facts)
    assert plain["11"][1] == "This record names no file, patient or site."
    assert "none was changed here" in plain["17"][1]
    acquired = Acquisition(7, {"modality": {"CR": 7}}, 2)
    now = replace(facts.data.now, acquisition=acquired, relabelled=3)
    rows = read_rows(claim.ITEMS, replace(facts, data=replace(facts.data, now=now)))
    assert "Modality: CR 7" in rows["13"][1]
    assert "2 of them say that text is burnt in" in rows["11"][1]
    assert rows["17"][1].startswith("3 labels were changed")
    gone = read_rows(claim.ITEMS, replace(facts, data=replace(facts.data, now=None)))
    assert gone["17"][1] == gone["13"][1] == "–"


def test_a_label_changed_here_is_counted(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    run = find_run(trained.workspace, "probe")
    data_set = catalog.find_chosen(run.home.id, run.home.name)
    sample, *others = catalog.load_samples(data_set)
    other = next(one.label for one in others if one.label != sample.label)
    apply_edits(catalog, data_set, [Change(sample.id, RELABEL, other)], "seen again")
    now = gather_facts(trained.workspace, run).data.now
    assert now is not None
    assert now.relabelled == 1
