import hashlib
import http.server
import json
import pickle
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from medapp.errors import WeightsError
from medapp.models.backbones import BACKBONES, BUNDLED, BUNDLED_PATH, find_file
from medapp.models.carried import read_carried
from medapp.models.network import Network
from medapp.models.reading import read_weights
from medapp.models.weights import (
    build_network,
    check_hash,
    export_backbone,
    fetch_weights,
    load_network,
    save_network,
)
from medapp.store.files import hash_file
from medapp.store.workspace import Workspace
from medapp.task import find_task

CLASSES = ("left", "röntgen")


def test_network_comes_back_as_saved(tmp_path: Path) -> None:
    torch.manual_seed(3)
    network = Network("resnet18", CLASSES).eval()
    save_network(network, tmp_path / "model.safetensors", {"precision": "float32"})
    again, metadata = load_network(tmp_path / "model.safetensors")
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(network(x), again(x), atol=1e-5)
    assert again.classes == CLASSES
    assert metadata["precision"] == "float32"


def test_equal_networks_give_equal_files(tmp_path: Path) -> None:
    """The serialiser alone gives the metadata in another order at each call."""
    facts = {f"fact {i}": "é" * i for i in range(9)}
    hashes = set()
    for i in range(6):
        torch.manual_seed(3)
        save_network(Network("efficientnet_b0", CLASSES), path := tmp_path / f"{i}", facts)
        hashes.add(hash_file(path))
    assert len(hashes) == 1
    path.rename(path := path.with_suffix(".safetensors"))
    again, metadata = load_network(path)
    assert facts.items() <= metadata.items()
    torch.manual_seed(3)
    assert torch.equal(again.head.weight, Network("efficientnet_b0", CLASSES).head.weight)


def test_bundled_backbone_is_the_one_on_its_card() -> None:
    card = json.loads(BUNDLED_PATH.with_suffix(".json").read_text(encoding="utf-8"))
    assert hash_file(BUNDLED_PATH) == card["sha256"] == BUNDLED.sha256


def test_bundled_backbone_fills_all_but_the_head(workspace: Workspace) -> None:
    one, other = (build_network("bundled", "resnet18", CLASSES, seed, workspace) for seed in (0, 1))
    assert torch.equal(one.model.conv1.weight, other.model.conv1.weight)
    assert torch.equal(one.model.layer4[1].bn2.running_var, other.model.layer4[1].bn2.running_var)
    assert not torch.equal(one.head.weight, other.head.weight)
    assert torch.equal(
        one.model.conv1.weight, read_weights(BUNDLED_PATH)[0]["conv1.weight"].float()
    )


def test_random_weights_follow_the_seed(workspace: Workspace) -> None:
    one, same, other = (
        build_network("none", "resnet18", CLASSES, seed, workspace) for seed in (0, 0, 1)
    )
    assert torch.equal(one.model.conv1.weight, same.model.conv1.weight)
    assert not torch.equal(one.model.conv1.weight, other.model.conv1.weight)


def test_head_travels_only_to_the_same_classes(tmp_path: Path, workspace: Workspace) -> None:
    save_network(trained := Network("resnet18", CLASSES), path := tmp_path / "model.safetensors")
    assert torch.equal(
        build_network(str(path), "resnet18", CLASSES, 0, workspace).head.weight, trained.head.weight
    )
    other = build_network(str(path), "resnet18", ("x", "y"), 0, workspace)
    assert not torch.equal(other.head.weight, trained.head.weight)
    assert torch.equal(other.model.conv1.weight, trained.model.conv1.weight)


