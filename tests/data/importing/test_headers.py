"""Of a batch's headers, columns are kept as they are and identifiers as hashes."""

import re
from pathlib import Path

from medapp.data.importing.headers import HashedHeader, hash_identifiers, keep_headers
from medapp.imaging.readers.dicom_header import Header
from medapp.store.workspace import Workspace


def test_identifiers_are_hashed_and_equal_ones_alike(tmp_path: Path) -> None:
    headers = [
        Header("Doe 1", "1.2.3", "1.2.3.4", {"age": "45"}),
        None,
        Header("Doe 1", "1.2.3", None, {}),
    ]
    hashed = [h and hash_identifiers(Workspace(tmp_path), h) for h in headers]
    first, none, second = keep_headers(hashed)
    assert none == HashedHeader()
    assert (first.patient, first.study) == (second.patient, second.study)
    assert first.attributes["age"] == "45"
    assert set(first.attributes) == {"age", "study", "series"}
    hashes = [first.patient, first.attributes["study"], first.attributes["series"]]
    assert len(set(hashes)) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", str(value)) for value in hashes)


def test_a_column_of_a_table_goes_before_that_of_a_header() -> None:
    (found,) = keep_headers([Header(None, None, None, {"age": "45"})], {"age"})
    assert found.attributes == {"age (header)": "45"}
