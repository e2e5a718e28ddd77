"""Rows of images: taken in their order, wherever they lie, of one data set or several."""

import numpy as np
import pytest
import torch
from training.example_sets import build_domains, build_examples

from medapp.training.examples import Inputs, join_examples
from medapp.training.features import to_tensor
from medapp.training.machine.precision import measure_room


def test_rows_of_some_images_are_taken_in_their_order() -> None:
    inputs = Inputs(np.arange(10)[:, None], np.array([7, 3, 3, 0]))
    assert len(inputs) == 4
    assert np.asarray(inputs.take(np.array([3, 0])))[:, 0].tolist() == [0, 7]
    assert np.asarray(inputs.take(slice(1, 3)))[:, 0].tolist() == [3, 3]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.uint16])
def test_inputs_stay_what_they_are_wherever_they_lie(dtype: type) -> None:
    rows = np.random.default_rng(0).integers(0, 200, (150, 4, 3)).astype(dtype)
    inputs = Inputs(rows, np.arange(149, -1, -1))
    device = torch.device("cpu")
    # A CPU's memory holds them anyway.
    assert inputs.move_to(device, measure_room(device)) is inputs
    assert inputs.move_to(device, rows.nbytes - 1) is inputs
    elsewhere = inputs.move_to(torch.device("meta"), rows.nbytes).rows
    assert isinstance(elsewhere, torch.Tensor)
    assert (elsewhere.device.type, elsewhere.shape) == ("meta", rows.shape)
    there = inputs.move_to(device, rows.nbytes)
    assert isinstance(there.rows, torch.Tensor)
    assert there.move_to(device, rows.nbytes) is there
    places = np.array([4, 0, 149])
    moved = to_tensor(there.take(places)).view(torch.uint8)
    assert torch.equal(moved, to_tensor(inputs.take(places)).view(torch.uint8))


def test_rows_of_joined_data_sets_are_taken_in_their_order() -> None:
    examples = build_domains(4, 3, 2)
    assert len(examples) == len(examples.inputs) == 9
    wanted = np.array([8, 0, 4, 3, 0, 6])
    taken = to_tensor(examples.inputs.take(wanted))
    assert taken[:, 0].tolist() == wanted.tolist()
    assert to_tensor(examples.inputs.take(slice(3, 6)))[:, 0].tolist() == [3, 4, 5]
    moved = examples.inputs.move_to(torch.device("cpu"), 10**6)
    assert torch.equal(to_tensor(moved.take(wanted)), taken)
    assert examples.inputs.move_to(torch.device("cpu"), 4) is examples.inputs


def test_one_data_set_alone_stays_as_it_is() -> None:
    examples = build_examples(4)
    assert join_examples([examples]) is examples


def test_images_without_labels_come_last() -> None:
    with pytest.raises(ValueError, match="labelled data sets must come before"):
        join_examples([build_domains(3, labelled=0), build_examples(2)])
