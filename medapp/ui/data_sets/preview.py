"""What preprocessing and augmentation do to images, live."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from medapp.data.preprocessing import load_preprocess, write_preprocess
from medapp.data.samples import DataSet, Sample
from medapp.imaging.image import load_image, read_image
from medapp.imaging.preprocess import Preprocess, render_full, render_square
from medapp.imaging.registered import read_registered
from medapp.training.augmentation import AUGMENTATIONS
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog
from medapp.ui.train.recipe_form import draw_preprocess_form, key_preprocess

SHOWN = 4
EXAMPLES = 2  # how often each image is changed


def draw_preprocess_preview(
    data_set: DataSet, start: Preprocess | None = None, key: str | None = None
) -> Preprocess:
    """Draw the settings, and examples as they are above the square that a network would see.

    What is chosen is kept with the data set: a training on it begins with that.

    Args:
        start: what the fields show until something else is chosen; what is kept with the data set
            where none is given.
        key: begins the keys of the fields; that of the data set where none is given. What is chosen
            under another key is not kept with the data set.

    Returns:
        The settings.
    """
    left, right = frame.draw_columns([1, 2.2], key="preview")
    with left:
        kept = load_preprocess(data_set)
        preprocess = draw_preprocess_form(key or key_preprocess(data_set), start or kept)
        if key is None:
            if write_preprocess(preprocess) != write_preprocess(kept):
                find_catalog().set_preprocess(data_set, preprocess)
            st.caption(
                "They are kept with the data set: a training on it begins with these, and they"
                " travel with its model."
            )
    with right:
        rows = st.columns(SHOWN), st.columns(SHOWN)
        for index, sample in enumerate(_choose_samples(data_set)):
            read_registered(sample.path, sample.content_hash, sample.frame)
            as_filed, facts = read_image(sample.path, frame=sample.frame)
            image = load_image(
                sample.path, preprocess.value_range, sample.frame, preprocess.windows
            )
            rows[0][index].image(
                render_full(as_filed),
                caption=frame.escape(
                    f"{sample.label}, {sample.width} × {sample.height}, {facts.mode}"
                ),
                width="stretch",
            )
            rows[1][index].image(
                render_square(image, preprocess).pixels,
                caption=f"what the network sees, {preprocess.image_size:d} px",
                width="stretch",
            )
        if data_set.is_synthetic:
            st.caption(frame.SYNTHETIC)
    return preprocess


def _choose_samples(data_set: DataSet) -> list[Sample]:
    """A few training images, as many of each class."""
    catalog = find_catalog()
    each = -(-SHOWN // max(1, len(data_set.classes)))
    found = [
        s
        for label in data_set.classes
        for s in catalog.load_samples(data_set, split="train", label=label, limit=each)
    ]
    return found[:SHOWN]


def draw_augmentation_preview(data_set: DataSet, name: str, preprocess: Preprocess) -> None:
    """Draw a few training images, changed as training would change them."""
    if not AUGMENTATIONS[name].varies:
        st.caption("Images do not vary.")
        return
    if st.toggle("Show examples", help="Draws new changes at each look."):
        columns = st.columns(SHOWN)
        for column, sample in zip(columns, _choose_samples(data_set), strict=False):
            read_registered(sample.path, sample.content_hash, sample.frame)
            square = render_square(
                load_image(sample.path, preprocess.value_range, sample.frame, preprocess.windows),
                preprocess,
            ).pixels
            for changed in augment_examples(square, name, EXAMPLES):
                column.image(changed, width="stretch")


def augment_examples(square: NDArray[np.uint8], name: str, count: int) -> NDArray[np.uint8]:
    """A square (S, S) or (S, S, 3) changed `count` times: (count, S, S) or (count, S, S, 3)."""
    # Imported here, because a page that only shows settings does without torch.
    import torch

    from medapp.training.augment import augment

    channels = square[None] if square.ndim == 2 else square.transpose(2, 0, 1)
    image = torch.from_numpy(np.ascontiguousarray(channels)).float().div(255)
    images = image.expand(count, -1, -1, -1).contiguous()
    changed = augment(images, AUGMENTATIONS[name], torch.arange(count))
    pixels = changed.mul(255).round().byte().numpy()
    return pixels[:, 0] if square.ndim == 2 else pixels.transpose(0, 2, 3, 1)
