import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Trained
from make_dicom import build_dicom
from PIL import Image

from medapp import session as api
from medapp.data.catalog import Catalog
from medapp.data.pixels import count_channels, load_pixels
from medapp.errors import ExplanationError
from medapp.explanation.methods import METHODS
from medapp.prediction.files import draw_heatmap, predict_files
from medapp.prediction.model import load_model
from medapp.runs.making import find_run
from medapp.runs.results import load_predictions
from medapp.store.cache import open_cache


def test_training_and_prediction_see_the_same_pixels(trained: Trained) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    catalog = Catalog(trained.workspace)
    samples = catalog.load_samples(catalog.find_data_set("bands"))
    cache = open_cache(trained.workspace)
    preprocess = model.recipe.preprocess
    seen = load_pixels(samples, preprocess, count_channels(samples, preprocess), cache)
    for sample, pixels in zip(samples, seen.take(), strict=True):
        (prediction,) = predict_files(model, [sample.path])
        assert prediction.pixels is not None
        assert np.array_equal(
            model.prepare(prediction.pixels.reshape(1, 32, 32, -1)), model.prepare(pixels[None])
        )


def test_prediction_is_the_probability_of_the_evaluation(trained: Trained) -> None:
    rows = load_predictions(find_run(trained.workspace, "probe"))
    predictions = list(api.predict("probe", [trained.folder / row["name"] for row in rows]))
    for row, prediction in zip(rows, predictions, strict=True):
        assert prediction.label == row["prediction"]
        assert prediction.probabilities["above"] == pytest.approx(
            row["probability of above"], abs=1e-5
        )


def test_probabilities_add_up_to_one_and_order_is_kept(trained: Trained) -> None:
    files = sorted((trained.folder / "below").iterdir()) + sorted(
        (trained.folder / "above").iterdir()
    )
    predictions = list(api.predict("probe", files))
    assert [p.file for p in predictions] == files
    assert all(sum(p.probabilities.values()) == pytest.approx(1, abs=1e-5) for p in predictions)


