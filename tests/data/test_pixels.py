"""The squares of samples: rendered once for each image and setting, whoever asks for them."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_dicom import build_dicom
from numpy.typing import NDArray
from PIL import Image

from medapp.data.pixels import count_channels, hash_pixel_setting, load_pixels
from medapp.data.samples import Sample
from medapp.errors import ImageError
from medapp.imaging.preprocess import Preprocess, render_square
from medapp.imaging.registered import hash_content
from medapp.store.cache import Cache

IMAGES = [
    np.random.default_rng(i).integers(0, 255, (20 + i, 30)).astype(np.uint8) for i in range(10)
]
COLOUR = np.random.default_rng(99).integers(0, 255, (20, 20, 3)).astype(np.uint8)
# A recipe's side begins at 32 px, which `model_copy` does not check.
SMALL = Preprocess().model_copy(update={"image_size": 8})


def save_samples(folder: Path, images: list[NDArray[Any]]) -> list[Sample]:
    samples = []
    for i, image in enumerate(images):
        path = folder / f"{i}.png"
        Image.fromarray(image).save(path)
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        mode = "8-bit RGB" if image.ndim == 3 else "8-bit grey"
        height, width = image.shape[:2]
        samples.append(
            Sample(i, path.name, path, "a", None, None, "train", content, width, height, mode)
        )
    return samples


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_all_squares_in_order_from_files_and_from_the_cache(tmp_path: Path, cache: Cache) -> None:
    samples, seen = save_samples(tmp_path, IMAGES[:5]), []
    preprocess = Preprocess(resize="pad", image_size=32)
    expected = np.stack([render_square(i, preprocess).pixels[..., None] for i in IMAGES[:5]])
    first = load_pixels(samples, preprocess, 1, cache, on_progress=lambda *done: seen.append(done))
    np.testing.assert_array_equal(first.take(), expected)
    assert first.computed == 5
    assert seen == [(i, 5) for i in range(1, 6)]
    for sample in samples:
        sample.path.unlink()
    kept = load_pixels(samples, preprocess, 1, cache)
    assert kept.computed == 0
    assert isinstance(kept.rows, np.memmap)
    np.testing.assert_array_equal(kept.take(), expected)
    turned = load_pixels(samples[::-1], preprocess, 1, cache)
    np.testing.assert_array_equal(turned.take(), expected[::-1])
    with pytest.raises(ImageError, match=r"0\.png cannot be opened.*Put the original back"):
        load_pixels(samples, Preprocess(image_size=33), 1, cache)


def test_squares_are_given_some_at_a_time(tmp_path: Path, cache: Cache) -> None:
    table = load_pixels(save_samples(tmp_path, IMAGES[:5]), SMALL, 1, cache)
    parts = list(table.iterate(2))
    assert [len(part) for part in parts] == [2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(parts), table.take())


def test_five_folds_of_the_same_images_render_each_once(tmp_path: Path, cache: Cache) -> None:
    samples = save_samples(tmp_path, IMAGES)
    expected = np.stack([render_square(image, SMALL).pixels[..., None] for image in IMAGES])
    computed = 0
    for fold in range(5):
        test = samples[2 * fold : 2 * fold + 2]
        train = [sample for sample in samples if sample not in test]
        for split in (train, test):
            table = load_pixels(split, SMALL, 1, cache, "data set")
            computed += table.computed
            places = [sample.id for sample in split]
            np.testing.assert_array_equal(table.take(), expected[places])
    assert computed == len(samples)


def test_an_image_more_costs_one_square(tmp_path: Path, cache: Cache) -> None:
    samples = save_samples(tmp_path, IMAGES)
    assert load_pixels(samples[:-1], SMALL, 1, cache).computed == len(samples) - 1
    assert load_pixels(samples, SMALL, 1, cache).computed == 1


def test_copies_of_an_image_share_a_square(tmp_path: Path, cache: Cache) -> None:
    table = load_pixels(save_samples(tmp_path, [IMAGES[0]] * 3), SMALL, 1, cache)
    assert table.computed == 1
    assert table.take().shape == (3, 8, 8, 1)


def test_one_colour_image_gives_all_three_channels(tmp_path: Path, cache: Cache) -> None:
    samples = save_samples(tmp_path, [IMAGES[0], COLOUR])
    assert count_channels(samples, SMALL) == 3
    assert count_channels(samples[:1], SMALL) == 1
    assert count_channels([], SMALL) == 1
    pixels = load_pixels(samples, SMALL, 3, cache).take()
    assert pixels.shape == (2, 8, 8, 3)
    assert (pixels[0, ..., :1] == pixels[0]).all()
    np.testing.assert_array_equal(pixels[1], render_square(COLOUR, SMALL).pixels)
    assert load_pixels([], SMALL, 1, cache).take().shape == (0, 8, 8, 1)


def test_a_file_that_was_changed_is_refused_and_the_others_are_kept(
    tmp_path: Path, cache: Cache
) -> None:
    samples = save_samples(tmp_path, IMAGES)
    Image.fromarray(IMAGES[1]).save(samples[8].path)
    with pytest.raises(
        ImageError, match=r"8\.png cannot be used: the file has changed since it was registered"
    ):
        load_pixels(samples, SMALL, 1, cache)
    others = [*samples[:8], samples[9]]
    assert load_pixels(others[:8], SMALL, 1, cache).computed == 0
    assert load_pixels(others, SMALL, 1, cache).computed == 1


def test_another_setting_or_data_set_has_squares_of_its_own(tmp_path: Path, cache: Cache) -> None:
    samples = save_samples(tmp_path, IMAGES[:3])
    tables = [
        load_pixels(samples, SMALL, 1, cache, "one"),
        load_pixels(samples, SMALL, 1, cache, "two"),
        load_pixels(samples, SMALL, 3, cache, "one"),
        load_pixels(samples, SMALL.model_copy(update={"clahe": 2.0}), 1, cache, "one"),
        load_pixels(samples, SMALL.model_copy(update={"image_size": 9}), 1, cache, "one"),
    ]
    assert [table.computed for table in tables] == [3] * 5
    assert len({table.key for table in tables}) == 5
    assert tables[0].key == hash_pixel_setting(SMALL, 1, "one")


def test_the_key_is_blind_to_what_does_not_change_a_pixel(tmp_path: Path, cache: Cache) -> None:
    samples = save_samples(tmp_path, IMAGES[:3])
    load_pixels(samples, SMALL, 1, cache)
    renamed = [replace(sample, name="other", label="b", split="test") for sample in samples]
    assert load_pixels(renamed, SMALL, 1, cache).computed == 0


def test_squares_are_not_evicted_while_they_are_held(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", limit_bytes=100)
    table = load_pixels(save_samples(tmp_path, IMAGES), SMALL, 1, cache)
    load_pixels(save_samples(tmp_path, IMAGES), SMALL, 3, cache)
    cache.make_room()
    assert table.source.folder.exists()
    assert len(table.take()) == 10


def test_windows_on_ct_numbers_are_channels_of_every_image(tmp_path: Path, cache: Cache) -> None:
    samples = save_samples(tmp_path, [IMAGES[0]])
    stored = np.arange(64, dtype=np.uint16).reshape(8, 8) * 64
    facts = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}
    content = build_dicom(stored, **facts)
    path = tmp_path / "ct.dcm"
    path.write_bytes(content)
    ct = replace(samples[0], path=path, name="ct.dcm", content_hash=hash_content(content))
    lung = SMALL.model_copy(update={"windows": "lung"})
    both = SMALL.model_copy(update={"windows": "lung, bone"})
    assert (count_channels([ct], lung), count_channels([ct], both)) == (1, 3)
    one, two = (
        load_pixels([ct, *samples], setting, count_channels([ct], setting), cache).take()
        for setting in (lung, both)
    )
    assert two[0, ..., 0].tolist() == one[0, ..., 0].tolist()
    assert two[0, ..., 1].tolist() != one[0, ..., 0].tolist()
    assert not two[0, ..., 2].any()
    # What is no CT stays as it is.
    assert two[1].tolist() == np.repeat(one[1], 3, axis=2).tolist()
