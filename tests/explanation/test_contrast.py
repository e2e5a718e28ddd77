"""Why one class and not another: what both share goes dark."""

import numpy as np
import pytest
import torch
from conftest import Trained
from torch import Tensor, nn

import medapp as api
from medapp.errors import ExplanationError
from medapp.explanation.contrast import Contrasted
from medapp.explanation.explain import explain


class Linear:
    """One stage that gives the image's channels; a logit is a weighted mean of them."""

    def __init__(self, weights: list[list[float]]) -> None:
        self.training = False
        self.stages = [("identity", nn.Identity())]
        self._weights = torch.tensor(weights, dtype=torch.float32)

    def logits_from_maps(self, maps: Tensor) -> Tensor:
        return maps.mean(dim=(2, 3)) @ self._weights.T


def draw_image() -> Tensor:
    """A place in each channel: what speaks for both, for the first alone, for the second alone."""
    image = torch.zeros((1, 3, 8, 8))
    image[0, 0, 1, 1] = 5
    image[0, 1, 4, 4] = 1
    image[0, 2, 6, 6] = 1
    return image


def test_what_speaks_for_both_classes_goes_dark() -> None:
    network = Linear([[1, 1, 0], [1, 0, 1]])
    image = draw_image()
    logits, (plain,) = explain(network, image, [0])
    assert plain.values[1, 1] == 1
    differences, (map_,) = explain(Contrasted(network, 1), image, [0])
    assert torch.allclose(differences, logits - logits[:, 1:])
    assert map_.values[4, 4] == 1
    assert np.count_nonzero(map_.values) == 1
    # The difference of the logits is (1 − 1) / 64; what speaks for it adds 1 / 64.
    assert map_.evidence[0] == pytest.approx(1 / 64)


def test_a_contrast_turned_round_shows_the_other_place() -> None:
    network = Linear([[1, 1, 0], [1, 0, 1]])
    _, (map_,) = explain(Contrasted(network, 0), draw_image(), [1])
    assert map_.values[6, 6] == 1
    assert np.count_nonzero(map_.values) == 1


def test_a_prediction_is_contrasted_and_stays_what_it_was(trained: Trained) -> None:
    files = sorted((trained.folder / "above").iterdir())[:3]
    plain = list(api.predict("probe", files, "layercam", "above"))
    contrasted = list(api.predict("probe", files, "layercam", "above", against="below"))
    for before, after in zip(plain, contrasted, strict=True):
        assert after.probabilities == pytest.approx(before.probabilities, abs=1e-6)
        assert (after.label, after.explained, after.against) == (before.label, "above", "below")
        assert before.against is None
        assert after.heatmap is not None
        assert after.heatmap.strength is None
        said = after.describe_heatmap() or ""
        assert after.heatmap.note or said.startswith("Why above and not below")


def test_a_class_is_not_contrasted_with_itself_nor_with_a_stranger(trained: Trained) -> None:
    files = sorted((trained.folder / "above").iterdir())[:1]
    (same,) = api.predict("probe", files, "layercam", "above", against="above")
    assert same.heatmap is not None
    assert not same.heatmap.values.any()
    assert "not contrasted with itself" in (same.describe_heatmap() or "")
    with pytest.raises(ExplanationError, match="no class 'beside'"):
        list(api.predict("probe", files, "layercam", "above", against="beside"))
