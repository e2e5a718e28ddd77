"""The gallery's orders and filters by what a run says, and what it says of them."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Trained
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    open_page,
    read_text,
)

from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL, Change, apply_edits
from medapp.data.familiarity import save_distances
from medapp.data.samples import DataSet
from medapp.runs.making import find_run
from medapp.runs.results import find_predictions
from medapp.studies.losses import find_judge, judge_images
from medapp.studies.sorting import LOSS, UNLIKE, Order
from medapp.ui.data_sets.filtering import Filters, Where, list_choices, list_shown
from medapp.ui.shell import frame


@pytest.fixture
def bands(trained: Trained) -> DataSet:
    return Catalog(trained.workspace).find_data_set("bands")


def spread_losses(trained: Trained) -> None:
    """Let the run be right of each image, and of each a little less sure than of the one before."""
    path = find_predictions(find_run(trained.workspace, "probe"))
    rows = pq.read_table(path).to_pylist()
    for number, row in enumerate(rows):
        for label in ("above", "below"):
            sure = 0.9 - 0.05 * number
            row[f"probability of {label}"] = sure if row["label"] == label else 1 - sure
    pq.write_table(pa.Table.from_pylist(rows), path)


def test_images_that_were_judged_come_first_the_worst_before_the_others(
    trained: Trained, bands: DataSet
) -> None:
    spread_losses(trained)
    judge = find_judge(trained.workspace, bands, "probe")
    by_id = judge_images(trained.workspace, bands, judge).by_id
    order = Order(LOSS, LOSS, is_descending=True)
    shown = list_shown(bands, Filters(order=order, judge=judge))
    worst_first = sorted(by_id, key=lambda id: -by_id[id].loss)
    assert shown[: len(by_id)] == worst_first
    assert len(shown) == 32
    turned = list_shown(bands, Filters(order=order, judge=judge, is_reversed=True))
    assert turned[: len(by_id)] == worst_first[::-1]
    # Those without a loss stay last, by their names.
    assert turned[len(by_id) :] == shown[len(by_id) :]
    # A new label is judged at once, and the image may be asked for as one that is judged wrongly.
    best = worst_first[-1]
    sample = next(s for s in Catalog(trained.workspace).load_samples(bands) if s.id == best)
    label = "below" if sample.label == "above" else "above"
    bands = apply_edits(Catalog(trained.workspace), bands, [Change(best, RELABEL, label)])
    wrong = next(iter(list_choices(bands, judge).values()))
    ids = list_shown(bands, Filters(order=order, judge=judge, only=wrong.where))
    assert ids[0] == best
    assert len(ids) == wrong.images
    assert "judged wrongly" in wrong.describe()


def test_the_page_says_who_was_judged_and_the_address_says_by_whom(
    trained: Trained, bands: DataSet
) -> None:
    run = find_run(trained.workspace, "probe")
    judge = find_judge(trained.workspace, bands, "probe")
    judged = len(judge_images(trained.workspace, bands, judge).by_id)
    words = frame.escape(f"{judged} of 32 images were judged by probe: its test split.")
    app = open_page("data_sets", set=bands.id, order=LOSS)
    assert not app.exception
    assert f"{words} The others come last." in read_text(app)
    app = open_page("data_sets", set=bands.id, judge=run.id)
    assert words in read_text(app)
    assert "come last" not in read_text(app)
    titles = {box.label: box for box in app.selectbox}
    assert titles["Judged by"].value == run.id
    titles["Judged by"].set_value("").run()
    assert "were judged by" not in read_text(app)
    assert "judge" not in app.query_params


def test_unlike_the_rest_waits_for_an_audit(trained: Trained, bands: DataSet) -> None:
    app = open_page("data_sets", set=bands.id, order=UNLIKE)
    assert "Run it under Audit first" in read_text(app)
    samples = Catalog(trained.workspace).load_samples(bands)
    distances = {s.content_hash: number / 100 for number, s in enumerate(samples[:5])}
    save_distances(trained.workspace, bands.uid, distances)
    app = open_page("data_sets", set=bands.id, order=UNLIKE)
    assert "Run it under Audit first" not in read_text(app)
    order = Order(UNLIKE, UNLIKE, is_descending=True)
    shown = list_shown(bands, Filters(order=order))
    assert shown[:5] == [s.id for s in samples[4::-1]]
    assert len(shown) == 32


def test_a_column_and_its_direction_stand_in_the_address(trained: Trained, bands: DataSet) -> None:
    app = open_page("data_sets", set=bands.id, order="column:height", turned=1)
    assert not app.exception
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen["Sort"] == "column:height"
    catalog = Catalog(trained.workspace)
    order = Order("column:height", "Height in pixels")
    ids = list_shown(bands, Filters(order=order, is_reversed=True))
    heights = [sample.height for sample in catalog.load_some(bands, ids)]
    assert heights == [40] * 16 + [32] * 16
    only = Where("split", "test")
    some = list_shown(bands, Filters(order=order, only=only))
    assert some == [id for id in list_shown(bands, Filters(order=order)) if id in set(some)]
