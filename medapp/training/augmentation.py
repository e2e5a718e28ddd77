"""The table of augmentations: how far training images may be changed. No torch here.

`augment` applies a row to a batch. To add an augmentation, write a row of `AUGMENTATIONS`.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Augmentation:
    """How far an image may be changed; each amount is drawn uniformly for each image.

    Attributes:
        flip: probability of a left–right mirror image. Choose `none` where left or right is what
            is to be learned.
        rotate: degrees clockwise or anticlockwise.
        shift: share of the square's side.
        zoom: share of the size.
        brightness: share of full white.
        contrast: share of the contrast.
        noise: standard deviation of Gaussian noise, as a share of full white.
        mixup: how evenly images of a batch are mixed in pairs, the α of `feed.Mix`; 0 for not.
    """

    flip: float = 0.0
    rotate: float = 0.0
    shift: float = 0.0
    zoom: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    noise: float = 0.0
    mixup: float = 0.0

    @property
    def changes(self) -> bool:
        """Whether an image may change by itself."""
        return replace(self, mixup=0.0) != Augmentation()

    @property
    def varies(self) -> bool:
        """Whether what is learned of an image may change at all."""
        return self != Augmentation()


AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation(),
    "light": Augmentation(flip=0.5, rotate=5, shift=0.04, zoom=0.05),
    "standard": Augmentation(
        flip=0.5, rotate=10, shift=0.06, zoom=0.1, brightness=0.08, contrast=0.15
    ),
    "strong": Augmentation(
        flip=0.5, rotate=20, shift=0.1, zoom=0.2, brightness=0.15, contrast=0.3, noise=0.03
    ),
}
