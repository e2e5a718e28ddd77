from pathlib import Path

import numpy as np
import pytest

from medapp.errors import WeightsError
from medapp.evaluation.calibration import Calibration
from medapp.evaluation.conformal import Conformal
from medapp.models.network import Network
from medapp.models.weights import save_network
from medapp.prediction.memory import (
    FAMILIARITY,
    describe_calibration,
    describe_familiarity,
    describe_memory,
    describe_promise,
    load_familiarity,
)


def test_what_could_not_be_learned_is_said_in_words() -> None:
    refused = Calibration("none", (), (), 9, 9, reason="too few patients")
    assert describe_calibration(refused) == "Probabilities are not calibrated: too few patients."
    half = Conformal(("a", "b"), {0.9: (0.2, 0.1), 0.95: None}, (30, 12))
    assert describe_promise(half) == (
        "Sets of classes are promised at 90%, for each class by itself. No sets are promised at"
        " 95%: the rarest class has 12 patients or images to calibrate on, and 19 are needed."
    )
    assert describe_promise(Conformal((), {0.9: None}, ())) == ""
    assert "too few training or validation images" in describe_familiarity(None)


def test_a_file_that_says_nothing_of_it_has_nothing_to_say(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_network(Network("small-pixels", ("a", "b")), path)
    assert describe_memory(path) == []
    assert load_familiarity(path) is None


def test_damaged_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    carried = {f"{FAMILIARITY}facts": np.ones(4), f"{FAMILIARITY}usual": np.ones((1, 2))}
    save_network(Network("small-pixels", ("a", "b")), path, carried=carried)
    with pytest.raises(WeightsError, match="remembers of its images is damaged"):
        load_familiarity(path)
