"""A model card says what the records say, in one file, with nothing that acts."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Trained

from medapp.errors import RunError
from medapp.evaluation.words import write_figure
from medapp.reports.card import write_card
from medapp.reports.facts import Facts, gather_facts
from medapp.reports.markdown import escape
from medapp.runs.making import find_run
from medapp.session import Session


@pytest.fixture(scope="module")
def facts(trained_once: Trained) -> Facts:
    return gather_facts(trained_once.workspace, find_run(trained_once.workspace, "probe"))


def test_images_are_counted_as_the_run_took_them(facts: Facts, trained_once: Trained) -> None:
    splits = facts.data.splits
    assert sum(split.images for split in splits) == facts.data.images
    for split in splits:
        assert sum(split.classes.values()) == split.images
    assert facts.data.choosing is not None
    assert facts.data.calibrating is not None
    validation = facts.data.find_split("validation")
    assert validation is not None
    assert facts.data.choosing + facts.data.calibrating == validation.images
    assert facts.data.now is not None
    assert facts.data.now.images == facts.data.images
    assert re.fullmatch("[0-9a-f]{64}", facts.data.fingerprint)
    assert facts.data.fingerprint != facts.data.split_fingerprint


def test_every_figure_stands_with_its_interval(facts: Facts) -> None:
    page, text = write_card(facts)
    found = facts.evaluation
    assert found is not None
    written = write_figure(found.balanced_accuracy, found.intervals["balanced_accuracy"])
    assert written in page
    assert escape(written) in text
    assert f"n = {found.n:,} images" in page
    for note in found.notes:
        assert escape(note.text) in text


def test_a_run_without_folds_speaks_of_none(facts: Facts) -> None:
    said = [(one.title, one.value) for one in facts.training.settings]
    assert ("Folds", "off") in said
    assert "Fold" not in dict(said)
    assert ("Threads", "1 thread") in said


class Reader(HTMLParser):
    """Collects tags and what they would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [name for name, _ in attrs if name in ("src", "srcset", "data", "action")]
        self.fetched += [name for name, _ in attrs if name.startswith("on")]
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_one_file_and_well_formed(facts: Facts) -> None:
    reader = Reader()
    page, _ = write_card(facts)
    reader.feed(page)
    assert reader.open == []
    assert not reader.tags & {"script", "img", "link", "iframe", "object"}
    assert reader.fetched == []
    assert "url(" not in page
    assert "@import" not in page


def test_a_hostile_name_acts_nowhere(trained: Trained, tmp_path: Path) -> None:
    run = find_run(trained.workspace, trained.run)
    run.write_name("<script>alert(1)</script> **b** | [l](javascript:x)")
    page, text = write_card(gather_facts(trained.workspace, run))
    assert "<script" not in page
    assert "<script" not in text.replace("\\<script", "")
    assert "**b**" not in text
    assert "[l](" not in text


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("0.827 [0.749, 0.880]", "0.827 \\[0.749, 0.880\\]"),
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("two\nlines", "two lines"),
        ("a|b", "a\\|b"),
        ("", ""),
    ],
)
def test_markdown_shows_text_as_it_is(plain: str, said: str) -> None:
    assert escape(plain) == said


def test_a_run_that_was_not_judged_has_a_card_and_no_bundle(
    trained: Trained, tmp_path: Path
) -> None:
    run = find_run(trained.workspace, trained.run)
    run.find_part("evaluation.json").unlink()
    # A record needs no weights either.
    run.model_path.unlink()
    session = Session(trained.workspace)
    written = session.report(run, tmp_path / "report")
    assert [path.name for path in written] == ["report.html", "report.md"]
    assert "Not judged" in written[0].read_text("utf-8")
    with pytest.raises(RunError, match="nothing to make again"):
        session.report(run, tmp_path / "bundle.zip")


def test_a_run_that_has_not_begun_has_nothing_to_report(trained: Trained, tmp_path: Path) -> None:
    run = find_run(trained.workspace, trained.run)
    # A run draws its split before it writes a model.
    run.find_part("split.parquet").unlink()
    run.model_path.unlink()
    with pytest.raises(RunError, match="has not begun"):
        Session(trained.workspace).report(run, tmp_path / "report")
