"""Human readers on the page that compares."""

from conftest import Trained
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    open_page,
    read_text,
)

from medapp.runs.results import load_predictions
from medapp.session import Session


def test_a_table_of_calls_is_compared_with_the_model(trained: Trained) -> None:
    run = Session(trained.workspace).find_run(trained.run)
    rows = load_predictions(run)
    lines = [f"{row['name']},Dr <A>,{row['label']}" for row in rows]
    table = "\n".join(["image,reader,call", *lines, "nowhere.png,Dr <A>,above"])
    app = open_page("compare", runs=run.id)
    assert "Compare with human readers" in {each.label for each in app.expander}
    app.file_uploader[0].set_value(("readings.csv", table.encode(), "text/csv")).run()
    assert not app.exception, app.exception
    text = read_text(app).replace("\\", "")
    assert f"with {len(rows)} test images" in text
    warned = "".join(str(each.value) for each in app.warning).replace("\\", "")
    assert "Dr <A>: rows that name no image of the run, left out: 1 (nowhere.png)." in warned
    agreed = app.dataframe[-1].value
    assert list(agreed["Who"]) == ["probe and Dr <A>"]
    app.file_uploader[0].set_value(
        ("readings.csv", b"image,remark\nx.png,fine\n", "text/csv")
    ).run()
    assert not app.exception, app.exception
    assert "names an image or a patient of the run" in read_text(app)
