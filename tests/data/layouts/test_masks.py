"""Masks beside images, told from names."""

import pytest

from medapp.data.layouts.masks import find_masks, pair_masks


@pytest.mark.parametrize(
    ("names", "masks"),
    [
        ("a/1.png a/1_mask.png", "a/1_mask.png"),
        ("a/1.png a/1_seg.tif a/2_seg.tif", "a/1_seg.tif"),
        ("images/1.png masks/1.png", "masks/1.png"),
        ("images/1.tif 1st_manual/1_manual1.gif", "1st_manual/1_manual1.gif"),
        ("images/x.png mask/y.gif", "mask/y.gif"),
        ("a/1.png a/masks/1.png", "a/masks/1.png"),
        ("a/1.png b/1.png masks/a/1.png masks/b/1.png", "masks/a/1.png masks/b/1.png"),
        ("benign/1.png benign_masks/1.png", "benign_masks/1.png"),
        ("train/a/1.png train_labels/a/1.png", "train_labels/a/1.png"),
        ("mask/1.png no mask/1.png", ""),
        ("with_mask/1.png without_mask/1.png", ""),
        ("train/mask/1.png train/no/1.png", ""),
        ("a/left_label.png a/right_label.png", ""),
    ],
)
def test_masks(names: str, masks: str) -> None:
    known = [tuple(name.split("/")) for name in names.replace("no mask", "no-mask").split()]
    assert find_masks(known) == {tuple(name.split("/")) for name in masks.split()}


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        ("a/1.png a/1_mask.png a/1_mask_1.png", {"a/1.png": "a/1_mask.png a/1_mask_1.png"}),
        ("a/1.png b/1.png a/masks/1.png", {"a/1.png": "a/masks/1.png"}),
        ("images/1.tif 1st_manual/1_manual1.gif", {"images/1.tif": "1st_manual/1_manual1.gif"}),
        (
            "C/images/1.png N/images/1.png C/masks/1.png N/masks/1.png",
            {"C/images/1.png": "C/masks/1.png", "N/images/1.png": "N/masks/1.png"},
        ),
        ("images/a/1.png images/b/1.png masks/1.png", {}),
        ("images/x.png mask/y.gif", {}),
    ],
)
def test_the_image_of_a_mask(names: str, pairs: dict[str, str]) -> None:
    known = [tuple(name.split("/")) for name in names.split()]
    masks = find_masks(known)
    found = pair_masks(masks, [name for name in known if name not in masks])
    assert {"/".join(i): " ".join("/".join(m) for m in ms) for i, ms in found.items()} == pairs
