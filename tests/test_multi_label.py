"""A small data set with several labels an image goes the same way as one with one label."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import train_here
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.errors import DataError, RecipeError
from medapp.runs.events import EpochFinished
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.session import Session
from medapp.store.workspace import Workspace

SIDE = 32
FOLDERS = ("", "above", "below", "above|below")  # "" stands for no finding


def write_findings(folder: Path, count: int = 30) -> Path:
    """Images with a bright band above, below, at both places or at none; a folder a combination."""
    for label in FOLDERS:
        place = folder / (label or "|")
        place.mkdir(parents=True)
        for i in range(count):
            rng = np.random.default_rng([i, len(label)])
            pixels = rng.integers(0, 90, (SIDE, SIDE)).astype(np.uint8)
            if "above" in label:
                pixels[: SIDE // 2] += 120
            if "below" in label:
                pixels[SIDE // 2 :] += 120
            Image.fromarray(pixels).save(place / f"p{i:02d}.png")
    return folder


@pytest.fixture
def findings(workspace: Workspace, tmp_path: Path) -> DataSet:
    data = Session(workspace).add_data(write_findings(tmp_path / "findings"), "findings")
    return Catalog(workspace).set_task(data, "multi-label")


def test_classes_are_the_findings(findings: DataSet) -> None:
    assert findings.classes == ("above", "below")


@pytest.mark.parametrize("strategy", ["linear-probe", "fine-tune"])
def test_main_job(workspace: Workspace, findings: DataSet, strategy: str) -> None:
    session = Session(workspace)
    run = train_here(
        workspace,
        "findings",
        strategy=strategy,
        epochs=10 if strategy == "linear-probe" else 2,
        image_size=SIDE,
        batch_size=8,
        augmentation="auto" if strategy == "linear-probe" else "none",
        class_weights=True,
    )
    epochs = [event for event in run.list_events() if isinstance(event, EpochFinished)]
    assert epochs[-1].macro_auroc is not None
    evaluation = session.evaluate(run)
    assert (evaluation.task, evaluation.confusion) == ("multi-label", ())
    assert set(evaluation.per_class) == {"above", "below"}
    assert evaluation.macro_auroc is not None
    # Chosen on the validation split, kept in the model's file, and used wherever is decided.
    thresholds = evaluation.thresholds
    assert thresholds != (0.5, 0.5)
    rows = load_predictions(run)
    assert len(rows) == evaluation.n
    for row in rows:
        limits = zip(("above", "below"), thresholds, strict=True)
        found = [name for name, limit in limits if row[f"probability of {name}"] >= limit]
        assert row["prediction"] == (", ".join(found) or "none")
    texts = {"none", "above", "below", "above, below"}
    assert {row["prediction"] for row in rows} <= texts
    failures = session.find_failures(run, with_familiarity=True)
    assert failures.patterns.wrong == len(failures.worst) == sum(failures.pairs.values())
    assert all(failure.pair.split()[0] in ("missed", "false") for failure in failures.worst)
    images = [findings.root / name / "p00.png" for name in ("above", "above|below")]
    for prediction in session.predict(run, images, "gradcam", "below"):
        assert prediction.error is None
        assert prediction.label in texts
        assert prediction.heatmap is not None
        assert all(0 <= p <= 1 for p in prediction.probabilities.values())
        assert tuple(prediction.thresholds.values()) == thresholds
        limits = zip(prediction.probabilities.items(), thresholds, strict=True)
        found = [name for (name, probability), limit in limits if probability >= limit]
        assert prediction.label == (", ".join(found) or "none")
    (patient,) = session.predict_patients(run, images, "p00")
    each = [prediction.probabilities for prediction in session.predict(run, images)]
    means = {name: (each[0][name] + each[1][name]) / 2 for name in ("above", "below")}
    found = [name for name, limit in zip(means, thresholds, strict=True) if means[name] >= limit]
    assert patient.label == (", ".join(found) or "none")
    if strategy == "linear-probe":
        assert evaluation.macro_auroc > 0.9
        trial = session.try_heatmaps(run, 4)
        assert trial.n == 4
        assert session.measure_stress(run).figure == "macro_auroc"
        # Each image is asked about one finding.
        hiding = trial.hiding[0]
        assert sum(of.n for of in hiding.of_class.values()) == hiding.of_all.n
        judge_elsewhere(workspace, session, run, findings)


def judge_elsewhere(workspace: Workspace, session: Session, run: Run, findings: DataSet) -> None:
    """Of another data set that asks for one of the findings, and for one that the model lacks."""
    catalog = Catalog(workspace)
    samples = [
        replace(sample, label=sample.label.replace("below", "scar"))
        for sample in catalog.load_samples(findings)
    ]
    draft = replace(findings, name="other", uid="", classes=("above", "scar"))
    catalog.add(draft, samples)
    found = session.evaluate(run, data="other")
    above, below = found.per_class.values()
    assert (above.n, above.others) == (60, 60)
    assert above.auroc is not None
    # What nobody looked for there is not absent: it is not known.
    assert (below.n, below.others, below.auroc) == (0, 0, None)
    single = catalog.add(replace(draft, name="single", task="single-label"), samples[:1])
    with pytest.raises(DataError, match="does not ask what run"):
        session.evaluate(run, data=single.name)


def test_findings_cannot_be_seen_equally_often_but_images_can_be_mixed(
    workspace: Workspace, findings: DataSet
) -> None:
    session = Session(workspace)
    with pytest.raises(RecipeError, match="several findings") as caught:
        session.plan(findings, balanced_sampling=True)
    assert caught.value.setting == "balanced_sampling"
    assert session.plan(findings, mixup=0.2).counts["train"]
