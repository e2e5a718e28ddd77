"""Hugging Face's Parquet becomes a data set: bytes as they are, labels by their names."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.containers import open_container
from medapp.data.importing.adding import add_path, inspect
from medapp.data.importing.choice import ImportChoice
from medapp.data.layouts.roles import Asked, TableChoice
from medapp.data.samples import Sample
from medapp.errors import ArchiveError, DataError
from medapp.store.workspace import Workspace

LABEL = {"names": ["healthy", "ill"], "_type": "ClassLabel"}


def draw(seed: int, kind: str = "PNG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (9, 11), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def write(path: Path, features: dict[str, Any] | None = None, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    if features:
        metadata = {"huggingface": json.dumps({"info": {"features": features}})}
        table = table.replace_schema_metadata(metadata)
    pq.write_table(table, path)
    return path


def hold(contents: list[bytes | None], paths: list[str | None] | None = None) -> list[dict]:  # type: ignore[type-arg]
    return [
        {"bytes": content, "path": path}
        for content, path in zip(contents, paths or [None] * len(contents), strict=True)
    ]


def add(workspace: Workspace, path: Path) -> list[Sample]:
    return Catalog(workspace).load_samples(add_path(workspace, path).data_set)


def test_images_are_kept_byte_for_byte_with_their_labels(
    workspace: Workspace, tmp_path: Path
) -> None:
    contents = [draw(0), draw(1, "JPEG"), draw(2), draw(3, "TIFF")]
    path = write(
        tmp_path / "set.parquet",
        {"image": {"_type": "Image"}, "label": LABEL},
        image=hold(contents, ["a/scan 1.png", "../b.c.jpeg", None, "x\\y.tif"]),
        label=[1, 0, 1, 0],
    )
    samples = add(workspace, path)
    names = ["000000-scan_1.png", "000001-b_c.jpg", "000002.png", "000003-y.tif"]
    assert [s.name for s in samples] == names
    assert [s.path.read_bytes() for s in samples] == contents
    assert [s.label for s in samples] == ["ill", "healthy", "ill", "healthy"]


def test_plain_bytes_patients_and_further_columns(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "set.parquet",
        image=[draw(i) for i in range(5)],
        label=pa.array(["b", "a", None, "a", "b"]).dictionary_encode(),
        patient_id=[7, 7, 8, None, 9],
        age=[61.5, None, 3.0, float("nan"), 8.0],
        box=[[1, 2], [3], [], [], []],
        mask=hold([draw(9)] * 5),
    )
    samples = add(workspace, path)
    assert [s.label for s in samples] == ["b", "a", "a", "b"]
    assert [s.patient for s in samples] == ["7", "7", None, "9"]
    assert [dict(s.attributes) for s in samples] == [{"age": "61.5"}, {}, {}, {"age": "8.0"}]
    layout = inspect(path)
    assert layout.left_out == (("000002", "it has no label"),)
    assert "Not used: box, mask." in layout.describe()
    assert (
        "Patients from the column patient_id: 2; of 1 images not known."
        in (Catalog(workspace).find_data_set("set").reading["sentences"])
    )


def test_a_column_of_splits(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "set.parquet",
        image=[draw(i) for i in range(3)],
        label=["a", "b", "a"],
        split=["train", "val", "test"],
    )
    samples = add(workspace, path)
    assert [s.split for s in samples] == ["train", "validation", "test"]
    assert [s.name for s in samples] == [f"{s.split}/000000.png" for s in samples]


@pytest.mark.parametrize(
    ("values", "feature", "labels"),
    [
        ([[0, 2], [], [1]], {"feature": {"names": ["x", "y", "z"]}}, ["x|z", "", "y"]),
        ([[0, 2], [], [1]], [{"names": ["x", "y", "z"]}], ["x|z", "", "y"]),
        ([["z", "x"], [], ["z"]], None, ["z|x", "", "z"]),
    ],
)
def test_lists_are_several_findings(
    workspace: Workspace, tmp_path: Path, values: list[Any], feature: Any, labels: list[str]
) -> None:
    features = {"findings": feature} if feature else None
    path = write(
        tmp_path / "set.parquet", features, image=[draw(i) for i in range(3)], findings=values
    )
    samples = add(workspace, path)
    assert [s.label for s in samples] == labels
    assert Catalog(workspace).find_data_set("set").task == "multi-label"


def test_numbers_without_names(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "set.parquet", image=[draw(i) for i in range(3)], label=[2, 10, None])
    assert [s.label for s in add(workspace, path)] == ["class 2", "class 10"]


def test_rows_without_an_image_are_listed(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "beside.png").write_bytes(draw(5))
    secret = tmp_path.parent / "secret.png"
    secret.write_bytes(draw(6))
    paths = [None, None, "beside.png", "gone.png", "../secret.png", str(secret), "x\0y"]
    contents = [draw(0), b"%PDF-1.4 no image", *[None] * 5]
    path = write(
        tmp_path / "set.parquet", image=hold(contents, paths), label=["a", "b", "a", *"abab"]
    )
    samples = add(workspace, path)
    assert [s.name for s in samples] == ["000000.png", "000002-beside.png"]
    left_out = Catalog(workspace).list_unreadable(Catalog(workspace).find_data_set("set"))
    assert [reason for _, reason in left_out] == [
        "it is PDF, and no image that MedApp reads",
        "the row names a file that is not there",
        "the row names a file outside the folder",
        "the row names a file outside the folder",
        "the row names a file that is not there",
    ]


def test_a_file_without_a_labelled_image_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    nobody = write(tmp_path / "a.parquet", image=[draw(0)], label=pa.nulls(1))
    with pytest.raises(DataError, match=r"a\.parquet holds no image .*000000: it has no label"):
        add_path(workspace, nobody)
    empty = write(tmp_path / "b.parquet", image=pa.array([], "binary"), label=pa.array([], "int8"))
    with pytest.raises(DataError, match=r"b\.parquet holds no image that can be learned from"):
        add_path(workspace, empty)
    assert list(workspace.data_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"file": ["a.png"], "label": [1]}, "holds no images .*file, label.*name the table"),
        (
            {"image": [draw(0)], "a": ["x"], "b": [1]},
            "which column of set.parquet holds the labels",
        ),
        ({"left": [draw(0)], "right": [draw(1)], "label": [1]}, "several columns of images"),
        ({"image": [draw(0)], "label": [{"x": 1}]}, "neither numbers nor texts"),
        ({"image": [draw(0)], "label": [[0.5]]}, "other things than numbers and names"),
        ({"image": [draw(0)], "label": [0.5]}, "measurements"),
        ({"image": [draw(0)], "label": ["x" * 10_001]}, "far too long"),
        ({"image": [draw(0)], "label": [list(range(1001))]}, "far too long"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    path = write(tmp_path / "set.parquet", **columns)
    with pytest.raises(DataError, match=message):
        open_container(path)


def test_metadata_that_is_no_features_is_passed_over(workspace: Workspace, tmp_path: Path) -> None:
    table = pa.table({"image": [draw(0), draw(1)], "label": [0, 1]})
    for metadata in (b"[", b"[]", b'{"info": {"features": []}}', b"[" * 100_000):
        path = tmp_path / "set.parquet"
        pq.write_table(table.replace_schema_metadata({"huggingface": metadata}), path)
        assert inspect(path).classes == ("class 0", "class 1")


def test_a_table_that_inflates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    table = pa.table({"image": [bytes(30 * 2**20)] * 4, "label": ["a", "b"] * 2})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 2**20
    with pytest.raises(ArchiveError, match="times its size, as bombs do"):
        open_container(path)


def test_a_text_that_is_repeated_a_million_times_takes_no_memory(tmp_path: Path) -> None:
    """The file holds the text once: written out, it would be ten gigabytes."""
    places = pa.array(np.zeros(1_000, np.int32))
    texts = pa.DictionaryArray.from_arrays(places, pa.array(["x" * 10_000_000]))
    path = write(tmp_path / "set.parquet", image=[draw(0)] * 1_000, label=texts)
    with pytest.raises(DataError, match="label holds values that are far too long"):
        open_container(path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"no table"])
def test_a_damaged_file_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.parquet"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="no Parquet file, or a damaged one"):
        open_container(path)


def test_the_only_other_column_is_the_label_and_an_index_is_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    index = {"__index_level_0__": [5, 6]}
    path = write(tmp_path / "set.parquet", picture=[draw(0), draw(1)], disease=["x", "y"], **index)
    samples = add(workspace, path)
    assert [(s.label, dict(s.attributes)) for s in samples] == [("x", {}), ("y", {})]


def test_texts_that_never_repeat_are_no_labels(tmp_path: Path) -> None:
    texts = [f"The heart is of size {number}." for number in range(6)]
    path = write(tmp_path / "set.parquet", image=[draw(i) for i in range(6)], text=texts)
    with pytest.raises(DataError, match="text says something else of each image, such as 'The"):
        open_container(path)
    asked = Asked(labels=("text",))
    assert open_container(path, table=TableChoice(asked=asked)) is not None


def test_columns_are_those_that_a_user_names(workspace: Workspace, tmp_path: Path) -> None:
    columns = {"image": [draw(i) for i in range(4)], "a": [1, 0] * 2, "b": list("xyxy")}
    path = write(tmp_path / "set.parquet", **columns, who=[7, 7, 8, 8])
    table = TableChoice(asked=Asked(labels=("b",), patient="who"))
    report = add_path(workspace, path, choice=ImportChoice(table=table))
    samples = Catalog(workspace).load_samples(report.data_set)
    assert [(s.label, s.patient) for s in samples] == [
        ("x", "7"),
        ("y", "7"),
        ("x", "8"),
        ("y", "8"),
    ]
    assert samples[0].attributes == {"a": "1"}
    with pytest.raises(DataError, match=r"no column 'c'.*image, a, b, who"):
        inspect(path, ImportChoice(table=TableChoice(asked=Asked(labels=("c",)))))
    for refused in (
        TableChoice(("labels.csv",), Asked(labels=("b",))),
        TableChoice(asked=Asked(labels=("a", "b"))),
        TableChoice(asked=Asked(labels=("a",), kind="ordinal")),
    ):
        with pytest.raises(DataError, match="says itself"):
            inspect(path, ImportChoice(table=refused))


@pytest.mark.parametrize(
    ("names", "second", "is_said"),
    [
        (("knees", "cells"), ["round", "sickle"], True),
        (("knees", "cells"), ["ill", "sickle"], False),  # one label is shared
        (("healthy", "ill"), ["sickle", "sickle"], False),  # a file a class
        (("set-00000-of-00002", "set-00001-of-00002"), ["round", "sickle"], False),  # sorted
    ],
)
def test_files_that_share_no_label_may_be_several_data_sets(
    tmp_path: Path, names: tuple[str, str], second: list[str], is_said: bool
) -> None:
    folder = tmp_path / "pool"
    for name, texts in zip(names, (["healthy", "ill"], second), strict=True):
        write(folder / f"{name}.parquet", image=hold([draw(0), draw(1)]), label=texts)
    container = open_container(folder)
    assert container is not None
    said = [text for text in container.layout.sentences if "share no label" in text]
    assert bool(said) == is_said
    if is_said:
        assert said[0].startswith("cells.parquet and knees.parquet share no label")
