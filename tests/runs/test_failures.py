"""The failure book: from the kept predictions alone, in the order of the loss."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Trained

from medapp.audit.audit import Audit, _save
from medapp.audit.finding import Finding, Group, Member
from medapp.data.catalog import Catalog
from medapp.data.schema import change
from medapp.errors import RunError
from medapp.runs.failures import _find_worst, _suggest, find_failures
from medapp.runs.making import find_run
from medapp.runs.recognising import recognise_tests
from medapp.runs.results import find_predictions, load_predictions
from medapp.runs.run import Run


def set_probabilities(run: Run, of_above: list[float]) -> None:
    """What the run says of its four test images, in their order: above, above, below, below."""
    rows = sorted(load_predictions(run), key=lambda row: row["label"])
    for row, p in zip(rows, of_above, strict=True):
        row["probability of above"], row["probability of below"] = p, 1 - p
        row["prediction"] = "above" if p > 0.5 else "below"
    pq.write_table(pa.Table.from_pylist(rows), find_predictions(run))


def test_wrong_images_come_in_the_order_of_their_loss(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    before = len(list(run.list_events()))
    set_probabilities(run, [0.4, 0.9, 0.95, 0.2])
    found = find_failures(trained.workspace, run)
    assert [failure.pair for failure in found.worst] == ["below → above", "above → below"]
    first, second = found.worst
    assert first.loss == pytest.approx(-np.log(0.05))
    assert (first.probability_of, first.probability) == ("above", pytest.approx(0.95))
    assert second.loss == pytest.approx(-np.log(0.4))
    assert first.suggestion == "above"
    assert first.sample is not None
    assert first.sample.name == first.name
    assert found.pairs == {"above → below": 1, "below → above": 1}
    assert (found.patterns.wrong, found.patterns.n) == (2, 4)
    assert len(list(run.list_events())) == before


def test_each_column_is_looked_at(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    set_probabilities(run, [0.4, 0.9, 0.95, 0.2])
    catalog = Catalog(trained.workspace)
    data_set = catalog.list_data_sets()[0]
    hashes = [row["content_hash"] for row in load_predictions(run)]
    with change(catalog.path) as db:
        db.execute("UPDATE samples SET site = CASE label WHEN 'above' THEN 'here' ELSE 'there' END")
    samples = {s.content_hash: s for s in catalog.load_samples(data_set)}
    doubted = samples[hashes[0]]
    finding = Finding(
        "suspected_label", "caution", "One.", (Group((Member(doubted.name, doubted.id),)),)
    )
    _save(trained.workspace, Audit(data_set.uid, "", 32, "3:", (), (finding,)))
    verdicts: dict[str, str | None] = dict.fromkeys(hashes, "familiar")
    verdicts[hashes[0]] = "unlike"
    found = find_failures(trained.workspace, run, verdicts)
    columns = found.worst[-1].columns
    assert found.worst[-1].sample == doubted
    assert columns["site"] == "here"
    assert columns["audit: suspected label"] == "yes"
    assert columns["familiarity"] == found.worst[-1].familiarity == "unlike"
    assert found.worst[0].columns["audit: suspected label"] == "no"
    assert columns["label"] == "above"
    assert columns["prediction"] == "below"
    # Fewer than five images are no group to be looked at.
    assert found.patterns.groups == ()
    values = json.loads(json.dumps(found.to_dict(1)))
    assert len(values["worst"]) == 1
    assert values["worst"][0]["file"].endswith(values["worst"][0]["name"])


def test_an_image_that_is_gone_is_still_told(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    set_probabilities(run, [0.4, 0.9, 0.9, 0.2])
    with change(Catalog(trained.workspace).path) as db:
        db.execute("UPDATE samples SET content_hash = 'other'")
    found = find_failures(trained.workspace, run)
    assert [failure.sample for failure in found.worst] == [None, None]
    assert found.worst[0].to_dict()["file"] is None


def test_of_several_findings_the_one_at_odds_most_is_named() -> None:
    targets = np.array([1, 0, np.nan, 0])
    decision = np.array([False, True, True, False])
    assert _find_worst(np.array([0.3, 0.6, 0.99, 0.4]), targets, decision) == 0
    assert _find_worst(np.array([0.45, 0.6, 0.99, 0.4]), targets, decision) == 1
    # What is not known is no error, and stays unknown.
    assert _suggest("a|?c", targets, decision, ("a", "b", "c", "d")) == "?c|b"


def test_without_predictions_there_is_nothing_to_look_at(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    find_predictions(run).unlink()
    with pytest.raises(RunError, match="were not kept"):
        find_failures(trained.workspace, run)


def test_familiarity_of_test_images_is_no_look(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    before = len(list(run.list_events()))
    verdicts = recognise_tests(trained.workspace, run)
    assert set(verdicts) == {row["content_hash"] for row in load_predictions(run)}
    assert set(verdicts.values()) <= {"familiar", "unlike", "alien", None}
    assert len(list(run.list_events())) == before
