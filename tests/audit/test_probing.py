"""The probe that has not seen what it judges."""

import subprocess
import sys

import numpy as np
import pytest

from medapp.audit.probing import predict_held_out, predict_out_of_fold


def test_what_differs_is_told_and_what_does_not_is_not() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(200) % 2
    noise = random.normal(size=(200, 3)).astype(np.float32)
    told = noise + labels[:, None].astype(np.float32) * 4
    groups = np.arange(200)
    seen = predict_out_of_fold(told, labels, groups)
    guessed = predict_out_of_fold(noise, labels, groups)
    assert seen is not None
    assert guessed is not None
    assert seen.sum(axis=1) == pytest.approx(np.ones(200))
    assert (seen.argmax(axis=1) == labels).mean() > 0.99
    assert (guessed.argmax(axis=1) == labels).mean() < 0.6


def test_copies_do_not_vouch_for_one_another() -> None:
    # Pairs of copies with labels by chance: one would tell the other's, were it in another fold.
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(60), 2)
    labels = np.repeat(random.permutation(np.arange(60) % 2), 2)
    features = np.repeat(random.normal(size=(60, 100)), 2, axis=0).astype(np.float32)
    apart = predict_out_of_fold(features, labels, groups)
    torn = predict_out_of_fold(features, labels, np.arange(120))
    assert apart is not None
    assert torn is not None
    assert (apart.argmax(axis=1) == labels).mean() < 0.65
    assert (torn.argmax(axis=1) == labels).mean() > 0.8


def test_one_patient_alone_holds_nothing_out() -> None:
    features = np.zeros((4, 1), np.float32)
    labels = np.array([0, 1, 0, 1])
    assert predict_out_of_fold(features, labels, np.zeros(4, np.int64)) is None


def test_held_out_learns_from_the_taught_alone() -> None:
    labels = np.tile([0, 1], 20)
    features = labels[:, None].astype(np.float32)
    is_taught = np.arange(40) < 30
    # What is judged is labelled the other way round: were it learned from, it would tell.
    features[~is_taught] = 1 - features[~is_taught]
    found = predict_held_out(features, labels, np.arange(40), is_taught, ~is_taught)
    assert found is not None
    assert (found.argmax(axis=1) == 1 - labels[~is_taught]).all()


def test_a_stop_is_heard_at_the_next_look_at_the_loss() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(60, 8)).astype(np.float32)
    labels = np.arange(60) % 2
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_out_of_fold(features, labels, np.arange(60), stop)
    assert len(told) == 40
    # A job hears a stop only while something is left to do.
    assert all(done < total for done, total in told)
    assert told[-1][0] > told[0][0] == 0


HELD = """
import pathlib
import numpy as np
from medapp.audit.probing import predict_out_of_fold

def measure():
    # What `getrusage` tells a child starts at what its parent held.
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

random = np.random.default_rng(0)
labels = np.arange(30_000) % 2
features = random.standard_normal((30_000, 256), np.float32)
predict_out_of_fold(features[:2000], labels[:2000], np.arange(2000))
before = measure()
predict_out_of_fold(features, labels, np.arange(30_000))
print(measure() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is asked of Linux")
def test_features_are_held_once_and_in_single_precision() -> None:
    # 29 MiB of them; in double precision and once for each of five folds it would be 234 MiB more.
    command = [sys.executable, "-c", HELD]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert float(said) < 60
