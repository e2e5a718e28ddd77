"""A network without weights before its head: what a classical method is given of an image."""

from torch import Tensor, nn

SIDE = 16  # cells of a row, and rows


class SmallPixels(nn.Module):
    """Grey means over `SIDE` × `SIDE` cells, and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = Cells()
        self.flatten = nn.Flatten()
        self.head = nn.Linear(SIDE * SIDE, 1000)


class Cells(nn.Module):
    """Images (N, 3, S, S) to the means (N, 1, `SIDE`, `SIDE`) of their cells and colours."""

    def forward(self, images: Tensor) -> Tensor:
        """The cells of a side that `SIDE` does not divide overlap by a pixel."""
        return nn.functional.adaptive_avg_pool2d(images.mean(1, keepdim=True), SIDE)