def test_broken_file_says_why_and_the_rest_goes_on(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no image")
    good = trained.folder / "above" / "p00.png"
    predictions = list(
        api.predict(
            "probe",
            [good, tmp_path / "broken.png", tmp_path / "absent.png", good],
            method="gradcam",
        )
    )
    assert [p.error is None for p in predictions] == [True, False, False, True]
    assert predictions[1].label is None
    assert predictions[0].probabilities == pytest.approx(predictions[3].probabilities)


@pytest.mark.parametrize("method", METHODS)
def test_heatmap_comes_with_the_prediction(trained: Trained, method: str) -> None:
    for prediction in api.predict(
        "probe", sorted((trained.folder / "above").iterdir())[:3], method, "below"
    ):
        assert prediction.heatmap is not None
        assert prediction.heatmap.values.shape == (32, 32)


def test_a_heatmap_says_what_it_is_worth_and_is_drawn_no_hotter(trained: Trained) -> None:
    (image,) = sorted((trained.folder / "above").iterdir())[:1]
    found = [next(api.predict("probe", [image], "gradcam", name)) for name in ("above", "below")]
    maps = [prediction.heatmap for prediction in found]
    assert maps[0] is not None
    assert maps[1] is not None
    weights = maps[0].evidence * np.array(list(found[0].probabilities.values()))
    expected = weights / max(weights.max(), 0.1)
    assert [m.strength for m in maps if m] == pytest.approx(expected.tolist())
    assert [prediction.explained for prediction in found] == ["above", "below"]
    assert found[0].describe_heatmap()
    # A map of strength 0 leaves its image alone.
    dimmed = replace(found[0], heatmap=replace(maps[0], strength=0.0))
    drawn = np.asarray(Image.open(io.BytesIO(draw_heatmap(dimmed))).convert("L"))
    np.testing.assert_array_equal(drawn, np.asarray(Image.open(image).convert("L")))
    full = replace(found[0], heatmap=replace(maps[0], values=maps[0].values + 1, strength=1.0))
    assert draw_heatmap(full) != draw_heatmap(dimmed)


def test_unknown_class_or_method_is_said(trained: Trained) -> None:
    image = trained.folder / "above" / "p00.png"
    with pytest.raises(ExplanationError, match="above, below"):
        list(api.predict("probe", [image], "gradcam", "sideways"))
    with pytest.raises(ExplanationError, match="gradcam"):
        list(api.predict("probe", [image], "magic"))


def test_a_stage_is_read_where_it_is_there_and_a_map_is_asked_for(trained: Trained) -> None:
    image = trained.folder / "above" / "p00.png"
    plain, early = (
        next(api.predict("probe", [image], "gradcam", stage=stage)) for stage in (None, "layer2")
    )
    assert early.probabilities == pytest.approx(plain.probabilities, abs=1e-6)
    assert plain.describe_stage() is None
    assert "Read from layer2 (4 × 4 cells)" in (early.describe_stage() or "")
    against = next(api.predict("probe", [image], "gradcam", "above", against="below", stage="stem"))
    assert against.heatmap is not None
    assert against.heatmap.stage == "stem"
    with pytest.raises(ExplanationError, match="stem, layer1"):
        list(api.predict("probe", [image], "gradcam", stage="layer9"))
    with pytest.raises(ExplanationError, match="none is asked for") as caught:
        list(api.predict("probe", [image], stage="layer2"))
    assert "--cam" in caught.value.in_shell


def test_size_of_the_image_is_kept(trained: Trained, tmp_path: Path) -> None:
    Image.new("L", (70, 50), 30).save(tmp_path / "wide.png")
    (prediction,) = api.predict("probe", [tmp_path / "wide.png"])
    assert prediction.image_size == (70, 50)


@pytest.mark.parametrize("content", ["blank", "transparent"])
def test_an_image_with_nothing_on_it_is_predicted_with_a_grave_note(
    trained: Trained, tmp_path: Path, content: str
) -> None:
    colour = (90, 90, 90, 255) if content == "blank" else (90, 90, 90, 0)
    Image.new("RGBA", (70, 50), colour).save(tmp_path / "nothing.png")
    (prediction,) = api.predict("probe", [tmp_path / "nothing.png"])
    assert [(note.code, note.level) for note in prediction.notes] == [(content, "grave")]
    assert prediction.label is not None
    (fine,) = api.predict("probe", [trained.folder / "above" / "p00.png"])
    # It has something on it, and the model has learned from it.
    assert [note.code for note in fine.notes] == ["known-image"]


def test_a_model_sees_values_as_its_recipe_says(trained: Trained, tmp_path: Path) -> None:
    """A window of 0 to 1000 shows 250 and 500 as a quarter and a half; a stretch undoes that."""
    values = np.full((32, 32), 250, np.uint16)
    values[:, 16:] = 500
    values[0, 0] = 1000
    model = load_model(find_run(trained.workspace, "probe").require_model())
    Image.fromarray(values).save(tmp_path / "deep.png")
    (seen,) = predict_files(model, [tmp_path / "deep.png"])
    assert seen.pixels is not None
    assert seen.pixels[20, 4] == round(250 / 1023 * 255)
    assert seen.facts is not None
    assert seen.facts.mode == "16-bit grey (stored as 10 of 16 bits)"
    each = model.recipe.preprocess.model_copy(update={"value_range": "image"})
    old = replace(model, recipe=model.recipe.model_copy(update={"preprocess": each}))
    (seen,) = predict_files(old, [tmp_path / "deep.png"])
    assert seen.pixels is not None
    assert (seen.pixels[20, 4], seen.pixels.max()) == (0, 255)


def test_the_frame_that_is_asked_for_is_predicted(trained: Trained, tmp_path: Path) -> None:
    model = load_model(find_run(trained.workspace, "probe").require_model())
    frames = [np.full((32, 32), grey, np.uint8) for grey in (40, 90)]
    for frame in frames:
        frame[:16] += 60
    path = tmp_path / "cine.dcm"
    path.write_bytes(build_dicom(np.stack(frames), NumberOfFrames=2))
    (second,) = predict_files(model, [path], "gradcam", frame=1)
    assert second.pixels is not None
    assert second.pixels.tolist() == frames[1].tolist()
    (first,) = predict_files(model, [path])
    assert first.pixels is not None
    assert first.pixels.tolist() == frames[0].tolist()
    below = np.asarray(Image.open(io.BytesIO(draw_heatmap(second, opacity=0))).convert("L"))
    assert below[31, 31] == 90


def test_a_coarse_heatmap_says_so_unless_it_shows_nothing(trained: Trained) -> None:
    (image,) = sorted((trained.folder / "above").iterdir())[:1]
    found = next(api.predict("probe", [image], "gradcam"))
    assert found.heatmap is not None
    shown = replace(found.heatmap, values=np.eye(32, dtype=np.float32))
    coarse = replace(found, heatmap=replace(shown, cells=(2, 2)))
    assert (coarse.describe_cells() or "").startswith("The heatmap has 2 × 2 cells")
    assert replace(found, heatmap=replace(shown, cells=(7, 7))).describe_cells() is None
    blank = replace(shown, values=np.zeros((32, 32), np.float32), cells=(2, 2))
    assert replace(found, heatmap=blank).describe_cells() is None
