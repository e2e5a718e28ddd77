"""The backbone that tells what is in images is built once, whoever asks for its features."""

from pathlib import Path

import numpy as np
from conftest import write_bands

from medapp.audit import features
from medapp.audit.features import find_features, load_features, read_features
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.store.workspace import Workspace


def test_one_look_at_some_images_builds_and_hashes_the_backbone_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    data_set = add_folder(workspace, write_bands(tmp_path / "bands", 4)).data_set
    samples = Catalog(workspace).load_samples(data_set)
    features._open_part.cache_clear()
    assert (find_features(workspace, data_set, samples).numbers < 0).all()
    read_features(workspace, data_set, samples)
    kept = find_features(workspace, data_set, samples)
    assert features._open_part.cache_info().misses == 1
    assert np.array_equal(kept.rows[kept.numbers], load_features(workspace, data_set, samples))
    rims = load_features(workspace, data_set, samples, without_middle=True)
    assert features._open_part.cache_info().misses == 2
    assert not np.allclose(rims, kept.rows[kept.numbers])
