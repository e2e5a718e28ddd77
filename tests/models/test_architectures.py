"""The table of architectures: what a row says of a network is so."""

import pytest

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES, find_architecture
from medapp.models.backbones import BACKBONES


def test_every_backbone_has_an_architecture() -> None:
    assert {backbone.architecture for backbone in BACKBONES.values()} <= set(ARCHITECTURES)


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "efficientnet_b0", "convnext_tiny"])
def test_a_row_counts_the_parameters_of_what_it_builds(name: str) -> None:
    built = ARCHITECTURES[name].build()
    assert sum(p.numel() for p in built.parameters()) == ARCHITECTURES[name].parameters
    assert built.get_submodule(ARCHITECTURES[name].head).out_features == 1000


def test_unknown_architecture_lists_those_there_are() -> None:
    with pytest.raises(WeightsError, match="resnet18"):
        find_architecture("resnet19")
