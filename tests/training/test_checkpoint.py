"""A checkpoint gives back what it was given, or says that it is damaged and changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from medapp.errors import RunError, WorkspaceError
from medapp.training.checkpoint import TrainingState, load_checkpoint, save_checkpoint

STATE = TrainingState(
    epoch=3,
    step=2,
    loss_sum=1.25,
    right=7,
    best_loss=0.5,
    best_epoch=2,
    micro_batches=4,
    seconds=9.5,
    history=[{"epoch": 1, "train_loss": 0.75, "is_best": True}],
)


class Case:
    """A layer with an optimiser that has taken steps."""

    def __init__(self, seed: int, steps: int = 3) -> None:
        torch.manual_seed(seed)
        self.layer = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
        self.extra: nn.Module = nn.Linear(2, 1)
        learning = [*self.layer.parameters(), *self.extra.parameters()]
        self.average: nn.Module = AveragedModel(self.layer, use_buffers=True)
        self.optimiser = torch.optim.AdamW(learning, lr=0.1)
        for _ in range(steps):
            self.take_step()

    def take_step(self) -> None:
        self.extra(self.layer(torch.eye(3))).square().sum().backward()
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.average.update_parameters(self.layer)  # type: ignore[operator]

    def copy_weights(self) -> dict[str, Tensor]:
        both = nn.ModuleList([self.layer, self.extra, self.average])
        return {name: tensor.clone() for name, tensor in both.state_dict().items()}


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


def test_weights_optimiser_and_state_come_back(tmp_path: Path) -> None:
    one, other = Case(0), Case(1, steps=0)
    save_checkpoint(
        tmp_path / "checkpoint.pt", one.layer, one.extra, one.average, one.optimiser, STATE
    )
    assert (
        load_checkpoint(
            tmp_path / "checkpoint.pt", other.layer, other.extra, other.average, other.optimiser
        )
        == STATE
    )
    assert_equal(one.copy_weights(), other.copy_weights())
    for case in (one, other):  # with the same moments, the next steps are the same
        case.take_step()
    assert_equal(one.copy_weights(), other.copy_weights())


def test_where_there_is_none_nothing_changes(tmp_path: Path) -> None:
    case = Case(0)
    before = case.copy_weights()
    assert (
        load_checkpoint(
            tmp_path / "checkpoint.pt", case.layer, case.extra, case.average, case.optimiser
        )
        is None
    )
    assert_equal(case.copy_weights(), before)


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b"",
        lambda b: b"PK" + b[2:200],
        lambda b: b[:-200] + b"\0" * 200,
        # Wide enough to reach a tensor, whatever the padding between two.
        lambda b: b[: len(b) // 3] + b"\xff" * 400 + b[len(b) // 3 + 400 :],
    ],
)
def test_damaged_checkpoint_is_said_and_taken_over_in_no_part(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    saved, case = Case(0), Case(1)
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, saved.layer, saved.extra, saved.average, saved.optimiser, STATE)
    path.write_bytes(damage(path.read_bytes()))
    before = case.copy_weights()
    with pytest.raises(RunError, match="damaged"):
        load_checkpoint(path, case.layer, case.extra, case.average, case.optimiser)
    assert_equal(case.copy_weights(), before)


def test_a_checkpoint_of_another_network_is_taken_over_in_no_part(tmp_path: Path) -> None:
    saved, case = Case(0), Case(1)
    saved.layer.append(nn.Linear(2, 2))
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, saved.layer, saved.extra, saved.average, saved.optimiser, STATE)
    before = case.copy_weights()
    with pytest.raises(RunError, match="damaged"):
        load_checkpoint(path, case.layer, case.extra, case.average, case.optimiser)
    assert_equal(case.copy_weights(), before)


def test_a_checkpoint_of_0_1_0_is_read(tmp_path: Path) -> None:
    """Version 0.1.0 wrote these keys, and this state."""
    saved, case = Case(0, steps=0), Case(1, steps=0)
    for one in (saved, case):
        one.extra = one.average = nn.Module()
        one.optimiser = torch.optim.AdamW(one.layer.parameters(), lr=0.1)
    state = {
        "epoch": 2,
        "step": 0,
        "loss_sum": 0.0,
        "right": 0,
        "best_loss": 0.25,
        "best_epoch": 1,
        "micro_batches": 1,
        "seconds": 4.0,
        "history": [],
    }
    values = {
        "suffix": saved.layer.state_dict(),
        "optimiser": saved.optimiser.state_dict(),
        "progress": state,
    }
    torch.save(values, tmp_path / "checkpoint.pt")
    found = load_checkpoint(
        tmp_path / "checkpoint.pt", case.layer, case.extra, case.average, case.optimiser
    )
    assert found == TrainingState(epoch=2, best_loss=0.25, best_epoch=1, seconds=4.0)
    assert_equal(saved.copy_weights(), case.copy_weights())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_and_the_old_checkpoint_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(0)
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, case.layer, case.extra, case.average, case.optimiser, STATE)
    before = path.read_bytes()
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode: opened(Path("/dev/full"), "wb"))
    with pytest.raises(WorkspaceError, match="No space left"):
        save_checkpoint(path, case.layer, case.extra, case.average, case.optimiser, STATE)
    monkeypatch.undo()
    assert path.read_bytes() == before
