"""The table of augmentations: amounts that an image can bear."""

import dataclasses
import typing

from medapp.training.augmentation import AUGMENTATIONS, Augmentation


def test_amounts_are_shares_or_degrees() -> None:
    for augmentation in AUGMENTATIONS.values():
        for f in dataclasses.fields(augmentation):
            assert typing.get_type_hints(Augmentation)[f.name] is float
            assert 0 <= getattr(augmentation, f.name) <= (180 if f.name == "rotate" else 1)


def test_only_none_leaves_images_as_they_are() -> None:
    assert [name for name, row in AUGMENTATIONS.items() if not row.varies] == ["none"]
