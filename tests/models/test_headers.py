"""Metadata of a model's file written anew."""

from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from medapp.errors import WeightsError
from medapp.models.headers import build_header, change_metadata, read_header


def test_metadata_change_and_tensors_stay(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    weights = {"a": np.arange(6, dtype=np.float32), "b": np.eye(3, dtype=np.float16)}
    save_file(weights, path, {"kept": "1", "gone": "2", "other": "3"})
    _, before = read_header(path)
    tensors = path.read_bytes()[before:]
    change_metadata(path, {"gone": None, "other": "4", "new": "größer"})
    _, after = read_header(path)
    assert after % 8 == 0
    assert path.read_bytes()[after:] == tensors
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == {"kept": "1", "other": "4", "new": "größer"}
        assert np.array_equal(file.get_tensor("a"), weights["a"])
    changed = path.read_bytes()
    change_metadata(path, {})
    assert path.read_bytes() == changed


def test_equal_values_give_equal_headers() -> None:
    assert build_header({"a": 1, "b": {"c": 2, "d": 3}}) == build_header(
        {"b": {"d": 3, "c": 2}, "a": 1}
    )


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 16, (9).to_bytes(8, "little") + b"{}", b"\x02" + b"\0" * 7 + b"[]"]
)
def test_a_damaged_file_is_told_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="is damaged: what stands before"):
        change_metadata(path, {})
    assert path.read_bytes() == content
