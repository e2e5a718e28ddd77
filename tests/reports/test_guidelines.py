"""An author's answers are kept with the run, stand in its report, and close what they answer."""

import pytest
from conftest import Trained

from medapp.errors import RunError
from medapp.reports.authored import ANSWERS, load_answers
from medapp.reports.card import write_card
from medapp.reports.checklists import state_open
from medapp.reports.facts import gather_facts
from medapp.reports.guidelines import GUIDELINES, answer_items
from medapp.runs.making import find_run


def test_an_answer_stands_in_the_report_in_place_of_the_question(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    claim = GUIDELINES["claim"]
    before = claim.fill(gather_facts(trained.workspace, run))
    answer_items(run, ["claim:14=read by <two>\n radiologists", "TRIPOD:17 = board of X"])
    facts = gather_facts(trained.workspace, run)
    after = claim.fill(facts)
    assert after[13].answer == "read by <two> radiologists"
    assert sum(one.is_open for one in before) - sum(one.is_open for one in after) == 1
    page, _ = write_card(facts)
    assert "read by &lt;two&gt; radiologists" in page
    assert "What defines each label?" not in page
    assert state_open(after) in page
    assert "board of X" in page


def test_an_empty_answer_takes_the_answer_away(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    answer_items(run, ["claim:1=yes", "claim:2=no"])
    answer_items(run, ["claim:1="])
    assert load_answers(run) == {"claim": {"2": "no"}}


@pytest.mark.parametrize("answer", ["claim:45=x", "claim:1", "strobe:1=x", "x", "claim=x"])
def test_what_answers_no_item_is_refused_and_nothing_kept(trained: Trained, answer: str) -> None:
    run = find_run(trained.workspace, "probe")
    with pytest.raises(RunError, match="answers no item"):
        answer_items(run, ["claim:1=fine", answer])
    assert load_answers(run) == {}


@pytest.mark.parametrize("content", ["{", "[]", '{"claim": 3}'])
def test_a_damaged_file_is_said(trained: Trained, content: str) -> None:
    run = find_run(trained.workspace, "probe")
    (run.folder / ANSWERS).write_text(content)
    with pytest.raises(RunError, match="damaged"):
        load_answers(run)


def test_an_item_that_the_records_tell_is_not_open(trained: Trained) -> None:
    filled = GUIDELINES["claim"].fill(
        gather_facts(trained.workspace, find_run(trained.workspace, "probe"))
    )
    by_number = {one.item.number: one for one in filled}
    assert not by_number["22"].is_open
    assert by_number["44"].is_open
