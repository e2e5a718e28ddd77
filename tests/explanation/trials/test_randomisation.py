"""A network made random part by part."""

import torch

from medapp.explanation.trials.randomisation import randomise, shuffle
from medapp.models.network import Network


def test_parts_become_random_from_the_head_down_and_the_network_stays() -> None:
    torch.manual_seed(0)
    network = Network("resnet18", ("a", "b")).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    values = {name: value.flatten().sort()[0] for name, value in before.items()}
    expected = {
        "head": "model.fc.",
        "layer4": "model.layer4.",
        "layer3": "model.layer3.",
        "layer2": "model.layer2.",
        "layer1": "model.layer1.",
        "stem": "model.conv1.",
    }
    changed: tuple[str, ...] = ()
    names = []
    for name, copy in randomise(network, seed=0):
        names.append(name)
        changed += (expected[name],)
        assert copy is not network
        assert not copy.training
        for key, value in copy.state_dict().items():
            if not key.endswith("weight") or values[key][0] == values[key][-1]:
                continue
            is_random = key.startswith(changed)
            assert torch.equal(value, before[key]) != is_random, key
            if is_random:
                assert torch.equal(value.flatten().sort()[0], values[key])
    assert names == list(expected)
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key])


def test_one_seed_gives_one_order() -> None:
    first, second = torch.arange(40.0), torch.arange(40.0)
    for weight in (first, second):
        shuffle(weight, torch.Generator().manual_seed(3))
    assert torch.equal(first, second)
    assert not torch.equal(first, torch.arange(40.0))