class Bomb:
    """Unpickling this makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_code_in_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    bomb = Bomb(tmp_path / "ran")
    torch.save({"w": bomb}, tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(pickle.dumps(bomb))
    for name in ("a.pth", "b.pth"):
        with pytest.raises(WeightsError, match="refused"):
            read_weights(tmp_path / name)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "model.pth"])
@pytest.mark.parametrize("keep", [0, 4, 100, 0.5, 0.999])
def test_truncated_weights_are_refused_in_words(tmp_path: Path, name: str, keep: float) -> None:
    path = tmp_path / name
    if path.suffix == ".pth":
        torch.save(Network("efficientnet_b0", CLASSES).model.state_dict(), path)
    else:
        save_network(Network("efficientnet_b0", CLASSES), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep if keep >= 1 or keep == 0 else keep * len(content))])
    with pytest.raises(WeightsError):
        read_weights(path)


def test_weights_of_another_architecture_are_refused_in_words(
    tmp_path: Path, workspace: Workspace
) -> None:
    torch.save(Network("resnet34", CLASSES).model.state_dict(), tmp_path / "a.pth")
    torch.save(Network("densenet121", CLASSES).model.state_dict(), tmp_path / "b.pth")
    build_network(str(tmp_path / "a.pth"), "resnet34", CLASSES, 0, workspace)
    with pytest.raises(WeightsError, match="does not fit resnet18"):
        build_network(str(tmp_path / "b.pth"), "resnet18", CLASSES, 0, workspace)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server on this machine, and the folder that it serves."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}", folder
        httpd.shutdown()


def test_fetched_weights_are_checked_and_kept(
    server: tuple[str, Path], workspace: Workspace
) -> None:
    url, folder = server
    (folder / "net.pth").write_bytes(b"weights" * 500_000)
    row = replace(
        BACKBONES["resnet18"],
        url=f"{url}/net.pth",
        sha256=hashlib.sha256(b"weights" * 500_000).hexdigest()[:8],
    )
    seen: list[tuple[int, int]] = []
    path = fetch_weights(row, workspace, lambda done, total: seen.append((done, total)))
    assert path == find_file(row, workspace)
    assert seen[-1] == (3_500_000, 3_500_000)
    assert len(seen) > 2


def test_damaged_download_is_thrown_away(server: tuple[str, Path], workspace: Workspace) -> None:
    url, folder = server
    (folder / "net.pth").write_bytes(b"other")
    row = replace(BACKBONES["resnet18"], url=f"{url}/net.pth")
    with pytest.raises(WeightsError, match="SHA-256"):
        fetch_weights(row, workspace)
    assert list(workspace.weights_folder.iterdir()) == []


def test_no_connection_says_where_to_put_the_file(workspace: Workspace) -> None:
    row = replace(BACKBONES["resnet18"], url="http://127.0.0.1:9/net.pth")
    with pytest.raises(WeightsError, match="by hand"):
        fetch_weights(row, workspace)


def test_file_put_there_by_hand_is_checked(workspace: Workspace) -> None:
    row = BACKBONES["resnet18"]
    (workspace.weights_folder / row.file_name).write_bytes(b"something else")
    with pytest.raises(WeightsError, match="not the published file"):
        check_hash(workspace.weights_folder / row.file_name, row)


def test_exported_backbone_is_a_source(tmp_path: Path, workspace: Workspace) -> None:
    save_network(trained := Network("resnet18", CLASSES), tmp_path / "model.safetensors")
    card = export_backbone(
        tmp_path / "model.safetensors",
        tmp_path / "mine.safetensors",
        {"source_task": "left or right"},
    )
    assert json.loads((tmp_path / "mine.json").read_text()) == json.loads(json.dumps(card))
    assert card["sha256"] == hash_file(tmp_path / "mine.safetensors")
    network = build_network(
        str(tmp_path / "mine.safetensors"), "resnet50", ("x", "y", "z"), 0, workspace
    )
    assert torch.allclose(network.model.conv1.weight, trained.model.conv1.weight, atol=1e-3)


# Thresholds, and heads that answer another question


def test_thresholds_travel_with_the_model_s_file(tmp_path: Path) -> None:
    network = Network("resnet18", ("mass", "scar"), find_task("multi-label"))
    path = tmp_path / "model.safetensors"
    save_network(network, path, {"recipe": "{}"})
    assert load_network(path)[0].thresholds == ()
    network.thresholds = (0.125, 0.3)
    save_network(network, path, {"recipe": "{}"})
    loaded, metadata = load_network(path)
    assert loaded.thresholds == (0.125, 0.3)
    assert metadata["recipe"] == "{}"
    assert "Youden" in metadata["threshold_rule"]
    for name, tensor in loaded.model.state_dict().items():
        assert torch.equal(tensor, network.model.state_dict()[name]), name


@pytest.mark.parametrize(
    "text", ["[0.1]", "[0.1, 2]", "{}", '["a", 0.1]', "nonsense", "[0.1, null]"]
)
def test_damaged_thresholds_are_refused(tmp_path: Path, text: str) -> None:
    network = Network("resnet18", ("mass", "scar"), find_task("multi-label"))
    path = tmp_path / "model.safetensors"
    save_network(network, path, {"thresholds": text})
    with pytest.raises(WeightsError, match="damaged thresholds"):
        load_network(path)


def test_a_head_that_answers_another_question_is_not_taken(workspace: Workspace) -> None:
    """One label and grades of the same names: the head of one is of no use to the other."""
    path = workspace.weights_folder / "graded.safetensors"
    save_network(Network("resnet18", ("mild", "severe"), find_task("ordinal")), path)
    for task, takes in (("ordinal", True), ("single-label", False), ("multi-label", False)):
        network = build_network(
            str(path), "resnet18", ("mild", "severe"), 0, workspace, find_task(task)
        )
        assert network.loaded is not None
        assert network.loaded.has_head is takes


def test_arrays_travel_beside_the_network_and_are_no_part_of_it(tmp_path: Path) -> None:
    network = Network("resnet18", ("mass", "scar"))
    path = tmp_path / "model.safetensors"
    arrays = {"kind.0.axes": np.arange(6, dtype=np.float16).reshape(2, 3), "kind.facts": np.ones(2)}
    save_network(network, path, carried=arrays)
    tensors, _ = read_weights(path)
    assert set(tensors) == {n for n in network.model.state_dict() if "num_batches" not in n}
    carried = read_carried(path)
    assert carried.keys() == arrays.keys()
    for name, array in arrays.items():
        assert carried[name].dtype == array.dtype
        assert np.array_equal(carried[name], array)


def test_damaged_file_says_so_when_carried_arrays_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="cannot be read"):
        read_carried(tmp_path / "model.safetensors")
