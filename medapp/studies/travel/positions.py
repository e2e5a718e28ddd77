"""Where the images of both hospitals lie on one map, kept beside the answer.

No torch here: a page shows the map.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from medapp.audit.projection import project
from medapp.store.files import open_replacing
from medapp.store.parquet import read_table
from medapp.store.workspace import Workspace

FILE = "map.parquet"
MOST = 1000  # images of each hospital
SHARES = b"shares"  # the key in the metadata


@dataclass(frozen=True)
class Positions:
    """A map of N images.

    Attributes:
        places: (N, 2), the first principal components of what the bundled backbone sees.
        shares: of the variance along both axes.
        is_there: (N,) whether an image is the other hospital's.
        names: (N,) of the images.
    """

    places: NDArray[np.float64]
    shares: tuple[float, float]
    is_there: NDArray[np.bool_]
    names: tuple[str, ...]


def place_images(
    home: NDArray[np.float32],
    there: NDArray[np.float32],
    home_names: list[str],
    there_names: list[str],
) -> Positions:
    """The map of two hospitals' features (N, F) and (M, F), of so many of each as fit on it."""
    chosen = [np.arange(len(x))[:: max(1, -(-len(x) // MOST))] for x in (home, there)]
    places, shares = project(np.concatenate([home[chosen[0]], there[chosen[1]]]))
    names = [home_names[row] for row in chosen[0]] + [there_names[row] for row in chosen[1]]
    is_there = np.arange(len(places)) >= len(chosen[0])
    return Positions(places, (float(shares[0]), float(shares[1])), is_there, tuple(names))


def save_positions(folder: Path, found: Positions) -> None:
    """Write the map into a study's folder."""
    table = pa.table(
        {
            "name": pa.array(found.names, pa.string()),
            "is_there": pa.array(found.is_there),
            "x": pa.array(found.places[:, 0]),
            "y": pa.array(found.places[:, 1]),
        }
    ).replace_schema_metadata({SHARES: json.dumps(found.shares)})
    with open_replacing(folder / FILE) as file:
        pq.write_table(table, file)


def find_positions(workspace: Workspace, id: str) -> Positions | None:
    """The map beside the answer of this id; None where there is none that can be read."""
    try:
        table = read_table(workspace.studies_folder / id / FILE)
        first, second = json.loads((table.schema.metadata or {})[SHARES])
        columns = {name: table[name].to_numpy() for name in ("x", "y", "is_there")}
        return Positions(
            np.column_stack([columns["x"], columns["y"]]),
            (float(first), float(second)),
            columns["is_there"].astype(bool),
            tuple(table["name"].to_pylist()),
        )
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
