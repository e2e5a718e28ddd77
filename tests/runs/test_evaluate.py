import numpy as np
import pytest
from conftest import Trained, write_bands

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.errors import DataError
from medapp.runs.evaluate import evaluate_run
from medapp.runs.events import PlanMade
from medapp.runs.looks import count_test_reads
from medapp.runs.making import find_run
from medapp.runs.results import load_predictions


def test_figures_are_those_of_the_predictions(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    figures, rows = evaluate_run(trained.workspace, run), load_predictions(run)
    assert figures.n == len(rows) > 0
    assert figures.accuracy == pytest.approx(np.mean([r["label"] == r["prediction"] for r in rows]))
    assert sum(map(sum, figures.confusion)) == len(rows)
    for row in rows:
        assert row["probability of above"] + row["probability of below"] == pytest.approx(
            1, abs=1e-5
        )


def test_kept_figures_are_those_of_the_model_on_disk(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    kept = run.load_evaluation()
    (run.folder / "evaluation.json").unlink()
    again = evaluate_run(trained.workspace, run)
    assert kept is not None
    assert again.confusion == kept.confusion
    assert again.macro_auroc == pytest.approx(kept.macro_auroc, abs=1e-6)


def test_each_reading_of_the_test_split_is_counted(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    bands = Catalog(trained.workspace).find_data_set("bands")
    assert count_test_reads(trained.workspace, bands) == 1
    evaluate_run(trained.workspace, run)  # the kept figures: no new reading
    evaluate_run(trained.workspace, run, split="validation")
    assert count_test_reads(trained.workspace, bands) == 1
    (run.folder / "evaluation.json").unlink()
    evaluate_run(trained.workspace, run)
    assert count_test_reads(trained.workspace, bands) == 2


def test_another_data_set_is_judged_whole(
    trained: Trained, tmp_path_factory: pytest.TempPathFactory
) -> None:
    add_folder(
        trained.workspace,
        write_bands(tmp_path_factory.mktemp("other") / "bands", 5),
        name="outside",
    )
    figures = evaluate_run(
        trained.workspace, find_run(trained.workspace, "probe"), dataset="outside"
    )
    assert (figures.n, figures.dataset) == (10, "outside")


def test_data_set_with_a_strange_class_is_refused(
    trained: Trained, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write_bands(tmp_path_factory.mktemp("other") / "bands", 3)
    (folder / "below").rename(folder / "sideways")
    add_folder(trained.workspace, folder, name="strange")
    with pytest.raises(DataError, match="sideways"):
        evaluate_run(trained.workspace, find_run(trained.workspace, "probe"), dataset="strange")


def test_findings_are_not_judged_by_a_model_of_one_label(
    trained: Trained, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write_bands(tmp_path_factory.mktemp("other") / "bands", 3)
    data_set = add_folder(trained.workspace, folder, name="findings").data_set
    Catalog(trained.workspace).set_task(data_set, "multi-label")
    run = find_run(trained.workspace, "probe")
    with pytest.raises(DataError, match="does not ask what run probe answers") as refused:
        evaluate_run(trained.workspace, run, dataset="findings")
    assert refused.value.remedy.startswith("Choose a data set of one label, or say what is asked")
    # Asked as the model was, the same images are judged.
    Catalog(trained.workspace).set_task(data_set, "ordinal", ["below", "above"])
    assert evaluate_run(trained.workspace, run, dataset="findings").n == 6


def test_intervals_are_over_patients_where_they_are_known(trained: Trained) -> None:
    figures = evaluate_run(trained.workspace, find_run(trained.workspace, "probe"))
    assert figures.counted == "patients"


def test_images_that_the_run_learned_from_are_counted(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    figures = evaluate_run(
        trained.workspace, run, dataset="bands"
    )  # its own data set, as if it came from elsewhere
    learned = sum(
        event.train + event.validation for event in run.list_events() if isinstance(event, PlanMade)
    )
    assert figures.notes[0].level == "grave"
    assert figures.notes[0].text.startswith(f"{learned} of 32 judged images were in the run's")
